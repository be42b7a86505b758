"""Two charts of many arms: the frontier of waiting against resolution, and the price of fairness.

Who is beaten is judged by paired differences with their intervals, each read on its own: exploratory, as both charts
say. Sizes and places are means over replications.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report import formats, scatter, tables
from sim.report.canvas import Chart
from sim.report.scatter import Axis, Mark
from sim.report.stored import Arm, Kpi
from sim.report.tables import Level

if TYPE_CHECKING:
    from sim.report.figures import Findings

FEWEST = 3  # arms
_WAITS = ("asa", "wait_all")
_COSTS = ("cost_per_resolved_case", "cost_per_contact")
_NO_LIMIT = math.inf


def frontier(found: Findings) -> Chart | None:
    """Wait against true resolution, cost as the size of the mark; rules that another beats are struck out."""
    stored = found.stored
    wait, solved, cost = (tables.find(stored, names) for names in (_WAITS, ("fcr_true",), _COSTS))
    if wait is None or solved is None:
        return None
    kpis = [wait, solved] + ([cost] if cost is not None else [])
    arms = _defined(found, kpis)
    if len(arms) < FEWEST:
        return None
    beaten = _beaten(found, arms, kpis)
    sizes = _sizes(found, arms, cost)
    marks = [
        Mark(_mean(found, arm, wait), _mean(found, arm, solved), found.looks[arm.name], size, arm.name in beaten)
        for arm, size in zip(arms, sizes, strict=True)
    ]
    finding = _who_beats_whom(arms, beaten)
    told = " ".join(_told(found, arm, kpis) for arm in arms)
    return Chart(
        "frontier",
        finding,
        f"{wait.title} against {solved.title}. {told} {finding}",
        f"Up and to the left is better. {_dearer(found, arms, cost)}Struck out: another rule is clearly better in wait "
        "or resolution, not behind in the mean of either, and clearly worse in none of what is shown, by paired "
        "intervals; exploratory, as every pair is looked at.",
        lambda width: scatter.draw(
            marks, Axis(f"{wait.title} →", found.scales[wait.name]),
            Axis(f"↑ {solved.title}", found.scales[solved.name]), finding, width, _by_means(marks),
        ),
    )  # fmt: skip


def price_of_fairness(found: Findings) -> Chart | None:
    """Inequality of occupancy against the primary KPI, along one parameter of a routing rule."""
    stored, primary = found.stored, found.primary
    gini = tables.find(stored, ("occupancy_gini",))
    if primary is None or gini is None or primary is gini:
        return None
    arms = _defined(found, [gini, primary])
    name, curve = _curve(stored.manifest, arms)
    if len(curve) < FEWEST:
        return None
    marks = [Mark(_mean(found, arm, gini), _mean(found, arm, primary), found.looks[arm.name]) for arm in arms]
    finding = _price(found, curve, gini, primary)
    told = " ".join(_told(found, arm, [gini, primary]) for arm in arms)
    return Chart(
        "price-of-fairness",
        finding,
        f"{gini.title} against {primary.title}. {told} {finding}",
        f"The line follows {name.replace('_', ' ')} of the routing rule. To the left work is shared more evenly; "
        f"{primary.title}: {primary.better} is better. Means over replications; the sentence gives paired "
        "differences.",
        lambda width: scatter.draw(
            marks, Axis(f"{gini.title} →", found.scales[gini.name]),
            Axis(f"↑ {primary.title}", found.scales[primary.name]), finding, width, [arms.index(arm) for arm in curve],
        ),
    )  # fmt: skip


def paired(found: Findings, kpi: Kpi, one: Arm, other: Arm) -> Level:
    """Mean of the paired differences of two arms, with the half-width of its interval."""
    rows = found.stored.totals
    rows = rows[(rows["kpi"] == kpi.name) & (rows["scope"] == "all")]
    wide = rows.pivot_table("value", "replication", "arm", dropna=False, observed=True)
    return tables.level((wide[one.name] - wide[other.name]).to_numpy(float), found.stored.confidence)


def _beaten(found: Findings, arms: Sequence[Arm], kpis: Sequence[Kpi]) -> dict[str, Arm]:
    """The arms that another beats, each with the one that does: one that nobody beats, if there is such a one."""
    beats = {
        arm.name: [(_clearly(found, other, arm, kpis), other) for other in arms if other is not arm] for arm in arms
    }
    by = {name: [(clear, other) for clear, other in others if clear] for name, others in beats.items()}
    return {
        name: max(others, key=lambda one: (not by[one[1].name], one[0], -arms.index(one[1])))[1]
        for name, others in by.items()
        if others
    }


def _who_beats_whom(arms: Sequence[Arm], beaten: Mapping[str, Arm]) -> str:
    winners = [arm for arm in arms if any(arm is other for other in beaten.values())]
    said = [
        f"“{_label(winner)}” beats {formats.listed([_label(arm) for arm in arms if beaten.get(arm.name) is winner])}"
        for winner in winners
    ]
    return f"{'; '.join(said)}." if said else f"None of the {len(arms)} rules is clearly beaten by another."


def _clearly(found: Findings, one: Arm, other: Arm, kpis: Sequence[Kpi]) -> int:
    """In how many of wait and resolution `one` is clearly better than `other`; 0 unless it beats it."""
    better = 0
    for place, kpi in enumerate(kpis):
        gap = paired(found, kpi, one, other)
        ahead = gap.mean if kpi.better == "higher" else -gap.mean
        if not math.isfinite(gap.half_width) or ahead < -gap.half_width or (place < 2 and ahead < 0.0):
            return 0
        better += place < 2 and ahead > gap.half_width
    return better


def _by_means(marks: Sequence[Mark]) -> list[int]:
    """Places of the marks on the frontier of the means, from the left."""
    kept = [
        place for place, mark in enumerate(marks)
        if not any(other.x <= mark.x and other.y >= mark.y and other != mark for other in marks)
    ]  # fmt: skip
    return sorted(kept, key=lambda place: (marks[place].x, marks[place].y))


def _curve(manifest: Mapping[str, Any], arms: Sequence[Arm]) -> tuple[str, list[Arm]]:
    """The arms of one rule that differ in one numeric parameter alone, by its value (none: no limit, the last)."""
    scenarios = manifest.get("arms_scenarios") or {}
    by_rule: dict[str, list[tuple[Arm, dict[str, Any]]]] = {}
    for arm in arms:
        routing = (scenarios.get(arm.name) or {}).get("routing") or {}
        by_rule.setdefault(str(routing.get("rule")), []).append((arm, _leaves(routing.get("params") or {})))
    for members in by_rule.values():
        keys = dict.fromkeys(key for _, leaves in members for key in leaves)
        differ = [key for key in keys if len({repr(leaves.get(key)) for _, leaves in members}) > 1]
        values = [_number(leaves.get(differ[0])) for _, leaves in members] if len(differ) == 1 else []
        if len(members) >= FEWEST and values and None not in values:
            order = sorted(range(len(members)), key=lambda place: values[place] or 0.0)
            return differ[0], [members[place][0] for place in order]
    return "", []


def _leaves(params: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in params.items():
        found |= _leaves(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return found


def _number(value: Any) -> float | None:
    if value is None:
        return _NO_LIMIT
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _price(found: Findings, curve: Sequence[Arm], gini: Kpi, primary: Kpi) -> str:
    """From the loosest arm of the curve to the one that shares work most evenly, which need not be the tightest."""
    tight, loose = curve[0], curve[-1]
    even = min(curve[:-1], key=lambda arm: _mean(found, arm, gini))
    moved = []
    for kpi in (gini, primary):
        gap, scale = paired(found, kpi, even, loose), found.scales[kpi.name]
        clear = abs(gap.mean) > gap.half_width
        size = formats.difference(gap.mean, scale, gap.half_width)
        moved.append(f"{kpi.title} {size}{'' if clear else ' (no clear difference)'}")
    back = paired(found, gini, tight, even)
    again = " Tighter still, inequality rises again." if back.mean > back.half_width else ""
    return f"From “{_label(loose)}” to “{_label(even)}”: {moved[0]}, for {moved[1]}.{again}"


def _sizes(found: Findings, arms: Sequence[Arm], cost: Kpi | None) -> list[float]:
    if cost is None:
        return [0.3] * len(arms)
    costs = [_mean(found, arm, cost) for arm in arms]
    low, high = min(costs), max(costs)
    return [(one - low) / (high - low) if high > low else 0.3 for one in costs]


def _dearer(found: Findings, arms: Sequence[Arm], cost: Kpi | None) -> str:
    if cost is None:
        return ""
    costs, scale = [_mean(found, arm, cost) for arm in arms], found.scales[cost.name]
    return f"The larger the mark, the higher {cost.title.lower()} ({formats.value(min(costs), scale)} to " \
           f"{formats.value(max(costs), scale)}). "  # fmt: skip


def _defined(found: Findings, kpis: Sequence[Kpi]) -> list[Arm]:
    arms = (found.stored.baseline, *found.stored.others)
    return [arm for arm in arms if all(math.isfinite(_mean(found, arm, kpi)) for kpi in kpis)]


def _mean(found: Findings, arm: Arm, kpi: Kpi) -> float:
    level = found.levels.get((arm.name, kpi.name))
    return math.nan if level is None else level.mean


def _told(found: Findings, arm: Arm, kpis: Sequence[Kpi]) -> str:
    parts = [f"{kpi.title} {formats.value(_mean(found, arm, kpi), found.scales[kpi.name])}" for kpi in kpis]
    return f"{_label(arm)}: {', '.join(parts)}."


def _label(arm: Arm) -> str:
    return formats.isolated(arm.label)
