"""How a KPI goes through the day: one panel a KPI or tier, arms overlaid, bands of the interval over replications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report import canvas, formats
from sim.report.canvas import BODY, INK, RULE, SMALL, SOFT, Look, Sheet
from sim.report.tables import Course, Floats

_TALL, _LOW = 1.5, 1.15


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: its title, a note beside it, its scale, and one course an arm (None: nothing to draw)."""

    title: str
    note: str
    scale: formats.Scale
    courses: tuple[Course | None, ...]


def draw(panels: Sequence[Panel], looks: Sequence[Look], finding: str, width: float, same: bool = False) -> Sheet:
    """Panels under each other on one clock; `same` gives all of them one vertical scale."""
    with canvas.quiet():
        top = canvas.legend_rows(looks, width) * 0.2 + 0.1
        titles = [canvas.wrap(f"{panel.title}", width - 0.1, BODY, 2, "bold") for panel in panels]
        notes = [canvas.wrap(panel.note, width - 0.1, SMALL, 2) if panel.note else [] for panel in panels]
        heads = [0.17 * (len(t) + len(n)) + 0.12 for t, n in zip(titles, notes, strict=True)]
        plot = _TALL if len(panels) < 3 else _LOW
        sheet = Sheet(width, top + sum(heads) + len(panels) * (plot + 0.2) + 0.2, finding)
        canvas.legend(sheet, looks, 0.02, 0.08, width, band=True)
        span = _span(panels)
        together = _limits(panels) if same else None
        y = top
        for panel, title, note, head in zip(panels, titles, notes, heads, strict=True):
            _head(sheet, y, title, note)
            axes = sheet.axes(0.52, y + head, width - 0.62, plot)
            _panel(axes, panel, looks, together or _limits([panel]))
            _clock(axes, span, width)
            y += head + plot + 0.2
            if panel is not panels[-1]:
                axes.tick_params(labelbottom=False)
        return sheet


def _head(sheet: Sheet, y: float, title: list[str], note: list[str]) -> None:
    for k, line in enumerate(title):
        sheet.text(0.02, y + 0.1 + 0.17 * k, line, BODY, INK, "bold")
    for k, line in enumerate(note, len(title)):
        sheet.text(0.02, y + 0.1 + 0.17 * k, line, SMALL, SOFT)


def _panel(axes: Axes, panel: Panel, looks: Sequence[Look], limits: tuple[float, float]) -> None:
    axes.set_ylim(*limits)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _=None: _tick(x, panel.scale)))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    for place, (course, look) in enumerate(zip(panel.courses, looks, strict=True)):
        if course is not None:
            _curve(axes, course, look, panel.scale.factor, place)


def _curve(axes: Axes, course: Course, look: Look, factor: float, place: int) -> None:
    hours, mean = _with_gaps(course.hours, course.mean * factor)
    _, half = _with_gaps(course.hours, course.half_width * factor)
    axes.fill_between(hours, mean - half, mean + half, color=look.colour, alpha=0.17, linewidth=0)
    every = 1 if np.isfinite(mean).sum() <= 14 else (place % 4, 4)
    style = {"color": look.colour, "marker": look.marker, "markersize": 3.4}
    axes.plot(hours, mean, linestyle=look.dash, linewidth=1.6, markevery=every, **style)  # type: ignore[arg-type]
    alone = _alone(mean)
    axes.plot(hours[alone], mean[alone], linestyle="none", **style)  # type: ignore[arg-type]


def _with_gaps(hours: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Insert NaN where intervals are missing, so that no line crosses a closed night."""
    if len(hours) < 3:
        return hours, values
    steps = np.diff(hours)
    holes = np.flatnonzero(steps > 1.5 * np.median(steps)) + 1
    return np.insert(hours, holes, hours[holes - 1]), np.insert(values, holes, np.nan)


def _alone(values: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    known = np.isfinite(values)
    before = np.concatenate([[False], known[:-1]])
    after = np.concatenate([known[1:], [False]])
    return np.asarray(known & ~before & ~after)


def _limits(panels: Sequence[Panel]) -> tuple[float, float]:
    tops, bottoms = [], []
    for panel in panels:
        for course in panel.courses:
            if course is not None:
                half = np.nan_to_num(course.half_width)
                tops.append(float(np.nanmax(course.mean + half)) * panel.scale.factor)
                bottoms.append(float(np.nanmin(course.mean - half)) * panel.scale.factor)
    low, high = min(bottoms, default=0.0), max(tops, default=1.0)
    if panels and panels[0].scale.factor == 100.0:
        return max(0.0, math.floor((low - 2) / 10) * 10), min(102.0, max(high + 3, low + 10))
    means = [float(np.nanmin(course.mean)) for panel in panels for course in panel.courses if course is not None]
    never_negative = min(means, default=0.0) >= 0  # a band may reach below zero, a wait cannot
    return 0.0 if never_negative else low * 1.08, max(high * 1.08, 1e-6)


def _tick(x: float, scale: formats.Scale) -> str:
    text = f"{x:.10g}".replace("-", formats.MINUS)
    return f"{text}{formats.NARROW}%" if scale.factor == 100.0 else text


def _span(panels: Sequence[Panel]) -> tuple[float, float]:
    hours = np.concatenate([c.hours for panel in panels for c in panel.courses if c is not None])
    return float(hours.min()), float(hours.max())


def _clock(axes: Axes, span: tuple[float, float], width: float) -> None:
    low, high = span
    air = max(0.1, 0.015 * (high - low))
    axes.set_xlim(low - air, high + air)
    room = max(2, int((width - 0.62) / 0.62))
    step = next((s for s in (0.5, 1, 2, 3, 4, 6, 8, 12) if (high - low) / s <= room), 24)
    axes.set_xticks(np.arange(math.ceil(low / step) * step, high + 1e-9, step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _=None: formats.clock_time(x)))
