cimport cython
from sim.ext.draws cimport logistic, normal
from sim.model.centre cimport Centre
from sim.model.contact cimport Contact
from sim.model.spec cimport BotTierSpec

# set from sim.model.clock and sim.model.codes when the module is imported
cdef int BY_CONFIDENCE, BY_CUSTOMER, BY_KEYWORD, BY_NONE, BY_OUTAGE, BY_SENTIMENT, BY_TURNS, BY_VIP, LEG_CONTAINED
cdef int LEG_HANDED_OFF, LEG_HUNG_UP

cdef double ANGRIER


@cython.locals(centre=Centre, u=double, most=int)
cdef bint takes(Contact contact) except -1
@cython.locals(
    centre=Centre, tier=BotTierSpec, length=double, fate=double, trigger=double, context=double, planned=double,
    passed_on=bint, at_once=int, shift=double, p=double
)
cdef double session(Contact contact) except? -1
cdef int _rule(Contact contact, BotTierSpec tier) except -1
cdef double _failed(Contact contact, BotTierSpec tier, double planned, double trigger, bint passed_on) except? -1
@cython.locals(tier=BotTierSpec, trigger=double)
cdef int breaks_off(Contact contact) except -1
cdef int _contains(Contact contact, bint resolved) except -1
cdef int _hands_off(Contact contact, int initiator, bint passed_on) except -1
