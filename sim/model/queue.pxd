cimport cython
from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.ranking cimport Ranking
from sim.model.spec cimport QueueSpec


@cython.final
cdef class Line:
    cdef readonly Queue queue
    cdef readonly int level, intent, side
    cdef readonly Contact head, tail

    cdef int append(self, Contact contact) except -1
    cdef int remove(self, Contact contact) except -1


@cython.final
cdef class Queue:
    cdef readonly QueueSpec spec
    cdef readonly int index, tier, waiting
    cdef readonly str name
    cdef public list lines, lanes  # written by a pilot's router only, for the length of a question
    cdef readonly bytearray served_by

    @cython.locals(line=Line, lane=Lane)
    cdef int append(self, Contact contact) except -1
    @cython.locals(line=Line, lane=Lane)
    cdef int remove(self, Contact contact) except -1
    @cython.locals(line=Line)
    cdef Line _line(self, int level, int intent, int side)
    cdef bint is_served_by(self, Lane lane) except -1


@cython.final
cdef class Roll:
    cdef readonly Agent head, tail

    cdef int append(self, Agent agent) except -1
    cdef int remove(self, Agent agent) except -1


@cython.final
cdef class Lane:
    cdef readonly int index, tier, side
    cdef public int waiting
    cdef readonly frozenset skills
    cdef readonly Roll idle, partly
    cdef readonly list queues, agents, rankings
    cdef list _used

    @cython.locals(ranking=Ranking)
    cdef int now_idle(self, Agent agent) except -1
    @cython.locals(ranking=Ranking)
    cdef int not_idle(self, Agent agent) except -1
    @cython.locals(ranking=Ranking, agent=Agent)
    cpdef Ranking rank(self, int kind, list scores)
    cpdef int forget_rankings(self) except -1
    cpdef bint serves(self, queue) except -1
