"""The plain-Python twin of ext/draws: the same names and the same bits, some fifty times slower.

It is what runs without a C compiler or under SIM_PURE=1, and what tests hold the compiled module against. It
calls only `math.*`, never NumPy's ufuncs (those differ from libm in the last bit), and does every
floating-point operation in the order in which ext/draws.pyx does it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import LawError

Floats = NDArray[np.float64]
Block = tuple[float, float, float, float]

_MASK = (1 << 64) - 1
EXPONENTIAL, LOGNORMAL, WEIBULL, CONSTANT, UNIFORM, TRIANGULAR = range(6)
REACH = 8.5

# Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477-484; highest power first.
_CENTRE = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852545925,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
_SHOULDER = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
_TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)


def _horner(coefficients: tuple[float, ...], r: float) -> float:
    total = coefficients[0]
    for coefficient in coefficients[1:]:
        total = total * r + coefficient
    return total


def _rational(pair: tuple[tuple[float, ...], tuple[float, ...]], r: float) -> float:
    return _horner(pair[0], r) / _horner(pair[1], r)


def _normal(u: float) -> float:
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _horner(_CENTRE[0], r) / _horner(_CENTRE[1], r)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    size = _rational(_SHOULDER, r - 1.6) if r <= 5.0 else _rational(_TAIL, r - 5.0)
    return -size if q < 0.0 else size


def _check(u: float) -> None:
    if not 0.0 < u < 1.0:
        raise LawError(f"quantile: u is {u!r}; it must lie strictly between 0 and 1")


def normal(u: float) -> float:
    """Standard normal quantile of u, to about 1e-16 relative (AS 241); raises LawError outside 0 < u < 1."""
    _check(u)
    return _normal(u)


def normals(us: Floats) -> Floats:
    """Standard normal quantiles of an array of uniforms, shape (n,)."""
    return np.array([normal(u) for u in us.tolist()], dtype=np.float64)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow on either side."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def _philox(c0: int, c1: int, c2: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x64-10 of the counter (c0, c1, c2, 0): Salmon, Moraes, Dror and Shaw, SC 2011."""
    c3 = 0
    for _ in range(10):
        p0 = 0xD2E7470EE14C6C93 * c0
        p1 = 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (p1 >> 64) ^ c1 ^ k0, p1 & _MASK, (p0 >> 64) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + 0x9E3779B97F4A7C15) & _MASK
        k1 = (k1 + 0xBB67AE8584CAA73B) & _MASK
    return c0, c1, c2, c3


def _uint64(value: int) -> int:
    if not 0 <= value <= _MASK:
        raise OverflowError(f"{value} does not fit an unsigned 64-bit integer")
    return value


class Purpose:
    """One named family of draws of one replication: what `Streams.purpose(name)` returns.

    A draw's address is (entity, case, index), each 0 to 2^64 - 1 (OverflowError otherwise), and the position
    0 to 3 in the block of four uniforms found there. An address always holds the same four numbers.
    """

    __slots__ = ("_key0", "_key1", "name")

    def __init__(self, name: str, key0: int, key1: int) -> None:
        self.name = name
        self._key0 = _uint64(key0)
        self._key1 = _uint64(key1)

    def block(self, entity: int, case: int, index: int) -> Block:
        """The four uniforms of one address, each strictly between 0 and 1."""
        words = _philox(_uint64(entity), _uint64(case), _uint64(index), self._key0, self._key1)
        first, second, third, fourth = (((word >> 12) + 0.5) * 2.0**-52 for word in words)
        return first, second, third, fourth

    def blocks(self, entity: int, cases: NDArray[Any], index: int) -> Floats:
        """The blocks of many cases, integers of any width: shape (n, 4), row i is `block(entity, cases[i], index)`."""
        rows = [self.block(entity, case, index) for case in cases.tolist()]
        return np.array(rows, dtype=np.float64).reshape(len(rows), 4)

    def __reduce__(self) -> tuple[Any, ...]:
        return Purpose, (self.name, self._key0, self._key1)

    def __repr__(self) -> str:
        return f"Purpose({self.name!r})"


class Law:
    """A law of non-negative durations or sizes, given by its quantile function; laws.py builds it.

    Immutable; equal laws give equal bits. `mean` and `cv` (standard deviation over mean) are those of the law
    itself. The scale is applied last, as one multiplication, so a law scaled by 2^k gives exactly 2^k times
    the values. A law never forgets its table: it is pickled with it, and a worker process rebuilds nothing.
    """

    __slots__ = ("_arrays", "cv", "kind", "label", "mean", "parts", "scale", "shape", "table")

    def __init__(
        self,
        kind: int,
        scale: float,
        shape: tuple[float, float, float],
        mean: float,
        cv: float,
        label: str,
        table: tuple[NDArray[Any], ...] = (),
        parts: tuple[tuple[float, Law], ...] = (),
    ) -> None:
        self.kind = kind
        self.scale = scale
        self.shape = shape
        self.mean = mean
        self.cv = cv
        self.label = label
        self.table = table
        self.parts = parts
        if not (table or EXPONENTIAL <= kind <= TRIANGULAR):
            raise LawError(f"law {label!r}: kind {kind} has no closed inverse, so it needs a table")
        self._arrays = [array.tolist() for array in table]

    def _at(self, u: float) -> float:
        a, b, c = self.shape
        if self.kind == LOGNORMAL:
            return self.scale * math.exp(a * _normal(u) - b)
        if self.kind == EXPONENTIAL:
            return self.scale * (0.0 - math.log(1.0 - u))
        if self.kind == WEIBULL:
            return self.scale * math.pow(0.0 - math.log(1.0 - u), a)
        if self.kind == CONSTANT:
            return self.scale
        if self.kind == UNIFORM:
            return self.scale * (a + (b - a) * u)
        if self.kind == TRIANGULAR:
            if u <= c:
                return self.scale * (a + (b - a) * math.sqrt(u * c))
            return self.scale * (b - (b - a) * math.sqrt((1.0 - u) * (1.0 - c)))
        return self.scale * self._look_up(u)

    def _look_up(self, u: float) -> float:
        bounds, lows, highs, starts, _, _ = self._arrays
        segment = bisect_left(bounds, u) - 1
        if starts[segment + 1] == starts[segment]:
            return float(lows[segment])
        if u >= bounds[segment + 1]:
            return float(highs[segment])
        return float(min(max(self._interpolate(segment, u), lows[segment]), highs[segment]))

    def _interpolate(self, segment: int, u: float) -> float:
        bounds, _, _, starts, logs, slopes = self._arrays
        left, right = bounds[segment], bounds[segment + 1]
        v = (u - left) / (right - left)
        z = _normal(v) if v <= 0.5 else -_normal((right - u) / (right - left))
        first = starts[segment]
        cells = starts[segment + 1] - first - 1
        place = min(max((z + REACH) / (2.0 * REACH) * cells, 0.0), float(cells))
        cell = min(int(place), cells - 1)
        s = place - cell
        i = first + cell
        rise = logs[i + 1] - logs[i]
        d0, d1 = slopes[i], slopes[i + 1]
        return math.exp(logs[i] + s * (d0 + s * ((3.0 * rise - 2.0 * d0 - d1) + s * (d0 + d1 - 2.0 * rise))))

    def quantile(self, u: float) -> float:
        """The value below which a share u of the draws falls; non-decreasing. LawError outside 0 < u < 1."""
        _check(u)
        return self._at(u)

    def quantiles(self, us: Floats) -> Floats:
        """`quantile` of every element of an array, shape (n,)."""
        return np.array([self.quantile(u) for u in us.tolist()], dtype=np.float64)

    def scaled(self, factor: float) -> Law:
        """The law of `factor` times this variate; raises LawError unless 0 < factor < inf."""
        factor = float(factor)
        if not 0.0 < factor < math.inf:
            raise LawError(f"scaled: factor is {factor!r}; it must be positive and finite")
        label = f"{self.label}.scaled({factor!r})"
        scale, mean = self.scale * factor, self.mean * factor
        return Law(self.kind, scale, self.shape, mean, self.cv, label, self.table, self.parts)

    def _key(self) -> tuple[object, ...]:
        return self.kind, self.scale, self.shape, [array.tobytes() for array in self.table]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Law) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.kind, self.scale, self.shape))

    def __reduce__(self) -> tuple[Any, ...]:
        values = (self.kind, self.scale, self.shape, self.mean, self.cv, self.label, self.table, self.parts)
        return Law, values

    def __repr__(self) -> str:
        return self.label


def invert_rates(purpose: Purpose, entity: int, edges: Floats, rates: Floats, guess: int) -> Floats:
    """Arrival times of a Poisson process with a piecewise constant rate; arguments already checked.

    `guess` is the expected number; the compiled twin sizes its first buffer by it.
    """
    times: list[float] = []
    passed, u = 0.0, purpose.block(entity, 0, 0)
    reached = 0.0 - math.log(1.0 - u[0])
    corners = edges.tolist()
    for start, stop, rate in zip(corners, corners[1:], rates.tolist(), strict=False):
        end = passed + rate * (stop - start)
        while reached < end:
            time = start + (reached - passed) / rate
            times.append(time if time < stop else math.nextafter(stop, start))
            n = len(times)
            if n % 4 == 0:
                u = purpose.block(entity, n // 4, 0)
            reached += 0.0 - math.log(1.0 - u[n % 4])
        passed = end
    return np.array(times, dtype=np.float64)
