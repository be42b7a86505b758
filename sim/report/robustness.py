"""Robustness on the page: the tornado of what matters, and on which share of worlds the new arm wins, in plain words.

Reads `robustness.json` of a result folder; nothing is simulated or computed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report import canvas, formats
from sim.report.canvas import ARM_COLOURS, BODY, FAINT, INK, RULE, SMALL, SOFT, Chart, Sheet

Facts = Mapping[str, Any]

FILE = "robustness.json"
_ROW, _TOP = 0.42, 0.34
_FROM, _TO = ARM_COLOURS[6], ARM_COLOURS[1]


def read(folder: Path) -> Facts | None:
    """What was found in this folder; None where nobody asked."""
    path = folder / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def chart(facts: Facts) -> Chart:
    """The tornado: which uncertain input moves the difference most."""
    said = sentences(facts)
    return Chart("robustness", _finding(facts), " ".join(said), " ".join(said), lambda width: draw(facts, width))


def sentences(facts: Facts) -> list[str]:
    """What the worlds say: how often the arm wins, how sure that is, and what it depends on."""
    wins, bars = facts["wins"], facts["bars"]
    told = [
        f"In {facts['worlds']} worlds drawn from the uncertain inputs, {formats.isolated(facts['arm_label'])} wins in "
        f"{_percent(wins['value'])} ({100 * facts['confidence']:g}{formats.NARROW}% interval {_percent(wins['low'])} "
        f"to {_percent(wins['high'])}, noise within worlds taken off).",
        f"{facts['clear_wins']} of them are clear wins, {facts['clear_losses']} clear losses, {facts['open']} too "
        f"close to tell with {formats.several(facts['replications'], 'replication')} each.",
    ]
    first = next((bar for bar in bars if bar["effect_low"] * bar["effect_high"] > 0.0), None)
    if first is None:
        return [*told, "No input moves the difference more than chance would."]
    how = _scale(facts)
    told.append(
        f"{_name(first['name'], facts)} matters most: from {_level(first, 'low', facts)} to "
        f"{_level(first, 'high', facts)} the difference goes from {formats.difference(first['at_low'], how)} to "
        f"{formats.difference(first['at_high'], how)}. All inputs together explain "
        f"{_percent(max(facts['explained'], 0.0))} of how worlds differ."
    )
    turns = [
        bar for bar in bars if bar["at_low"] * bar["at_high"] < 0.0 and bar["effect_low"] * bar["effect_high"] > 0.0
    ]
    if turns:
        named = formats.listed([_name(one["name"], facts).lower() for one in turns])
        told.append(f"The difference changes its sign with {named}.")
    return told


def draw(facts: Facts, width: float) -> Sheet:
    """One bar an input: the difference with it at its 10th and at its 90th percentile, the others at their mean."""
    wide = width > 5
    bars = facts["bars"]
    labels = 2.0 if wide else width - 0.1
    left = labels + 0.15 if wide else 0.15
    room = width - left - 0.2
    row = _ROW if wide else 0.62
    bottom = _TOP + len(bars) * row
    with canvas.quiet():
        sheet = Sheet(width, bottom + 0.52, _finding(facts))
        axes = sheet.axes(left, _TOP, room, bottom - _TOP)
        axes.set_ylim(bottom, _TOP)
        axes.set_yticks([])
        _scaled(axes, facts, room)
        _key(sheet)
        for k, bar in enumerate(bars):
            top = _TOP + k * row
            if k:
                sheet.line([0.02, width - 0.05], [top, top], RULE, 0.6)
            span = f"{_level(bar, 'low', facts)} to {_level(bar, 'high', facts)}"
            known = labels if wide else labels - canvas.text_width(span, SMALL) - 0.15
            sheet.text(0.02, top + 0.13, canvas.shorten(_name(bar["name"], facts), known, BODY), BODY, INK)
            if wide:
                sheet.text(0.02, top + 0.295, canvas.shorten(span, labels, SMALL), SMALL, SOFT)
            else:
                sheet.text(width - 0.05, top + 0.13, span, SMALL, SOFT, align="right")
            _bar(axes, bar, facts, top + (row / 2 if wide else 0.42), row if wide else 0.3)
        return sheet


def _bar(axes: Axes, bar: Facts, facts: Facts, y: float, row: float) -> None:
    """From the mean to the low end and to the high end, each in its colour; a thin line: the effect's interval."""
    factor, mean = _scale(facts).factor, facts["mean"] * _scale(facts).factor
    for end, colour in (("at_low", _FROM), ("at_high", _TO)):
        axes.plot([mean, bar[end] * factor], [y, y], color=colour, linewidth=9, solid_capstyle="butt", zorder=2)
    axes.plot([mean, mean], [y - row / 2, y + row / 2], color=INK, linewidth=1.2, zorder=3)
    axes.plot([0.0, 0.0], [y - row / 2, y + row / 2], color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)


def _key(sheet: Sheet) -> None:
    x = 0.02
    for colour, words in ((_FROM, "input low"), (_TO, "input high")):
        sheet.box(x, 0.05, 0.22, 0.11, colour)
        sheet.text(x + 0.3, 0.105, words, SMALL, SOFT)
        x += 0.3 + canvas.text_width(words, SMALL) + 0.2
    sheet.line([x + 0.05] * 2, [0.03, 0.18], INK, 1.2)
    sheet.text(x + 0.13, 0.105, "mean", SMALL, SOFT)


def _scaled(axes: Axes, facts: Facts, width: float) -> None:
    how = _scale(facts)
    points = [0.0, facts["mean"], *(bar[end] for bar in facts["bars"] for end in ("at_low", "at_high"))]
    low, high = min(points) * how.factor, max(points) * how.factor
    air = 0.06 * (high - low) or 1.0
    axes.set_xlim(low - air, high + air)
    ticks = MaxNLocator(max(2, int(width / 0.85)), steps=[1, 2, 2.5, 5, 10]).tick_values(low - air, high + air)
    axes.set_xticks([tick for tick in ticks if low - air <= tick <= high + air])
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    told = canvas.shorten(f"difference in {_kpi(facts)}, {how.axis}", width, SMALL)
    axes.set_xlabel(told, fontsize=SMALL, color=SOFT)


def _tick(x: float, _position: float | None = None) -> str:
    return "0" if abs(x) < 1e-9 else f"{x:+.10g}".replace("-", formats.MINUS)


def _finding(facts: Facts) -> str:
    return f"Robustness: the new arm wins in {_percent(facts['wins']['value'])} of {facts['worlds']} worlds"


def _name(name: str, facts: Facts) -> str:
    label = formats.clean(facts["inputs"][name]["label"]) or name.replace("_", " ")
    return label[:1].upper() + label[1:]


def _level(bar: Facts, end: str, facts: Facts) -> str:
    one = facts["inputs"][bar["name"]]
    return f"{bar[end]:.3g}{formats.NARROW}{one['unit']}".strip() if one["scales"] is None else f"×{bar[end]:.2f}"


def _kpi(facts: Facts) -> str:
    return formats.clean(facts["title"]).lower()


def _scale(facts: Facts) -> formats.Scale:
    return formats.scale(facts["unit"], 0.0, facts["currency"])


def _percent(share: float) -> str:
    return f"{100 * share:.0f}{formats.NARROW}%"
