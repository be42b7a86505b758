"""Scenarios with a formula: one line of equal agents, and what several tests change in it."""

from __future__ import annotations

from typing import Any

from tests.scenarios import Data, centre, exponential

SERVICE = 100.0  # seconds, mean


def steady(hours: float, warmup: float = 1.0) -> Data:
    """A calendar of so many hours behind a warm-up, with time for everybody to leave."""
    length = f"{hours + warmup} h"
    return {
        "start": "2026-03-02T00:00",
        "length": length,
        "interval": length,
        "warmup": f"{warmup} h",
        "max_drain": "100 h",
    }


def line(load: float, agents: int, hours: float, **more: Any) -> Data:
    """One queue; `load` in erlangs at a mean service of `SERVICE`. `more`: law, patience, waiting_room, warmup."""
    intent: Data = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": load / SERVICE * 3600.0},
        "path": {"front": {"talk": more.get("law", exponential(SERVICE)), "resolution": 1.0}},
    }
    if "patience" in more:
        intent["patience"] = exponential(more["patience"])
    room = {"capacity": more["waiting_room"]} if "waiting_room" in more else {}
    return centre(
        calendar=steady(hours, more.get("warmup", 1.0)),
        measures={"answer_within": "20 s"},
        intents={"call": intent},
        queues={"front": {"tier": 1, "skills": ["calls"], **room}},
        staff={"groups": {"agents": team(agents)}},
    )


def team(agents: int, tier: int = 1, skill: str = "calls") -> Data:
    """Equal agents, always there."""
    return {"tier": tier, "skills": {skill: 1.0}, "count": agents}


HYPEREXPONENTIAL = [(0.8872983346207417, 0.5635083268962915), (0.1127016653792583, 4.436491673103709)]
"""Probabilities and means of two branches, balanced: mean 1, squared coefficient of variation 4."""


def hyperexponential(mean: float) -> Data:
    """Exponential with a mean chosen at random; squared coefficient of variation 4."""
    parts = [{"weight": share, "mean": f"{mean * of!r} s"} for share, of in HYPEREXPONENTIAL]
    return {"law": "hyperexponential", "parts": parts}
