cimport cython
from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.view cimport CentreView


cdef class Router:
    cdef public object params

    cpdef Agent choose_agent(self, CentreView view, Contact contact)
    cpdef Contact choose_contact(self, CentreView view, Agent agent)
    cpdef double reconsider(self, CentreView view, Contact contact) except? -1
    cpdef int refresh(self, CentreView view) except -1


cdef class EscalationRule:
    cdef public object params

    cpdef bint escalates(self, CentreView view, Contact contact, Agent agent) except -1
