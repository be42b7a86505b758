"""The group with the least expected delay: flexible agents stay free for the queue that has no others."""

from __future__ import annotations

from tests.routing.arms import SURE, compared, rule, two_pools, wait

LONGEST_IDLE = rule("longest_idle")


def test_calls_that_only_the_flexible_serve_wait_less() -> None:
    assert compared(two_pools(), rule("expected_delay"), LONGEST_IDLE, lambda journal: wait(journal, "rare")) < -SURE
