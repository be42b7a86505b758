cimport cython
from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.policy cimport Router
from sim.model.queue cimport Lane, Line, Queue
from sim.model.view cimport CentreView


cdef class QualityTier(Router):
    cdef double _overflow_after
    cdef int _risk
    cdef object _spec
    cdef list _on_call, _members
    cdef bytearray _anywhere

    cpdef int refresh(self, CentreView view) except -1
    @cython.locals(others=Agent)
    cpdef Agent choose_agent(self, CentreView view, Contact contact)
    @cython.locals(best=Agent, agent=Agent, lane=Lane)
    cdef Agent _first(self, CentreView view, Contact contact, bytearray marks, int mark)
    @cython.locals(best=Agent, agent=Agent, lane=Lane)
    cdef Agent _first_partly(self, CentreView view, Contact contact, bytearray marks, int mark)
    @cython.locals(mine=Contact, best=Contact, head=Contact, queue=Queue, line=Line, members=bytearray)
    cpdef Contact choose_contact(self, CentreView view, Agent agent)
    @cython.locals(due=double)
    cpdef double reconsider(self, CentreView view, Contact contact) except? -1
    @cython.locals(lane=Lane, agent=Agent, by_intent=list, members=list)
    cdef bint _reserved(self, CentreView view, Contact contact) except -1
