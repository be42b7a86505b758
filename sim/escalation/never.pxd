from sim.model.agent cimport Agent
from sim.model.contact cimport Contact
from sim.model.policy cimport EscalationRule
from sim.model.view cimport CentreView


cdef class Never(EscalationRule):
    cpdef bint escalates(self, CentreView view, Contact contact, Agent agent) except -1
