# cython: boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True, nonecheck=False
"""Addressed draws, laws and arrival times, compiled; sim/sampling/draws_pure.py is the twin that gives the same bits.

Contracts and docstrings of the public names are the twin's: only what differs is said here.
"""

from libc.math cimport INFINITY, exp, log, nextafter, pow, sqrt
from libc.stdint cimport int64_t, uint64_t

import numpy as np

from sim.errors import LawError

cdef extern from "draws_math.h":
    void philox_block(
        uint64_t c0, uint64_t c1, uint64_t c2, uint64_t k0, uint64_t k1, uint64_t *out
    ) noexcept nogil
    double unit_interval(uint64_t x) noexcept nogil
    double normal_of(double u) noexcept nogil
    double logistic_of(double x) noexcept nogil

cdef enum Kind:
    EXPONENTIAL
    LOGNORMAL
    WEIBULL
    CONSTANT
    UNIFORM
    TRIANGULAR
    # All further kinds (gamma, empirical, mixture) are read from a table.

# Tables span normal scores of -REACH to REACH; as sim/sampling/tables.py builds them.
cdef double REACH = 8.5


cdef int refuse(double u) except -1:
    raise LawError(f"quantile: u is {u!r}; it must lie strictly between 0 and 1")


cpdef double normal(double u) except? -1.0:
    """Standard normal quantile of u."""
    if not (0.0 < u < 1.0):
        refuse(u)
    return normal_of(u)


def normals(const double[::1] us):
    """Standard normal quantiles of an array of uniforms."""
    result = np.empty(us.shape[0])
    cdef double[::1] view = result
    cdef Py_ssize_t i
    for i in range(us.shape[0]):
        view[i] = normal(us[i])
    return result


cpdef double logistic(double x) noexcept:
    """1 / (1 + exp(-x))."""
    return logistic_of(x)


cdef class Purpose:
    """One named family of draws of one replication."""

    def __init__(self, str name, uint64_t key0, uint64_t key1):
        self.name = name
        self.key0 = key0
        self.key1 = key1

    cdef void fill(self, uint64_t entity, uint64_t case, uint64_t index, double *u) noexcept nogil:
        cdef uint64_t words[4]
        philox_block(entity, case, index, self.key0, self.key1, words)
        u[0] = unit_interval(words[0])
        u[1] = unit_interval(words[1])
        u[2] = unit_interval(words[2])
        u[3] = unit_interval(words[3])

    cpdef (double, double, double, double) block(self, uint64_t entity, uint64_t case, uint64_t index) noexcept:
        """The four uniforms of one address."""
        cdef double u[4]
        self.fill(entity, case, index, u)
        return u[0], u[1], u[2], u[3]

    def blocks(self, uint64_t entity, numbers, uint64_t index):
        """The blocks of many cases, as an array (n, 4)."""
        cdef const int64_t[::1] cases = np.ascontiguousarray(numbers, np.int64)
        result = np.empty((cases.shape[0], 4))
        cdef double[:, ::1] view = result
        cdef Py_ssize_t i
        for i in range(cases.shape[0]):
            if cases[i] < 0:
                raise OverflowError(f"blocks: case {cases[i]} is negative")
            self.fill(entity, cases[i], index, &view[i, 0])
        return result

    def __reduce__(self):
        return Purpose, (self.name, self.key0, self.key1)

    def __repr__(self):
        return f"Purpose({self.name!r})"


def hold(
    Law law,
    const double[::1] bounds,
    const double[::1] lows,
    const double[::1] highs,
    const int64_t[::1] starts,
    const double[::1] logs,
    const double[::1] slopes,
):
    """Note where the arrays of a law's quantile table lie; the law's `table` keeps them alive."""
    cdef Py_ssize_t segments = lows.shape[0]
    if not segments or not bounds.shape[0] == starts.shape[0] == segments + 1 == highs.shape[0] + 1:
        raise LawError(f"law {law.label!r}: a table of n segments needs n + 1 bounds and starts, n lows and highs")
    cells = np.diff(starts)
    if starts[0] != 0 or not starts[segments] == logs.shape[0] == slopes.shape[0] or min(cells) < 0 or 1 in cells:
        raise LawError(f"law {law.label!r}: starts lead from 0 to the number of logs and slopes, by none or two at least")
    law.segments = lows.shape[0]
    law.bounds, law.lows, law.highs, law.starts = &bounds[0], &lows[0], &highs[0], &starts[0]
    if logs.shape[0]:
        law.logs, law.slopes = &logs[0], &slopes[0]


cdef class Law:
    """A law of non-negative durations or sizes, given by its quantile function."""

    def __init__(
        self,
        int kind,
        double scale,
        tuple shape,
        double mean,
        double cv,
        str label,
        tuple table=(),
        tuple parts=(),
    ):
        self.kind = kind
        self.scale = scale
        self.shape = shape
        self.mean = mean
        self.cv = cv
        self.label = label
        self.table = table
        self.parts = parts
        self.a, self.b, self.c = shape
        if not (table or 0 <= kind <= <int>TRIANGULAR):
            raise LawError(f"law {label!r}: kind {kind} has no closed inverse, so it needs a table")
        if table:
            hold(self, *table)

    cdef double at(self, double u) noexcept nogil:
        cdef double split
        if self.kind == LOGNORMAL:
            return self.scale * exp(self.a * normal_of(u) - self.b)
        if self.kind == EXPONENTIAL:
            return self.scale * (0.0 - log(1.0 - u))
        if self.kind == WEIBULL:
            return self.scale * pow(0.0 - log(1.0 - u), self.a)
        if self.kind == CONSTANT:
            return self.scale
        if self.kind == UNIFORM:
            return self.scale * (self.a + (self.b - self.a) * u)
        if self.kind == TRIANGULAR:
            if u <= self.c:
                return self.scale * (self.a + (self.b - self.a) * sqrt(u * self.c))
            return self.scale * (self.b - (self.b - self.a) * sqrt((1.0 - u) * (1.0 - self.c)))
        return self.scale * self.look_up(u)

    cdef double look_up(self, double u) noexcept nogil:
        cdef Py_ssize_t low = 0, high = self.segments, middle
        while high - low > 1:
            middle = (low + high) // 2
            if self.bounds[middle] < u:
                low = middle
            else:
                high = middle
        if self.starts[low + 1] == self.starts[low]:
            return self.lows[low]
        if u >= self.bounds[low + 1]:
            return self.highs[low]
        return min(max(self.interpolate(low, u), self.lows[low]), self.highs[low])

    cdef double interpolate(self, Py_ssize_t segment, double u) noexcept nogil:
        cdef double left = self.bounds[segment], right = self.bounds[segment + 1]
        cdef double v = (u - left) / (right - left)
        cdef double z = normal_of(v) if v <= 0.5 else -normal_of((right - u) / (right - left))
        cdef Py_ssize_t first = self.starts[segment]
        cdef Py_ssize_t cells = self.starts[segment + 1] - first - 1
        cdef double place = min(max((z + REACH) / (2.0 * REACH) * cells, 0.0), <double>cells)
        cdef Py_ssize_t cell = min(<Py_ssize_t>place, cells - 1)
        cdef double s = place - cell
        cdef Py_ssize_t i = first + cell
        cdef double rise = self.logs[i + 1] - self.logs[i]
        cdef double d0 = self.slopes[i], d1 = self.slopes[i + 1]
        return exp(self.logs[i] + s * (d0 + s * ((3.0 * rise - 2.0 * d0 - d1) + s * (d0 + d1 - 2.0 * rise))))

    cpdef double quantile(self, double u) except? -1.0:
        """The value below which a share u of the draws falls."""
        if not (0.0 < u < 1.0):
            refuse(u)
        return self.at(u)

    def quantiles(self, const double[::1] us):
        """`quantile` of every element of an array."""
        result = np.empty(us.shape[0])
        cdef double[::1] view = result
        cdef Py_ssize_t i
        for i in range(us.shape[0]):
            view[i] = self.quantile(us[i])
        return result

    cpdef Law scaled(self, double factor):
        """The law of `factor` times this variate."""
        if not (0.0 < factor < INFINITY):
            raise LawError(f"scaled: factor is {factor!r}; it must be positive and finite")
        return Law(
            self.kind,
            self.scale * factor,
            self.shape,
            self.mean * factor,
            self.cv,
            f"{self.label}.scaled({factor!r})",
            self.table,
            self.parts,
        )

    def _key(self):
        return self.kind, self.scale, self.shape, [array.tobytes() for array in self.table]

    def __eq__(self, other):
        return isinstance(other, Law) and self._key() == (<Law>other)._key()

    def __hash__(self):
        return hash((self.kind, self.scale, self.shape))

    def __reduce__(self):
        return Law, (
            self.kind,
            self.scale,
            self.shape,
            self.mean,
            self.cv,
            self.label,
            self.table,
            self.parts,
        )

    def __repr__(self):
        return self.label


def invert_rates(Purpose purpose, uint64_t entity, const double[::1] edges, const double[::1] rates, Py_ssize_t guess):
    """Arrival times of a Poisson process with a piecewise constant rate; `guess` is the first size of the buffer."""
    cdef double[::1] times = np.empty(guess)
    cdef Py_ssize_t n = 0, i, intervals = rates.shape[0]
    cdef double reached = 0.0, passed = 0.0, end, time
    cdef double u[4]
    purpose.fill(entity, 0, 0, u)
    reached = 0.0 - log(1.0 - u[0])
    for i in range(intervals):
        end = passed + rates[i] * (edges[i + 1] - edges[i])
        while reached < end:
            if n == times.shape[0]:
                times = np.concatenate([times, np.empty(n)])
            time = edges[i] + (reached - passed) / rates[i]
            times[n] = time if time < edges[i + 1] else nextafter(edges[i + 1], edges[i])
            n += 1
            if n % 4 == 0:
                purpose.fill(entity, n // 4, 0, u)
            reached += 0.0 - log(1.0 - u[n % 4])
        passed = end
    return np.asarray(times[:n])
