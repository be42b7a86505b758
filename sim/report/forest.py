"""Differences with their intervals, one row a KPI (or an intent), one panel a unit, so that every scale is honest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report import canvas, formats
from sim.report.canvas import BAD, BODY, FAINT, INK, RULE, SMALL, SOFT, ZONE, Look, Sheet
from sim.report.tables import Gap

_LINE = 0.165
_ARM = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """One row: label, a small second line, one difference an arm (None: not known), and what must not be crossed."""

    label: str
    note: str
    gaps: tuple[Gap | None, ...]
    better: str
    margin: float = math.nan
    matters: float = math.nan
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows that share one scale."""

    title: str
    scale: formats.Scale
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    row: Row
    top: float
    height: float
    label: list[str]
    note: list[str]
    first: float


class _Plan:
    """Where everything goes, at one width: labels beside the plot on paper, above it on a phone."""

    def __init__(self, panels: Sequence[Panel], looks: Sequence[Look], width: float) -> None:
        self.wide = width > 5
        self.width = width
        self.labels = 2.35 if self.wide else width - 0.1
        self.left = self.labels + 0.2 if self.wide else 0.2
        self.plot = width - self.left - _values_width(panels)
        self.arms = len(looks)
        self.top = canvas.legend_rows(looks, width) * 0.2 + 0.12 if looks else 0.0
        y = self.top
        self.panels: list[tuple[Panel, float, list[_Place], float]] = []
        for panel in panels:
            start = y
            y += 0.3
            places = []
            for row in panel.rows:
                place = self._place(row, y)
                places.append(place)
                y += place.height
            self.panels.append((panel, start, places, y))
            y += 0.42
        self.height = y + 0.04

    def _place(self, row: Row, top: float) -> _Place:
        weight = "bold" if row.strong else "normal"
        label = canvas.wrap(formats.unmarked(row.label), self.labels, BODY, 2, weight)
        note = canvas.wrap(row.note, self.labels, SMALL, 2) if row.note else []
        words = (len(label) + len(note)) * _LINE
        bars = max(1, self.arms) * _ARM
        if self.wide:
            height = max(words, bars) + 0.1
            return _Place(row, top, height, label, note, top + height / 2 - bars / 2 + _ARM / 2)
        return _Place(row, top, words + bars + 0.14, label, note, top + words + 0.05 + _ARM / 2)


def draw(panels: Sequence[Panel], looks: Sequence[Look], finding: str, width: float) -> Sheet:
    """All panels under each other; `looks` are those of the arms whose gaps the rows hold, in the same order."""
    with canvas.quiet():
        plan = _Plan(panels, looks, width)
        sheet = Sheet(width, plan.height, finding)
        if looks:
            canvas.legend(sheet, looks, 0.02, 0.08, width)
        for panel, start, places, end in plan.panels:
            _panel(sheet, plan, panel, looks, start, places, end)
        return sheet


def _panel(
    sheet: Sheet,
    plan: _Plan,
    panel: Panel,
    looks: Sequence[Look],
    start: float,
    places: list[_Place],
    end: float,
) -> None:
    top = places[0].top
    axes = sheet.axes(plan.left, top, plan.plot, end - top)
    axes.set_ylim(end, top)
    axes.set_yticks([])
    low, high = _limits(panel)
    axes.set_xlim(low, high)
    _ticks(axes, panel.scale, plan.plot, low, high)
    if plan.wide:
        axes.grid(axis="x", color=RULE, linewidth=0.6)
    sheet.text(0.02, start + 0.12, panel.title, SMALL, SOFT, "bold")
    for place in places:
        if place is not places[0]:
            sheet.line([0.02, sheet.width - 0.05], [place.top, place.top], RULE, 0.6)
        _words(sheet, plan, place)
        _row(sheet, axes, plan, panel, place, looks)
    if plan.wide:
        axes.axvline(0, color=INK, linewidth=1.0, zorder=2)


def _words(sheet: Sheet, plan: _Plan, place: _Place) -> None:
    words = (len(place.label) + len(place.note)) * _LINE
    y = place.top + (place.height - words) / 2 if plan.wide else place.top + 0.06
    for line in place.label:
        sheet.text(0.02, y + _LINE / 2, line, BODY, INK, "bold" if place.row.strong else "normal")
        y += _LINE
    for line in place.note:
        sheet.text(0.02, y + _LINE / 2, line, SMALL, SOFT)
        y += _LINE


def _row(sheet: Sheet, axes: Axes, plan: _Plan, panel: Panel, place: _Place, looks: Sequence[Look]) -> None:
    row, factor = place.row, panel.scale.factor
    bars = len(row.gaps) * _ARM
    top, bottom = place.first - _ARM / 2, place.first - _ARM / 2 + bars
    if math.isfinite(row.matters) and row.matters > 0:
        axes.fill_between([-row.matters * factor, row.matters * factor], top, bottom, color=ZONE, linewidth=0, zorder=0)
    _margin(axes, row, factor, top, bottom)
    if not plan.wide:
        axes.plot([0, 0], [top, bottom], color=INK, linewidth=1.0, zorder=2)
    for k, (gap, look) in enumerate(zip(row.gaps, looks, strict=True)):
        y = place.first + k * _ARM
        x = plan.left + plan.plot + 0.14
        if gap is None or not gap.defined:
            sheet.text(x, y, formats.NOT_DEFINED, SMALL, FAINT)
            continue
        _mark(axes, gap, factor, y, look)
        sheet.text(x, y, written(gap, panel.scale), SMALL, INK if gap.clear else SOFT)


def written(gap: Gap, scale: formats.Scale) -> str:
    """The difference and its interval, as the right column shows them (the unit stands over the panel)."""
    if not gap.defined:
        return formats.NOT_DEFINED
    if gap.value == 0 and gap.low == gap.high == 0:
        return "exactly 0"
    between = formats.interval(gap.low, gap.high, scale)
    number = formats.bare(gap.value, scale, gap.half_width)
    return f"{number} ({between})" if between else f"{number} (no interval)"


def _values_width(panels: Sequence[Panel]) -> float:
    """Width of the right column: its longest text and the air around it."""
    texts = (written(gap, panel.scale) for panel in panels for row in panel.rows for gap in row.gaps if gap)
    return max((canvas.text_width(text, SMALL) for text in texts), default=1.0) + 0.22


def _margin(axes: Axes, row: Row, factor: float, top: float, bottom: float) -> None:
    if not math.isfinite(row.margin):
        return
    side = 1 if row.better == "lower" else -1
    at = side * row.margin * factor
    low, high = axes.get_xlim()
    axes.fill_between([at, high if side > 0 else low], top, bottom, color=BAD, alpha=0.13, linewidth=0, zorder=0)
    axes.plot([at, at], [top, bottom], color=BAD, linewidth=1.6, zorder=1, solid_capstyle="butt")


def _mark(axes: Axes, gap: Gap, factor: float, y: float, look: Look) -> None:
    if math.isfinite(gap.low):
        axes.plot([gap.low * factor, gap.high * factor], [y, y], color=look.colour, linewidth=2.0, zorder=3)
    filled = look.colour if gap.clear else "white"
    axes.plot(
        [gap.value * factor],
        [y],
        marker=look.marker,
        color=look.colour,
        markerfacecolor=filled,
        markersize=5.5,
        markeredgewidth=1.3,
        zorder=4,
        clip_on=False,
    )


def _limits(panel: Panel) -> tuple[float, float]:
    points = [0.0]
    for row in panel.rows:
        side = 1 if row.better == "lower" else -1
        points += [side * row.margin * 1.15, row.matters, -row.matters]
        points += [x for gap in row.gaps if gap is not None for x in (gap.value, gap.low, gap.high)]
    known = np.array([x for x in points if math.isfinite(x)]) * panel.scale.factor
    low, high = float(known.min()), float(known.max())
    if high == low:
        return -1.15, 1.15
    air = 0.07 * (high - low)
    return low - air, high + air


def _ticks(axes: Axes, scale: formats.Scale, width: float, low: float, high: float) -> None:
    def written_tick(x: float, _position: float | None = None) -> str:
        text = f"{x:+.10g}".replace("-", formats.MINUS)
        return "0" if abs(x) < 1e-12 * max(abs(low), abs(high), 1) else text

    widest = max(canvas.text_width(written_tick(float(x)), SMALL) for x in MaxNLocator(4).tick_values(low, high))
    most = max(2, min(6, int(width / (widest + 0.25))))
    locator = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])
    axes.set_xticks([x for x in locator.tick_values(low, high) if low <= x <= high])
    axes.xaxis.set_major_formatter(FuncFormatter(written_tick))


def strip(gap: Gap, look: Look, scale: formats.Scale, better: str, matters: float, width: float) -> Sheet:
    """The primary KPI of one arm on one axis: zero, the zone that does not matter, the interval."""
    with canvas.quiet():
        sheet = Sheet(width, 0.98, "")
        axes = sheet.axes(0.12, 0.3, width - 0.24, 0.36)
        panel = Panel("", scale, (Row("", "", (gap,), better, matters=matters),))
        low, high = _limits(panel)
        reach = max(-low, high)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(1, 0)
        axes.set_yticks([])
        _ticks(axes, scale, width, -reach, reach)
        if matters > 0:
            axes.axvspan(-matters * scale.factor, matters * scale.factor, color=ZONE, linewidth=0)
        axes.axvline(0, color=INK, linewidth=1.0)
        _mark(axes, gap, scale.factor, 0.5, look)
        left, right = {"higher": ("◀ worse", "better ▶"), "lower": ("◀ better", "worse ▶")}.get(
            better, ("◀ lower", "higher ▶")
        )
        sheet.text(0.1, 0.14, left, SMALL, SOFT)
        sheet.text(width - 0.1, 0.14, right, SMALL, SOFT, align="right")
        if matters > 0:
            sheet.text(width / 2, 0.14, "too small to matter" if width > 3 else "", SMALL, FAINT, align="center")
        return sheet
