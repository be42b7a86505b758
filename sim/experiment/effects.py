"""What a difference comes to in units a leader uses: cases, calls, minutes, agents and money a month.

Amounts are counted in both arms, replication by replication, and not derived from rates; so an interval is that of a
paired difference. A run is stretched to a month by `costs.days_per_month`. Every effect carries the assumption it
rests on. Only the effects of the KPIs that decide have a joint interval; all others are exploratory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment import comparison, estimate
from sim.experiment.plan import Plan
from sim.experiment.spending import PLAIN, Reading

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.schema import Scenario

WORKING_DAYS = 21.0  # a month of a scenario that is shorter than a week
CALENDAR_DAYS = 365.25 / 12.0  # a month of one that has whole weeks
DAY = 86400.0
UNIT_COST = "cost_per_resolved_case"
Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Amount:
    """Something that is counted: the numerator of a KPI, and what one of it is called."""

    name: str
    kpi: str
    what: str
    unit: str = ""
    per: float = 1.0
    better: str = "higher"


AMOUNTS = (
    Amount("resolved_first", "fcr_true", "cases resolved at first contact"),
    Amount("resolved", "case_resolution", "cases resolved"),
    Amount("contacts", "contacts", "contacts made", better="lower"),
    Amount("abandoned", "abandonment", "contacts abandoned", better="lower"),
    Amount("waiting", "wait_all", "minutes that customers wait", per=60.0, better="lower"),
    Amount("satisfied", "csat_everyone", "contacts that leave the customer satisfied"),
)
WORK = Amount("agents", "utilisation", "agents' worth of handling", "agents", 3600.0, "lower")
SPENT = Amount("spent", "total_cost", "paid out", "money", 1.0, "lower")


@dataclass(frozen=True, slots=True)
class Month:
    """How a run is stretched to a month: the factor, and the assumption in words."""

    factor: float
    said: str


def added(
    cards: Sequence[Card], kpis: pd.DataFrame, table: pd.DataFrame, plan: Plan, reading: Reading = PLAIN
) -> list[Card]:
    """The cards with `effects` (numbers with their assumptions) and `in_words` (sentences), read at this look."""
    month = of_month(plan.arms[0].loaded.scenario)
    return [card | _told(list(_effects(card["arm"], kpis, table, plan, month, reading)), month) for card in cards]


def of_month(scenario: Scenario) -> Month:
    """The month of a scenario: as stated, else working days for less than a week and calendar days for weeks."""
    calendar, stated = scenario.calendar, scenario.costs.days_per_month
    measured = calendar.length - calendar.warmup
    days = max(1, math.ceil(measured / DAY - 1e-9))
    month = stated if stated is not None else WORKING_DAYS if days < 7 else CALENDAR_DAYS
    kind = "days" if stated is not None else "working days" if days < 7 else "calendar days"
    like = f"the simulated {calendar.start:%A} ({measured / 3600.0:g} h)" if days == 1 else f"the {days} simulated ones"
    typical = "no other kind of day, peak or season is in it"
    return Month(month / days, f"a month is {month:.3g} {kind} like {like}; {typical}")


def _told(effects: list[Card], month: Month) -> Card:
    return {"effects": effects, "in_words": [effect["text"] for effect in effects], "month": month.said}


def _effects(
    arm: str, kpis: pd.DataFrame, table: pd.DataFrame, plan: Plan, month: Month, reading: Reading
) -> Iterator[Card]:
    question, costs = plan.question, plan.arms[0].loaded.scenario.costs
    rows = table[(table["arm"] == arm) & (table["scope"] == "all")].set_index("kpi")
    error, members = 1.0 - question.confidence, max(1, int((table["family"] != "").sum()))
    levels = 1.0 - reading.nominal(error), 1.0 - reading.nominal(error / members)
    sums = _sums(kpis, [plan.baseline, arm])
    for amount in AMOUNTS:
        if amount.kpi in sums:
            decides = amount.kpi in (question.primary, *question.guardrails)
            yield _effect(amount, _stretched(sums[amount.kpi], month.factor / amount.per, levels, decides), month)
    if WORK.kpi in sums and WORK.kpi in rows.index:
        yield from _agents(sums[WORK.kpi], rows["baseline_mean"][WORK.kpi], costs, month, levels)
    if SPENT.kpi in sums:
        found = _stretched(sums[SPENT.kpi], month.factor, levels, decides=SPENT.kpi in question.guardrails)
        yield _effect(SPENT, found, month, "wages of all planned hours and overtime, bot and line time", costs.currency)
    if UNIT_COST in rows.index and "case_resolution" in sums:
        resolved = float(np.mean(sums["case_resolution"][0])) * month.factor
        yield _unit_cost(rows.loc[UNIT_COST], resolved, costs.currency, month)


def _sums(kpis: pd.DataFrame, arms: Sequence[str]) -> dict[str, Any]:
    """Numerators at scope `all`, by KPI: an array (arm, replication) of what both arms have."""
    wanted = {amount.kpi for amount in (*AMOUNTS, WORK, SPENT)}
    whole = kpis[(kpis["scope"] == "all") & kpis["kpi"].isin(wanted) & kpis["arm"].isin(arms)]
    keys, cubes = comparison.cube(whole, arms, sorted(wanted))
    tops = [cubes[arm].numerator for arm in arms]
    return {kpi: np.stack([top[place] for top in tops]) for place, (_scope, kpi) in enumerate(keys)}


def _stretched(sums: Any, factor: float, levels: tuple[float, float], decides: bool) -> dict[str, float | None]:
    """The paired difference of amounts a month, with its interval; a joint one where it decides."""
    found, _gain = estimate.paired_mean_difference(sums[1:] * factor, sums[:1] * factor)
    value = float(found.value[0])
    half, joint = (float(estimate.half_width(found, level)[0]) for level in levels)
    wide = (value - joint, value + joint) if decides else (math.nan, math.nan)
    return _numbers(value, value - half, value + half, *wide)


def _numbers(value: float, low: float, high: float, joint_low: float, joint_high: float) -> dict[str, float | None]:
    named = {"difference": value, "low": low, "high": high, "joint_low": joint_low, "joint_high": joint_high}
    return {name: number if math.isfinite(number) else None for name, number in named.items()}


def _agents(sums: Any, busy: float, costs: Any, month: Month, levels: tuple[float, float]) -> Iterator[Card]:
    """Handling hours as agents: at the baseline's handling minutes in a paid hour."""
    if not busy > 0.0:
        return
    hours = costs.agent_hours_per_month
    found = _stretched(sums, month.factor / WORK.per / busy / hours, levels, decides=False)
    basis = (
        f"an agent is paid {hours:g} hours a month and handles {60.0 * busy:.0f} minutes of each, as in the baseline; "
        "work on average, not what peaks need, and contacts that are lost are work no longer"
    )
    yield _effect(WORK, found, month, basis)


def _unit_cost(row: Any, resolved: float, currency: str, month: Month) -> Card:
    """The change of the cost of a resolved case, for as many resolved cases as the baseline has."""
    value, low, high = (float(row[name]) * resolved for name in ("difference", "ci_low", "ci_high"))
    found = _numbers(value, low, high, math.nan, math.nan)
    basis = (
        f"{_figures(resolved, resolved / 100.0)} resolved cases a month as in the baseline, each at the new cost; "
        "money is only saved where paid hours are cut"
    )
    what = "for as many resolved cases as today"
    return _effect(Amount("unit_cost", UNIT_COST, what, "money", 1.0, "lower"), found, month, basis, currency)


def _effect(amount: Amount, found: Mapping[str, Any], month: Month, basis: str = "", currency: str = "") -> Card:
    clear = found["low"] is not None and (found["low"] > 0.0 or found["high"] < 0.0)
    return {
        "name": amount.name, "kpi": amount.kpi, "what": amount.what, "unit": currency or amount.unit, "per": "month",
        "better": amount.better, **found, "clear": clear, "basis": basis,
        "assumption": f"{month.said}; {basis}" if basis else month.said,
        "text": sentence(amount.what, currency, found),
    }  # fmt: skip


def sentence(what: str, currency: str, found: Mapping[str, Any]) -> str:
    """An effect in words: `about 6,400 more cases resolved at first contact a month (3,700 to 9,200)`."""
    value, low, high = (found[name] for name in ("difference", "low", "high"))
    if value is None:
        return f"{what}: not defined"
    unit = f" {currency}" if currency else ""
    less = "less" if currency else "fewer"
    if value == low == high == 0.0:
        return f"no change at all: {what}"
    if low is None:
        way = "more" if value > 0.0 else less
        return f"about {_figures(abs(value), abs(value))}{unit} {way} {what} a month (too few replications to be sure)"
    half = (high - low) / 2.0
    if low < 0.0 < high:
        ends = f"{_figures(-low, half)} {less} to {_figures(high, half)} more"
        return f"no clear change{unit and f' in {currency}'}: {ends} {what} a month"
    near, far = sorted((abs(low), abs(high)))
    way = "more" if value > 0.0 else less
    return (
        f"about {_figures(abs(value), half)}{unit} {way} {what} a month "
        f"({_figures(near, half)} to {_figures(far, half)})"
    )


def _figures(value: float, half_width: float) -> str:
    """A number no finer than a tenth of the leading digit of its half-width: 6,441 ± 2,750 is 6,400."""
    if not half_width > 0.0:
        return f"{value:,.0f}"
    digits = 1 - math.floor(math.log10(half_width))
    return f"{round(value, digits):,.{min(2, max(0, digits))}f}"
