"""Least occupied first: occupancies come together."""

from __future__ import annotations

from sim.model.journal import Journal
from tests.routing.arms import SURE, compared, one_pool, rule, work

LONGEST_IDLE = rule("longest_idle")


def _spread(journal: Journal) -> float:
    return float((work(journal) / journal.lexicon.horizon).std())


def test_occupancies_differ_less_than_under_longest_idle() -> None:
    assert compared(one_pool(), rule("least_occupied"), LONGEST_IDLE, _spread) < -SURE
