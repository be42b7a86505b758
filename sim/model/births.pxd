cimport cython
from sim.ext.draws cimport normal
from sim.model.case cimport Case
from sim.model.centre cimport Centre
from sim.model.port cimport Entity
from sim.model.spec cimport IntentSpec, SegmentSpec

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
    cdef readonly Py_ssize_t count
    cdef readonly object k
    cdef tuple _by_intent
    cdef list _by_share
    # Nobody cimports this header, so memory views cost but one module.
    cdef const double[::1] _times, _bounds
    cdef const short[::1] _intents
    cdef const int[::1] _ks

    cdef double time(self, Py_ssize_t number) noexcept
    @cython.locals(
        case=Case, intent=IntentSpec, k=int, segment=double, difficulty=double, sentiment=double, patience=double
    )
    cdef Case case(self, Centre centre, Py_ssize_t number)
    @cython.locals(place=Py_ssize_t)
    cdef SegmentSpec _segment(self, double u)
