"""A set of small numbers that knows its lowest member, for typed modules to `cimport`."""

cimport cython
from libc.stdint cimport uint64_t


@cython.final
cdef class Bitmap:
    cdef uint64_t *words
    cdef uint64_t *summary
    cdef Py_ssize_t blocks
    cdef readonly Py_ssize_t size

    cdef int check(self, Py_ssize_t number) except -1
    cpdef int add(self, Py_ssize_t number) except -1
    cpdef int discard(self, Py_ssize_t number) except -1
    cpdef bint has(self, Py_ssize_t number) except -1
    cpdef Py_ssize_t first(self) noexcept
