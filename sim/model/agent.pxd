cimport cython
from sim.model.centre cimport Centre
from sim.model.contact cimport Contact
from sim.model.port cimport Calendar, Entity
from sim.model.queue cimport Lane, Queue, Roll

# set from sim.model.clock and sim.model.codes when the module is imported
cdef int ORDER_WRAP_UP, WRAP_UP
cdef int AGENT_AVAILABLE, AGENT_BUSY, AGENT_HANDOVER, AGENT_OFF, AGENT_WRAP_UP


@cython.final
cdef class Agent(Entity):
    # First what each contact changes or reads: of many agents, few are in the processor's caches.
    cdef readonly Centre centre
    cdef readonly Lane lane
    cdef Roll _roll
    cdef public Agent before, after
    cdef readonly int index, seat, tier, slots, used, in_hand, wrapping, handing_over
    cdef int _duty_state, _marked_load
    cdef readonly int marked_state
    cdef bint _marked_scheduled
    cdef readonly bint whole, leaving, scheduled
    cdef readonly double idle_since
    cdef readonly long long rank
    cdef double _marked_since
    cdef readonly str name
    cdef readonly list proficiency
    cdef object _on_left

    cpdef bint on_duty(self) noexcept
    cpdef bint is_away_for(self, int state) noexcept
    cpdef bint has_room(self, bint whole) noexcept
    cpdef bint can_take(self, Contact contact) except -1
    cdef int take(self, bint whole) except -1
    cdef int let_go(self, double wrap_up) except -1
    cdef int stay_on_line(self) except -1
    cdef int handed_over(self, double wrap_up) except -1
    @cython.locals(contact=Contact, lane=Lane)
    cpdef int seek(self) except -1
    cpdef int close_record(self, double now) except -1
    @cython.locals(calendar=Calendar)
    cdef int _wrap(self, double wrap_up) except -1
    cdef int _release(self) except -1
    cdef int _leave(self) except -1
    @cython.locals(roll=Roll)
    cdef int _settle(self) except -1
    cdef Roll _right_roll(self)
    @cython.locals(lane=Lane)
    cdef int _change_roll(self, Roll roll) except -1
    cdef int _state(self) noexcept
    @cython.locals(state=int)
    cdef int _mark(self) except -1
