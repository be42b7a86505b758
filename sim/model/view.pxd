cimport cython
from sim.model.agent cimport Agent
from sim.model.centre cimport Centre
from sim.model.contact cimport Contact
from sim.model.queue cimport Line, Queue


@cython.final
cdef class CentreView:
    cdef Centre _centre

    cpdef list lanes(self, Contact contact)
    cpdef list all_lanes(self)
    cpdef int kind(self, Contact contact) except -1
    @cython.locals(best=Contact, head=Contact, queue=Queue, line=Line)
    cpdef Contact most_urgent(self, Agent agent)
    @cython.locals(lead=double)
    cpdef Contact more_urgent(self, Contact best, Contact other)
    @cython.locals(aging=double)
    cpdef double urgency(self, Contact contact) except? -1


cdef bint _came_first(Contact one, Contact other) noexcept
