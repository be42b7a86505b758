"""What the numbers say, in one sentence each: findings of charts, readings of differences, the parts of a card.

A sentence claims a difference only where an interval excludes zero; otherwise it says "no clear difference".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.report import formats
from sim.report.tables import Course, Floats, Gap, Level, Stage, level

VERDICTS = {
    "ship": ("Ship", "✓", "ship"),
    "hold": ("Hold", "✕", "hold"),
    "not settled": ("Not settled", "?", "open"),
    "no difference that matters": ("No difference that matters", "=", "same"),
}
_NONE = ("No verdict", "–", "open")
GRADES = {
    "measured": "measured on the data named beside it",
    "A": "peer-reviewed or measured elsewhere",
    "B": "a large survey or benchmark",
    "C": "weak: a vendor, an anecdote or our own bracket; to be swept, never quoted",
}


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name for people and a difference."""

    name: str
    gap: Gap


def verdict(stored: object) -> tuple[str, str, str]:
    """Verdict for people, its sign, and the class that colours it; an unknown one is printed as it stands."""
    text = formats.clean(stored or "")
    return VERDICTS.get(text, (text[:1].upper() + text[1:], "–", "open") if text else _NONE)


def reading(gap: Gap, better: str) -> str:
    """What one difference says: the stored verdict, or the same in our words where none was stored."""
    if not gap.defined:
        return formats.NOT_DEFINED
    if gap.value == 0 and gap.low == gap.high == 0:
        return "identical"
    if gap.verdict:
        return gap.verdict
    if not math.isfinite(gap.low):
        return "too few replications"
    good = gap.good(better)
    if good is not None:
        return "better" if good else "worse"
    return ("higher" if gap.value > 0 else "lower") if gap.clear else "no clear difference"


def tone(gap: Gap, better: str, said: str) -> str:
    """The class that colours a reading: good, bad or plain."""
    if said in ("breaks", "worse"):
        return "bad"
    if said in ("holds", "better"):
        return "good"
    good = gap.good(better) if not gap.verdict else None
    return {True: "good", False: "bad", None: "plain"}[good]


def forest(label: str, kpi: str, gap: Gap | None, scale: formats.Scale, rails: Sequence[str]) -> str:
    """Finding of the chart of differences, for one arm."""
    if gap is None or not gap.defined:
        return f"{label}: {kpi} is not defined in this run"
    if gap.clear:
        moved = f"{kpi} {formats.difference(gap.value, scale, gap.half_width)}"
    elif gap.value == 0 and gap.low == gap.high == 0:
        moved = f"{kpi} is exactly the same in every replication"
    else:
        moved = f"no clear difference in {kpi}"
    return f"{label}: {moved}{_rails(rails)}"


def _rails(rails: Sequence[str]) -> str:
    if not rails:
        return ""
    broken, held = sum(one == "breaks" for one in rails), sum(one == "holds" for one in rails)
    if broken:
        return f"; {broken} of {formats.several(len(rails), 'guardrail')} would break"
    if held == len(rails):
        return "; the guardrail holds" if held == 1 else f"; all {held} guardrails hold"
    return f"; {held} of {formats.several(len(rails), 'guardrail')} {'holds' if held == 1 else 'hold'} for certain"


def day(label: str, title: str, gap: tuple[Floats, Floats, Floats], scale: formats.Scale) -> str:
    """One arm against the baseline through the day; half-widths are already corrected for the number of intervals."""
    hours, mean, half = gap
    known = np.isfinite(mean)
    if known.any() and not mean[known].any():
        return f"{label}: {title} is identical at every time of day"
    clear = np.isfinite(half) & (np.abs(mean) > half)
    if not clear.any():
        return f"{label}: no clear difference in {title} at any time of day"
    most = int(np.argmax(np.where(clear, np.abs(mean), -1.0)))
    moved = formats.difference(float(mean[most]), scale, float(half[most]))
    where = f"{int(clear.sum())} of {int(known.sum())} intervals"
    return f"{label}: {title} differs clearly in {where}, most at {formats.clock_time(float(hours[most]))} ({moved})"


def day_alone(title: str, course: Course, better: str, scale: formats.Scale) -> str:
    """Of one arm alone: when the KPI is at its worst."""
    lowest = better == "higher"
    values = np.where(np.isfinite(course.mean), course.mean, np.inf if lowest else -np.inf)
    at = int(values.argmin() if lowest else values.argmax())
    extreme = formats.value(float(course.mean[at]), scale, float(course.half_width[at]))
    word = "lowest" if lowest else "highest"
    return f"{title} is {word} at {formats.clock_time(float(course.hours[at]))} ({extreme})"


def occupancy(label: str, title: str, tiers: Sequence[Named], scale: formats.Scale) -> str:
    """Which tier's occupancy an arm moves most."""
    clear = [tier for tier in tiers if tier.gap.clear]
    if not clear:
        return f"{label}: no clear difference in {title.lower()} in any tier"
    most = max(clear, key=lambda tier: abs(tier.gap.value))
    moved = formats.difference(most.gap.value, scale, most.gap.half_width)
    return f"{label}: {title.lower()} changes most in {most.name} ({moved})"


def gains(label: str, title: str, kind: str, members: Sequence[Named], better: str) -> str:
    """For how many intents (or segments) a KPI becomes clearly better, and for how many worse."""
    readings = [member.gap.good(better) for member in members]
    up, down = readings.count(True), readings.count(False)
    if not up and not down:
        return f"{label}: no clear difference in {title} for any {kind}"
    return f"{label}: {title} is better for {up or 'none'} of {formats.several(len(members), kind)}, " \
           f"worse for {down or 'none'}"  # fmt: skip


def flow(label: str, stages: Sequence[Stage], baseline: Sequence[Stage], titles: Mapping[str, str],
         confidence: float) -> str:  # fmt: skip
    """Which stage an arm sends clearly more or fewer contacts to, per 100 contacts."""
    moves = {stage.name: _rate_gap(stage, stages, baseline, confidence) for stage in stages[1:]}
    clear = {name: one for name, one in moves.items() if one is not None and abs(one.mean) > one.half_width}
    if not clear:
        return f"{label}: no clear difference in where contacts go"
    name, most = max(clear.items(), key=lambda one: abs(one[1].mean))
    more = "more" if most.mean > 0 else "fewer"
    size = formats.bare(abs(most.mean), formats.scale("count", 1.0), most.half_width).lstrip("+")
    return f"{label}: {size} {more} visits to {titles[name]} per 100 contacts"


def flow_alone(stages: Sequence[Stage], titles: Mapping[str, str]) -> str:
    """Of one arm alone: how many contacts of 100 meet each stage."""
    if not stages or stages[0].name != "arrival":
        return "Where contacts go"
    per = [f"{titles[s.name]} {100 * s.total / stages[0].total:.1f}" for s in stages[1:]]
    return f"Visits per 100 contacts: {formats.listed(per)}"


def _rate_gap(stage: Stage, stages: Sequence[Stage], baseline: Sequence[Stage], confidence: float) -> Level | None:
    other = next((one for one in baseline if one.name == stage.name), None)
    sizes = {len(one.totals) for one in (stage, stages[0], baseline[0]) if one is not None}
    if other is None or len(sizes | {len(other.totals)}) != 1:
        return None
    ours, theirs = stage.totals / stages[0].totals, other.totals / baseline[0].totals
    return level(100 * (ours - theirs), confidence)


def capital(sentence: str) -> str:
    """A sentence that begins with a capital and ends with a full stop."""
    text = sentence[:1].upper() + sentence[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
