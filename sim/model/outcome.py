# cython: nonecheck=False, wraparound=False
"""What handling comes to: its durations, whether it resolves, and who passes the contact on if it does not.

The law is applied when the agent is known; the uniform is the customer's, so arms that differ in routing share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ext.draws import logistic
from sim.model.codes import (
    BY_AGENT,
    BY_CUSTOMER,
    BY_NONE,
    BY_RULE,
    LEG_ESCALATED,
    LEG_RESOLVED,
    LEG_TO_SUPERVISOR,
    LEG_UNRESOLVED,
    VISITS,
)

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.contact import Contact
    from sim.model.spec import StepSpec

CONTEXT_NONE, CONTEXT_PASSED, CONTEXT_LOST = range(3)
LEAST_TALK = 0.2  # context that a bot passes on never shortens talk below this share of it


def durations(contact: Contact, agent: Agent) -> float:
    """Settle talk, hold and wrap-up in seconds; returns the talk, and notes the two others on the contact."""
    step = contact.step
    assert step is not None and contact.queue is not None
    centre = contact.centre
    factor = centre.speed.at(agent.index, contact.intent.index)
    factor = factor / centre.proficiency.at(agent.index, contact.queue.index) * _slowdown(contact, agent)
    contact._hold = _hold(contact, factor) if step.hold is not None else 0.0
    contact._wrap_up = step.wrap_up.quantile(contact._u_wrap_up) * factor if step.wrap_up is not None else 0.0
    return _with_context(contact, step.talk.quantile(contact._u_talk) * factor)


def _slowdown(contact: Contact, agent: Agent) -> float:
    table = contact.channel.slowdown
    return table[min(agent.in_hand, len(table)) - 1] if table else 1.0


def _with_context(contact: Contact, talk: float) -> float:
    """What the bot passed on, or lost, tells with the first agent; a cold escalation with each later one."""
    if contact._hand >= 0:
        return talk + contact.centre.blueprint.escalation.cold_costs if contact.was_cold else talk
    if contact.context == CONTEXT_PASSED:
        return max(talk - contact.centre.bot_tier.context_saves, LEAST_TALK * talk)
    return talk + contact.centre.bot_tier.context_costs if contact.context == CONTEXT_LOST else talk


def _hold(contact: Contact, factor: float) -> float:
    step = contact.step
    assert step is not None and step.hold is not None
    u = _second_block(contact)[0]
    none = 1.0 - step.hold_share
    return step.hold.quantile((u - none) / step.hold_share) * factor if u > none else 0.0


def settle(contact: Contact, agent: Agent) -> int:
    """How the leg ends: resolved, passed on, or a silent failure. Who passed it on is noted on the contact."""
    step = contact.step
    assert step is not None
    contact._initiator = BY_NONE
    centre, intent = contact.centre, contact.intent.index
    ability = centre.ability.at(agent.index, intent) * step.ability_scale + centre.shift.at(agent.index, intent)
    if contact._u_resolve < logistic(step.intercept + ability - contact.case._difficulty):
        return LEG_RESOLVED
    return _not_resolved(contact, agent)


def _not_resolved(contact: Contact, agent: Agent) -> int:
    spec = contact.centre.blueprint.escalation
    _, u, _, _ = _second_block(contact)
    if contact.intent.supervisor is not None and contact.position < len(contact.intent.steps):
        asked = spec.supervisor_customer + spec.supervisor_agent
        if u < asked:
            return _passed_on(contact, LEG_TO_SUPERVISOR, BY_CUSTOMER if u < spec.supervisor_customer else BY_AGENT)
        u = (u - asked) / (1.0 - asked)
    if contact.position + 1 >= len(contact.intent.steps):
        return LEG_UNRESOLVED
    if contact.centre.escalation_rule.escalates(contact.centre.view, contact, agent):
        return _passed_on(contact, LEG_ESCALATED, BY_RULE)
    if u < spec.agent_notices:
        return _passed_on(contact, LEG_ESCALATED, BY_AGENT)
    if u < spec.agent_notices + spec.customer_asks:
        return _passed_on(contact, LEG_ESCALATED, BY_CUSTOMER)
    return LEG_UNRESOLVED


def _passed_on(contact: Contact, end: int, initiator: int) -> int:
    contact._initiator = initiator
    return end


def is_warm(contact: Contact, sender: Agent, step: StepSpec) -> bool:
    """Whether the sender stays on the line for the handover.

    Never where sender and receiver might wait for each other: down a tier, or to a queue the sender could serve.
    """
    spec = contact.centre.blueprint.escalation
    queue = contact.centre.queues[step.queue]
    if spec.handover is None or queue.tier < sender.tier or queue.is_served_by(sender.lane):
        return False
    return _second_block(contact)[2] < spec.warm


def handover(contact: Contact) -> float:
    """Seconds that sender and receiver spend on the handover; drawn with the receiver's visit."""
    law = contact.centre.blueprint.escalation.handover
    assert law is not None
    return float(law.quantile(_second_block(contact)[3]))


def _second_block(contact: Contact) -> tuple[float, float, float, float]:
    """Uniforms for hold, who passes on, warm or cold, handover: drawn only where needed."""
    draws = contact.centre.draws
    return draws.visit_more.block(contact.intent.key, contact.case.k, contact.attempt * VISITS + contact._visit)
