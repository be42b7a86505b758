"""Small centres to rehearse in: one where the new rule takes the fast agents, one with everything that can happen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.config.load import LoadedExperiment, load_experiment
from tests.scenarios import centre, exponential, write

LENGTH = "4 h"


def shared_agents(folder: Path, treated: str = "fastest_first", **changes: Any) -> LoadedExperiment:
    """Twelve agents of very different speed, busy for half of their time, for all customers.

    Under `fastest_first` everywhere the fast are soon taken; in a pilot by customer half the customers find them free.
    """
    quality = {"truth": {"speed_sd": 0.4}, "history": {"weeks": 0}, "signals": {"oracle": True}}
    calendar = {"start": "2026-03-02T08:00", "length": LENGTH, "interval": "1 h", "max_drain": "4 h"}
    data = centre(calendar=calendar, quality=quality, routing={"rule": "longest_idle"})
    data["intents"]["call"]["path"]["front"]["talk"] = exponential(400)
    data["staff"]["groups"]["agents"]["count"] = 12
    return experiment(folder, {**data, **changes}, [f"routing.rule={treated}"])


def everything() -> dict[str, Any]:
    """Two desks, two intents, abandonment, repeats, escalation and chats: two days."""
    data = centre(
        calendar={"start": "2026-03-02T22:00", "length": "2 d", "interval": "1 h", "max_drain": "4 h"},
        channels={"voice": {"takes": "whole"}, "chat": {"takes": "slot"}},
        routing={"rule": "longest_idle"},
        escalation={"agent_notices": 0.3, "warm": 0.5, "handover": exponential(30)},
        returns={
            "retrial": {"probability": 0.5, "delay": exponential(1800)},
            "repeat": {"probability": 0.6, "delay": exponential(7200)},
        },
        quality={"truth": {"speed_sd": 0.3, "resolution_sd": 0.05}, "history": {"weeks": 4}},
    )
    steps = {"talk": exponential(300), "wrap_up": exponential(40), "resolution": 0.6}
    data["intents"] = {
        "call": {
            "channel": "voice",
            "risk": "high",
            "patience": exponential(240),
            "arrivals": {"kind": "constant", "per_hour": 25},
            "path": {"front": steps, "senior": steps},
        },
        "chat": {
            "channel": "chat",
            "patience": exponential(400),
            "arrivals": {"kind": "constant", "per_hour": 20},
            "path": {"desk": steps, "senior": steps},
        },
    }
    data["queues"] = {
        "front": {"tier": 1, "skills": ["calls"]},
        "desk": {"tier": 1, "skills": ["chats"]},
        "senior": {"tier": 2, "skills": ["all"]},
    }
    data["staff"] = {
        "groups": {
            "agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 3},
            "both": {"tier": 1, "skills": {"calls": 1.0, "chats": 1.0}, "count": 2, "slots": 2},
            "seniors": {"tier": 2, "skills": {"all": 1.0}, "count": 2},
        }
    }
    return data


def experiment(folder: Path, data: dict[str, Any], treated: list[str], **changes: Any) -> LoadedExperiment:
    """An experiment of two arms, `today` and `new`, on a scenario; `changes` replace sections of its file."""
    write(folder, data)
    asked = {
        "title": "Test",
        "base": "made",
        "arms": {"today": {"overrides": []}, "new": {"overrides": treated}},
        "primary": {"kpi": "aht", "matters": 5.0},
        "seed": 3,
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in {**asked, **changes}.items()]
    (folder / "asked.yaml").write_text("\n".join(lines) + "\n")
    return load_experiment(str(folder / "asked.yaml"))
