cimport cython
from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.policy cimport Router
from sim.model.queue cimport Lane
from sim.model.view cimport CentreView


cdef class QuickestFree(Router):
    @cython.locals(best=Agent, agent=Agent, lane=Lane, rows=list, intent=int, seconds=double, least=double)
    cpdef Agent choose_agent(self, CentreView view, Contact contact)
