cimport cython
from sim.model.centre cimport Centre
from sim.model.contact cimport Contact
from sim.model.port cimport Entity
from sim.model.spec cimport Blueprint, IntentSpec, ReturnSpec, SegmentSpec

# set from sim.model.clock and sim.model.codes when the module is imported
cdef int ORDER_RETURN, REPEAT, RETURN
cdef int CASE_DUE_LATER, CASE_GIVEN_UP, CASE_RESOLVED, CASE_UNFINISHED, CONTACT_CONTAINED, CONTACT_RESOLVED
cdef int CONTACT_UNFINISHED, CONTACT_UNRESOLVED, ORIGIN_REPEAT, ORIGIN_RETRIAL

cdef double NEVER


@cython.final
cdef class Case(Entity):
    cdef readonly Centre centre
    cdef readonly int number, k, contacts
    cdef readonly IntentSpec intent
    cdef readonly SegmentSpec segment
    cdef readonly double born
    cdef double _difficulty, _sentiment_u, _patience_u, _first_ended, _next_contact
    cdef bint _first_handled, _first_resolved

    cdef int setup(
        self, Centre centre, int number, IntentSpec intent, int k, SegmentSpec segment, double difficulty,
        double sentiment_u, double patience_u
    ) except -1
    @cython.locals(contact=Contact)
    cdef int begin(self, int origin) except -1
    @cython.locals(now=double, due=double)
    cdef double after(self, int attempt, int end, bint resolved) except? -1
    @cython.locals(spec=ReturnSpec, due=double, whether=double, delay=double, kind=int)
    cdef double _comes_back(self, int end, int attempt) except? -1
    @cython.locals(blueprint=Blueprint)
    cdef ReturnSpec _return_spec(self, int end)
    cdef int _close(self, int end, double resolved_at, double due) except -1
