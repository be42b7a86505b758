cdef class Entity:
    cpdef int fire(self, int kind, unsigned long long ticket) except -1


cdef class Calendar:
    cdef readonly double now
    cpdef unsigned long long at(self, double time, int order, int kind, Entity who) except 0
