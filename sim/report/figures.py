"""The charts of one report: which there are, what each one found, and how it is told to those who cannot see it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.report import canvas, day, flow, forest, formats, frontier, tables, words
from sim.report.canvas import Chart, Look
from sim.report.stored import Arm, Kpi, Stored
from sim.report.tables import Course, Gap, Level
from sim.report.words import Named

MAIN = (
    "service_level", "abandonment", "asa", "wait_p90", "aht", "occupancy", "occupancy_gini", "containment", "fcr_true",
    "repeat_rate", "escalation_rate", "csat", "qa_score_true", "time_to_resolution", "cost_per_contact",
    "cost_per_resolved_case",
)  # fmt: skip
_WAITS = ("asa", "wait_all", "wait", "abandonment")
_MOST_MEMBERS = 40


@dataclass(frozen=True)
class Findings:
    """What every chart needs, computed once: levels, differences, scales, looks."""

    stored: Stored
    levels: dict[tuple[str, str], Level]
    gaps: dict[str, dict[str, Gap]]
    scales: dict[str, formats.Scale]
    looks: dict[str, Look]

    @property
    def primary(self) -> Kpi | None:
        entry = self.stored.manifest.get("primary") or {}
        return self.stored.kpis.get(str(entry.get("kpi")))

    @property
    def matters(self) -> float:
        entry = self.stored.manifest.get("primary") or {}
        return float(entry.get("matters") or 0.0)

    @property
    def guardrails(self) -> dict[str, float]:
        """Margins of the guardrails that are defined, by KPI."""
        known = self.stored.manifest.get("guardrails") or {}
        return {name: float(margin) for name, margin in known.items() if name in self.stored.kpis}

    def looks_of(self, arms: Sequence[Arm]) -> list[Look]:
        return [self.looks[arm.name] for arm in arms]


def gather(stored: Stored) -> Findings:
    """Compute what the page and its charts share."""
    levels = tables.levels(stored)
    arms = _arms(stored)
    alone = not stored.others
    return Findings(
        stored,
        levels,
        {arm.name: tables.gaps(stored, arm) for arm in stored.others},
        {name: tables.scale_of(stored, kpi, levels) for name, kpi in stored.kpis.items()},
        {arm.name: canvas.look(place, arm.label, alone) for place, arm in enumerate(arms)},
    )


def charts(found: Findings) -> list[Chart]:
    """All charts that have something to show, in the page's order."""
    makers = (differences, frontier.frontier, frontier.price_of_fairness, through_the_day, occupancy, gains, flows)
    return [chart for chart in (make(found) for make in makers) if chart is not None]


def order(found: Findings) -> list[Kpi]:
    """KPIs in the page's order: primary, guardrails, the main ones, the others; those defined in no arm come last."""
    kpis = found.stored.kpis
    first = [found.primary.name] if found.primary else []
    names = dict.fromkeys([*first, *found.guardrails, *(name for name in MAIN if name in kpis), *kpis])
    decides = {*first, *found.guardrails}
    known = {kpi for (_, kpi), level in found.levels.items() if math.isfinite(level.mean)} | decides
    return [kpis[name] for name in sorted(names, key=lambda name: name not in known)]


def strip(found: Findings, arm: Arm, place: int) -> Chart | None:
    """The primary KPI of one arm as a strip for its card."""
    primary = found.primary
    gap = found.gaps.get(arm.name, {}).get(primary.name) if primary else None
    if primary is None or gap is None or not gap.defined:
        return None
    scale, look = found.scales[primary.name], found.looks[arm.name]
    said = formats.difference(gap.value, scale, gap.half_width)
    between = formats.interval(gap.low, gap.high, scale)
    words_of = f"{primary.title}: {said}" + (f", interval {between}" if between else ", no interval")
    zone = f"; less than {formats.amount(found.matters, scale)} either way does not matter" if found.matters else ""
    return Chart(
        f"card-{place}-{slug(arm.name)}", "", words_of + zone, "",
        lambda width: forest.strip(gap, look, scale, primary.better, found.matters, width),
    )  # fmt: skip


def differences(found: Findings) -> Chart | None:
    """Forest of the primary, the guardrails and the main KPIs, one panel a unit."""
    stored, others = found.stored, found.stored.others
    panels = _by_unit(found, [kpi for kpi in order(found) if _is_main(found, kpi)])
    if not others or not panels:
        return None
    looks = found.looks_of(others)
    told = [_told(row, looks, panel.scale) for panel in panels for row in panel.rows]
    rails = "A shaded orange end is where a guardrail breaks. " if found.guardrails else ""
    zone = "The grey zone is too small to matter. " if found.matters else ""
    finding = _lines(_forest_finding(found, arm) for arm in others)
    return Chart(
        "differences",
        finding,
        f"Differences from {formats.isolated(stored.baseline.label)} with intervals. {' '.join(told)}",
        f"Each mark is the paired difference from {formats.isolated(stored.baseline.label)}, each line its "
        f"{_percent(stored)} interval; a hollow mark means that the interval holds zero. {rails}{zone}"
        "Panels differ in unit and scale.",
        lambda width: forest.draw(panels, looks, finding, width),
    )


def gains(found: Findings) -> Chart | None:
    """Who gains and who pays: the primary KPI by intent and by segment."""
    stored, others = found.stored, found.stored.others
    kpi = found.primary or (tables.find(stored, MAIN) if others else None)
    if kpi is None or not others:
        return None
    panels, said = [], []
    for family in ("intent", "segment"):
        columns = [tables.by_scope(stored, family, kpi.name, arm) for arm in others]
        names = _sorted_members(columns)
        if len(names) < (1 if family == "intent" else 2):
            continue
        scale = found.scales[kpi.name]
        rows = tuple(_member_row(stored, kpi, family, name, columns) for name in names)
        panels.append(forest.Panel(f"{family.upper()}S · {scale.axis}", scale, rows))
        said.append([_gains_finding(arm, family, one, kpi) for arm, one in zip(others, columns, strict=True)])
    if not panels:
        return None
    looks = found.looks_of(others)
    finding = _lines(said[0])
    more = " ".join(words.capital(one) for one in said[1]) + " " if len(said) > 1 else ""
    told = [_told(row, looks, panel.scale) for panel in panels for row in panel.rows]
    return Chart(
        "who-gains-who-pays",
        finding,
        f"Differences in {kpi.title} by intent and segment. {' '.join(told)}",
        f"{more}Paired differences in {kpi.title} ({kpi.better} is better), best first. Exploratory: the "
        f"{_percent(stored)} intervals are not corrected for looking at many groups, so about one group in "
        f"{round(1 / (1 - stored.confidence))} would seem to differ by chance alone.",
        lambda width: forest.draw(panels, looks, finding, width),
    )


def through_the_day(found: Findings) -> Chart | None:
    """Service level and waiting through the day."""
    stored = found.stored
    kpis = [tables.find(stored, ("service_level", "sl_offered")), tables.find(stored, _WAITS)]
    panels, said = [], []
    for kpi in kpis:
        courses = [tables.course(stored, arm, kpi.name) for arm in _arms(stored)] if kpi else []
        if kpi is None or not any(courses):
            continue
        scale = found.scales[kpi.name]
        note = "" if kpi.unit == "share" else f"{scale.axis}, {kpi.better} is better"
        panels.append(day.Panel(kpi.title, note, scale, tuple(courses)))
        said.append(_day_findings(stored, kpi, scale, courses))
    if not panels:
        return None
    looks, finding = found.looks_of(_arms(stored)), _lines(said[0])
    more = "".join(f"{words.capital(one)} " for rest in said[1:] for one in rest)
    return Chart(
        "through-the-day",
        finding,
        f"Curves through the day of {formats.listed([panel.title for panel in panels])}. {finding} {more}",
        f"{more}Means over replications; bands are {_percent(stored)} t intervals."
        + (" Clear differences are judged with a correction for the number of intervals." if stored.others else ""),
        lambda width: day.draw(panels, looks, finding, width),
    )


def occupancy(found: Findings) -> Chart | None:
    """Occupancy of each tier through the day, on one scale."""
    stored, kpi = found.stored, tables.find(found.stored, ("occupancy", "utilisation"))
    if kpi is None:
        return None
    scale, arms = found.scales[kpi.name], _arms(stored)
    panels = []
    for tier in tables.members(stored, "tier"):
        courses = tuple(tables.course(stored, arm, kpi.name, f"tier:{tier}") for arm in arms)
        if any(courses):
            panels.append(day.Panel(f"Tier {tier}", _tier_note(stored, kpi, tier, scale), scale, courses))
    if not panels:
        return None
    looks, finding = found.looks_of(arms), _occupancy_finding(found, kpi, scale)
    told = " ".join(f"{panel.title}: {panel.note}." for panel in panels)
    return Chart(
        "occupancy-by-tier",
        finding,
        f"{kpi.title} through the day, one panel a tier. {told}",
        f"Share of signed-on time spent on contacts; bands are {_percent(stored)} t intervals over replications.",
        lambda width: day.draw(panels, looks, finding, width, same=True),
    )


def flows(found: Findings) -> Chart | None:
    """Contacts through arrival, bot and tiers."""
    stored, arms = found.stored, _arms(found.stored)
    staged = [tables.stages(stored, arm) for arm in arms]
    kept = [(arm, stages) for arm, stages in zip(arms, staged, strict=True) if stages]
    if not kept or kept[0][0] is not stored.baseline:
        return None
    looks, staged = found.looks_of([arm for arm, _ in kept]), [stages for _, stages in kept]
    titles = {name: flow.title_of(name).lower() for name in flow.stage_names(staged)}
    said = [
        words.flow(formats.isolated(arm.label), stages, staged[0], titles, stored.confidence)
        for arm, stages in kept[1:]
    ] or [words.flow_alone(staged[0], titles)]
    finding = _lines(said)
    told = [f"{formats.isolated(arm.label)}: {_flow_told(stages)}" for arm, stages in kept]
    return Chart(
        "flow",
        finding,
        f"Where contacts go, stage by stage. {' '.join(told)}",
        "Mean counts of a replication. Within a stage the bars share one scale; “handed on” went to another tier or "
        "to a supervisor, “left” hung up in the bot or was blocked.",
        lambda width: flow.draw(staged, looks, finding, width),
    )


def slug(name: str) -> str:
    """A name that is safe in a file name and in an anchor."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:64] or "x"


def _arms(stored: Stored) -> tuple[Arm, ...]:
    return (stored.baseline, *stored.others)


def _percent(stored: Stored) -> str:
    return f"{100 * stored.confidence:g}{formats.NARROW}%"


def _lines(sentences: Iterable[str]) -> str:
    """A finding: one sentence an arm, each on a line of its own."""
    return "\n".join(map(words.capital, sentences))


def _is_main(found: Findings, kpi: Kpi) -> bool:
    decides = kpi is found.primary or kpi.name in found.guardrails
    gaps = [found.gaps[arm.name].get(kpi.name) for arm in found.stored.others]
    return decides or (kpi.name in MAIN and any(gap is not None and gap.defined for gap in gaps))


def _by_unit(found: Findings, kpis: Sequence[Kpi]) -> list[forest.Panel]:
    groups: dict[str, list[Kpi]] = {}
    for kpi in kpis:
        groups.setdefault(found.scales[kpi.name].axis, []).append(kpi)
    panels = []
    for axis, members in groups.items():
        scale = found.scales[members[0].name]
        panels.append(forest.Panel(axis.upper(), scale, tuple(_kpi_row(found, kpi) for kpi in members)))
    return panels


def _kpi_row(found: Findings, kpi: Kpi) -> forest.Row:
    primary = kpi is found.primary
    margin = found.guardrails.get(kpi.name, math.nan)
    role = "primary · " if primary else "guardrail · " if math.isfinite(margin) else ""
    note = role + (f"{kpi.better} is better" if kpi.better in ("higher", "lower") else "no better direction")
    gaps = tuple(found.gaps[arm.name].get(kpi.name) for arm in found.stored.others)
    matters = found.matters if primary and found.matters else math.nan
    return forest.Row(kpi.title, note, gaps, kpi.better, margin, matters, strong=primary)


def _member_row(stored: Stored, kpi: Kpi, family: str, name: str, columns: Sequence[dict[str, Gap]]) -> forest.Row:
    gaps = tuple(column.get(name) for column in columns)
    return forest.Row(stored.label(f"{family}s", name), "", gaps, kpi.better)


def _sorted_members(columns: Sequence[dict[str, Gap]]) -> list[str]:
    """Members by the first arm's difference, highest first; beyond forty only both ends."""
    names = list(dict.fromkeys(name for column in columns for name in column))
    first = columns[0]
    names.sort(key=lambda name: -first[name].value if name in first else math.inf)
    if len(names) <= _MOST_MEMBERS:
        return names
    return names[: _MOST_MEMBERS // 2] + names[-_MOST_MEMBERS // 2 :]


def _gains_finding(arm: Arm, kind: str, column: dict[str, Gap], kpi: Kpi) -> str:
    members = [Named(name, gap) for name, gap in column.items()]
    return words.gains(formats.isolated(arm.label), kpi.title, kind, members, kpi.better)


def _forest_finding(found: Findings, arm: Arm) -> str:
    kpi, gaps = found.primary, found.gaps[arm.name]
    label = formats.isolated(arm.label)
    if kpi is None:
        clear = sum(gap.clear for gap in gaps.values())
        return f"{label}: {formats.several(clear, 'KPI')} of {len(gaps)} clearly differ"
    rails = [rail(gaps.get(name), margin, found.stored.kpis[name]) for name, margin in found.guardrails.items()]
    return words.forest(label, kpi.title, gaps.get(kpi.name), found.scales[kpi.name], rails)


def rail(gap: Gap | None, margin: float, kpi: Kpi) -> str:
    """What a guardrail says: the stored verdict, or its interval against the margin."""
    if gap is not None and gap.verdict in ("holds", "breaks"):
        return gap.verdict
    if gap is None or not math.isfinite(gap.low):
        return "not settled"
    worst, best = (gap.high, gap.low) if kpi.better == "lower" else (-gap.low, -gap.high)
    return "holds" if worst <= margin else "breaks" if best > margin else "not settled"


def _day_findings(stored: Stored, kpi: Kpi, scale: formats.Scale, courses: Sequence[Course | None]) -> list[str]:
    baseline = courses[0]
    if baseline is None:
        return [f"{kpi.title} through the day"]
    said = [
        words.day(formats.isolated(arm.label), kpi.title, tables.course_gap(stored, course, baseline), scale)
        for arm, course in zip(stored.others, courses[1:], strict=True)
        if course is not None
    ]
    return said or [words.day_alone(kpi.title, baseline, kpi.better, scale)]


def _tier_note(stored: Stored, kpi: Kpi, tier: str, scale: formats.Scale) -> str:
    found = tables.levels(stored, f"tier:{tier}")
    parts = []
    for arm in _arms(stored):
        level = found.get((arm.name, kpi.name))
        if level is not None and math.isfinite(level.mean):
            value = formats.value(level.mean, scale, level.half_width)
            parts.append(f"{formats.isolated(arm.label)} {value} {formats.margin(level.half_width, scale)}".strip())
    return f"Whole day: {', '.join(parts)}" if parts else ""


def _occupancy_finding(found: Findings, kpi: Kpi, scale: formats.Scale) -> str:
    stored = found.stored
    said = []
    for arm in stored.others:
        tiers = tables.by_scope(stored, "tier", kpi.name, arm)
        named = [Named(f"tier {name}", gap) for name, gap in tiers.items()]
        said.append(words.occupancy(formats.isolated(arm.label), kpi.title, named, scale))
    if said:
        return _lines(said)
    tops = {tier: tables.levels(stored, f"tier:{tier}").get((stored.baseline.name, kpi.name))
            for tier in tables.members(stored, "tier")}  # fmt: skip
    known = {tier: level.mean for tier, level in tops.items() if level is not None and math.isfinite(level.mean)}
    if not known:
        return words.capital(f"{kpi.title} by tier")
    top = max(known, key=lambda tier: known[tier])
    return words.capital(f"Tier {top} is the busiest: {kpi.title.lower()} {formats.value(known[top], scale)}")


def _told(row: forest.Row, looks: Sequence[Look], scale: formats.Scale) -> str:
    said = []
    for gap, look in zip(row.gaps, looks, strict=True):
        text = forest.written(gap, scale) if gap is not None and gap.defined else formats.NOT_DEFINED
        said.append(f"{look.label} {text}" if len(looks) > 1 else text)
    return f"{formats.isolated(row.label)}: {', '.join(said)} {scale.axis}."


def _flow_told(stages: Sequence[tables.Stage]) -> str:
    parts = [
        f"{flow.title_of(stage.name)} {stage.total:,.0f} contacts, of which "
        + formats.listed([f"{part} {100 * count / stage.total:.0f}%" for part, count in flow.parts_of(stage).items()])
        for stage in stages
    ]
    return "; ".join(parts) + "."
