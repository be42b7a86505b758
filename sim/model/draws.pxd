cimport cython
from sim.ext.draws cimport Purpose


@cython.final
cdef class Draws:
    cdef readonly Purpose arrival, bot, bot_choice, case, returns, routing, visit, visit_more
