"""The order that a score router keeps is the order a scan of everybody would find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.policy import ScoreRouter, View
from sim.registry import Params
from sim.simulate import simulate
from tests.contracts.rules import added, routed


class Kept(ScoreRouter):
    """Scores with many ties, kept in order."""

    uses_signals = False

    def score(self, view: View, agent: Any, contact: Any) -> float:
        return float((agent.index * 7 + contact.intent.index * 3) % 4)


class Equal(Kept):
    """Everybody scores alike."""

    def score(self, view: View, agent: Any, contact: Any) -> float:
        return 1.0


class Scanned(Kept):
    """The same scores, looked up for every free agent at every choice."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        free = view.free_agents(contact)
        return min(free, key=lambda a: (-self.score(view, a, contact), a.used > 0, a.rank), default=None)


class ScannedEqual(Scanned, Equal):
    """The same for equal scores."""


@pytest.mark.parametrize("rules", [(Kept, Scanned), (Equal, ScannedEqual)], ids=["levels", "equal"])
@pytest.mark.parametrize("number", range(16))
def test_the_kept_order_chooses_whom_a_scan_would_choose(number: int, rules: tuple[type, ...], built: Any) -> None:
    legs = []
    for rule in rules:
        with added("router", rule.__name__.lower(), rule, Params) as name:
            made = routed(number, name)
            legs.append(simulate(built(made.data, made.tables), 5, 0).legs)
    assert all(np.array_equal(legs[0][field], legs[1][field], equal_nan=True) for field in legs[0].dtype.names)
