cimport cython

from sim.ext.journal cimport Recorder
from sim.ext.reals cimport Reals
from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.draws cimport Draws
from sim.model.policy cimport BotPolicy, EscalationRule, Router
from sim.model.port cimport Calendar
from sim.model.queue cimport Lane, Queue
from sim.model.spec cimport Blueprint, BotTierSpec
from sim.model.truth cimport Truth
from sim.model.view cimport CentreView


@cython.final
cdef class Centre:
    cdef readonly Blueprint blueprint
    cdef readonly BotTierSpec bot_tier
    cdef readonly Calendar calendar
    cdef readonly Draws draws
    cdef readonly Recorder recorder
    cdef readonly Truth truth
    cdef readonly Reals speed, ability, shift, bot_shift, proficiency
    cdef readonly Router router
    cdef readonly EscalationRule escalation_rule
    cdef readonly BotPolicy bot_policy
    cdef public object signals, bot_signals, watch
    cdef readonly object sides
    cdef public bint bot_down
    cdef public int bot_sessions
    cdef readonly CentreView view
    cdef readonly list queues, lanes, agents
    cdef readonly Contact oldest_open, newest_open
    cdef long long _places, _ranks
    cdef bint _router_in_python

    cdef long long next_rank(self) noexcept
    cdef long long next_place(self) noexcept
    @cython.locals(contact=Contact, agent=Agent)
    cpdef int close(self) except -1
    cdef int open(self, Contact contact) except -1
    cdef int closed(self, Contact contact) except -1
    @cython.locals(contact=Contact, following=Contact)
    cpdef int stop_bot(self) except -1
    cdef object _answer(self, str question, object about, object wanted)
    @cython.locals(agent=Agent)
    cdef Agent choose_agent(self, Contact contact)
    @cython.locals(due=double)
    cdef double reconsider(self, Contact contact) except? -1
    @cython.locals(contact=Contact)
    cdef Contact next_contact(self, Agent agent)
