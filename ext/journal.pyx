# cython: boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Where the compiled flow writes what happened; sim/model/recorder.py is the twin that gives the same fields.

Contracts and docstrings of the public names are the twin's: only what differs is said here. A record is a C struct
with the layout of its dtype in sim/model/journal.py, which is checked when this module is imported.
"""

cimport cython
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from libc.math cimport NAN
from libc.stdint cimport int8_t, int16_t
from libc.string cimport memcpy, memset

import numpy as np

from sim.model.journal import CASE, CONTACT, EVALUATION, LEG, STATE

cdef enum:
    FIRST_CAPACITY = 256


cdef int check_layouts() except -1:
    """A memory view of a struct is refused where the struct's fields do not lie as the dtype's do."""
    cdef Leg[::1] legs = np.empty(1, LEG)
    cdef Contact[::1] contacts = np.empty(1, CONTACT)
    cdef Case[::1] cases = np.empty(1, CASE)
    cdef State[::1] states = np.empty(1, STATE)
    cdef Evaluation[::1] evaluations = np.empty(1, EVALUATION)
    return 0


check_layouts()


cdef int refuse(int value, int bits) except -1:
    raise OverflowError(f"journal: {value} does not fit into {bits} bits")


cdef inline int8_t in_8_bits(int value) except? -1:
    if value != <int8_t>value:
        refuse(value, 8)
    return <int8_t>value


cdef inline int16_t in_16_bits(int value) except? -1:
    if value != <int16_t>value:
        refuse(value, 16)
    return <int16_t>value


cdef class Rows:
    """Records of one width, one after another, in memory that grows; what lies between their fields is zero."""

    def __cinit__(self, Py_ssize_t width):
        self.width = width

    def __dealloc__(self):
        PyMem_Free(self.data)

    cdef void *free_row(self) except NULL:
        """Room for the next record, which counts once `count` says so: half a record is never seen."""
        if self.count == self.capacity:
            self.grow()
        return self.data + self.count * self.width

    cdef int grow(self) except -1:
        cdef Py_ssize_t capacity = 2 * self.capacity if self.capacity else FIRST_CAPACITY
        cdef char *data = NULL
        if capacity <= <Py_ssize_t>(<size_t>-1 >> 1) // self.width:
            data = <char *>PyMem_Realloc(self.data, capacity * self.width)
        if data == NULL:
            raise MemoryError(f"no room for {capacity} records")
        memset(data + self.capacity * self.width, 0, (capacity - self.capacity) * self.width)
        self.data = data
        self.capacity = capacity
        return 0

    cdef object copy(self, object dtype, object first):
        """The records from number `first` on, which counts as in a slice."""
        cdef Py_ssize_t start, size
        cdef char[::1] room
        start = slice(first, None).indices(self.count)[0]
        size = self.count - start
        records = np.empty(size, dtype)
        if size:
            room = records.view(np.int8)
            memcpy(&room[0], self.data + start * self.width, size * self.width)
        return records

    cdef object take(self, object dtype):
        """All records; their memory is used again for those to come."""
        records = self.copy(dtype, 0)
        memset(self.data, 0, self.count * self.width)
        self.count = 0
        return records


cdef class Recorder:
    """Append-only records of the four streams of the flow."""

    def __cinit__(self):
        self._legs = Rows(sizeof(Leg))
        self._contacts = Rows(sizeof(Contact))
        self._cases = Rows(sizeof(Case))
        self._states = Rows(sizeof(State))

    cpdef int leg(
        self, int case, int attempt, int leg, int intent, int segment, int channel, int tier, int queue, int agent,
        bint first_human, int end, int initiator, bint warm, double entered, double answered, double ended,
        double hold, double wrap_up,
    ) except -1:
        """A leg closed."""
        cdef Leg *row = <Leg *>self._legs.free_row()
        row.number = case
        row.attempt = in_16_bits(attempt)
        row.leg = in_16_bits(leg)
        row.intent = in_16_bits(intent)
        row.segment = in_16_bits(segment)
        row.channel = in_16_bits(channel)
        row.tier = in_8_bits(tier)
        row.queue = in_16_bits(queue)
        row.agent = agent
        row.first_human = first_human
        row.end = in_8_bits(end)
        row.initiator = in_8_bits(initiator)
        row.warm = warm
        row.entered = entered
        row.answered = answered
        row.ended = ended
        row.hold = hold
        row.wrap_up = wrap_up
        self._legs.count += 1
        return 0

    cpdef int contact(
        self, int case, int attempt, int intent, int segment, int channel, int origin, int end, bint resolved,
        int legs, int transfers, bint bot, int agent, int tier, double started, double ended, double waited,
        double next_due,
    ) except -1:
        """A contact closed."""
        cdef Contact *row = <Contact *>self._contacts.free_row()
        row.number = case
        row.attempt = in_16_bits(attempt)
        row.intent = in_16_bits(intent)
        row.segment = in_16_bits(segment)
        row.channel = in_16_bits(channel)
        row.origin = in_8_bits(origin)
        row.end = in_8_bits(end)
        row.resolved = resolved
        row.legs = in_16_bits(legs)
        row.transfers = in_16_bits(transfers)
        row.bot = bot
        row.agent = agent
        row.tier = in_8_bits(tier)
        row.csat = 0
        row.nps = -1
        row.ces = 0
        row.defects = 0
        row.started = started
        row.ended = ended
        row.waited = waited
        row.satisfaction = NAN
        row.next_due = next_due
        self._contacts.count += 1
        return 0

    cpdef int case(
        self, int case, int intent, int segment, int contacts, int end, bint first_handled, bint first_resolved,
        double born, double first_ended, double next_contact, double resolved_at, double due, double difficulty,
    ) except -1:
        """A case closed."""
        cdef Case *row = <Case *>self._cases.free_row()
        row.number = case
        row.intent = in_16_bits(intent)
        row.segment = in_16_bits(segment)
        row.contacts = in_16_bits(contacts)
        row.end = in_8_bits(end)
        row.first_handled = first_handled
        row.first_resolved = first_resolved
        row.born = born
        row.first_ended = first_ended
        row.next_contact = next_contact
        row.resolved_at = resolved_at
        row.due = due
        row.difficulty = difficulty
        self._cases.count += 1
        return 0

    cpdef int state(
        self, int agent, int tier, int state, int load, double start, double end, bint scheduled,
    ) except -1:
        """An agent's state ended."""
        cdef State *row = <State *>self._states.free_row()
        row.agent = agent
        row.tier = in_8_bits(tier)
        row.state = in_8_bits(state)
        row.load = in_16_bits(load)
        row.start = start
        row.end = end
        row.scheduled = scheduled
        self._states.count += 1
        return 0

    def legs(self, first=0):
        """Records of dtype LEG, from record number `first` on."""
        return self._legs.copy(LEG, first)

    def contacts(self, first=0):
        """Records of dtype CONTACT, from record number `first` on."""
        return self._contacts.copy(CONTACT, first)

    def take(self):
        """Legs, contacts, cases and states closed since the last call, which are forgotten here."""
        return self._legs.take(LEG), self._contacts.take(CONTACT), self._cases.take(CASE), self._states.take(STATE)

    def cases(self):
        """Records of dtype CASE."""
        return self._cases.copy(CASE, 0)

    def states(self, first=0):
        """Records of dtype STATE, from record number `first` on."""
        return self._states.copy(STATE, first)
