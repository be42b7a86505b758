"""A benchmark scenario as plain numbers, read from its YAML: what the baselines and the simulator have in common.

Nothing of the simulator is imported here; durations are seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SCENARIOS = Path(__file__).parents[3] / "scenarios" / "scenario"
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Line:
    """M/M/n+M: one queue of equal agents. Rates per second, means in seconds."""

    rate: float
    service: float
    patience: float
    agents: int
    length: float


@dataclass(frozen=True, slots=True)
class Step:
    """One tier of an intent's path: a lognormal talk (location and scale of the log), wrap-up, share resolved."""

    mu: float
    sigma: float
    wrap_up: float
    resolution: float


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent: arrivals per second in each interval of the day, patience, the bot's share, steps by tier."""

    name: str
    rates: tuple[float, ...]
    every: float
    high_risk: bool
    patience: float
    contained: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Agents alike in tier (0 is the first of people) and skills."""

    tier: int
    skills: frozenset[str]
    count: int


@dataclass(frozen=True, slots=True)
class Centre:
    """The reference centre."""

    intents: tuple[Intent, ...]
    groups: tuple[Group, ...]
    session: tuple[float, float]
    escalates: float
    retrial: tuple[float, float]
    repeat: tuple[float, float]
    most: int
    speed_sd: float
    resolution_sd: float
    length: float


def line(name: str = "bench_mm50m") -> Line:
    """The parameters of a scenario with one intent, one queue and one group."""
    data = _read(name)
    (intent,) = data["intents"].values()
    (step,) = intent["path"].values()
    (group,) = data["staff"]["groups"].values()
    return Line(
        intent["arrivals"]["per_hour"] / 3600.0,
        seconds(step["talk"]["mean"]),
        seconds(intent["patience"]["mean"]),
        group["count"],
        seconds(data["calendar"]["length"]),
    )


def centre(name: str = "bench_reference") -> Centre:
    """The parameters of the reference centre."""
    data = _read(name)
    returns = data["returns"]
    truth = data["quality"]["truth"]
    return Centre(
        tuple(_intent(name, intent) for name, intent in data["intents"].items()),
        tuple(_group(group) for group in data["staff"]["groups"].values()),
        _lognormal(data["bot"]["session"]),
        data["escalation"]["agent_notices"],
        _return(returns["retrial"]),
        _return(returns["repeat"]),
        returns["max_contacts"],
        truth["speed_sd"],
        truth["resolution_sd"],
        seconds(data["calendar"]["length"]),
    )


def seconds(text: str) -> float:
    """A duration such as `6 min`."""
    number, unit = text.split()
    return float(number) * UNITS[unit]


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text("utf-8"))


def _intent(name: str, data: Any) -> Intent:
    arrivals = data["arrivals"]
    return Intent(
        name,
        tuple(per_hour / 3600.0 for per_hour in arrivals["per_hour"]),
        seconds(arrivals["every"]),
        data["risk"] == "high",
        seconds(data["patience"]["mean"]),
        data["bot"]["containment"],
        tuple(_step(step) for step in data["path"].values()),
    )


def _step(data: Any) -> Step:
    return Step(*_lognormal(data["talk"]), seconds(data["wrap_up"]["mean"]), data["resolution"])


def _group(data: Any) -> Group:
    return Group(data["tier"] - 1, frozenset(data["skills"]), data["count"])


def _return(data: Any) -> tuple[float, float]:
    return data["probability"], seconds(data["delay"]["mean"])


def _lognormal(data: Any) -> tuple[float, float]:
    variance = math.log(1.0 + data["cv"] ** 2)
    return math.log(seconds(data["mean"])) - variance / 2.0, math.sqrt(variance)
