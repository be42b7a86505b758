cimport cython
from sim.ext.bitmap cimport Ladder
from sim.model.agent cimport Agent


@cython.final
cdef class Ranking:
    cdef list _agents
    cdef Ladder _idle
    cdef readonly list scores

    cpdef int add(self, Py_ssize_t seat) except -1
    cpdef int discard(self, Py_ssize_t seat) except -1
    @cython.locals(seat=Py_ssize_t)
    cpdef Agent best(self)
