"""Charts of a sweep: response curves over one parameter, heat maps over two, effects and interactions of more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from sim.report import canvas, formats
from sim.report.canvas import INK, RULE, SMALL, SOFT, Chart, Sheet

MOST_CELLS = 12  # values of a parameter that a heat map can hold and print
_PANEL, _GAP = 1.65, 0.62


@dataclass(frozen=True, slots=True)
class Response:
    """One KPI over the points of a sweep."""

    name: str
    title: str
    better: str
    scale: formats.Scale

    @property
    def words(self) -> str:
        """Title, unit and better direction, for an axis."""
        unit = "%" if self.scale.factor == 100.0 else self.scale.axis
        return f"{self.title} ({unit}{f', {self.better} is better' if self.better != 'neither' else ''})"


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter: its short name, each point's place on it, and the words at those places where it is no number."""

    path: str
    title: str
    places: np.ndarray[Any, np.dtype[np.float64]]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What moving one parameter (or two together) from end to end does to a KPI, with its 95 % half-width."""

    title: str
    value: float
    half: float


def axis(path: str, typed: Sequence[str]) -> Axis:
    """A parameter from the column of points.csv; words stand in the order in which they first appear."""
    title = formats.clean(path).lstrip("+")
    known = list(dict.fromkeys(typed))
    numbers = pd.to_numeric(pd.Series(list(typed)), errors="coerce").to_numpy(float)
    if np.isfinite(numbers).all():
        return Axis(path, title, numbers, ())
    return Axis(path, title, np.array([known.index(one) for one in typed], float), tuple(map(formats.clean, known)))


def charts(table: pd.DataFrame, axes: Sequence[Axis], responses: Sequence[Response]) -> list[Chart]:
    """The charts that fit the number of parameters."""
    if not responses or not axes:
        return []
    if len(axes) == 1:
        return [_curves(table, axes[0], responses)]
    sizes = [len(set(one.places)) for one in axes]
    if len(axes) == 2 and max(sizes) <= MOST_CELLS and sizes[0] * sizes[1] == len(table):
        return [_heat(table, axes[0], axes[1], one) for one in responses]
    return [
        _bars(one, found)
        for one in responses
        if (found := effects(table[one.name].to_numpy(float) * one.scale.factor, axes))
    ]


def effects(y: np.ndarray[Any, np.dtype[np.float64]], axes: Sequence[Axis]) -> list[Effect]:
    """Main and two-way effects by least squares over points, parameters scaled to −1 … 1; largest first.

    Interactions are left out where there are too few points for them; nothing where there are too few for the mains.
    """
    from scipy import special

    usable = [one for one in axes if np.ptp(one.places) > 0 and len(one.names) <= 2]
    known = np.isfinite(y)
    columns = {one.title: (2 * (one.places - one.places.min()) / np.ptp(one.places) - 1)[known] for one in usable}
    pairs = {f"{a} × {b}": columns[a] * columns[b] for a, b in combinations(columns, 2)}
    for terms in (columns | pairs, columns):
        design = np.column_stack([np.ones(known.sum()), *terms.values()])
        free = len(design) - design.shape[1]
        if terms and free >= 1 and np.linalg.matrix_rank(design) == design.shape[1]:
            fitted, *_ = np.linalg.lstsq(design, y[known], rcond=None)
            spread = float(((y[known] - design @ fitted) ** 2).sum()) / free
            errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * spread)
            wide = float(special.stdtrit(free, 0.975))
            found = [
                Effect(name, 2 * float(b), 2 * wide * float(e))
                for name, b, e in zip(terms, fitted[1:], errors[1:], strict=True)
            ]
            return sorted(found, key=lambda one: -abs(one.value))
    return []


def _curves(table: pd.DataFrame, across: Axis, responses: Sequence[Response]) -> Chart:
    finding = f"How {formats.listed([one.title for one in responses])} answer to {across.title}"

    def draw(width: float) -> Sheet:
        with canvas.quiet():
            sheet = Sheet(width, len(responses) * (_PANEL + _GAP) + 0.15, finding)
            order = np.argsort(across.places, kind="stable")
            for k, one in enumerate(responses):
                top = 0.32 + k * (_PANEL + _GAP)
                sheet.text(0.02, top - 0.16, canvas.shorten(one.words, width - 0.1, SMALL), SMALL, SOFT)
                axes = sheet.axes(0.62, top, width - 0.8, _PANEL)
                low, mean, high = (
                    table[name].to_numpy(float)[order] * one.scale.factor
                    for name in (f"{one.name}_low", one.name, f"{one.name}_high")
                )
                x = across.places[order]
                axes.fill_between(x, low, high, color=canvas.ARM_COLOURS[1], alpha=0.18, linewidth=0)
                axes.plot(x, mean, color=canvas.ARM_COLOURS[1], marker="o", markersize=3.5, linewidth=1.5)
                axes.grid(axis="y", color=RULE, linewidth=0.6)
                axes.locator_params(axis="y", nbins=5)
                if across.names:
                    axes.set_xticks(range(len(across.names)), [canvas.shorten(n, 0.9, SMALL) for n in across.names])
                elif len(typed := np.unique(across.places)) <= 2 * MOST_CELLS:
                    axes.set_xticks(typed[:: max(1, -(-len(typed) // (12 if width > 5 else 6)))])
                    axes.xaxis.set_major_formatter(lambda place, _: f"{place:.6g}")
                else:
                    axes.locator_params(axis="x", nbins=6 if width > 5 else 4)
            return sheet

    return Chart("response", finding, finding, f"Across: {across.title}. Bands are 95 % intervals of each point.", draw)


def _heat(table: pd.DataFrame, across: Axis, up: Axis, one: Response) -> Chart:
    values = table[one.name].to_numpy(float)
    finding = f"{one.title} over {across.title} and {up.title}"

    def draw(width: float) -> Sheet:
        xs, ys = np.unique(across.places), np.unique(up.places)
        bare = replace(one.scale, before="", value_after="", clock=False)
        cell = min(0.5, 3.6 / len(ys))
        grid = np.full((len(ys), len(xs)), np.nan)
        grid[np.searchsorted(ys, up.places), np.searchsorted(xs, across.places)] = values
        with canvas.quiet():
            sheet = Sheet(width, 0.6 + cell * len(ys), finding)
            sheet.text(0.02, 0.08, canvas.shorten(one.words, width - 0.1, SMALL), SMALL, SOFT)
            axes = sheet.axes(0.75, 0.25, width - 0.9, cell * len(ys))
            low, high = (float(np.nanmin(grid)), float(np.nanmax(grid))) if np.isfinite(grid).any() else (0.0, 1.0)
            top = low + (high - low or 1.0) / 0.55  # the darkest cell still lets its number be read
            axes.imshow(grid, aspect="auto", origin="lower", cmap="Blues", vmin=low, vmax=top)
            room = (width - 0.9) / len(xs) - 0.04
            for (row, column), value in np.ndenumerate(grid):
                text = formats.value(value, bare) if np.isfinite(value) else "–"
                axes.text(column, row, canvas.shorten(text, room, SMALL), ha="center", va="center", fontsize=SMALL,
                          color=INK)  # fmt: skip
            for setter, places, names, most in (
                (axes.set_xticks, xs, across.names, room),
                (axes.set_yticks, ys, up.names, 0.65),
            ):
                words = [names[int(p)] if names else f"{p:.6g}" for p in places]
                setter(range(len(places)), [canvas.shorten(word, most, SMALL) for word in words])
            axes.spines["bottom"].set_visible(False)
            return sheet

    note = f"Across: {across.title}; up: {up.title}. Means of each point."
    return Chart(f"heat-{one.name}", finding, finding, note, draw)


def _bars(one: Response, found: Sequence[Effect]) -> Chart:
    shown = list(found[:12])
    finding = f"{one.title}: most moved by {shown[0].title}"

    def draw(width: float) -> Sheet:
        with canvas.quiet():
            step = 0.5
            sheet = Sheet(width, 0.3 + step * len(shown) + 0.4, finding)
            sheet.text(0.02, 0.08, canvas.shorten(one.words, width - 0.1, SMALL), SMALL, SOFT)
            axes = sheet.axes(0.1, 0.25, width - 0.2, step * len(shown))
            for k, effect in enumerate(shown):
                clear = abs(effect.value) > effect.half
                axes.barh(k + 0.2, effect.value, height=0.3, color=canvas.ARM_COLOURS[1] if clear else "#c3ccd2")
                axes.plot(
                    [effect.value - effect.half, effect.value + effect.half], [k + 0.2] * 2, color=INK, linewidth=1
                )
                sheet.text(0.1, 0.25 + step * k + 0.12, canvas.shorten(effect.title, width - 0.2, SMALL), SMALL)
            axes.axvline(0, color=SOFT, linewidth=0.8)
            axes.set_ylim(len(shown) - 0.5, -0.5)
            axes.set_yticks([])
            axes.locator_params(axis="x", nbins=5)
            return sheet

    note = (
        "Change from one end of a parameter to the other, the others in the middle; × is how far two together do more "
        "than the sum of both. Least squares over the points; lines are 95 % intervals, grey bars hold zero."
    )
    return Chart(f"effects-{one.name}", finding, finding, note, draw)
