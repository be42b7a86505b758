"""What a check of a scenario sees, and how it words a problem. No check stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.config import schema
from sim.config.document import Path
from sim.config.plain import Places
from sim.config.suggest import nearest
from sim.config.tables import Tables
from sim.errors import Problem

SUMS_TO_ONE = 1e-9


@dataclass(frozen=True, slots=True)
class Context:
    """What a check sees: the scenario, its tables, and where each value was written."""

    scenario: schema.Scenario
    tables: Tables
    places: Places

    def problem(self, path: Path, value: object, rule: str, mend: str) -> Problem:
        """A Problem located at `path`."""
        return self.places.problem(path, value, rule, mend)

    def unknown(self, path: Path, value: str, what: str, known: Mapping[str, object]) -> Problem:
        """A name that does not exist, with the nearest that does."""
        mend = nearest(value, known) or f"define a {what} first"
        return self.problem(path, value, f"no {what} has this name", mend)
