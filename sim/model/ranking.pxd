cimport cython
from sim.model.agent cimport Agent

cdef unsigned long long ONE, LOW_32, LOW_16, LOW_8, LOW_4, LOW_2


@cython.final
cdef class Ranking:
    cdef list _agents
    cdef unsigned long long[::1] _words, _words_used
    cdef readonly double[::1] scores
    cdef readonly long long[::1] places, ties

    @cython.locals(place="long long", word="long long")
    cpdef int add(self, Py_ssize_t seat) except -1
    @cython.locals(place="long long", word="long long")
    cpdef int discard(self, Py_ssize_t seat) except -1
    @cython.locals(first=Py_ssize_t, place="long long", best=Agent, other=Agent)
    cpdef Agent best(self)
    @cython.locals(block=Py_ssize_t, used="unsigned long long", word="long long")
    cdef Py_ssize_t _first(self) except -2


@cython.locals(place=int)
cdef int _lowest_bit(unsigned long long word) noexcept
