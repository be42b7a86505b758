"""Mandelbaum and Stolyar 2004: the lowest cost of waiting, where it is convex."""

from __future__ import annotations

from sim.model.journal import Journal
from tests.routing.arms import SURE, compared, rule, two_queues, waits

LONGEST_IDLE = rule("longest_idle")

DEAR = 5.0
COSTS = {"dear": DEAR}


def _square_cost(journal: Journal) -> float:
    return float(DEAR * (waits(journal, "dear") ** 2).sum() + (waits(journal, "cheap") ** 2).sum())


def test_squared_waits_cost_less_than_first_come_first_served_and_than_c_mu() -> None:
    own = rule("generalised_c_mu", intent_cost=COSTS)
    assert compared(two_queues(), own, LONGEST_IDLE, _square_cost, 32) < -SURE
    assert compared(two_queues(), own, rule("c_mu", intent_cost=COSTS), _square_cost, 32) < -SURE


def test_nobody_is_forgotten() -> None:
    """The longest wait of the cheap is shorter than under c-mu."""

    def longest(journal: Journal) -> float:
        return float(waits(journal, "cheap").max())

    own = rule("generalised_c_mu", intent_cost=COSTS)
    assert compared(two_queues(), own, rule("c_mu", intent_cost=COSTS), longest, 24) < -SURE
