"""Which points a sweep visits: parameters as typed, and the samplers that choose among their values.

A parameter is a dotted path with values (`7,8,9`, `range(1,5)`) or a continuous range (`interval(0.1, 0.9)`,
`interval(60 s, 300 s)`). Draws are addressed by (seed, the parameter's path, the point's number): another parameter or
more points of a Latin hypercube's rows move nobody else's. Nothing is loaded or run here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config.grammar import OverrideError, parse
from sim.errors import UsageError
from sim.sampling.streams import Streams, entity_key

MOST_POINTS = 100_000
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_FUNCTION = re.compile(r"(range|interval|choice)\((.*)\)", re.DOTALL)
_QUANTITY = re.compile(rf"({_NUMBER})\s*([A-Za-z]*)", re.ASCII)
Point = tuple[str, ...]  # the value of each parameter, as an override writes it


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its path, and values to choose among, or the ends of a continuous range with their unit."""

    path: str
    values: tuple[str, ...] = ()
    ends: tuple[float, float] | None = None
    unit: str = ""

    def at(self, u: float) -> str:
        """The value at a place of the unit interval."""
        if self.ends is None:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        low, high = self.ends
        number = f"{low + u * (high - low):.10g}"
        return f"'{number} {self.unit}'" if self.unit else number

    def override(self, value: str) -> str:
        """The override that sets it."""
        return f"{self.path}={value}"


def parameters(words: Sequence[str]) -> tuple[list[Parameter], list[str]]:
    """The words that are parameters of a sweep, and the others, which hold for all points."""
    found: list[Parameter] = []
    fixed: list[str] = []
    for word in words:
        path, equals, value = word.partition("=")
        parameter = _parameter(word, path, value) if equals else None
        if parameter is None:
            fixed.append(word)
        elif any(other.path == path for other in found):
            raise UsageError(f"{word}: {path} stands twice; give all of its values at once")
        else:
            found.append(parameter)
    return found, fixed


def sampled(sampler: str, axes: Sequence[Parameter], count: int | None, seed: int) -> list[Point]:
    """The points that a sampler visits, in order; raises UsageError for what it cannot do."""
    if sampler not in SAMPLERS:
        raise UsageError(f"sampler={sampler}: not known; one of {', '.join(SAMPLERS)}")
    if not axes:
        raise UsageError("a sweep needs a parameter with several values; write a.b=1,2,3 or a.b='interval(0.1, 0.9)'")
    return SAMPLERS[sampler](axes, count, seed)


def _parameter(word: str, path: str, value: str) -> Parameter | None:
    called = _FUNCTION.fullmatch(value.strip())
    parts = _split(called.group(2) if called else value)
    if called is None or called.group(1) == "choice":
        return Parameter(path, tuple(parts)) if len(parts) > 1 else None
    if called.group(1) == "interval":
        return _interval(word, path, parts)
    return Parameter(path, _range(word, parts))


def _split(text: str) -> list[str]:
    """The text at its commas, but for those in quotes and brackets."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        depth += (character in "[{(") - (character in "]})") if not quote else 0
        if character == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _interval(word: str, path: str, parts: list[str]) -> Parameter:
    read = [_QUANTITY.fullmatch(part.strip("'\"")) for part in parts]
    if len(read) != 2 or None in read:
        raise UsageError(f"{word}: an interval has two ends; write interval(0.1, 0.9) or interval(60 s, 300 s)")
    (low, unit), (high, other) = ((float(one.group(1)), one.group(2)) for one in read if one is not None)
    if unit != other or not low < high < float("inf"):
        raise UsageError(f"{word}: the second end is above the first, in the same unit")
    return Parameter(path, ends=(low, high), unit=unit)


def _range(word: str, parts: list[str]) -> tuple[str, ...]:
    try:
        numbers = [float(part) for part in parts]
        start, stop, step = (0.0, *numbers, 1.0)[-3:] if len(numbers) == 1 else (*numbers, 1.0)[:3]
        count = int(np.ceil((stop - start) / step - 1e-9))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise UsageError(f"{word}: write range(start, stop) or range(start, stop, step); stop is left out") from None
    if not 0 < count <= MOST_POINTS:
        raise UsageError(f"{word}: {max(count, 0)} values; a range has 1 to {MOST_POINTS}")
    return tuple(f"{start + step * n:.10g}" for n in range(count))


# --- samplers --------------------------------------------------------------------------------------------------------


def _grid(axes: Sequence[Parameter], count: int | None, seed: int) -> list[Point]:
    """Every combination; the last parameter changes fastest."""
    endless = next((axis for axis in axes if axis.ends is not None), None)
    if endless is not None:
        raise UsageError(f"{endless.path}: a grid needs values; write a,b,c, or sampler=sobol points=64")
    if count is not None:
        raise UsageError(f"points={count}: a grid visits every combination; leave it out, or choose sampler=lhs")
    size = int(np.prod([float(len(axis.values)) for axis in axes]))
    if size > MOST_POINTS:
        raise UsageError(f"the grid has {size} points, at most {MOST_POINTS}; choose sampler=sobol points=N")
    return list(itertools.product(*(axis.values for axis in axes)))


def _latin(axes: Sequence[Parameter], count: int | None, seed: int) -> list[Point]:
    """Latin hypercube: of `count` equal slices of each parameter, every one is visited once (McKay et al. 1979)."""
    size = _asked(count)
    uniforms = [_uniforms("sweep_latin", axis, size, seed) for axis in axes]
    places = [(np.argsort(np.argsort(u[:, 0])) + u[:, 1]) / size for u in uniforms]
    return _points(axes, np.column_stack(places))


def _sobol(axes: Sequence[Parameter], count: int | None, seed: int) -> list[Point]:
    """Sobol's sequence, shifted at random modulo 1 (Cranley and Patterson 1976); best with a power of two."""
    from scipy.stats import qmc

    size = _asked(count)
    drawn = qmc.Sobol(len(axes), scramble=False).random_base2(int(np.ceil(np.log2(size))))[:size]
    shift = np.array([_uniforms("sweep_sobol", axis, 1, seed)[0, 0] for axis in axes])
    return _points(axes, (drawn + shift) % 1.0)


def _asked(count: int | None) -> int:
    if count is None:
        raise UsageError("how many points? write points=64")
    return count


def _uniforms(purpose: str, axis: Parameter, size: int, seed: int) -> NDArray[np.float64]:
    drawn: NDArray[np.float64] = Streams(seed, 0).purpose(purpose).blocks(entity_key(axis.path), np.arange(size), 0)
    return drawn


def _points(axes: Sequence[Parameter], places: NDArray[np.float64]) -> list[Point]:
    return [tuple(axis.at(float(u)) for axis, u in zip(axes, row, strict=True)) for row in places]


SAMPLERS: dict[str, Callable[[Sequence[Parameter], int | None, int], list[Point]]] = {
    "grid": _grid,
    "lhs": _latin,
    "sobol": _sobol,
}


def listed(file: str, columns: dict[str, tuple[str, ...]]) -> tuple[list[Parameter], list[Point]]:
    """The points of a table: a column a parameter, named by its path, and a row a point."""
    axes = [Parameter(path, tuple(dict.fromkeys(cells))) for path, cells in columns.items()]
    rows = [
        tuple(_written(axis, cell) for axis, cell in zip(axes, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]
    if not rows:
        raise UsageError(f"points={file}: the table has no row; write a row a point")
    return axes, rows


def _written(axis: Parameter, cell: str) -> str:
    """The cell as an override writes it: in quotes where it would not be read otherwise."""
    try:
        parse(axis.override(cell))
    except OverrideError:
        return "'" + cell.replace("'", "\\'") + "'"
    return cell
