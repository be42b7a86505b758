cimport cython


@cython.final
cdef class Truth:
    cdef readonly list speed, ability, qa, empathy
