# The order of the fields is that of spec.py: a compiled dataclass takes its arguments in the order declared here.
cimport cython
from sim.ext.draws cimport Law


@cython.final
cdef class StepSpec:
    cdef readonly int queue, tier
    cdef readonly Law talk, hold
    cdef readonly double hold_share
    cdef readonly Law wrap_up
    cdef readonly double resolution, intercept, ability_scale
    cdef readonly object population


@cython.final
cdef class BotSpec:
    cdef readonly double intercept, false_share


@cython.final
cdef class IntentSpec:
    cdef readonly int index
    cdef readonly str name
    cdef readonly unsigned long long key
    cdef readonly int channel, risk
    cdef readonly double difficulty_sd
    cdef readonly Law patience
    cdef readonly BotSpec bot
    cdef readonly tuple steps
    cdef readonly StepSpec supervisor
    cdef readonly object edges, rates, trace


@cython.final
cdef class SegmentSpec:
    cdef readonly int index
    cdef readonly str name
    cdef readonly double share
    cdef readonly int priority
    cdef readonly double patience_factor


@cython.final
cdef class ChannelSpec:
    cdef readonly int index
    cdef readonly str name
    cdef readonly bint whole
    cdef readonly tuple slowdown


@cython.final
cdef class QueueSpec:
    cdef readonly int index
    cdef readonly str name
    cdef readonly int tier
    cdef readonly frozenset skills
    cdef readonly int priority
    cdef readonly double aging
    cdef readonly int capacity
    cdef readonly double overflow_after
    cdef readonly int overflow_to


@cython.final
cdef class ReturnSpec:
    cdef readonly double probability
    cdef readonly Law delay


@cython.final
cdef class BotTierSpec:
    cdef readonly Law session
    cdef readonly double turn
    cdef readonly int max_turns
    cdef readonly double asks_human, hang_up, sentiment_limit
    cdef readonly int keyword_risk, vip_priority
    cdef readonly double context_passed, context_saves, context_costs
    cdef readonly int sessions_at_once
    cdef readonly tuple outages
    cdef readonly Law up, down


@cython.final
cdef class EscalationSpec:
    cdef readonly double agent_notices, customer_asks, warm
    cdef readonly Law handover
    cdef readonly double cold_costs, supervisor_customer, supervisor_agent


@cython.final
cdef class Blueprint:
    cdef readonly object scenario
    cdef readonly double horizon, limit
    cdef readonly tuple intents, segments, channels, queues
    cdef readonly BotTierSpec bot
    cdef readonly EscalationSpec escalation
    cdef readonly ReturnSpec retrial, repeat, false_containment
    cdef readonly int max_contacts
    cdef readonly bint patience_per_case
    cdef readonly int priority_boost
