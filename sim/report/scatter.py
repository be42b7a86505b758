"""Drawing of marks on a plane, each with its label beside it: no label lies on another, on a mark or off the sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report import canvas, formats
from sim.report.canvas import FAINT, INK, RULE, SMALL, SOFT, Look, Sheet

_LEFT, _RIGHT, _BELOW = 0.62, 0.12, 0.5
_TEXT = 0.15  # height of a label
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Mark:
    """One arm on the plane, in stored units. `size`: 0 to 1; `struck`: hollow, its label struck out."""

    x: float
    y: float
    look: Look
    size: float = 0.3
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows: `words` with the better direction."""

    words: str
    scale: formats.Scale


def draw(marks: Sequence[Mark], across: Axis, up: Axis, finding: str, width: float, path: Sequence[int] = ()) -> Sheet:
    """The marks with their labels; `path`: places of marks that a line joins, in this order."""
    with canvas.quiet():
        plot_width, plot_height = width - _LEFT - _RIGHT, 3.1 if width > 5 else 2.9
        told = canvas.wrap(up.words, width - 0.1, SMALL)
        top = 0.1 + 0.16 * len(told)
        sheet = Sheet(width, top + plot_height + _BELOW, finding)
        for k, line in enumerate(told):
            sheet.text(0.02, 0.08 + 0.16 * k, line, SMALL, SOFT)
        axes = sheet.axes(_LEFT, top, plot_width, plot_height)
        xs = _limits([mark.x * across.scale.factor for mark in marks])
        ys = _limits([mark.y * up.scale.factor for mark in marks])
        axes.set_xlim(*xs)
        axes.set_ylim(*ys)
        for axis, how in ((axes.xaxis, across.scale), (axes.yaxis, up.scale)):
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(FuncFormatter(lambda x, _=None, how=how: _tick(x, how)))
        axes.grid(color=RULE, linewidth=0.6)
        sheet.text(_LEFT + plot_width, top + plot_height + 0.33, across.words, SMALL, SOFT, align="right")
        places = [
            (
                _LEFT + plot_width * (mark.x * across.scale.factor - xs[0]) / (xs[1] - xs[0]),
                top + plot_height * (ys[1] - mark.y * up.scale.factor) / (ys[1] - ys[0]),
            )
            for mark in marks
        ]
        if len(path) > 1:
            sheet.line([places[k][0] for k in path], [places[k][1] for k in path], FAINT, 1.2, linestyle=(0, (2, 2)))
        for mark in marks:
            _dot(axes, mark, mark.x * across.scale.factor, mark.y * up.scale.factor)
        frame = (_LEFT + 0.02, top - 0.05, width - 0.02, top + plot_height)
        busy = [box for begin, end in pairwise(path) for box in _along(places[begin], places[end])]
        for mark, place, label in _labelled(marks, places, frame, width, busy):
            _write(sheet, mark, place, label)
        return sheet


def _dot(axes: Axes, mark: Mark, x: float, y: float) -> None:
    axes.plot(
        [x], [y], color=mark.look.colour, marker=mark.look.marker, markersize=_points(mark), linestyle="none",
        fillstyle="none" if mark.struck else "full", alpha=0.85,
    )  # fmt: skip


def _points(mark: Mark) -> float:
    """Diameter in points: the area grows with the size."""
    return math.sqrt(25.0 + 170.0 * mark.size)


@dataclass(frozen=True, slots=True)
class _Label:
    words: str
    x: float
    y: float
    width: float


def _labelled(
    marks: Sequence[Mark], places: Sequence[tuple[float, float]], frame: Box, width: float, busy: Sequence[Box] = ()
) -> list[tuple[Mark, tuple[float, float], _Label]]:
    """A place for each label: the nearest one that is free, round the mark and outwards."""
    taken = [_round(place, _points(mark) / 144) for mark, place in zip(marks, places, strict=True)]
    taken.extend(busy)
    found = []
    for mark, place in zip(marks, places, strict=True):
        words = canvas.shorten(mark.look.label, min(2.6, 0.5 * width), SMALL)
        size = canvas.text_width(words, SMALL)
        label = _Label(words, *_free(place, size, _points(mark) / 144, taken, frame), size)
        taken.append(_box(label))
        found.append((mark, place, label))
    return found


def _free(
    place: tuple[float, float], size: float, radius: float, taken: Sequence[Box], frame: Box
) -> tuple[float, float]:
    """Left end and middle of a label of this width."""
    best, least = (place[0], place[1]), math.inf
    for ring in range(12):
        away = radius + 0.06 + 0.11 * ring
        for x, y in _round_about(place, size, away):
            box = (x, y - _TEXT / 2, x + size, y + _TEXT / 2)
            inside = frame[0] <= box[0] and box[2] <= frame[2] and frame[1] <= box[1] and box[3] <= frame[3]
            clash = sum(_overlap(box, other) for other in taken) + (0.0 if inside else 10.0)
            if clash == 0.0:
                return x, y
            if clash < least:
                best, least = (x, y), clash
    return best


def _round_about(place: tuple[float, float], size: float, away: float) -> list[tuple[float, float]]:
    x, y = place
    over = away + _TEXT / 4
    return [
        (x + away, y), (x - away - size, y), (x - size / 2, y - over), (x - size / 2, y + over),
        (x + away * 0.7, y - over), (x - away * 0.7 - size, y - over), (x + away * 0.7, y + over),
        (x - away * 0.7 - size, y + over),
    ]  # fmt: skip


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, down)


def _round(place: tuple[float, float], radius: float) -> Box:
    return place[0] - radius, place[1] - radius, place[0] + radius, place[1] + radius


def _along(begin: tuple[float, float], end: tuple[float, float]) -> list[Box]:
    """Small boxes that cover a line."""
    steps = max(2, int(math.dist(begin, end) / 0.06))
    return [
        _round((begin[0] + (end[0] - begin[0]) * k / steps, begin[1] + (end[1] - begin[1]) * k / steps), 0.02)
        for k in range(1, steps)
    ]


def _box(label: _Label) -> Box:
    return label.x, label.y - _TEXT / 2, label.x + label.width, label.y + _TEXT / 2


def _write(sheet: Sheet, mark: Mark, place: tuple[float, float], label: _Label) -> None:
    box = _box(label)
    nearest = min(max(place[0], box[0]), box[2]), min(max(place[1], box[1]), box[3])
    if math.dist(nearest, place) > _points(mark) / 144 + 0.16:
        sheet.line([place[0], nearest[0]], [place[1], nearest[1]], FAINT, 0.6)
    sheet.text(label.x, label.y, label.words, SMALL, SOFT if mark.struck else INK)
    if mark.struck:
        sheet.line([label.x, label.x + label.width], [label.y + 0.01] * 2, SOFT, 0.9)


def _limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    air = 0.16 * (high - low) or max(abs(high), 1.0) * 0.05
    return low - air, high + air


def _tick(x: float, how: formats.Scale) -> str:
    text = f"{x:.6g}".replace("-", formats.MINUS)
    return f"{how.before}{text}{how.value_after}"
