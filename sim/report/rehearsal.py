"""The rehearsal of the live test on the page: one chart of all designs, and what it says in plain words.

Reads `rehearsal.json` of a result folder; nothing is simulated or computed here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report import canvas, formats
from sim.report.canvas import BAD, BODY, FAINT, GOOD, INK, RULE, SMALL, SOFT, ZONE, Chart, Sheet
from sim.report.formats import Scale

Facts = Mapping[str, Any]

FILE = "rehearsal.json"
_LINE, _ROW, _HEAD = 0.165, 0.46, 0.44
_WORDS = {"sound": "reads the truth", "not settled": "bias not settled", "not possible": "not possible here"}
_NAMED = 3  # biased designs that get a sentence of their own


def read(folder: Path) -> Facts | None:
    """What the rehearsal in this folder found; None where there was none."""
    path = folder / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def chart(facts: Facts) -> Chart:
    """All designs on one chart: what each would read, the true effect, coverage and weeks."""
    said = sentences(facts)
    table = [row for row in facts["designs"] if row["verdict"] != "not possible"]
    spoken = "; ".join(f"{row['label']}: {_verdict(row, facts)}" for row in table)
    return Chart("rehearsal", _finding(facts), f"{said[0]} {spoken}.", " ".join(said), lambda width: draw(facts, width))


def sentences(facts: Facts) -> list[str]:
    """The rehearsal in plain words: the question, the best design, what is wrong with the others."""
    how, truth = _scale(facts), facts["truth"]
    effect = formats.difference(truth["value"], how, (truth["high"] - truth["low"]) / 2)
    between = formats.interval(truth["low"], truth["high"], how)
    known = [row for row in facts["designs"] if row["verdict"] != "not possible"]
    pilots = max((row["pilots"] for row in known), default=0)
    told = [
        f"A live test of {formats.several(facts['weeks'], 'week')} was rehearsed {pilots} times by "
        f"{formats.several(len(known), 'design')}; a week is {facts['pilot_days'] // facts['weeks']} days. "
        f"{formats.isolated(facts['arm_label'])} everywhere changes {_kpi(facts)} by {effect} ({between}).",
        _advice(facts),
    ]
    biased = sorted((row for row in known if row["verdict"] == "biased"), key=lambda row: -abs(row["bias"]))
    told += [_blame(row, facts) for row in biased[:_NAMED]]
    told += [f"{row['label']} is not possible: {row['why']}." for row in facts["designs"] if row["why"]]
    crossed = max(known, key=lambda row: row["crossed"] or 0.0, default=None)
    if crossed is not None and (crossed["crossed"] or 0.0) >= 0.05:
        told.append(
            f"{crossed['label']}: {100 * crossed['crossed']:.0f}{formats.NARROW}% of returning contacts come back on "
            f"the other side."
        )
    return told


def draw(facts: Facts, width: float) -> Sheet:
    """One row a design: the true effect as a band, what the design reads on average, and the interval of one pilot."""
    wide = width > 5
    rows = facts["designs"]
    with canvas.quiet():
        plot = _Plot(facts, width)
        sheet = Sheet(width, plot.height, _finding(facts))
        axes = sheet.axes(plot.left, plot.top, plot.width, plot.bottom - plot.top)
        axes.set_ylim(plot.bottom, plot.top)
        axes.set_yticks([])
        _scaled(axes, facts, plot.width)
        if wide:
            _heads(sheet, plot)
        _key(sheet, plot, facts)
        for k, row in enumerate(rows):
            _row(sheet, axes, plot, row, facts, plot.top + k * plot.row)
        return sheet


class _Plot:
    """Where everything goes: labels beside the plot on paper, above it on a phone."""

    def __init__(self, facts: Facts, width: float) -> None:
        self.wide = width > 5
        self.labels = 2.2 if self.wide else width - 0.1
        self.left = self.labels + 0.15 if self.wide else 0.15
        self.width = width - self.left - (1.95 if self.wide else 0.15)
        self.row = _ROW if self.wide else 0.76
        self.top = _HEAD + 0.22 if self.wide else 0.68
        self.bottom = self.top + len(facts["designs"]) * self.row
        self.height = self.bottom + 0.52
        self.covers, self.weeks = width - 1.28, width - 0.42


def _heads(sheet: Sheet, plot: _Plot) -> None:
    for x, lines in ((plot.covers, ("interval holds", "the truth in")), (plot.weeks, ("weeks for", "80\u202f% power"))):
        for k, line in enumerate(lines):
            sheet.text(x, 0.3 + k * _LINE, line, SMALL, SOFT, align="center")


def _key(sheet: Sheet, plot: _Plot, facts: Facts) -> None:
    """What the marks mean, over the plot."""
    y = 0.1
    sheet.box(0.02, y - 0.06, 0.14, 0.12, ZONE)
    sheet.line([0.09, 0.09], [y - 0.06, y + 0.06], INK, 1.4)
    x = 0.02 + _spell(sheet, 0.22, y, "true effect, full roll-out")
    if not plot.wide:
        y, x = y + 0.2, 0.02
    sheet.line([x, x + 0.3], [y, y], SOFT, 1.2)
    sheet.line([x + 0.15], [y], SOFT, marker="o", markersize=5, linestyle="none")
    weeks = formats.several(facts["weeks"], "week")
    _spell(sheet, x + 0.37, y, f"reading of a pilot of {weeks}, its interval")
    if not plot.wide:
        _spell(sheet, 0.02, y + 0.2, "right: interval holds the truth in · weeks needed")


def _spell(sheet: Sheet, x: float, y: float, words: str) -> float:
    sheet.text(x, y, words, SMALL, SOFT)
    return x + canvas.text_width(words, SMALL) + 0.25


def _row(sheet: Sheet, axes: Axes, plot: _Plot, row: Facts, facts: Facts, top: float) -> None:
    best = row["design"] == facts["recommended"]
    if top > plot.top:
        sheet.line([0.02, sheet.width - 0.05], [top, top], RULE, 0.6)
    room = plot.labels if plot.wide else plot.labels - 1.0
    label = canvas.shorten(row["label"], room, BODY, "bold" if best else "normal")
    sheet.text(0.02, top + 0.15, label, BODY, INK, "bold" if best else "normal")
    verdict = f"recommended: {_verdict(row, facts)}" if best else _verdict(row, facts)
    sheet.text(0.02, top + 0.15 + _LINE, canvas.shorten(verdict, plot.labels, SMALL), SMALL, _colour(row))
    middle, reach = (top + plot.row / 2, plot.row / 2) if plot.wide else (top + 0.57, 0.14)
    _truth(axes, facts, middle - reach, middle + reach)
    if row["verdict"] == "not possible":
        return
    _mark(axes, row, facts, middle)
    covers, weeks = _share(row["coverage"]), "–" if row["weeks"] is None else f"{row['weeks']}"
    if plot.wide:
        ink = SOFT if row["verdict"] == "biased" else INK
        sheet.text(plot.covers, middle, covers, BODY, ink, align="center")
        sheet.text(plot.weeks, middle, weeks, BODY, ink, "bold" if best else "normal", align="center")
    else:
        short = f"{covers} · {weeks} wk" if row["weeks"] is not None else covers
        sheet.text(sheet.width - 0.05, top + 0.15, short, SMALL, INK, align="right")


def _mark(axes: Axes, row: Facts, facts: Facts, y: float) -> None:
    """Truth plus bias: the bias is known better than the reading, as both are of the same customers."""
    how = _scale(facts)
    at = (facts["truth"]["value"] + row["bias"]) * how.factor if _known(row["bias"]) else math.nan
    colour = _colour(row)
    if _known(row["half_width"]):
        reach = row["half_width"] * how.factor
        axes.plot([at - reach, at + reach], [y, y], color=colour, linewidth=1.2, zorder=3, alpha=0.75)
    if _known(row["bias_low"]):
        ends = [(facts["truth"]["value"] + row[end]) * how.factor for end in ("bias_low", "bias_high")]
        axes.plot(ends, [y, y], color=colour, linewidth=3.6, zorder=4, solid_capstyle="butt")
    axes.plot([at], [y], marker="o", color=colour, markersize=5.5, zorder=5)


def _truth(axes: Axes, facts: Facts, top: float, bottom: float) -> None:
    """The true effect, how much bias is put up with around it, and zero, from one height to another."""
    factor, at, spare = _scale(facts).factor, facts["truth"]["value"], facts["tolerance"] or 0.0
    axes.fill_between([(at - spare) * factor, (at + spare) * factor], top, bottom, color=ZONE, linewidth=0, zorder=0)
    axes.plot([at * factor] * 2, [top, bottom], color=INK, linewidth=1.4, zorder=2)
    axes.plot([0.0, 0.0], [top, bottom], color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)


def _scaled(axes: Axes, facts: Facts, width: float) -> None:
    """Limits that hold every interval, ticks that do not touch, and the unit under the axis."""
    how, truth = _scale(facts), facts["truth"]["value"]
    points = [0.0, truth]
    for row in facts["designs"]:
        if _known(row["bias"]):
            reach = row["half_width"] if _known(row["half_width"]) else 0.0
            points += [truth + row["bias"] - reach, truth + row["bias"] + reach]
    low, high = min(points) * how.factor, max(points) * how.factor
    air = 0.05 * (high - low) or 1.0
    axes.set_xlim(low - air, high + air)
    ticks = MaxNLocator(max(2, int(width / 0.75)), steps=[1, 2, 2.5, 5, 10]).tick_values(low - air, high + air)
    axes.set_xticks([tick for tick in ticks if low - air <= tick <= high + air])
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    axes.set_xlabel(
        f"effect on {canvas.shorten(_kpi(facts), width - 0.9, SMALL)}, {how.axis}", fontsize=SMALL, color=SOFT
    )


def _tick(x: float, _position: float | None = None) -> str:
    return "0" if abs(x) < 1e-9 else f"{x:+.10g}".replace("-", formats.MINUS)


def _finding(facts: Facts) -> str:
    best = _best(facts)
    if best is None:
        return "Live test, rehearsed: no design is shown to read the true effect"
    weeks = formats.several(best["weeks"], "week")
    return f"Live test, rehearsed: “{best['label'].lower()}” for {weeks}"


def _advice(facts: Facts) -> str:
    how, best, level = _scale(facts), _best(facts), f"{100 * facts['confidence']:g}{formats.NARROW}%"
    if best is None and not facts["shown"] and not facts["matters"]:
        return "There is no effect to show and none is said to matter, so no length can be recommended."
    if best is None:
        waiting = [row["label"].lower() for row in facts["designs"] if row["verdict"] == "not settled"]
        more = f" Not settled: {formats.listed(waiting)}; a longer rehearsal would say more." if waiting else ""
        return (
            f"No design is shown to be sound: each is biased by more than is put up with, not known well enough, holds "
            f"the truth too seldom, or would take more than two years.{more}"
        )
    bias = formats.difference(
        best["bias"], how, (best["bias_high"] - best["bias_low"]) / 2 if _known(best["bias_low"]) else math.nan
    )
    sure = f" ({formats.interval(best['bias_low'], best['bias_high'], how)})" if _known(best["bias_low"]) else ""
    settled = "" if best["verdict"] == "sound" else "; that is not settled yet, a longer rehearsal would say more"
    shown = "show it" if facts["shown"] else f"show the {formats.amount(facts['matters'], how)} that matter"
    return (
        f"Best: {best['label'].lower()} for {formats.several(best['weeks'], 'week')}, which would {shown} with "
        f"80{formats.NARROW}% power. Its reading is off by {bias}{sure}{settled}; its {level} interval held the true "
        f"effect in {_share(best['coverage'])} of the pilots."
    )


def _blame(row: Facts, facts: Facts) -> str:
    """Why a biased design is biased, as far as the two sides' levels tell."""
    how = _scale(facts)
    reading = formats.difference(row["reading"], how, _half(row, "bias"))
    true = formats.difference(facts["truth"]["value"], how, _half(row, "bias"))
    head = f"{row['label']} would read {reading} where the truth is {true}"
    moved = []
    for side, words in (
        ("control", "the control side {} against no pilot"),
        ("treated", "the treated side {} against full roll-out"),
    ):
        low, high = row[f"{side}_low"], row[f"{side}_high"]
        if _known(low) and low * high > 0.0:
            moved.append(words.format(formats.difference(row[f"{side}_shift"], how, (high - low) / 2)))
    if moved:
        return f"{head}: {formats.listed(moved)}, as both draw on the same agents and queues."
    if row["design"].startswith("queue"):
        return f"{head}: the treated queues are not like all queues, and they share agents with the others."
    return f"{head}."


def _verdict(row: Facts, facts: Facts) -> str:
    if row["verdict"] == "not possible":
        return _WORDS["not possible"]
    if row["verdict"] != "biased":
        return _WORDS[row["verdict"]]
    more = row["bias"] * facts["truth"]["value"] > 0.0
    size = formats.difference(abs(row["bias"]), _scale(facts), _half(row, "bias")).lstrip("+")
    return f"{'exaggerates' if more else 'understates'} by {size}" if facts["shown"] else f"off by {size}"


def _best(facts: Facts) -> Facts | None:
    return next((row for row in facts["designs"] if row["design"] == facts["recommended"]), None)


def _colour(row: Facts) -> str:
    return {"sound": GOOD, "biased": BAD, "not possible": FAINT}.get(row["verdict"], SOFT)


def _scale(facts: Facts) -> Scale:
    return formats.scale(facts["unit"], facts["truth"]["value"], facts.get("currency", ""))


def _kpi(facts: Facts) -> str:
    return formats.clean(facts["title"]).lower() if not facts["title"].isupper() else facts["title"]


def _half(row: Facts, name: str) -> float:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return (high - low) / 2 if _known(low) else math.nan


def _share(share: float | None) -> str:
    return f"{100 * share:.0f}{formats.NARROW}%" if share is not None and math.isfinite(share) else "–"


def _known(x: float | None) -> bool:
    return x is not None and math.isfinite(x)
