cimport cython
from sim.ext.draws cimport normal

cdef double LOWEST, HIGHEST


@cython.final
cdef class Scorecard:
    cdef double most, mean, contact_sd, rater_sd, auto_fail, lag
    cdef list shares, traits

    @cython.locals(trait=double, score=double)
    cdef double true_score(self, Py_ssize_t agent, double gained, double u) except? -1.0
    @cython.locals(score=double)
    cdef double measured(self, double true_score, double u, double lasting) except? -1.0
