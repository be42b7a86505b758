"""Addressed draws and laws, as a typed module `cimport`s them: C methods without the GIL, Python names for the rest.

`cdef` methods check nothing: they are for code that passes uniforms straight from `Purpose.fill`. `cpdef` methods check.
"""

cimport cython
from libc.stdint cimport int64_t, uint64_t


cpdef double normal(double u) except? -1.0
cpdef double logistic(double x) noexcept


@cython.final
cdef class Purpose:
    cdef readonly str name
    cdef uint64_t key0
    cdef uint64_t key1

    # Four uniforms into u[0..3].
    cdef void fill(self, uint64_t entity, uint64_t case, uint64_t index, double *u) noexcept nogil
    cpdef (double, double, double, double) block(self, uint64_t entity, uint64_t case, uint64_t index) noexcept


@cython.final
cdef class Law:
    cdef readonly int kind
    cdef readonly double scale
    cdef readonly double mean
    cdef readonly double cv
    cdef readonly str label
    cdef readonly tuple shape
    cdef readonly tuple table
    cdef readonly tuple parts
    cdef double a
    cdef double b
    cdef double c
    # The six arrays of a quantile table (sim/sampling/tables.py), which `table` keeps alive; NULL for a closed inverse.
    # Pointers, not memory views: a header with views costs each module that cimports it 25,000 lines of C.
    cdef const double *bounds
    cdef const double *lows
    cdef const double *highs
    cdef const int64_t *starts
    cdef const double *logs
    cdef const double *slopes
    cdef Py_ssize_t segments

    cdef double at(self, double u) noexcept nogil
    cdef double look_up(self, double u) noexcept nogil
    cdef double interpolate(self, Py_ssize_t segment, double u) noexcept nogil
    cpdef double quantile(self, double u) except? -1.0
    cpdef Law scaled(self, double factor)
