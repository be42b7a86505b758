cimport cython
from sim.ext.draws cimport Law
from sim.model cimport bot, outcome
from sim.model.agent cimport Agent
from sim.model.case cimport Case
from sim.model.centre cimport Centre
from sim.model.port cimport Calendar, Entity
from sim.model.queue cimport Line, Queue
from sim.model.spec cimport ChannelSpec, IntentSpec, SegmentSpec, StepSpec

# set from sim.model.clock and sim.model.codes when the module is imported
cdef int BOT, HANDLED, HANDOVER, ORDER_BOT, ORDER_HANDLED, ORDER_HANDOVER, ORDER_OVERFLOW, ORDER_PATIENCE
cdef int ORDER_RECONSIDER, OVERFLOW, PATIENCE, RECONSIDER
cdef int BY_CUSTOMER, BY_NONE, BY_RULE, CONTACT_ABANDONED, CONTACT_BLOCKED, CONTACT_CONTAINED, CONTACT_HUNG_UP
cdef int CONTACT_RESOLVED, CONTACT_UNFINISHED, CONTACT_UNRESOLVED, LEG_ABANDONED, LEG_BLOCKED, LEG_CONTAINED
cdef int LEG_ESCALATED, LEG_HANDED_OFF, LEG_OVERFLOWED, LEG_RESOLVED, LEG_TO_SUPERVISOR, LEG_UNFINISHED
cdef int ORIGIN_FIRST

cdef bint COMPILED
cdef double NEVER, INFINITY
cdef int VISITS
cdef int NEW, IN_BOT, WAITING, TALKING, CLOSED


@cython.final
cdef class Contact(Entity):
    # First what is read when the contact is handled: by then it has left the processor's caches.
    cdef readonly Centre centre
    cdef readonly Case case
    cdef readonly IntentSpec intent
    cdef readonly SegmentSpec segment
    cdef readonly ChannelSpec channel
    cdef readonly Queue queue
    cdef readonly StepSpec step
    cdef readonly Agent agent
    cdef Handover _sender
    cdef public Line line
    cdef public Contact ahead, behind, earlier, later
    cdef readonly int attempt, origin, state, position, transfers, context, side
    cdef readonly bint bot_used, was_cold
    cdef int _leg, _visit, _hand, _initiator
    cdef readonly double since, waited
    cdef double _started, _answer_at, _hold, _wrap_up, _u_resolve
    # The rest is read while it waits, or with the bot.
    cdef readonly double deadline
    cdef readonly long long place
    cdef readonly int level
    cdef int _bot_end
    cdef bint _bot_resolved, _bot_passed_on
    cdef double _u_patience, _u_talk, _u_wrap_up
    cdef unsigned long long _patience_ticket, _overflow_ticket, _reconsider_ticket

    @cython.locals(centre=Centre)
    cdef int setup(self, Case case, int attempt, int origin) except -1
    cdef int _blank(self) except -1
    @cython.locals(length=double)
    cdef int begin(self) except -1
    cpdef int lose_bot(self) except -1
    cdef int _bot_ended(self) except -1
    @cython.locals(step=StepSpec)
    cdef int _enter_path(self, int position) except -1
    @cython.locals(centre=Centre, agent=Agent)
    cdef int _enter(self, StepSpec step, Queue queue) except -1
    cdef int _draw_visit(self) except -1
    @cython.locals(law=Law, u=double)
    cdef int _set_patience(self) except -1
    @cython.locals(centre=Centre, due=double)
    cdef int _wait(self, Queue queue) except -1
    @cython.locals(due=double)
    cdef int _ask_when_to_reconsider(self) except -1
    @cython.locals(agent=Agent)
    cdef int _offer_again(self) except -1
    @cython.locals(calendar=Calendar)
    cpdef int offer_soon(self) except -1
    cdef int answered_by(self, Agent agent) except -1
    cdef int _leave_line(self) except -1
    cdef int _give_up(self) except -1
    cdef int _blocked(self) except -1
    @cython.locals(queue=Queue, step=StepSpec, agent=Agent)
    cdef int _overflow(self) except -1
    @cython.locals(position=int, step=StepSpec)
    cdef StepSpec _step_in(self, Queue queue, StepSpec present)
    @cython.locals(centre=Centre, now=double, talk=double)
    cdef int _answer(self, Agent agent) except -1
    @cython.locals(agent=Agent, end=int, passed_on=bint, warm=bint, resolved=bint)
    cdef int _handled(self) except -1
    @cython.locals(step=StepSpec)
    cdef int _pass_on(self, int end, bint warm) except -1
    cdef StepSpec _next_step(self, int end)
    cpdef int cut_off(self) except -1
    cdef int _release_sender(self) except -1
    @cython.locals(now=double, queue=Queue, answered=bint)
    cdef int _close_leg(self, int end, int initiator, bint warm) except -1
    @cython.locals(centre=Centre, due=double)
    cdef int _close(self, int end, bint resolved) except -1


@cython.final
cdef class Handover(Entity):
    cdef readonly Agent agent
    cdef readonly double wrap_up

    @cython.locals(calendar=Calendar)
    cdef double brief(self, double length) except? -1
