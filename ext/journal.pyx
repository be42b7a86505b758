# cython: boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Where the compiled flow writes what happened; sim/model/recorder.py is the twin that gives the same fields.

Contracts and docstrings of the public names are the twin's: only what differs is said here. A record is a C struct
with the layout of its dtype in sim/model/journal.py, which is checked when this module is imported.
"""

cimport cython
from cpython.buffer cimport PyBuffer_FillInfo
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.math cimport NAN
from libc.stdint cimport int8_t, int16_t
from libc.string cimport memcpy

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


cdef enum:
    KINDS = 5  # of records: each has memory of its own, so that what lies between fields stays zero
    SPARES = 2  # of each kind: one piece is read while the next is written
    MOST_SPARED = 1 << 23  # bytes

cdef struct Spare:
    char *data
    Py_ssize_t size

cdef Spare spares[KINDS][SPARES]


cdef class Room:
    """Zeroed memory for records of one kind. Freed, it is kept for the next: fresh pages cost more than the records."""

    def __cinit__(self, int kind, Py_ssize_t least):
        cdef int place, largest = 0
        self.kind = kind
        for place in range(1, SPARES):
            if spares[kind][place].size > spares[kind][largest].size:
                largest = place
        if spares[kind][largest].size >= least:
            self.data, self.size = spares[kind][largest].data, spares[kind][largest].size
            spares[kind][largest].data, spares[kind][largest].size = NULL, 0
        else:
            self.data, self.size = <char *>PyMem_Calloc(least, 1), least
            if self.data == NULL:
                raise MemoryError(f"no room for {least} bytes of records")

    def __dealloc__(self):
        cdef int place, smallest = 0
        cdef char *data = self.data
        for place in range(1, SPARES):
            if spares[self.kind][place].size < spares[self.kind][smallest].size:
                smallest = place
        if spares[self.kind][smallest].size < self.size <= MOST_SPARED:
            data = spares[self.kind][smallest].data
            spares[self.kind][smallest].data, spares[self.kind][smallest].size = self.data, self.size
        PyMem_Free(data)

    def __getbuffer__(self, Py_buffer *view, int flags):
        PyBuffer_FillInfo(view, self, self.data, self.size, False, flags)


cdef class Rows:
    """Records of one kind, one after another, in memory that grows; what lies between their fields is zero."""

    def __cinit__(self, int kind, Py_ssize_t width):
        self.kind = kind
        self.width = width
        self.move(FIRST_CAPACITY)

    cdef void *free_row(self) except NULL:
        """Room for the next record, which counts once `count` says so: half a record is never seen."""
        if self.count == self.capacity:
            self.move(2 * self.capacity)
        return self.data + self.count * self.width

    cdef int move(self, Py_ssize_t capacity) except -1:
        """On to memory for so many records, or more, with those there are."""
        if capacity > <Py_ssize_t>(<size_t>-1 >> 1) // self.width:
            raise MemoryError(f"no room for {capacity} records")
        cdef Room room = Room(self.kind, capacity * self.width)
        if self.count:
            memcpy(room.data, self.data, self.count * self.width)
        self.room, self.data, self.capacity = room, room.data, room.size // self.width
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
        """All records, in the memory in which they were written; those to come get another."""
        if not self.count:
            return np.empty(0, dtype)
        records = np.frombuffer(self.room, dtype, self.count)
        self.count = 0
        self.move(self.capacity)
        return records


cdef class Recorder:
    """Append-only records of the four streams of the flow."""

    def __cinit__(self):
        self._legs = Rows(0, sizeof(Leg))
        self._contacts = Rows(1, sizeof(Contact))
        self._cases = Rows(2, sizeof(Case))
        self._states = Rows(3, sizeof(State))

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

    def held(self):
        """How many legs and states are held: the number of the next record of each."""
        return self._legs.count, self._states.count

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


cdef class Evaluations:
    """Append-only records of QA evaluations."""

    def __cinit__(self):
        self._rows = Rows(4, sizeof(Evaluation))

    cpdef int add(
        self, int agent, int case, int attempt, int intent, bint auto_fail, int found, double at, double released,
        double score, double true_score,
    ) except -1:
        """A contact was evaluated."""
        cdef Evaluation *row = <Evaluation *>self._rows.free_row()
        row.agent = agent
        row.number = case
        row.attempt = in_16_bits(attempt)
        row.intent = in_16_bits(intent)
        row.auto_fail = auto_fail
        row.found = found
        row.at = at
        row.released = released
        row.score = score
        row.true_score = true_score
        self._rows.count += 1
        return 0

    def take(self):
        """Records of dtype EVALUATION since the last call, which are forgotten here."""
        return self._rows.take(EVALUATION)


cdef class Records:
    """Records to read and to fill in, where they lie."""

    def __init__(self, **streams):
        self.kept = streams
        self.legs = <Leg *>start_of(streams.get("legs"), LEG)
        self.contacts = <Contact *>start_of(streams.get("contacts"), CONTACT)
        self.cases = <Case *>start_of(streams.get("cases"), CASE)
        self.states = <State *>start_of(streams.get("states"), STATE)
        self.evaluations = <Evaluation *>start_of(streams.get("evaluations"), EVALUATION)

    def fill_in(self, contacts, names):
        """Nothing: contacts are filled in where they lie."""


cdef char *start_of(object records, object dtype) except? NULL:
    """Address of the first; NULL of none. A view of bytes, since NumPy and Cython are slow to agree on a struct."""
    cdef const char[::1] room
    if records is None or not len(records):
        return NULL
    if records.dtype != dtype:
        raise TypeError(f"records of {records.dtype}, not of {dtype}")
    room = records.view(np.int8)
    return <char *>&room[0]
