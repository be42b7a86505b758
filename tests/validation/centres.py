"""Scenarios of three published centres with several skills."""

from __future__ import annotations

from tests.validation import laws
from tests.validation.days import staircase
from tests.validation.laws import Data, seconds
from tests.validation.parts import MOST_CONTACTS, START, curve, daily, group, numbers, queue, scenario, step


def bilingual(title: str, model: Data, plan: Data) -> Data:
    """Two languages, three pools, five days of nine hours; who abandons calls again after twenty minutes."""
    names = model["types"]
    ends = [numbers(text) for text in model["service"]]
    rates = [0.0] * 8 + [100.0] + [50.0] * 8 + [0.0] * 7
    patience = laws.exponential(120.0)
    return scenario(
        title,
        plan.get("calendar", {"start": START, "length": "5 d", "interval": "24 h", "max_drain": "1 h"}),
        {
            name: curve(rates, "1 h", {name: step(laws.uniform(60.0 * low, 60.0 * high))}, patience)
            for name, (low, high) in zip(names, ends, strict=True)
        },
        {name: queue(name) for name in names},
        {"_and_".join(pool["skills"]): group(pool["n"], *pool["skills"], shift="open") for pool in model["pools"]},
        shifts={"open": {"start": "08:00", "end": "17:00"}},
        measures={"answer_within": seconds(60.0 * model["awt_min"])},
        returns={
            "retrial": {"probability": 0.75, "delay": laws.constant(1200.0)},
            "max_contacts": MOST_CONTACTS,
            "patience": "per_case",
        },
        routing={"rule": "random_idle"},
    )


def bank(title: str, model: Data, plan: Data) -> Data:
    """Specialists are a third faster at their own type; a freed one takes that type first, else the longest wait."""
    names, means = model["types"], (300.0, 300.0, 60.0)
    rates = model["arrivals_per_hour"]
    ends = [numbers(text) for text in model["patience"]]
    intents = {
        name: curve(
            [0.0] * 8 + [float(first)] + [float(later)] * 8 + [0.0] * 7,
            "1 h",
            {name: step(laws.exponential(mean))},
            laws.uniform(60.0 * low, 60.0 * high),
        )
        for name, first, later, mean, (low, high) in zip(
            names, rates["first_hour"], rates["later"], means, ends, strict=True
        )
    }
    groups = {
        special: {
            **group(pool["n"], *names, shift="open"),
            "skills": {n: 1.0 / (0.75 if n == special else 1.0) for n in names},
        }
        for special, pool in zip(names, model["pools"], strict=False)
    }
    return scenario(
        title,
        plan.get("calendar", {"start": START, "length": "5 d", "interval": "24 h", "max_drain": "1 h"}),
        intents,
        {name: queue(name) for name in names},
        groups,
        shifts={"open": {"start": "08:00", "end": "17:00"}},
        routing={
            "rule": "specialists",
            "params": {"order": {"savings": ["savings", "checking"], "checking": ["checking", "savings"]}},
        },
    )


def three_types(title: str, model: Data, plan: Data) -> Data:
    """Three types, two pools, three periods of two hours; laws follow the period of arrival, so each is an intent."""
    periods, hours = model["periods"], int(model["period_min"] // 60)
    speeds, leaves = (0.5, 0.6, 0.4), (0.3, 0.4, 0.2)
    intents = {
        f"type{kind}_period{period}": curve(
            [60.0 * rates[period] if hour // hours == period else 0.0 for hour in range(24)],
            "1 h",
            {f"type{kind}": step(laws.exponential(60.0 / speeds[period]))},
            laws.exponential(60.0 / leaves[period]),
        )
        for kind, rates in enumerate(model["lam_per_min"])
        for period in range(periods)
    }
    shifts: Data = {}
    groups: Data = {}
    for k, heads in enumerate(model["agents"]):
        skills = [f"type{kind}" for kind in model["group_to_type"][k]]
        shifts_k, groups_k = staircase(f"group{k}_", heads, 0, hours, *skills)
        shifts |= shifts_k
        groups |= groups_k
    order = {f"type{kind}": [f"group{k}" for k in pool] for kind, pool in enumerate(model["type_to_group"])}
    routing = {"rule": "pool_order", "params": {"order": order}} | plan.get("routing", {})
    routing["params"] = {"order": order, **routing["params"]}
    return scenario(
        title,
        daily(plan),
        intents,
        {f"type{kind}": queue(f"type{kind}") for kind in range(len(order))},
        groups,
        shifts=shifts,
        measures={"answer_within": seconds(60.0 * model["awt_min"])},
        busyness={"day_cv": 28.7**-0.5},
        routing=routing,
    )
