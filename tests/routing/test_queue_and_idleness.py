"""Gurvich and Whitt 2009: queues and idleness are held at stated ratios."""

from __future__ import annotations

import pytest

from sim.model.journal import Journal
from tests.routing.arms import idle_share, measured, named, rule, two_pools, two_queues, waits

LONGEST_IDLE = rule("longest_idle")


def _share_of_waiting(journal: Journal) -> float:
    """By Little's law the first queue's share of all waiting contacts, over time."""
    dear, cheap = (waits(journal, name).sum() for name in ("dear", "cheap"))
    return float(dear / (dear + cheap))


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_queue_keeps_its_share_of_all_who_wait(share: float) -> None:
    routing = rule("queue_and_idleness", queue_share={"a": share, "b": 1.0 - share})
    assert abs(measured(two_queues(6), routing, _share_of_waiting).mean() - share) < 0.04
    assert abs(measured(two_queues(6), LONGEST_IDLE, _share_of_waiting).mean() - 0.36) < 0.04


@pytest.mark.parametrize("share", [0.45, 0.6, 0.75])
def test_a_pool_keeps_its_share_of_all_idleness(share: float) -> None:
    data = two_pools(100, 0.001)
    routing = rule("queue_and_idleness", idle_share={"x": share, "x+y": 1.0 - share})
    found = measured(data, routing, lambda journal: idle_share(journal, named(journal, "ones"))).mean()
    assert abs(found - share) < 0.07
