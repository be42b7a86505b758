"""Recent occupancy: a look for an explanation says what a rule would see, and begins no window of its own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sim.routing.choice import RecentOccupancy

WINDOW = 600.0
ANN: Any = SimpleNamespace(index=0)


def at(now: float, busy: float) -> Any:
    """A view at this moment, of one agent on duty from the start who has been busy for so long."""
    ledger = SimpleNamespace(busy_time=lambda agent: busy, duty_time=lambda agent: now)
    return SimpleNamespace(now=now, ledger=ledger, agents=[ANN])


DAY = [(0.0, 0.0), (300.0, 200.0), (700.0, 400.0), (1250.0, 900.0), (1900.0, 1000.0)]


@pytest.mark.parametrize("peeking", [False, True], ids=["not looked at", "looked at"])
def test_occupancy_is_that_since_the_window_before_began_to_be_watched(peeking: bool) -> None:
    recent, seen = RecentOccupancy(WINDOW), []
    for now, busy in DAY:
        if peeking:
            recent.peek(at(now - 50.0, busy - 50.0), ANN)  # just before, often in the window before
            recent.peek(at(now, busy), ANN)
        seen.append(recent.of(at(now, busy), ANN))
    assert seen == pytest.approx([0.0, 200 / 600, 400 / 700, 500 / 600, 100 / 650])


def test_a_look_tells_what_the_rule_is_about_to_see() -> None:
    recent = RecentOccupancy(WINDOW)
    for now, busy in DAY:
        told = recent.peek(at(now, busy), ANN)
        assert told == recent.of(at(now, busy), ANN)
