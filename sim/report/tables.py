"""From stored rows to what a chart or a table shows: levels, paired differences, the day's course, the flow.

A level's interval is a t interval over replications (of the jackknife, where the KPI is a ratio of sums); a difference
is paired by replication. Fewer than five replications give no interval. Differences that the comparison stored are
taken from there, not computed again; levels are estimated as it does, so that they differ by the difference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from sim.experiment import estimate
from sim.report import formats
from sim.report.stored import Arm, Kpi, Stored

FEWEST = 5
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """A mean over replications with the half-width of its t interval (NaN: no interval)."""

    mean: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A paired difference, arm − baseline, of one KPI in one scope."""

    value: float
    low: float
    high: float
    baseline: float
    arm: float
    verdict: str = ""

    @property
    def defined(self) -> bool:
        return math.isfinite(self.value)

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def clear(self) -> bool:
        """Does the interval exclude zero?"""
        return math.isfinite(self.low) and (self.low > 0 or self.high < 0)

    def good(self, better: str) -> bool | None:
        """True: clearly better, False: clearly worse, None: neither, or the KPI has no better direction."""
        if not self.clear or better not in ("higher", "lower"):
            return None
        return (self.value > 0) == (better == "higher")


@dataclass(frozen=True, slots=True)
class Course:
    """One KPI of one arm through the day; `values` has one row a replication, one column an interval."""

    hours: Floats
    values: Floats
    mean: Floats
    half_width: Floats


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the contacts of one stage go: mean count a replication by target, and each replication's total."""

    name: str
    targets: dict[str, float]
    totals: Floats

    @property
    def total(self) -> float:
        return sum(self.targets.values())


def level(values: Floats, confidence: float) -> Level:
    """Mean and half-width over the replications in which the KPI is defined."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return Level(math.nan, math.nan)
    return Level(float(known.mean()), float(_half_widths(known[:, None], confidence)[0]))


def levels(stored: Stored, scope: str = "all") -> dict[tuple[str, str], Level]:
    """Levels of the whole run in one scope, by (arm, KPI): ratios of sums for ratios, as in the comparison."""
    groups = _totals(stored, scope, list(stored.kpis)).groupby(["arm", "kpi"], observed=True)
    return {(str(arm), str(kpi)): _level(stored, stored.kpis[str(kpi)], rows) for (arm, kpi), rows in groups}


def gaps(stored: Stored, arm: Arm, scope: str = "all") -> dict[str, Gap]:
    """Differences of one arm in one scope by KPI: as the comparison stored them, else paired here."""
    table = stored.comparison
    found = table[(table["arm"] == arm.name) & (table["scope"] == scope)]
    kept = {str(row.kpi): _stored_gap(row) for row in found.itertuples()}
    missing = [name for name in stored.kpis if name not in kept]
    return kept | _paired(_totals(stored, scope, missing), stored, arm)


def by_scope(stored: Stored, family: str, kpi: str, arm: Arm) -> dict[str, Gap]:
    """Differences of one KPI by the members of a family of scopes (`intent`, `segment`, `tier`), undefined left out."""
    table = stored.comparison
    rows = table[(table["arm"] == arm.name) & (table["kpi"] == kpi)]
    kept = {str(row.scope): _stored_gap(row) for row in rows.itertuples()}
    found: dict[str, Gap] = {}
    for member in members(stored, family):
        scope = f"{family}:{member}"
        gap = kept.get(scope) or _paired(_totals(stored, scope, [kpi]), stored, arm).get(kpi)
        if gap is not None and gap.defined:
            found[member] = gap
    return found


def members(stored: Stored, family: str) -> list[str]:
    """The names in a family of scopes, in the order of the scenario's map, then of the tables."""
    prefix = f"{family}:"
    scopes = [str(s) for s in stored.kpi["scope"].cat.categories if str(s).startswith(prefix)]
    known = {"intent": "intents", "segment": "segments"}.get(family, "")
    order = list((stored.manifest.get("scenario") or {}).get(known) or {})
    names = [scope.removeprefix(prefix) for scope in scopes]
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))


def course(stored: Stored, arm: Arm, kpi: str, scope: str = "all") -> Course | None:
    """One KPI through the day; days are folded onto one clock. None where no interval has a value."""
    rows = stored.kpi
    rows = rows[(rows["kpi"] == kpi) & (rows["scope"] == scope) & (rows["arm"] == arm.name)]
    rows = rows[rows["interval"] != "total"]
    if rows["value"].notna().sum() == 0:
        return None
    hours = rows["interval"].astype(str).map(_hours(sorted(set(rows["interval"].astype(str)))))
    rows = rows.assign(hours=hours.astype(float), numerator=rows["numerator"].where(rows["denominator"] > 0))
    sums = rows.groupby(["replication", "hours"])[["numerator", "denominator"]].sum(min_count=1)
    ratio = (sums["numerator"] / sums["denominator"].replace(0.0, np.nan)).unstack("hours")
    values = ratio.to_numpy(float)
    return Course(ratio.columns.to_numpy(float), values, *_means(values, stored.confidence))


def course_gap(stored: Stored, arm: Course, baseline: Course) -> tuple[Floats, Floats, Floats]:
    """Paired differences by interval: clock hours, means, half-widths corrected (Bonferroni) for their number."""
    shared, ours, theirs = np.intersect1d(arm.hours, baseline.hours, return_indices=True)
    rows = min(len(arm.values), len(baseline.values))
    paired = arm.values[:rows, ours] - baseline.values[:rows, theirs]
    confidence = 1 - (1 - stored.confidence) / max(1, len(shared))
    return (shared, *_means(paired, confidence))


def stages(stored: Stored, arm: Arm) -> list[Stage]:
    """The flow of one arm: arrival, bot, tiers in order, then anything else that passes contacts on."""
    rows = stored.flows[stored.flows["arm"] == arm.name]
    count = max(1, rows["replication"].nunique())
    sums = rows.groupby(["source", "target"], observed=True)["count"].sum() / count
    totals = rows.groupby(["source", "replication"], observed=True)["count"].sum()
    names = {str(source) for source, _ in sums.index}
    return [
        Stage(name, {str(k): float(v) for k, v in sums[name].items() if v > 0}, totals[name].to_numpy(float))
        for name in sorted(names, key=_stage_order)
        if float(sums[name].sum()) > 0
    ]


def scale_of(stored: Stored, kpi: Kpi, means: dict[tuple[str, str], Level]) -> formats.Scale:
    """One scale a KPI for the whole page, by its unit and the baseline's level."""
    known = means.get((stored.baseline.name, kpi.name))
    return formats.scale(kpi.unit, known.mean if known and math.isfinite(known.mean) else 0.0, stored.currency)


def find(stored: Stored, candidates: Iterable[str]) -> Kpi | None:
    """The first candidate that is defined in the manifest."""
    return next((stored.kpis[name] for name in candidates if name in stored.kpis), None)


def _level(stored: Stored, kpi: Kpi, rows: pd.DataFrame) -> Level:
    if kpi.kind != "ratio":
        return level(rows["value"].to_numpy(float), stored.confidence)
    sums = (rows[name].to_numpy(float)[None, :] for name in ("numerator", "denominator"))
    found = estimate.single(*estimate.ratio_pseudo(*sums))
    return Level(float(found.value[0]), float(estimate.half_width(found, stored.confidence)[0]))


def _totals(stored: Stored, scope: str, kpis: list[str]) -> pd.DataFrame:
    rows = stored.totals
    return rows[(rows["scope"] == scope) & rows["kpi"].isin(kpis)]


def _stored_gap(row: object) -> Gap:
    difference, low, high, baseline, arm = (
        float(getattr(row, name)) for name in ("difference", "ci_low", "ci_high", "baseline_mean", "arm_mean")
    )
    return Gap(difference, low, high, baseline, arm, formats.clean(getattr(row, "verdict", "")))


def _paired(rows: pd.DataFrame, stored: Stored, arm: Arm) -> dict[str, Gap]:
    if rows.empty:
        return {}
    wide = rows.pivot_table("value", ["kpi", "replication"], "arm", dropna=False, observed=True)
    if arm.name not in wide or stored.baseline.name not in wide:
        return {}
    pairs = wide[[arm.name, stored.baseline.name]].dropna()
    groups = pairs.groupby(level="kpi", observed=True)
    return {str(kpi): _gap(pair.to_numpy(float), stored.confidence) for kpi, pair in groups}


def _gap(pairs: Floats, confidence: float) -> Gap:
    found = level(pairs[:, 0] - pairs[:, 1], confidence)
    arm, baseline = pairs.mean(axis=0)
    low, high = found.mean - found.half_width, found.mean + found.half_width
    return Gap(found.mean, low, high, float(baseline), float(arm))


def _means(values: Floats, confidence: float) -> tuple[Floats, Floats]:
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(counts > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(counts, 1), np.nan)
    return mean, _half_widths(values, confidence)


def _half_widths(values: Floats, confidence: float) -> Floats:
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    enough = np.maximum(counts, 2)
    mean = np.where(known, values, 0.0).sum(axis=0) / enough
    spread = np.where(known, values - mean, 0.0)
    deviation = np.sqrt((spread**2).sum(axis=0) / (enough - 1))
    half = special.stdtrit(enough - 1, (1 + confidence) / 2) * deviation / np.sqrt(enough)
    return np.where(counts >= FEWEST, half, np.nan)


def _hours(starts: list[str]) -> dict[str, float]:
    """ISO starts to hours since the first midnight; more than one day is folded onto the clock."""
    moments = pd.to_datetime(pd.Series(starts), format="ISO8601").dt.tz_localize(None)
    hours = (moments - moments.min().normalize()).dt.total_seconds() / 3600
    if hours.max() - hours.min() >= 24:
        hours = hours % 24
    return dict(zip(starts, hours.astype(float), strict=True))


def _stage_order(name: str) -> tuple[int, str]:
    fixed = {"arrival": 0, "bot": 1}
    return (fixed.get(name, 2 if name.startswith("tier") else 3), name)
