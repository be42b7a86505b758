"""A set of small numbers that knows its lowest member, and members on rungs, for typed modules to `cimport`."""

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


cdef struct Place:  # of one member: its rung, and its neighbours there
    int rung
    int before
    int after


cdef struct Rung:  # who has stood on it longest and shortest
    int head
    int tail


@cython.final
cdef class Ladder:
    cdef Place *places
    cdef Rung *rungs
    cdef Bitmap taken
    cdef readonly Py_ssize_t size

    cdef int check(self, Py_ssize_t member) except -1
    cpdef int add(self, Py_ssize_t member) except -1
    cpdef int discard(self, Py_ssize_t member) except -1
    cpdef Py_ssize_t first(self) noexcept
