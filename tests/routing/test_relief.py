"""Top performers are relieved above a cap of occupancy, at a price in resolution."""

from __future__ import annotations

from sim.model.journal import Journal
from tests.routing.arms import SURE, compared, one_pool, resolution, rule, work

LONGEST_IDLE = rule("longest_idle")

CAPPED, NOT = rule("relief", cap=0.4, window="15 min"), rule("relief", cap=1.0)


def _busiest(journal: Journal) -> float:
    return float(work(journal).max() / journal.lexicon.horizon)


def test_the_busiest_are_less_busy_and_less_is_resolved_than_without_a_cap() -> None:
    data = one_pool(per_hour=80, truth={"resolution_sd": 0.2})
    assert compared(data, CAPPED, NOT, _busiest) < -SURE
    assert compared(data, CAPPED, NOT, resolution, 24) < -SURE


def test_there_is_still_more_resolved_than_by_turns() -> None:
    data = one_pool(per_hour=80, truth={"resolution_sd": 0.2})
    assert compared(data, CAPPED, LONGEST_IDLE, resolution, 24) > SURE
