# cython: boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True, nonecheck=False
"""A SimPy environment with a second, compiled calendar, on which the contact flow's timers stand.

`FastEnvironment` is a `simpy.Environment`: processes, resources, conditions and interrupts run on it unchanged. Its
`calendar` is the flow's port to time (sim/model/port.py); sim/model/simpy_calendar.py does the same on stock SimPy,
event for event. Both queues draw their sequence numbers from one counter, so what is run next is exactly what stock
SimPy would run next: the earliest time, then the lowest priority or order, then what was scheduled first.
"""

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from libc.math cimport INFINITY
from libc.stdint cimport uint64_t

from sim.model.port cimport Calendar, Entity

from heapq import heappop, heappush

from simpy.core import EmptySchedule, Environment, Infinity, StopSimulation

from sim.errors import ModelError

cdef extern from "calendar_heap.h":
    ctypedef struct Timer:
        uint64_t low
        uint64_t high
        PyObject *who

    uint64_t instant_of(double time) noexcept nogil
    double time_of(uint64_t instant) noexcept nogil
    void heap_push(Timer *heap, Py_ssize_t size, Timer timer) noexcept nogil
    void heap_replace(Timer *heap, Py_ssize_t size, Timer timer) noexcept nogil
    bint is_python_class(PyObject *who) noexcept

cdef extern from "Python.h":
    ctypedef int (*visitproc)(PyObject *, void *) noexcept
    ctypedef int (*traverseproc)(PyObject *, visitproc, void *) noexcept
    ctypedef int (*inquiry)(PyObject *) noexcept
    ctypedef struct PyTypeObject:
        traverseproc tp_traverse
        inquiry tp_clear

cdef enum:
    FIRST_CAPACITY = 64
    LOWEST_ORDER = 2  # SimPy's URGENT is 0, its NORMAL is 1
    HIGHEST_ORDER = 255
    HIGHEST_KIND = 255
    BEAT = 65536  # timers and events between two looks at Ctrl-C

cdef uint64_t LAST_NUMBER = (<uint64_t>1 << 48) - 1


@cython.final
cdef class FastCalendar(Calendar):
    """Timers in a C heap. While a handler runs, the root is a hole, which the first timer it sets fills."""

    cdef Timer *heap
    cdef Py_ssize_t size, capacity
    cdef uint64_t number
    cdef bint hole
    # The present moment as SimPy wrote it: an int stays an int. Out of date once a timer has moved the clock.
    # It is also the Python attribute without which the garbage collector would not know of this type.
    cdef object moment
    cdef bint is_moment

    def __dealloc__(self):
        self.drop_all()
        PyMem_Free(self.heap)

    def __len__(self):
        self.settle()
        return self.size

    cpdef unsigned long long at(self, double time, int order, int kind, Entity who) except 0:
        cdef Timer timer
        if not self.now <= time < INFINITY:
            self.refuse_time(time)
        if not LOWEST_ORDER <= order <= HIGHEST_ORDER or not 0 <= kind <= HIGHEST_KIND or who is None:
            self.refuse_timer(order, kind, who)
        if self.size == self.capacity:
            self.grow()
        timer.high = instant_of(time)
        timer.low = <uint64_t>order << 56 | self.next_number() << 8 | <uint64_t>kind
        timer.who = <PyObject *>who
        Py_INCREF(who)
        if self.hole:
            self.hole = False
            heap_replace(self.heap, self.size, timer)
        else:
            heap_push(self.heap, self.size, timer)
            self.size += 1
        return timer.low

    cdef int refuse_time(self, double time) except -1:
        raise ModelError(f"a timer at {time!r} was asked for at {self.now!r}; times are finite and never past")

    cdef int refuse_timer(self, int order, int kind, Entity who) except -1:
        raise ModelError(
            f"a timer of order {order}, kind {kind} was asked for {who!r}; "
            "orders are 2 to 255 (SimPy's own are 0 and 1), kinds 0 to 255, and somebody must be woken"
        )

    cdef inline uint64_t next_number(self) except? -1:
        """One sequence for both queues."""
        cdef uint64_t number = self.number
        if number > LAST_NUMBER:
            self.refuse_number()
        self.number = number + 1
        return number

    cdef int refuse_number(self) except -1:
        raise ModelError(f"this calendar has given out all its {LAST_NUMBER + 1} numbers; start another run")

    cdef int grow(self) except -1:
        cdef Py_ssize_t capacity = 2 * self.capacity if self.capacity else FIRST_CAPACITY
        cdef Timer *heap = NULL
        if capacity <= cython.cast(Py_ssize_t, (<size_t>-1 >> 1) // sizeof(Timer)):
            heap = <Timer *>PyMem_Realloc(self.heap, capacity * sizeof(Timer))
        if heap == NULL:
            raise MemoryError(f"no room for {capacity} timers")
        self.heap = heap
        self.capacity = capacity
        return 0

    cdef void settle(self) noexcept:
        """Close the hole that the running timer left at the root."""
        if self.hole:
            self.hole = False
            self.size -= 1
            if self.size:
                heap_replace(self.heap, self.size, self.heap[self.size])

    cdef int wake(self) except -1:
        """Wake the owner of the first timer."""
        cdef PyObject *who = self.heap[0].who  # its reference is ours from here on
        cdef uint64_t ticket = self.heap[0].low
        self.now = time_of(self.heap[0].high)
        self.is_moment = False
        self.hole = True
        try:
            if is_python_class(who):
                (<object>who).fire(<int>(ticket & 255), ticket)
            else:
                (<Entity>who).fire(<int>(ticket & 255), ticket)
        finally:
            self.settle()
            Py_DECREF(<object>who)
        return 0

    cdef object present(self):
        """The present moment as a Python number."""
        if not self.is_moment:
            self.moment = self.now
            self.is_moment = True
        return self.moment

    cdef int move_to(self, object moment) except -1:
        """Set the clock to a moment of SimPy's."""
        self.now = moment
        self.moment = moment
        self.is_moment = True
        return 0

    cdef void drop_all(self) noexcept:
        """Forget all timers; a destructor may set new ones meanwhile."""
        self.settle()
        while self.size:
            self.size -= 1
            Py_DECREF(<object>self.heap[self.size].who)


cdef class Numbers:
    """SimPy's counter of event ids, drawn from the calendar's sequence."""

    cdef FastCalendar calendar

    def __cinit__(self, FastCalendar calendar not None):
        self.calendar = calendar

    def __iter__(self):
        return self

    def __next__(self):
        return self.calendar.next_number()


cdef class TwoQueues:
    """What `FastEnvironment` does otherwise than its other base, the stock environment."""

    cdef readonly FastCalendar calendar
    cdef public list _queue
    cdef bint run_on  # the next call of `step` goes on to the end of the run
    cdef unsigned int beats

    def __cinit__(self, *args, **kwargs):
        self.calendar = FastCalendar()
        self._queue = []

    @property
    def now(self):
        """The current simulation time."""
        return self.calendar.present()

    @property
    def _now(self):
        return self.calendar.present()

    @_now.setter
    def _now(self, moment):
        if not -INFINITY < moment < INFINITY:
            raise ModelError(f"the clock cannot be set to {moment!r}; times are finite")
        self.calendar.move_to(moment)

    def schedule(self, event, priority=1, delay=0):
        """Schedule an event, see `simpy.Environment.schedule`. Raises ModelError if its time is NaN or past.

        An infinite delay is allowed, as in SimPy: it is how a process sleeps until it is interrupted.
        """
        cdef object moment = self.calendar.present() + delay
        if not <double>moment >= self.calendar.now:
            raise ModelError(f"{event!r} was scheduled for {moment!r} at {self.calendar.now!r}; times are never past")
        heappush(self._queue, (moment, priority, self.calendar.next_number(), event))

    def peek(self):
        """The time of what comes next, timer or event; infinity if there is nothing."""
        cdef FastCalendar calendar = self.calendar
        cdef object moment = self._queue[0][0] if self._queue else Infinity
        calendar.settle()
        if calendar.size and time_of(calendar.heap[0].high) < <double>moment:
            return time_of(calendar.heap[0].high)
        return moment

    def step(self):
        """Run what comes next, one timer or one event. Raises EmptySchedule if there is nothing."""
        if self.run_on:
            self.run_on = False
            while True:
                self.run_timers(False)
                self.run_event()
        elif not self.run_timers(True):
            self.run_event()

    def run(self, until=None):
        """Run until a time or an event, or until nothing is left, see `simpy.Environment.run`.

        A `step` of a subclass or of the instance, as in SimPy's guide to monitoring, is called once for each timer
        and each event, if it is there when the run begins.
        """
        self.run_on = type(self).step is TwoQueues.step and "step" not in self.__dict__
        try:
            return Environment.run(self, until)
        finally:
            self.run_on = False

    @cython.final
    cdef int run_timers(self, bint only_one) except -1:
        """Run timers while a timer comes next; returns how many, or 1 for any number. Then it is SimPy's turn."""
        cdef FastCalendar calendar = self.calendar
        cdef object seen = None  # SimPy's next entry; held, so that its address is not used again
        cdef double time, event_time = 0.0, priority = 0.0
        cdef uint64_t ticket, number = 0
        cdef bint any_run = False
        calendar.settle()
        while calendar.size:
            if PyList_GET_SIZE(self._queue):
                if <PyObject *>PyList_GET_ITEM(self._queue, 0) != <PyObject *>seen:
                    seen = self._queue[0]
                    event_time, priority, number = seen[0], seen[1], seen[2]
                time = time_of(calendar.heap[0].high)
                if time >= event_time:
                    ticket = calendar.heap[0].low
                    if time > event_time or is_after(ticket, priority, number):
                        return any_run
            calendar.wake()
            any_run = True
            self.beat()
            if only_one:
                return True
        return any_run

    @cython.final
    cdef int run_event(self) except -1:
        """SimPy's own step: take its next event and call what waits for it."""
        cdef object event, callbacks, callback, error
        if not self._queue:
            raise EmptySchedule
        moment, _, _, event = heappop(self._queue)
        self.calendar.move_to(moment)
        callbacks, event.callbacks = event.callbacks, None
        try:
            for callback in callbacks:
                callback(event)
        except StopSimulation:
            # The run ends here; who else waits for the event is called when the next run begins.
            event.callbacks = callbacks[callbacks.index(callback) + 1 :]
            self.schedule(event, -1)
            raise
        if not event._ok and not hasattr(event, "_defused"):
            error = type(event._value)(*event._value.args)
            error.__cause__ = event._value
            raise error
        self.beat()
        return 0

    @cython.final
    cdef inline int beat(self) except -1:
        """Compiled handlers never come past Python's own look at Ctrl-C."""
        self.beats += 1
        if self.beats >= BEAT:
            self.beats = 0
            PyErr_CheckSignals()
        return 0


cdef inline bint is_after(uint64_t ticket, double priority, uint64_t number) noexcept nogil:
    """Whether a timer comes after an event of the same instant."""
    cdef double order = <double>(ticket >> 56)
    return order > priority or (order == priority and ((ticket >> 8) & ((<uint64_t>1 << 48) - 1)) > number)


class FastEnvironment(TwoQueues, Environment):
    """A `simpy.Environment` whose `calendar` is the flow's port to time.

    Of SimPy it differs in this: an event scheduled for NaN or for the past raises ModelError.
    """

    # SimPy binds early only what the class itself declares.
    process = Environment.__dict__["process"]
    timeout = Environment.__dict__["timeout"]
    event = Environment.__dict__["event"]
    all_of = Environment.__dict__["all_of"]
    any_of = Environment.__dict__["any_of"]

    def __init__(self, initial_time=0):
        super().__init__(initial_time)
        self._eid = Numbers(self.calendar)


# The garbage collector must see the entities that a C heap holds, or a run that was cut off would never be freed:
# two slots of the type are chained. The root is left out while it is a hole: its reference belongs to `wake`.

cdef traverseproc traverse_rest = (<PyTypeObject *>FastCalendar).tp_traverse
cdef inquiry clear_rest = (<PyTypeObject *>FastCalendar).tp_clear


cdef int traverse(PyObject *which, visitproc visit, void *argument) noexcept:
    cdef FastCalendar calendar = <FastCalendar>which
    cdef Py_ssize_t place
    cdef int stop
    for place in range(1 if calendar.hole else 0, calendar.size):
        stop = visit(calendar.heap[place].who, argument)
        if stop:
            return stop
    return traverse_rest(which, visit, argument)


cdef int clear(PyObject *which) noexcept:
    (<FastCalendar>which).drop_all()
    return clear_rest(which)


(<PyTypeObject *>FastCalendar).tp_traverse = traverse
(<PyTypeObject *>FastCalendar).tp_clear = clear
