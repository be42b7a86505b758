"""Predictive routing: success rises, and holding for the best has a price in waiting."""

from __future__ import annotations

from tests.routing.arms import SURE, answered, compared, one_pool, resolution, rule, run, wait
from tests.scenarios import Data

LONGEST_IDLE = rule("longest_idle")

NOW, HELD = rule("predictive", hold="0 s"), rule("predictive", hold="120 s", top_share=0.3)


def _centre() -> Data:
    return one_pool(per_hour=70, truth={"resolution_sd": 0.2, "speed_sd": 0.0})


def test_success_rises_and_more_so_for_those_who_are_held() -> None:
    assert compared(_centre(), NOW, LONGEST_IDLE, resolution) > SURE
    assert compared(_centre(), HELD, NOW, resolution, 24) > SURE


def test_holding_costs_waiting() -> None:
    assert compared(_centre(), HELD, NOW, wait) > SURE


def test_nobody_is_held_longer_than_stated_while_somebody_is_idle() -> None:
    """At this load somebody always is: a wait is for one of the best, or to the time-out."""
    legs = answered(run(one_pool(per_hour=30), rule("predictive", hold="20 s", top_share=0.1)))
    waited = legs["answered"] - legs["entered"]
    assert waited.max() < 20.0 + 1e-6
    assert (waited > 20.0 - 1e-6).any()
