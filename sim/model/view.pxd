cimport cython
from sim.ext.draws cimport normal
from sim.model.agent cimport Agent
from sim.model.case cimport Case
from sim.model.centre cimport Centre
from sim.model.contact cimport Contact
from sim.model.queue cimport Line, Queue

cdef int VISITS  # set from sim.model.codes when the module is imported
cdef double HEARD


@cython.final
cdef class CentreView:
    cdef Centre _centre
    cdef object _ledger, _signals
    cdef public int shift

    cpdef list lanes(self, Contact contact)
    cpdef list all_lanes(self)
    cpdef int kind(self, Contact contact) except -1
    @cython.locals(best=Contact, head=Contact, queue=Queue, line=Line)
    cpdef Contact most_urgent(self, Agent agent)
    @cython.locals(lead=double)
    cpdef Contact more_urgent(self, Contact best, Contact other)
    @cython.locals(aging=double)
    cpdef double urgency(self, Contact contact) except? -1
    @cython.locals(visit=int)
    cpdef double uniform(self, Contact contact, unsigned long long whose=*) except? -1
    @cython.locals(case=Case, error=double, real=double)
    cpdef double sentiment(self, Contact contact) except? -1


cdef bint _came_first(Contact one, Contact other) noexcept
