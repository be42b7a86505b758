cimport cython
from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.policy cimport Router
from sim.model.queue cimport Lane
from sim.model.view cimport CentreView


cdef class LongestIdle(Router):
    @cython.locals(best=Agent, agent=Agent, lane=Lane, lanes=list)
    cpdef Agent choose_agent(self, CentreView view, Contact contact)
