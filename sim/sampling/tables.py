"""Quantile tables of laws whose distribution function has no closed inverse: gamma, empirical, mixtures.

A table cuts the unit interval into segments. On a flat one the quantile is constant (an atom). On a smooth
one the logarithm of the quantile is a cubic Hermite curve over the normal score of the position within the
segment: that coordinate makes tails and end points of every kind smooth, exact slopes come from the density,
and grids are refined until the error half-way between the nodes, where it is largest, is below TOLERANCE.
Tables are built once per law; the look-up is in ext/draws.pyx and its twin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import LawError
from sim.sampling.draws_pure import (
    CONSTANT,
    EXPONENTIAL,
    LOGNORMAL,
    REACH,
    TRIANGULAR,
    UNIFORM,
    WEIBULL,
    Floats,
    Law,
)

GAMMA, EMPIRICAL, MIXTURE = range(6, 9)

TOLERANCE = 4e-10
MOST_CELLS = 4096
MOST_SEGMENTS = 256
# Below this logarithm a value is beyond the reach of float64, and its relative error of no interest.
VANISHING = -700.0
FEWEST_LOG, MOST_LOG = -745.0, 709.0
UNATTAINABLE = 2.0**-54

Table = tuple[NDArray[Any], ...]
Curve = Callable[[Floats], tuple[Floats, Floats]]
Part = tuple[float, Law]


class Piece(NamedTuple):
    """One segment: its probability, the values it spans, and the nodes of its curve (none: an atom)."""

    mass: float
    low: float
    high: float
    logs: Floats | tuple[()] = ()
    slopes: Floats | tuple[()] = ()


def assemble(pieces: Sequence[Piece]) -> Table:
    """The six arrays of a table: bounds, lows, highs, starts, logs, slopes (see `Law.look_up`)."""
    bounds = np.concatenate([[0.0], np.cumsum([piece.mass for piece in pieces])])
    bounds /= bounds[-1]
    bounds[-1] = 1.0
    starts = np.concatenate([[0], np.cumsum([len(piece.logs) for piece in pieces])]).astype(np.int64)
    lows = np.array([piece.low for piece in pieces], dtype=np.float64)
    highs = np.array([piece.high for piece in pieces], dtype=np.float64)
    logs = np.concatenate([np.asarray(piece.logs, dtype=np.float64) for piece in pieces])
    slopes = np.concatenate([np.asarray(piece.slopes, dtype=np.float64) for piece in pieces])
    return bounds, lows, highs, starts, logs, slopes


def empirical_table(values: Floats) -> Table:
    """The inverse of the empirical distribution function of sorted values, each of probability 1/n."""
    count = len(values)
    nothing = np.zeros(0)
    bounds = np.arange(count + 1) / count
    return bounds, values, values, np.zeros(count + 1, dtype=np.int64), nothing, nothing


@lru_cache(maxsize=256)
def gamma_table(shape: float) -> Table:
    """The gamma law of mean 1 and the given shape; raises LawError when no grid reaches TOLERANCE."""
    logs, slopes, _ = refine(lambda z: _gamma_curve(shape, z))
    if logs is None or slopes is None:
        raise LawError(f"gamma: shape is {shape!r}; no quantile table of it is exact enough")
    return assemble([Piece(1.0, 0.0, math.inf, logs, slopes)])


def _gamma_curve(shape: float, z: Floats) -> tuple[Floats, Floats]:
    """Logarithm of the gamma quantile (mean 1) at normal scores z, and its derivative."""
    from scipy import special

    tail = special.ndtr(-np.abs(z))
    with np.errstate(divide="ignore"):
        value = np.where(z <= 0.0, special.gammaincinv(shape, tail), special.gammainccinv(shape, tail))
        log_value = np.log(value)
    # For the smallest values the series' first term is exact where the inverse underflows.
    first_term = (special.log_ndtr(z) + special.gammaln(shape + 1.0)) / shape
    log_value = np.where(value < 1e-30, first_term, log_value)
    log_density = shape * log_value - value - special.gammaln(shape)
    return log_value - math.log(shape), np.exp(_log_phi(z) - log_density)


def _log_phi(z: Floats) -> Floats:
    return np.asarray(-0.5 * z * z - 0.5 * math.log(2.0 * math.pi))


def refine(curve: Curve) -> tuple[Floats | None, Floats | None, float]:
    """Halve the grid until the error between the nodes is below TOLERANCE, or clearly never will be.

    Returns logarithms and slopes (per cell) at the nodes, or (None, None, the logarithm where the error is
    largest).
    """
    cells, worst = 16, 0.0
    while cells <= MOST_CELLS:
        z = np.linspace(-REACH, REACH, 2 * cells + 1)
        logs, slopes = curve(z)
        slopes = slopes * (2.0 * REACH / cells)
        errors = _errors(logs, slopes)
        if errors.max() <= TOLERANCE:
            return logs[::2], slopes[::2], worst
        worst = float(logs[1::2][errors.argmax()])
        # Halving a cell of a smooth curve divides the error by 16.
        if cells >= 128 and errors.max() > 4.0 * TOLERANCE * (MOST_CELLS / cells) ** 4:
            break
        cells *= 2
    return None, None, worst


def _errors(logs: Floats, slopes: Floats) -> Floats:
    """What the Hermite curve through every other node misses at the nodes between."""
    nodes, rises, middles = logs[::2], slopes[::2], logs[1::2]
    errors = np.abs((nodes[:-1] + nodes[1:]) / 2.0 + (rises[:-1] - rises[1:]) / 8.0 - middles)
    return np.where(middles < VANISHING, 0.0, errors)


@lru_cache(maxsize=256)
def mixture_table(parts: tuple[Part, ...]) -> Table:
    """The mixture of (probability, law) parts; raises LawError when MOST_SEGMENTS do not reach TOLERANCE."""
    atoms = _atoms(parts)
    smooth = [(mass, law) for mass, law in parts if law.kind in _LAWS]
    knots = sorted({0.0, math.inf, *atoms, *(knot for _, law in smooth for knot in _knots(law))})
    pieces: list[Piece] = []
    for knot, following in zip(knots, [*knots[1:], math.inf], strict=True):
        if knot in atoms:
            pieces.append(Piece(atoms[knot], knot, knot))
        if smooth and following > knot:
            _cover(smooth, knot, following, pieces)
    return assemble(pieces)


def _atoms(parts: Sequence[Part]) -> dict[float, float]:
    """The values of positive probability, and these probabilities."""
    atoms: dict[float, float] = {}
    for mass, law in parts:
        if law.kind == CONSTANT:
            atoms[law.scale] = atoms.get(law.scale, 0.0) + mass
        elif law.kind == EMPIRICAL:
            values = (law.table[1] * law.scale).tolist()
            for value in values:
                atoms[value] = atoms.get(value, 0.0) + mass / len(values)
    return atoms


def _knots(law: Law) -> list[float]:
    """The values at which a continuous law's density is not smooth."""
    low, high, split = law.shape
    if law.kind == UNIFORM:
        return [law.scale * low, law.scale * high]
    if law.kind == TRIANGULAR:
        return [law.scale * low, law.scale * (low + (high - low) * split), law.scale * high]
    return []


def _cover(smooth: Sequence[Part], low: float, high: float, pieces: list[Piece]) -> None:
    """Append the pieces of the interval (low, high), cut in two wherever one grid is not enough."""
    mass = float(_between(smooth, low, high))
    if mass < UNATTAINABLE:
        return
    logs, slopes, worst = refine(lambda z: _mixture_curve(smooth, low, high, mass, z))
    if logs is not None and slopes is not None:
        pieces.append(Piece(mass, low, high, logs, slopes))
        return
    cut = math.exp(worst)
    if not low < cut < high or len(pieces) >= MOST_SEGMENTS:
        raise LawError(f"mixture: no quantile table is exact enough near {cut!r} times its mean")
    _cover(smooth, low, cut, pieces)
    _cover(smooth, cut, high, pieces)


def _between(smooth: Sequence[Part], low: Floats | float, high: Floats | float) -> Floats:
    """Probability between low and high, each law's taken from the side on which it cancels less."""
    ends = np.broadcast_arrays(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
    total = np.zeros(ends[0].shape)
    for mass, law in smooth:
        below = [_below(law, end) for end in ends]
        above = [_above(law, end) for end in ends]
        total += mass * np.where(below[1] < 0.5, below[1] - below[0], above[0] - above[1])
    return total


def _mixture_curve(smooth: Sequence[Part], low: float, high: float, mass: float, z: Floats) -> tuple[Floats, Floats]:
    """Logarithm of the quantile within (low, high) at normal scores z, and its derivative."""
    from scipy import special

    goal = mass * special.ndtr(-np.abs(z))
    log_value = _solve(smooth, low, high, z <= 0.0, goal)
    value = np.clip(np.exp(log_value), np.nextafter(low, high), np.nextafter(high, low))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        density = np.sum([mass * _density(law, value) for mass, law in smooth], axis=0)
        slope = mass * np.exp(_log_phi(z)) / density
    return log_value, np.where(np.isfinite(slope), slope, 0.0)


def _solve(smooth: Sequence[Part], low: float, high: float, lower: NDArray[np.bool_], goal: Floats) -> Floats:
    """By bisection: where the mass from `low` up (lower half), or from `high` down, reaches the goal."""
    left = np.full(len(goal), max(math.log(low), FEWEST_LOG) if low > 0.0 else FEWEST_LOG)
    right = np.full(len(goal), min(math.log(high), MOST_LOG))
    for _ in range(64):
        middle = (left + right) / 2.0
        value = np.exp(middle)
        mass = _between(smooth, np.where(lower, low, value), np.where(lower, value, high))
        beyond = np.where(lower, mass >= goal, mass <= goal)
        left, right = np.where(beyond, left, middle), np.where(beyond, middle, right)
    return np.asarray((left + right) / 2.0)


class Continuous(NamedTuple):
    """P(X <= x), P(X > x) and x times the density of a law of scale 1 with shape (a, b, c)."""

    below: Callable[[Floats, tuple[float, float, float]], Floats]
    above: Callable[[Floats, tuple[float, float, float]], Floats]
    density: Callable[[Floats, tuple[float, float, float]], Floats]


def _below(law: Law, x: Floats) -> Floats:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return _LAWS[law.kind].below(x / law.scale, law.shape)


def _above(law: Law, x: Floats) -> Floats:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return _LAWS[law.kind].above(x / law.scale, law.shape)


def _density(law: Law, x: Floats) -> Floats:
    return _LAWS[law.kind].density(x / law.scale, law.shape)


def _special() -> Any:
    from scipy import special

    return special


def _place(x: Floats, shape: tuple[float, float, float]) -> Floats:
    """Position between the ends of a bounded law: 0 at the low end, 1 at the high end."""
    low, high, _ = shape
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def _triangle(y: Floats, split: float) -> Floats:
    """Triangular distribution function on (0, 1); the right-hand form does not cancel for small y either."""
    rise, fall = max(split, 1e-300), max(1.0 - split, 1e-300)
    return np.where(y < split, y * y / rise, split + (y - split) * (2.0 - y - split) / fall)


def _triangular_density(x: Floats, shape: tuple[float, float, float]) -> Floats:
    y, split = _place(x, shape), shape[2]
    height = np.where(y < split, y / max(split, 1e-300), (1.0 - y) / max(1.0 - split, 1e-300))
    return np.asarray(2.0 * x / (shape[1] - shape[0]) * height)


def _gamma_density(x: Floats, shape: tuple[float, float, float]) -> Floats:
    k = shape[0]
    return np.asarray(np.exp(k * np.log(k * x) - k * x - _special().gammaln(k)))


def _weibull_density(x: Floats, shape: tuple[float, float, float]) -> Floats:
    power = x ** (1.0 / shape[0])
    return np.asarray(power * np.exp(-power) / shape[0])


def _lognormal_score(x: Floats, shape: tuple[float, float, float]) -> Floats:
    return np.asarray((np.log(x) + shape[1]) / shape[0])


_LAWS: dict[int, Continuous] = {
    EXPONENTIAL: Continuous(
        lambda x, _: -np.expm1(-x),
        lambda x, _: np.exp(-x),
        lambda x, _: x * np.exp(-x),
    ),
    LOGNORMAL: Continuous(
        lambda x, s: _special().ndtr(_lognormal_score(x, s)),
        lambda x, s: _special().ndtr(-_lognormal_score(x, s)),
        lambda x, s: np.exp(_log_phi(_lognormal_score(x, s))) / s[0],
    ),
    WEIBULL: Continuous(
        lambda x, s: -np.expm1(-(x ** (1.0 / s[0]))),
        lambda x, s: np.exp(-(x ** (1.0 / s[0]))),
        _weibull_density,
    ),
    GAMMA: Continuous(
        lambda x, s: _special().gammainc(s[0], s[0] * x),
        lambda x, s: _special().gammaincc(s[0], s[0] * x),
        _gamma_density,
    ),
    UNIFORM: Continuous(
        _place,
        lambda x, s: 1.0 - _place(x, s),
        lambda x, s: np.where((x > s[0]) & (x < s[1]), x / (s[1] - s[0]), 0.0),
    ),
    TRIANGULAR: Continuous(
        lambda x, s: _triangle(_place(x, s), s[2]),
        lambda x, s: _triangle(1.0 - _place(x, s), 1.0 - s[2]),
        _triangular_density,
    ),
}
