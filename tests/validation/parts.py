"""The parts that translated scenarios are made of. Times are seconds here; a scenario writes them with their unit."""

from __future__ import annotations

from typing import Any

from tests.validation.laws import Data, seconds

START = "2026-03-02T00:00"  # a Monday
DAY = 86400.0
UNITS = {"s": 1.0, "min": 60.0}
ARBITRARY = 10.0
MOST_CONTACTS = 50  # of a case: the schema's limit, never reached in these cases


def unit(model: Data) -> float:
    """Seconds of one unit of time of a case."""
    return UNITS.get(model.get("time_unit", ""), ARBITRARY)


def numbers(text: str) -> list[float]:
    """The numbers in the brackets of a law's name."""
    return [float(part) for part in text[text.index("(") + 1 : text.index(")")].split(",")]


def scenario(title: str, calendar: Data, intents: Data, queues: Data, groups: Data, **more: Any) -> Data:
    """A whole scenario from its parts."""
    staff = {"groups": groups, **({"shifts": more.pop("shifts")} if "shifts" in more else {})}
    quiet = {"history": {"weeks": 0}, "survey": {"response": 0.0}}
    return {
        "title": title,
        "calendar": calendar,
        "intents": intents,
        "queues": queues,
        "staff": staff,
        "quality": quiet,
        **more,
    }


def stationary(plan: Data, per_second: float) -> Data:
    """A calendar of so many contacts a replication after a warm-up of so many."""
    warmup, measured = plan["warmup"] / per_second, plan["contacts"] / per_second
    length = seconds(warmup + measured)
    return {"start": START, "length": length, "interval": length, "warmup": seconds(warmup), "max_drain": "30 d"}


def daily(plan: Data) -> Data:
    """A calendar of so many whole days, each of which begins empty (or is a period of a cycle)."""
    warmup = {"warmup": seconds(plan["warmup_days"] * DAY)} if "warmup_days" in plan else {}
    days = plan["days"] + plan.get("warmup_days", 0)
    return {"start": START, "length": f"{days} d", "interval": "24 h", **warmup, "max_drain": plan.get("drain", "1 d")}


def intent(per_second: float, path: Data, patience: Data | None = None) -> Data:
    """A stream of Poisson arrivals at a constant rate."""
    arrivals = {"kind": "constant", "per_hour": per_second * 3600.0}
    return {"channel": "voice", "arrivals": arrivals, **({"patience": patience} if patience else {}), "path": path}


def curve(per_hour: list[float], every: str, path: Data, patience: Data | None = None, begins: str = "00:00") -> Data:
    """A stream whose rate follows a curve, the same every day."""
    arrivals = {"kind": "curve", "begins": begins, "every": every, "per_hour": per_hour}
    return {"channel": "voice", "arrivals": arrivals, **({"patience": patience} if patience else {}), "path": path}


def step(talk: Data, resolution: float = 1.0) -> Data:
    """What a queue does."""
    return {"talk": talk, "resolution": resolution}


def queue(*skills: str, tier: int = 1, **more: Any) -> Data:
    """A waiting line."""
    return {"tier": tier, "skills": list(skills), **more}


def group(count: int, *skills: str, speed: float = 1.0, tier: int = 1, **more: Any) -> Data:
    """Agents alike; `speed` divides handle times."""
    return {"tier": tier, "skills": dict.fromkeys(skills, speed), "count": count, **more}
