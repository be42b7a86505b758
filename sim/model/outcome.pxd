cimport cython
from sim.ext.draws cimport Law, logistic
from sim.model.agent cimport Agent
from sim.model.centre cimport Centre
from sim.model.contact cimport Contact
from sim.model.draws cimport Draws
from sim.model.queue cimport Queue
from sim.model.spec cimport EscalationSpec, StepSpec

# set from sim.model.clock and sim.model.codes when the module is imported
cdef int BY_AGENT, BY_CUSTOMER, BY_NONE, BY_RULE, LEG_ESCALATED, LEG_RESOLVED, LEG_TO_SUPERVISOR
cdef int LEG_UNRESOLVED

cdef int VISITS, CONTEXT_NONE, CONTEXT_PASSED, CONTEXT_LOST
cdef double LEAST_TALK


@cython.locals(centre=Centre, step=StepSpec, factor=double)
cdef double durations(Contact contact, Agent agent) except? -1
@cython.locals(table=tuple)
cdef double _slowdown(Contact contact, Agent agent) except? -1
cdef double _with_context(Contact contact, double talk) except? -1
@cython.locals(step=StepSpec, u=double, none=double)
cdef double _hold(Contact contact, double factor) except? -1
@cython.locals(centre=Centre, step=StepSpec, intent=Py_ssize_t, ability=double)
cdef int settle(Contact contact, Agent agent) except -1
@cython.locals(spec=EscalationSpec, u=double, asked=double)
cdef int _not_resolved(Contact contact, Agent agent) except -1
cdef int _passed_on(Contact contact, int end, int initiator) noexcept
@cython.locals(spec=EscalationSpec, queue=Queue)
cdef bint is_warm(Contact contact, Agent sender, StepSpec step) except -1
@cython.locals(law=Law)
cdef double handover(Contact contact) except? -1
@cython.locals(draws=Draws)
cdef (double, double, double, double) _second_block(Contact contact)
