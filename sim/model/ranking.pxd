cimport cython
from sim.ext.bitmap cimport Bitmap
from sim.model.agent cimport Agent
from sim.model.queue cimport Roll


@cython.final
cdef class Ranking:
    cdef list _agents, _places, _ties
    cdef Bitmap _idle
    cdef Roll _longest_idle
    cdef readonly list scores

    cpdef int add(self, Py_ssize_t seat) except -1
    cpdef int discard(self, Py_ssize_t seat) except -1
    @cython.locals(first=Py_ssize_t, place=Py_ssize_t, best=Agent, other=Agent)
    cpdef Agent best(self)
