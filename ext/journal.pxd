cimport cython
from libc.stdint cimport int8_t, int16_t, int32_t

# The records, with the layout of their dtypes in sim/model/journal.py; `case` is a word of C's, hence `number`.

cdef struct Leg:
    int32_t number
    int16_t attempt, leg, intent, segment, channel
    int8_t tier
    int16_t queue
    int32_t agent
    int8_t first_human, end, initiator, warm
    double entered, answered, ended, hold, wrap_up

cdef struct Contact:
    int32_t number
    int16_t attempt, intent, segment, channel
    int8_t origin, end, resolved
    int16_t legs, transfers
    int8_t bot
    int32_t agent
    int8_t tier, csat, nps, ces, defects
    double started, ended, waited, satisfaction, next_due

cdef struct Case:
    int32_t number
    int16_t intent, segment, contacts
    int8_t end, first_handled, first_resolved
    double born, first_ended, next_contact, resolved_at, due, difficulty

cdef struct State:
    int32_t agent
    int8_t tier, state
    int16_t load
    double start, end
    int8_t scheduled

cdef struct Evaluation:
    int32_t agent, number
    int16_t attempt, intent
    int8_t auto_fail, found
    double at, released, score, true_score


@cython.final
cdef class Room:
    cdef int kind
    cdef char *data
    cdef Py_ssize_t size


@cython.final
cdef class Rows:
    cdef int kind
    cdef Py_ssize_t count, capacity, width
    cdef Room room
    cdef char *data

    cdef void *free_row(self) except NULL
    cdef int move(self, Py_ssize_t capacity) except -1
    cdef object copy(self, object dtype, object first)
    cdef object take(self, object dtype)


@cython.final
cdef class Recorder:
    cdef Rows _legs, _contacts, _cases, _states

    cpdef int leg(
        self, int case, int attempt, int leg, int intent, int segment, int channel, int tier, int queue, int agent,
        bint first_human, int end, int initiator, bint warm, double entered, double answered, double ended,
        double hold, double wrap_up,
    ) except -1
    cpdef int contact(
        self, int case, int attempt, int intent, int segment, int channel, int origin, int end, bint resolved,
        int legs, int transfers, bint bot, int agent, int tier, double started, double ended, double waited,
        double next_due,
    ) except -1
    cpdef int case(
        self, int case, int intent, int segment, int contacts, int end, bint first_handled, bint first_resolved,
        double born, double first_ended, double next_contact, double resolved_at, double due, double difficulty,
    ) except -1
    cpdef int state(
        self, int agent, int tier, int state, int load, double start, double end, bint scheduled,
    ) except -1


@cython.final
cdef class Evaluations:
    cdef Rows _rows

    cpdef int add(
        self, int agent, int case, int attempt, int intent, bint auto_fail, int found, double at, double released,
        double score, double true_score,
    ) except -1


@cython.final
cdef class Records:
    cdef object kept
    cdef Leg *legs
    cdef Contact *contacts
    cdef Case *cases
    cdef State *states
    cdef Evaluation *evaluations
