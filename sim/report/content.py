"""What the page prints, as plain values: cards, the table of KPIs, assumptions, how to run it again.

Every number is a `Number`: its text and the KPI whose definition it links to. The template only places them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sim.report import figures, formats, tables, words
from sim.report.figures import Findings
from sim.report.stored import Arm, Kpi
from sim.report.tables import Gap

_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Number:
    """A number for people, and the anchor of the definition behind it."""

    text: str
    anchor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One guardrail of a card."""

    title: str
    margin: str
    difference: Number
    said: str
    tone: str
    risk: str


@dataclass(frozen=True, slots=True)
class Consequence:
    """Someone or something that gains or pays."""

    name: str
    number: Number | None


@dataclass(frozen=True, slots=True)
class Card:
    """The decision on one arm, in words."""

    place: int
    label: str
    verdict: str
    sign: str
    tone: str
    headline: str
    kpi: str
    before: Number | None
    after: Number | None
    moved: Number | None
    sure: list[str]
    guardrails: list[Guardrail]
    gains: list[Consequence]
    pays: list[Consequence]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One arm's line in the table of KPIs."""

    place: int
    label: str
    value: Number
    difference: Number | None
    said: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI of the table, with its definition."""

    anchor: str
    title: str
    role: str
    definition: str
    window: str
    direction: str
    baseline: Number
    cells: list[Cell]


def cards(found: Findings) -> list[Card]:
    """One card for each arm but the baseline; without a stored card there is no verdict."""
    stored = {formats.clean(card.get("arm") or ""): card for card in found.stored.cards}
    return [
        _card(found, arm, place, stored.get(formats.clean(arm.name), {}))
        for place, arm in enumerate(found.stored.others, 1)
    ]


def lines(found: Findings) -> list[Line]:
    """Every KPI in the page's order."""
    return [_line(found, kpi) for kpi in figures.order(found)]


def partial(found: Findings) -> str:
    """A sentence where replications are missing, else empty."""
    planned, done = found.stored.manifest.get("replications"), found.stored.replications
    if isinstance(planned, int) and done < planned:
        return f"This is a partial result: {done} of {planned} replications are stored."
    return ""


def assumptions(found: Findings) -> list[dict[str, str]]:
    """Assumptions, weakest evidence first, since those are the ones to doubt."""
    entries = [entry for entry in found.stored.manifest.get("assumptions") or [] if isinstance(entry, dict)]
    grades = ["C", "B", "A", "measured"]
    shown = [{key: formats.clean(entry.get(key) or "") for key in ("what", "evidence", "source")} for entry in entries]
    return sorted(shown, key=lambda entry: grades.index(entry["evidence"]) if entry["evidence"] in grades else -1)


def reproduce(found: Findings) -> list[tuple[str, str]]:
    """What it takes to get the same numbers, as (name, value)."""
    manifest, times = found.stored.manifest, found.stored.times
    kept = [
        ("Made with", manifest.get("created_by")),
        ("Python", manifest.get("python")),
        ("Fingerprint", found.stored.fingerprint),
        ("Seed", manifest.get("seed")),
        ("Replications", found.stored.replications),
        ("Confidence", f"{100 * found.stored.confidence:g} %"),
        ("Engine", manifest.get("engine")),
        ("Contact flow", {True: "compiled", False: "pure Python"}.get(manifest.get("compiled"))),  # type: ignore[arg-type]
        ("Volume", manifest.get("volume_note") or manifest.get("volume")),
        ("Births factor", _factor(manifest.get("births_factor"))),
        ("Contacts simulated", _whole(times.get("contacts"))),
        ("Time", _seconds(times.get("seconds"))),
    ]
    return [(name, formats.clean(value)) for name, value in kept if value not in (None, "")]


def command(found: Findings) -> str:
    """The command that gives these numbers again."""
    manifest = found.stored.manifest
    kind = "compare experiment" if manifest.get("kind") != "run" else "run scenario"
    name, seed, count = (formats.clean(manifest.get(key)) for key in ("name", "seed", "replications"))
    rule = next((card["stopping"]["rule"] for card in found.stored.cards if card.get("stopping")), None)
    if rule is not None:
        said = {"max_replications": rule["budget"]} | {key: value for key, value in rule.items() if key != "budget"}
        looks = " ".join(f"stopping.{key}={formats.clean(said[key])}" for key in said if said[key] is not None)
        return f"ccsim {kind}={name} {looks} seed={seed}"
    return f"ccsim {kind}={name} replications={count} seed={seed}"


def anchor(found: Findings, kpi: str) -> str:
    """Where the definition of a KPI stands on the page."""
    return f"kpi-{list(found.stored.kpis).index(kpi)}-{figures.slug(kpi)}"


def _card(found: Findings, arm: Arm, place: int, stored: dict[str, Any]) -> Card:
    verdict, sign, tone = words.verdict(stored.get("verdict"))
    kpi = found.primary
    gap = found.gaps[arm.name].get(kpi.name) if kpi else None
    known = kpi is not None and gap is not None and gap.defined
    rails = [_guardrail(found, arm, name, margin, stored) for name, margin in found.guardrails.items()]
    return Card(
        place=place,
        label=arm.label,
        verdict=verdict,
        sign=sign,
        tone=tone,
        headline=_headline(found, arm, stored),
        kpi=kpi.title if kpi else "",
        before=_level(found, found.stored.baseline, kpi) if kpi and known else None,
        after=_level(found, arm, kpi) if kpi and known else None,
        moved=_moved(found, kpi, gap) if kpi and gap and known else None,
        sure=_sure(found, kpi, gap, stored) if kpi and gap and known else [],
        guardrails=rails,
        gains=_consequences(found, arm, True),
        pays=_consequences(found, arm, False),
        reasons=[] if known else [formats.clean(reason) for reason in stored.get("reasons") or []],
    )


def _headline(found: Findings, arm: Arm, stored: dict[str, Any]) -> str:
    """The stored headline; direction marks in a label cannot turn the words after it."""
    headline = formats.clean(stored.get("headline") or f"{arm.label}: these replications give no verdict.")
    for label in dict.fromkeys([arm.label, found.stored.baseline.label]):
        headline = headline.replace(label, formats.isolated(label))
    return headline


def _sure(found: Findings, kpi: Kpi, gap: Gap, stored: dict[str, Any]) -> list[str]:
    scale, n = found.scales[kpi.name], found.stored.replications
    said = [f"{formats.several(n, 'replication')}, the same customers in both arms."]
    percent = f"{100 * found.stored.confidence:g} % interval"
    zone = formats.amount(found.matters, scale) if found.matters else ""
    low, high = _joint(stored, gap)
    if not math.isfinite(gap.low):
        said.append(f"Too few for an interval (it takes {tables.FEWEST}).")
    elif gap.value == 0 and gap.low == gap.high == 0:
        said.append("Every replication gave exactly the same number.")
    elif zone and max(-low, high) <= found.matters:
        said.append(f"The whole {percent} lies within ± {zone}, too small to matter.")
    else:
        zero = "excludes" if gap.clear else "includes"
        but = ", but not once corrected for all that decides" if gap.clear and low <= 0 <= high else ""
        said.append(f"The {percent} {zero} zero{but}{f'; {zone} or more would matter' if zone else ''}.")
    more = stored.get("more_replications")
    if isinstance(more, int) and more > 0:
        said.append(f"About {more:,} more replications would settle it.")
    return said


def _joint(stored: dict[str, Any], gap: Gap) -> tuple[float, float]:
    """The interval that decides: corrected for the guardrails beside it where the card stores it."""
    entry = stored.get("primary") or {}
    low, high = entry.get("joint_low"), entry.get("joint_high")
    return (gap.low, gap.high) if low is None or high is None else (float(low), float(high))


def _guardrail(found: Findings, arm: Arm, name: str, margin: float, stored: dict[str, Any]) -> Guardrail:
    kpi, scale = found.stored.kpis[name], found.scales[name]
    gap = found.gaps[arm.name].get(name)
    entry: dict[str, Any] = next((one for one in stored.get("guardrails") or [] if one.get("kpi") == name), {})
    said = figures.rail(gap, margin, kpi)
    tone = {"holds": "good", "breaks": "bad"}.get(said, "plain")
    risk = _chance(entry.get("probability_breaks"))
    worse = "rise" if kpi.better == "lower" else "fall"
    limit = f"may {worse} by {formats.amount(margin, scale)}"
    return Guardrail(kpi.title, limit, _moved(found, kpi, gap), said, tone, risk)


def _consequences(found: Findings, arm: Arm, good: bool) -> list[Consequence]:
    """Main KPIs, then intents and segments by the primary, that an arm makes clearly better (or worse)."""
    kpis = [found.stored.kpis[name] for name in figures.MAIN if name in found.stored.kpis]
    gaps = found.gaps[arm.name]
    parts = [
        Consequence(kpi.title, _moved(found, kpi, gaps[kpi.name]))
        for kpi in kpis
        if kpi is not found.primary and kpi.name in gaps and gaps[kpi.name].good(kpi.better) is good
    ]
    return [*parts[:_MOST_NAMED], *_groups(found, arm, good)]


def _groups(found: Findings, arm: Arm, good: bool) -> Iterable[Consequence]:
    kpi = found.primary
    if kpi is None:
        return
    for family in ("segment", "intent"):
        members = tables.by_scope(found.stored, family, kpi.name, arm)
        if len(members) < 2:
            continue
        clear = [(name, gap) for name, gap in members.items() if gap.good(kpi.better) is good]
        clear.sort(key=lambda one: -abs(one[1].value))
        for name, gap in clear[: _MOST_NAMED // 2]:
            label = f"{family.capitalize()} “{formats.isolated(found.stored.label(f'{family}s', name))}”"
            yield Consequence(label, _moved(found, kpi, gap))
        if len(clear) > _MOST_NAMED // 2:
            more = len(clear) - _MOST_NAMED // 2
            yield Consequence(f"and {formats.several(more, f'more {family}')}", None)


def _line(found: Findings, kpi: Kpi) -> Line:
    role = "primary" if kpi is found.primary else "guardrail" if kpi.name in found.guardrails else ""
    direction = f"{kpi.better} is better" if kpi.better in ("higher", "lower") else ""
    return Line(
        anchor(found, kpi.name),
        kpi.title,
        role,
        kpi.definition,
        kpi.window,
        direction,
        _level(found, found.stored.baseline, kpi),
        [_cell(found, kpi, arm, place) for place, arm in enumerate(found.stored.others, 1)],
    )


def _cell(found: Findings, kpi: Kpi, arm: Arm, place: int) -> Cell:
    gap = found.gaps[arm.name].get(kpi.name)
    value = _level(found, arm, kpi)
    if gap is None or not gap.defined:
        return Cell(place, arm.label, value, None, formats.NOT_DEFINED, "plain")
    said = words.reading(gap, kpi.better)
    return Cell(place, arm.label, value, _moved(found, kpi, gap), said, words.tone(gap, kpi.better, said))


def _level(found: Findings, arm: Arm, kpi: Kpi) -> Number:
    known = found.levels.get((arm.name, kpi.name))
    place, scale = anchor(found, kpi.name), found.scales[kpi.name]
    if known is None:
        return Number(formats.NOT_DEFINED, place)
    text = formats.value(known.mean, scale, _finest(found, kpi, known.half_width))
    return Number(text, place, formats.margin(known.half_width, scale) if text != formats.NOT_DEFINED else "")


def _finest(found: Findings, kpi: Kpi, half_width: float) -> float:
    """The half-width that sets a level's digits: paired differences are finer, and both must be readable together."""
    gaps = [found.gaps[arm.name].get(kpi.name) for arm in found.stored.others]
    halves = [half_width, *(gap.half_width for gap in gaps if gap is not None)]
    return min((half for half in halves if math.isfinite(half) and half > 0), default=math.nan)


def _moved(found: Findings, kpi: Kpi, gap: Gap | None) -> Number:
    place, scale = anchor(found, kpi.name), found.scales[kpi.name]
    if gap is None or not gap.defined:
        return Number(formats.NOT_DEFINED, place)
    if gap.value == 0 and gap.low == gap.high == 0:
        return Number("exactly 0", place)
    between = formats.interval(gap.low, gap.high, scale)
    return Number(formats.difference(gap.value, scale, gap.half_width), place, f"({between or 'no interval'})")


def _chance(value: object) -> str:
    if not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    if value < 0.001:
        return "below 0.1 %"
    return "above 99.9 %" if value > 0.999 else f"{100 * value:.1f} %"


def _factor(value: object) -> str | None:
    return f"{value:.4f}" if isinstance(value, int | float) and value != 1 else None


def _whole(value: object) -> str | None:
    return f"{value:,.0f}" if isinstance(value, int | float) else None


def _seconds(value: object) -> str | None:
    return f"{value:,.1f} s" if isinstance(value, int | float) else None
