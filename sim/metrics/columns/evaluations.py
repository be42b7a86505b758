"""Columns of QA evaluations."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.threads import Threads


class Evaluations:
    """QA evaluations of counted contacts; scopes of the contact, and tier and name of the evaluated agent."""

    def __init__(self, evaluations: NDArray[np.void], cells: Cells, threads: Threads) -> None:
        contact = threads.row(evaluations["case"], evaluations["attempt"])
        started = threads.field("started", contact, np.nan)
        kept = cells.measured(started)
        self.cells, self.rows = cells, evaluations[kept]
        agent = self.rows["agent"]
        tiers = np.array([*cells.lexicon.agent_tiers, 0], dtype=np.int64)
        self.groups = cells.group(
            [
                cells.place("all", np.zeros(len(self.rows), dtype=np.int64)),
                cells.place("channel", threads.field("channel", contact[kept], -1)),
                cells.place("segment", threads.field("segment", contact[kept], -1)),
                cells.place("intent", self.rows["intent"]),
                cells.place("tier", cells.tier_member(tiers[np.clip(agent, -1, len(tiers) - 1)])),
                cells.place("agent", agent),
            ]
        )

    @cached_property
    def evaluations(self) -> Floats:
        """Evaluations."""
        return self.cells.sum(self.groups, np.ones(len(self.rows), dtype=np.bool_))

    @cached_property
    def scores(self) -> Floats:
        """Sum of the scores that raters gave."""
        return self.cells.sum(self.groups, self.rows["score"])

    @cached_property
    def true_scores(self) -> Floats:
        """Sum of the scores that a rater without error would have given."""
        return self.cells.sum(self.groups, self.rows["true_score"])

    @cached_property
    def auto_fails(self) -> Floats:
        """Evaluations with a critical error."""
        return self.cells.sum(self.groups, self.rows["auto_fail"] == 1)
