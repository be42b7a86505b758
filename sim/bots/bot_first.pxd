from sim.model.contact cimport Contact
from sim.model.policy cimport BotPolicy
from sim.model.view cimport CentreView

# set from sim.model.codes when the module is imported
cdef int ORIGIN_FIRST


cdef class BotFirst(BotPolicy):
    cdef bint _repeats_to_human

    cpdef bint sends_to_bot(self, CentreView view, Contact contact, double choice) except -1
