cimport cython
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t

from sim.ext.journal cimport Case, Contact, Evaluation, Leg, Records, State

# set when the module is imported
cdef int CALLED, CASE_CONTACTS, CASE_DUE, CASE_ENDS, CASE_FINISHED_FIRST, CASE_HANDLED_FIRST, CASE_QUIET
cdef int CASE_REPEATS, CASE_RESOLVED_FIRST, CASE_SOLVED, CASE_TIME, CASE_WIDTH, CONTACT_ABANDONED, CONTACT_BLOCKED
cdef int CONTACT_CES, CONTACT_CONTAINED, CONTACT_CSAT, CONTACT_DEFECTS, CONTACT_ENDS, CONTACT_FELT
cdef int CONTACT_HANDLED_RESOLVED, CONTACT_HUNG_UP, CONTACT_NPS, CONTACT_REPEATS, CONTACT_RETRIALS, CONTACT_RETRIED
cdef int CONTACT_SATISFIED, CONTACT_TRANSFERS, CONTACT_TRULY_CONTAINED, CONTACT_UNFINISHED, CONTACT_WIDTH
cdef int EVALUATION_COUNT, EVALUATION_FAILS, EVALUATION_SCORE, EVALUATION_TRUE, EVALUATION_WIDTH, LEG_ABANDONED
cdef int LEG_BLOCKED, LEG_CONTAINED, LEG_ENDS, LEG_HUNG_UP, LEG_OVERFLOWED, LEG_RESOLVED, LEG_TO_SUPERVISOR, LEG_UNFINISHED
cdef int LEG_UNRESOLVED, LINE_SECONDS, NODE_ABANDONED, NODE_ARRIVAL, NODE_BOT, NODE_COUNT, NODE_LEFT, NODE_RESOLVED
cdef int NODE_SUPERVISOR, NODE_TIERS, NODE_UNFINISHED, NODE_UNRESOLVED, AGENT_OFF, OPEN_STILL, ORIGIN_REPEAT
cdef int ORIGIN_RETRIAL, PAID_MONEY, PAID_SECONDS, STATES, TIME_CONTACTS, TIME_IN_HAND, TIME_WIDTH, TOTAL_WIDTH
cdef int VISIT_ABANDONED_WITHIN, VISIT_ANSWERED_WITHIN, VISIT_HOLD, VISIT_TALK, VISIT_WAIT_ANSWERED, VISIT_WAIT_LEFT
cdef int VISIT_MOVED_ON, VISIT_WIDTH, VISIT_WRAP, LATER, FIRST, STAY
cdef double NEAREST_TOP


@cython.final
cdef class Sums:
    cdef readonly object cells
    cdef readonly double warmup, horizon, length, per_second, within, window
    cdef readonly Py_ssize_t first_interval, rows, channels, segments, queues, classes, tiers, places, blocks, known
    cdef readonly Py_ssize_t visits, visits_by_class, visits_by_agent, sessions, sessions_by_class, contacts
    cdef readonly Py_ssize_t contacts_by_class, contacts_by_agent, cases, time, time_by_agent, totals, totals_by_agent
    cdef readonly Py_ssize_t evaluations, evaluations_by_intent, evaluations_by_agent, moves
    cdef readonly double[::1] sums, rates
    cdef readonly int64_t[::1] place, outcome
    cdef int16_t[::1] first_channel, repeats, last_attempt, node
    cdef int8_t[::1] last_end
    cdef readonly list waits, kinds
    cdef dict moved
    cdef double[::1] wait_room
    cdef int32_t[::1] kind_room
    cdef Py_ssize_t waiting

    cdef int _know(self, Py_ssize_t case) except -1
    @cython.locals(index=Py_ssize_t)
    cdef Py_ssize_t _interval(self, double moment) except -1
    @cython.locals(i=Py_ssize_t, row=Py_ssize_t, leg=Leg, bot=bint, counts=bint)
    cdef int _take_legs(self, Records records, Py_ssize_t count) except -1
    @cython.locals(source=int, outcome=int)
    cdef int _move(self, Py_ssize_t case, int leg, int node, int end, bint counts) except -1
    @cython.locals(answered=bint, moves_on=bint, wait=double, block=Py_ssize_t, group=Py_ssize_t, row=Py_ssize_t)
    cdef int _visit(self, Leg leg) except -1
    @cython.locals(
        began=double, answered=bint, wait=double, block=Py_ssize_t, group=Py_ssize_t, row=Py_ssize_t, by_class=Py_ssize_t
    )
    cdef int _stay(self, Leg leg) except -1
    cdef int _note_wait(self, double wait, int kind) except -1
    cdef int _add_visit(self, Py_ssize_t at, Leg leg, bint answered, double wait) except -1
    @cython.locals(code=Py_ssize_t, block=Py_ssize_t)
    cdef Py_ssize_t _block(self, Py_ssize_t counts, Py_ssize_t tier, Py_ssize_t queue, Py_ssize_t channel) except -1
    @cython.locals(i=Py_ssize_t, row=Py_ssize_t, group=Py_ssize_t, contact=Contact)
    cdef int _take_contacts(self, Records records, Py_ssize_t count) except -1
    @cython.locals(case=Py_ssize_t)
    cdef int _remember(self, Contact contact) except -1
    @cython.locals(handled=bint)
    cdef int _add_contact(self, Py_ssize_t at, Contact contact) except -1
    @cython.locals(i=Py_ssize_t, row=Py_ssize_t, group=Py_ssize_t, case=Case)
    cdef int _take_cases(self, Records records, Py_ssize_t count) except -1
    @cython.locals(last_end=int, first_open=bint, due=int)
    cdef int _add_case(self, Py_ssize_t at, Case case) except -1
    @cython.locals(
        i=Py_ssize_t, tier=Py_ssize_t, column=Py_ssize_t, interval=Py_ssize_t, state=State, start=double, end=double,
        border=double, stop=double,
    )
    cdef int _take_states(self, Records records, Py_ssize_t count) except -1
    cdef int _add_paid(self, Py_ssize_t at, Py_ssize_t agent, double seconds) except -1
    cdef int _add_time(self, Py_ssize_t at, Py_ssize_t column, int load, double seconds) except -1
    @cython.locals(
        i=Py_ssize_t, j=Py_ssize_t, passed=Py_ssize_t, row=Py_ssize_t, evaluation=Evaluation, contact=Contact
    )
    cdef int _take_evaluations(self, Records records, Py_ssize_t count, Py_ssize_t among) except -1
    cdef int _add_evaluation(self, Py_ssize_t at, Evaluation evaluation) except -1
