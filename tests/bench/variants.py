"""Variations of the shipped benchmark scenarios: other sizes, shifts and breaks, more intents and skills."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from sim.config.load import Loaded, load
from tests.bench.baselines.parameters import SCENARIOS
from tests.scenarios import build

Data = dict[str, Any]
OFF = (
    "returns.repeat=null",
    "+quality.survey.response=0.0",
    "+quality.evaluation.per_agent_week=0.0",
    "quality.history.weeks=0",
    "+quality.signals.refresh='1000 d'",
    "+quality.defects={information: 0.0, process: 0.0, compliance: 0.0, empathy: 0.0}",
)


def line(contacts: float, agents: int = 50, rule: str = "longest_idle", intervals: int = 100) -> Loaded:
    """`bench_mm50m` with other numbers of contacts and agents at equal load an agent."""
    per_hour = 12.0 * agents
    minutes = contacts / per_hour * 60.0
    overrides = [
        f"calendar.length='{minutes!r} min'",
        f"calendar.interval='{minutes / intervals!r} min'",
        f"intents.call.arrivals.per_hour={per_hour}",
        f"staff.groups.agents.count={agents}",
        f"routing.rule={rule}",
    ]
    if rule != "longest_idle":  # agents who differ, so that a score has something to order
        overrides.append("+quality.truth={speed_sd: 0.2, resolution_sd: 0.05}")
    return load("bench_mm50m", overrides)


def reference(rule: str = "longest_idle") -> Loaded:
    """`bench_reference` with another rule."""
    return load("bench_reference", [f"routing.rule={rule}"])


def in_shifts(folder: Path) -> Loaded:
    """`bench_reference` with eight shifts of nine hours, two breaks each, and a floor manager, as the prototype had."""
    data = _read("bench_reference")
    shares = {0: 0.07, 5: 0.08, 7: 0.20, 8: 0.20, 9: 0.15, 10: 0.10, 12: 0.10, 15: 0.10}
    data["staff"]["shifts"] = {f"from_{hour}": _shift(hour) for hour in shares}
    data["staff"]["floor_manager"] = {"every": "5 min", "busy": {"waiting": 5}}
    groups = data["staff"]["groups"]
    data["staff"]["groups"] = {
        f"{name}_{hour}": {**group, "count": round(share * group["count"]), "shift": f"from_{hour}"}
        for name, group in groups.items()
        for hour, share in shares.items()
    }
    return build(folder, data)


def wide(folder: Path, intents: int, skills: int, contacts: int = 50_000, agents: int = 400) -> Loaded:
    """Many intents with a queue each, in as many groups of agents; every group has `skills` neighbouring skills."""
    names = [f"intent_{number}" for number in range(intents)]
    data = _read("bench_mm50m")
    data["calendar"] = {"start": "2026-03-02T00:00", "length": "24 h", "interval": "30 min", "max_drain": "2 h"}
    per_hour = contacts / 24.0 / intents
    talk = 0.85 * agents * 86400.0 / contacts
    for name in names:
        data["intents"][name] = {
            "channel": "voice",
            "arrivals": {"kind": "constant", "per_hour": per_hour},
            "patience": {"law": "exponential", "mean": "2 min"},
            "path": {name: {"talk": {"law": "exponential", "mean": f"{talk!r} s"}}},
        }
    del data["intents"]["call"]
    data["queues"] = {name: {"tier": 1, "skills": [name]} for name in names}
    data["staff"]["groups"] = {
        f"group_{number}": {
            "tier": 1,
            "skills": {names[(number + step) % intents]: 1.0 for step in range(skills)},
            "count": agents // intents,
        }
        for number in range(intents)
    }
    return build(folder, data)


def _shift(hour: int) -> Data:
    def clock(minutes: int) -> str:
        return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}" + ("+1" if minutes >= 1440 else "")

    first, second = hour * 60 + 165, hour * 60 + 345
    return {
        "start": clock(hour * 60),
        "end": clock((hour + 9) * 60),
        "breaks": [{"at": clock(first), "length": "15 min"}, {"at": clock(second), "length": "30 min"}],
    }


def _read(name: str) -> Data:
    return copy.deepcopy(yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text("utf-8")))
