"""Real numbers by row and column, for typed modules to `cimport`."""

cimport cython


@cython.final
cdef class Reals:
    cdef double *values
    cdef readonly Py_ssize_t rows, columns

    cpdef double at(self, Py_ssize_t row, Py_ssize_t column) except? -1.0
