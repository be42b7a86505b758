cimport cython
from sim.ext.draws cimport logistic, normal

cdef double NEUTRAL, WHOLE


@cython.final
cdef class Customers:
    cdef double base, unresolved, wait_per_minute, free_wait, transfer, repeat, after_bot, noise_sd, bias, log_odds

    @cython.locals(level=double)
    cdef double satisfaction(
        self, bint resolved, double waited, int transfers, int attempt, bint bot_failed, double empathy, double u
    ) except? -1.0
    @cython.locals(share=double)
    cdef bint answers(self, double satisfaction, double u) noexcept
    cdef int csat(self, double satisfaction) noexcept
    cdef int nps(self, double satisfaction, double u) noexcept
    @cython.locals(effort=double)
    cdef int ces(self, int transfers, int attempt, double waited, double u) noexcept


cdef double nearest(double mark) noexcept
