"""`view.heads` shows a rule the contacts it may choose from: all that the built-in choice looks at, and no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.policy import View
from sim.registry import Params
from sim.routing.longest_idle import LongestIdle
from sim.simulate import simulate
from tests.contracts.rules import added, routed


class ByHeads(LongestIdle):
    """The most urgent of the heads, looked up one by one."""

    def choose_contact(self, view: View, agent: Any) -> Any:
        heads = view.heads(agent)
        return max(heads, key=lambda c: (view.urgency(c), -c.since, -c.place), default=None)


@pytest.mark.parametrize("number", range(12))
def test_the_most_urgent_head_is_what_the_centre_would_choose(number: int, built: Any) -> None:
    own = routed(number, "longest_idle")
    expected = simulate(built(own.data, own.tables), 2, 0).legs
    with added("router", "by_heads", ByHeads, Params) as name:
        made = routed(number, name)
        found = simulate(built(made.data, made.tables), 2, 0).legs
    for field in expected.dtype.names:
        np.testing.assert_array_equal(found[field], expected[field])
