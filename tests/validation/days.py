"""Scenarios of days: each begins empty, or is a period of a cycle."""

from __future__ import annotations

import math
from itertools import pairwise

from tests.validation import laws
from tests.validation.laws import Data, seconds
from tests.validation.parts import DAY, START, curve, daily, group, numbers, queue, scenario, step


def sinusoid(length: float) -> list[float]:
    """Calls per hour in cells of five minutes of 20·(1 + ½·sin(2πt/8)) a unit: exact integrals over the cells."""
    cells = 288
    edges = [cell * DAY / cells / length for cell in range(cells + 1)]

    def total(t: float) -> float:
        return 20.0 * (t + 0.5 * 8.0 / (2.0 * math.pi) * (1.0 - math.cos(2.0 * math.pi * t / 8.0)))

    pairs = pairwise(edges)
    return [round((total(high) - total(low)) * 3600.0 * cells / DAY, 9) for low, high in pairs]


def endless(title: str, model: Data, plan: Data) -> Data:
    """Mt/G/∞: the cycle of eight units is a day, so a unit is three hours."""
    talk = laws.law(model["service"]["dist"], model["service"]["mean"] * DAY / 8.0)
    calls = curve(sinusoid(DAY / 8.0), "5 min", {"line": step(talk)})
    return scenario(
        title, daily(plan), {"call": calls}, {"line": queue("calls")}, {"agents": group(plan["heads"], "calls")}
    )


def from_empty(title: str, model: Data, plan: Data) -> Data:
    """Mt/M/n+M over eight units of an hour; sixteen more empty the centre before the next day."""
    rates = [round(rate, 9) for rate in _eight_hours()] + [0.0] * (288 - 96)
    heads = int(model["staffing"].split("=")[1])
    calls = curve(rates, "5 min", {"line": step(laws.exponential(3600.0 / model["mu"]))}, laws.exponential(7200.0))
    return scenario(title, daily(plan), {"call": calls}, {"line": queue("calls")}, {"agents": group(heads, "calls")})


def _eight_hours() -> list[float]:
    """The sinusoid with a unit of one hour, in cells of five minutes: every third cell's width of the day's."""
    return [value * 3.0 for value in _thirds(sinusoid(DAY / 8.0))]


def _thirds(day: list[float]) -> list[float]:
    """Means over threes: cells of fifteen minutes of the day are cells of five minutes of eight hours."""
    return [sum(day[k : k + 3]) / 3.0 for k in range(0, len(day), 3)]


def working_day(title: str, model: Data, plan: Data) -> Data:
    """M/M/n from empty for a day of eight hours; whoever is there at its end is served out (or not: `drain`)."""
    patience = None
    if "patience" in model:
        patience = laws.exponential(60.0 * float(model["patience"].split()[-2]))
    talk = laws.exponential(60.0 / model["mu_per_min"])
    hours = int(model["day_min"] // 60)
    per_hour = 60.0 * model["lam_per_min"]
    calls = curve([per_hour] * hours + [0.0] * (24 - hours), "1 h", {"line": step(talk)}, patience)
    calendar = daily(plan)
    if "at_close" in model:
        calendar = {"start": START, "length": f"{hours} h", "interval": f"{hours} h", "max_drain": "0 s"}
    return scenario(
        title,
        calendar,
        {"call": calls},
        {"line": queue("calls")},
        {"agents": group(model["n"], "calls")},
        measures={"answer_within": seconds(60.0 * model["awt_min"])},
    )


def busy_days(title: str, model: Data, plan: Data) -> Data:
    """Hourly rates and heads from opening to closing, a gamma factor a day; the last heads serve the queue out."""
    opening, heads = model["opening_h"], model["agents"]
    rates = [0.0] * opening + model["arrivals_per_hour"] + [0.0] * (24 - opening - len(heads))
    balks = {"weight": 0.1, "of": laws.constant(0.0)}
    patience = {"law": "mixture", "parts": [balks, {"weight": 0.9, "of": laws.exponential(1000.0)}]}
    shifts, groups = staircase("", heads, opening, 1, "calls")
    return scenario(
        title,
        daily(plan),
        {"call": curve(rates, "1 h", {"line": step(laws.exponential(100.0))}, patience)},
        {"line": queue("calls")},
        groups,
        shifts=shifts,
        measures={"answer_within": seconds(model["s_seconds"])},
        busyness={"day_cv": model["alpha0"] ** -0.5},
        **({"routing": plan["routing"]} if "routing" in plan else {}),
    )


def staircase(name: str, heads: list[int], opening: int, hours: int, *skills: str) -> tuple[Data, Data]:
    """Shifts and groups whose heads follow a staircase; the last step's heads stay until midnight."""
    shifts: Data = {}
    groups: Data = {}
    for level in range(1, max(heads) + 1):
        for first, last in _spells([count >= level for count in heads]):
            begins = opening + hours * first
            ends = 24 if last == len(heads) else opening + hours * last
            shift = f"from_{begins:02d}_to_{ends:02d}"
            shifts[shift] = {"start": f"{begins:02d}:00", "end": f"{ends:02d}:00"}
            key = f"{name}{shift}"
            count = groups[key]["count"] + 1 if key in groups else 1
            groups[key] = group(count, *skills, shift=shift)
    return shifts, groups


def _spells(present: list[bool]) -> list[tuple[int, int]]:
    """Half-open spells in which something is there."""
    edges = [k for k in range(len(present) + 1) if _at(present, k) != _at(present, k - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _at(present: list[bool], k: int) -> bool:
    return 0 <= k < len(present) and present[k]


def urgent_care(title: str, model: Data, plan: Data) -> Data:
    """Operators, then nurses who call back a share of the callers; each day begins empty."""
    first, second = model["tier1"], model["tier2"]
    low, mode, high = (60.0 * value for value in numbers(first["service"]))
    talk = {"law": "triangular", "low": seconds(low), "mode": seconds(mode), "high": seconds(high)}
    up = second["p_escalate"] if second else 0.0
    path = {"operators": step(talk, 1.0 - up)}
    queues = {"operators": queue("operator")}
    groups = {"operators": group(first["n"], "operator")}
    if second:
        nurse = laws.uniform(*(60.0 * value for value in numbers(second["service"])))
        path["nurses"] = step(nurse)
        queues["nurses"] = queue("nurse", tier=2)
        groups["nurses"] = group(second["n"], "nurse", tier=2)
    per_hour = 60.0 / float(model["interarrival_min"].split()[-1])
    # arrivals go on for as long as is measured; the rest of the day empties the centre
    rates = [per_hour] * int(model["collect_min"] // 20) + [0.0] * (72 - int(model["collect_min"] // 20))
    arrivals = curve(rates, "20 min", path)
    return scenario(title, daily(plan), {"call": arrivals}, queues, groups, escalation={"agent_notices": 1.0})
