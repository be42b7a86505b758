cimport cython


@cython.final
cdef class Rows:
    cdef char *data
    cdef readonly Py_ssize_t count
    cdef Py_ssize_t capacity, width

    cdef void *free_row(self) except NULL
    cdef int grow(self) except -1
    cdef object copy(self, object dtype, object first)


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
