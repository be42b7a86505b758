cimport cython
from sim.model.case cimport Case
from sim.model.centre cimport Centre
from sim.model.port cimport Entity
from sim.model.spec cimport Blueprint, IntentSpec, SegmentSpec

# set from sim.model.clock and sim.model.codes when the module is imported
cdef int ARRIVAL, ORDER_ARRIVAL
cdef int ORIGIN_FIRST


@cython.final
cdef class Source(Entity):
    cdef Centre _centre
    cdef Births _births
    cdef Py_ssize_t _next

    cdef int _schedule(self) except -1


@cython.final
cdef class Births:
    cdef Blueprint _spec
    cdef readonly list times
    cdef readonly object k
    cdef list _intents, _segments, _ks, _difficulties, _sentiments, _patiences

    @cython.locals(spec=Blueprint, case=Case)
    cdef Case case(self, Centre centre, Py_ssize_t number)
