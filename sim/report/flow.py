"""Where contacts go, stage by stage: aligned bars, one an arm, on one scale, so that arms can be compared by eye."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import canvas
from sim.report.canvas import BODY, FAINT, INK, RULE, SMALL, SOFT, Look, Sheet
from sim.report.tables import Stage

# Part, colour, hatch, ink on it. Order in the bar: settled first, then handed on, then what went wrong.
_PARTS = {
    "resolved": ("#009E73", "", "white"),
    "handed on": ("#9fc5e0", "////", INK),
    "unresolved": ("#E69F00", "", INK),
    "abandoned": ("#D55E00", "", "white"),
    "left": ("#7a5c99", "", "white"),
    "unfinished": ("#b5bcc1", "", INK),
}
_PLACES = ("#c9d8e4", "#dde5ec", "#b3c8d8")
_TITLES = {"arrival": "All contacts", "bot": "Tier 0 (bot)"}
_BAR = 0.22
_ABOVE = 0.2


def draw(flows: Sequence[list[Stage]], looks: Sequence[Look], finding: str, width: float) -> Sheet:
    """One group of bars a stage; within a stage a bar's length is the number of contacts that entered it."""
    with canvas.quiet():
        names = stage_names(flows)
        named = max(canvas.text_width(look.label, SMALL) for look in looks) + 0.14 if len(looks) > 1 else 0.02
        above = len(looks) > 1 and width < 5
        left = 0.02 if above else min(named, 1.9)
        parts = _present(flows)
        head = _legend_height(parts, width)
        group = 0.44 + len(looks) * (_BAR + (_ABOVE if above else 0.05))
        sheet = Sheet(width, head + len(names) * group, finding)
        _legend(sheet, parts, width)
        for k, name in enumerate(names):
            _stage(sheet, flows, looks, name, head + k * group, left, above)
        return sheet


def _stage(
    sheet: Sheet,
    flows: Sequence[list[Stage]],
    looks: Sequence[Look],
    name: str,
    y: float,
    left: float,
    above: bool,
) -> None:
    sheet.line([0.02, sheet.width - 0.05], [y - 0.03, y - 0.03], RULE, 0.6)
    title = title_of(name)
    sheet.text(0.02, y + 0.12, title, BODY, INK, "bold")
    found = [next((one for one in stages if one.name == name), None) for stages in flows]
    if name != "arrival" and found[0] is not None and flows[0][0].name == "arrival":
        share = f"{100 * found[0].total / flows[0][0].total:.1f}"
        of = f" ({canvas.shorten(looks[0].label, 1.3, SMALL)})" if len(looks) > 1 and sheet.width > 5 else ""
        beside = 0.02 + canvas.text_width(title, BODY, "bold") + 0.12
        sheet.text(beside, y + 0.125, f"{share} visits per 100 contacts{of}", SMALL, SOFT)
    longest = max((stage.total for stage in found if stage is not None), default=1.0)
    scale = (sheet.width - left - 0.75) / longest
    y += 0.27
    for stage, look in zip(found, looks, strict=True):
        if above:
            sheet.text(0.02, y + 0.07, canvas.shorten(look.label, sheet.width - 0.1, SMALL), SMALL, SOFT)
        elif len(looks) > 1:
            sheet.text(0.02, y + _BAR / 2, canvas.shorten(look.label, left - 0.1, SMALL), SMALL, SOFT)
        y += _ABOVE - 0.04 if above else 0.0
        _bar(sheet, stage, y, left, scale)
        y += _BAR + (0.04 if above else 0.05)


def title_of(name: str) -> str:
    """A stage's name for people."""
    return _TITLES.get(name, name[:1].upper() + name[1:])


def stage_names(flows: Sequence[list[Stage]]) -> list[str]:
    """Stages of any arm, in the order of the first arm that has them."""
    names: list[str] = []
    for stages in flows:
        names += [stage.name for stage in stages if stage.name not in names]
    return names


def parts_of(stage: Stage) -> dict[str, float]:
    """A stage's contacts by what became of them; everything passed to another stage is `handed on`.

    Arrivals are not judged: their parts are the places they went to first.
    """
    if stage.name == "arrival":
        return dict(sorted(stage.targets.items(), key=lambda part: (part[0] != "bot", part[0])))
    parts = dict.fromkeys(_PARTS, 0.0)
    for target, count in stage.targets.items():
        parts[target if target in parts else "handed on"] += count
    return {part: count for part, count in parts.items() if count > 0}


def _bar(sheet: Sheet, stage: Stage | None, y: float, left: float, scale: float) -> None:
    middle = y + _BAR / 2
    if stage is None:
        sheet.text(left + 0.05, middle, "no contacts", SMALL, FAINT)
        return
    x = left
    for k, (part, count) in enumerate(parts_of(stage).items()):
        colour, hatch, ink = _PARTS.get(part, (_PLACES[k % len(_PLACES)], "", INK))
        length = count * scale
        sheet.box(x, y, max(length - 0.012, 0.004), _BAR, colour, hatch)
        share = f"{100 * count / stage.total:.0f}\u202f%"
        _share(sheet, x, middle, length, [f"to {part} {share}", share] if stage.name == "arrival" else [share], ink,
               colour if hatch else "")  # fmt: skip
        x += length
    sheet.text(x + 0.07, middle, f"{stage.total:,.0f}", SMALL, INK)


def _share(sheet: Sheet, x: float, y: float, length: float, offers: list[str], ink: str, plate: str) -> None:
    """The longest of the offered texts that the part has room for, on a plain plate where the part is hatched."""
    words = next((one for one in offers if canvas.text_width(one, SMALL) + 0.1 < length), "")
    if not words:
        return
    if plate:
        half = canvas.text_width(words, SMALL) / 2 + 0.03
        sheet.box(x + length / 2 - half, y - 0.08, 2 * half, 0.16, plate)
    sheet.text(x + length / 2, y, words, SMALL, ink, align="center")


def _present(flows: Sequence[list[Stage]]) -> list[str]:
    seen = {part for stages in flows for stage in stages if stage.name != "arrival" for part in parts_of(stage)}
    return [part for part in _PARTS if part in seen]


def _legend_height(parts: Sequence[str], width: float) -> float:
    return 0.22 * (_legend_places(parts, width)[-1][1] + 1) + 0.12 if parts else 0.1


def _legend(sheet: Sheet, parts: Sequence[str], width: float) -> None:
    for part, (x, row) in zip(parts, _legend_places(parts, width), strict=True):
        colour, hatch, _ = _PARTS[part]
        y = 0.03 + row * 0.22
        sheet.box(0.02 + x, y, 0.18, 0.12, colour, hatch)
        sheet.text(0.27 + x, y + 0.06, part, SMALL, INK)


def _legend_places(parts: Sequence[str], width: float) -> list[tuple[float, int]]:
    places, x, row = [], 0.0, 0
    for part in parts:
        needs = 0.25 + canvas.text_width(part, SMALL)
        if x > 0 and x + needs > width - 0.05:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += needs + 0.24
    return places
