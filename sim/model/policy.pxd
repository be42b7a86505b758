cimport cython
from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.queue cimport Lane
from sim.model.ranking cimport Ranking
from sim.model.view cimport CentreView

cdef double _NEVER


cdef class Router:
    cdef public object params

    cpdef Agent choose_agent(self, CentreView view, Contact contact)
    cpdef Contact choose_contact(self, CentreView view, Agent agent)
    cpdef double reconsider(self, CentreView view, Contact contact) except? -1
    cpdef int refresh(self, CentreView view) except -1


cdef class ScoreRouter(Router):
    cpdef double score(self, CentreView view, Agent agent, Contact contact) except? -1
    @cython.locals(lane=Lane)
    cpdef int refresh(self, CentreView view) except -1
    @cython.locals(best=Agent, agent=Agent, lane=Lane, ranking=Ranking, score=double, highest=double, kind=int)
    cpdef Agent choose_agent(self, CentreView view, Contact contact)
    @cython.locals(agent=Agent)
    cdef list _scores(self, CentreView view, Lane lane, Contact contact)
    @cython.locals(agent=Agent, lane=Lane, ranking=Ranking, score=double)
    cdef Agent _or_partly(self, CentreView view, Contact contact, int kind, Agent best, double highest)


cdef class EscalationRule:
    cdef public object params

    cpdef bint escalates(self, CentreView view, Contact contact, Agent agent) except -1


cdef class BotPolicy:
    cdef public object params

    cpdef bint sends_to_bot(self, CentreView view, Contact contact, double choice) except -1
