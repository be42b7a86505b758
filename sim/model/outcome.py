"""What handling comes to: its durations, whether it resolves, and who passes the contact on if it does not.

The law is applied when the agent is known; the uniform is the customer's, so arms that differ in routing share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.journal import Initiator, LegEnd
from sim.sampling.streams import logistic

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.contact import Contact

VISITS = 64  # queue visits a contact may have; part of a draw's address
CONTEXT_NONE, CONTEXT_PASSED, CONTEXT_LOST = range(3)
LEAST_TALK = 0.2  # context that a bot passes on never shortens talk below this share of it


def durations(contact: Contact, agent: Agent) -> tuple[float, float, float]:
    """Talk, hold and wrap-up in seconds."""
    step = contact.step
    assert step is not None and contact.queue is not None
    _, talk_u, wrap_u, _ = contact._uniforms
    factor = contact.centre.truth.speed[agent.index][contact.intent.index]
    factor = factor / agent.proficiency[contact.queue.index] * _slowdown(contact, agent)
    talk = _with_context(contact, step.talk.quantile(talk_u) * factor)
    hold = 0.0
    if step.hold is not None:
        hold = _hold(contact, factor)
    wrap_up = step.wrap_up.quantile(wrap_u) * factor if step.wrap_up is not None else 0.0
    return talk, hold, wrap_up


def _slowdown(contact: Contact, agent: Agent) -> float:
    table = contact.channel.slowdown
    return table[min(agent.in_hand, len(table)) - 1] if table else 1.0


def _with_context(contact: Contact, talk: float) -> float:
    """What the bot passed on, or lost, tells with the first agent; a cold escalation with each later one."""
    if not contact.is_first_answer:
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


def settle(contact: Contact, agent: Agent) -> tuple[LegEnd, Initiator]:
    """How the leg ends: resolved, passed on (by whom), or a silent failure."""
    step = contact.step
    assert step is not None
    ability = contact.centre.truth.ability[agent.index][contact.intent.index] * step.ability_scale
    if contact._uniforms[3] < logistic(step.intercept + ability - contact.case._difficulty):
        return LegEnd.RESOLVED, Initiator.NONE
    return _not_resolved(contact, agent)


def _not_resolved(contact: Contact, agent: Agent) -> tuple[LegEnd, Initiator]:
    spec = contact.centre.blueprint.escalation
    _, u, _, _ = _second_block(contact)
    if contact.intent.supervisor is not None and contact.position < len(contact.intent.steps):
        if u < spec.supervisor_customer:
            return LegEnd.TO_SUPERVISOR, Initiator.CUSTOMER
        if u < spec.supervisor_customer + spec.supervisor_agent:
            return LegEnd.TO_SUPERVISOR, Initiator.AGENT
        taken = spec.supervisor_customer + spec.supervisor_agent
        u = (u - taken) / (1.0 - taken)
    if contact.position + 1 >= len(contact.intent.steps):
        return LegEnd.UNRESOLVED, Initiator.NONE
    if contact.centre.escalation_rule.escalates(contact.centre.view, contact, agent):
        return LegEnd.ESCALATED, Initiator.RULE
    if u < spec.agent_notices:
        return LegEnd.ESCALATED, Initiator.AGENT
    if u < spec.agent_notices + spec.customer_asks:
        return LegEnd.ESCALATED, Initiator.CUSTOMER
    return LegEnd.UNRESOLVED, Initiator.NONE


def is_warm(contact: Contact) -> bool:
    """Whether the sender stays on the line for the handover."""
    spec = contact.centre.blueprint.escalation
    return spec.handover is not None and _second_block(contact)[2] < spec.warm


def handover(contact: Contact) -> float:
    """Seconds that sender and receiver spend on the handover; drawn with the receiver's visit."""
    law = contact.centre.blueprint.escalation.handover
    assert law is not None
    return law.quantile(_second_block(contact)[3])


def _second_block(contact: Contact) -> tuple[float, float, float, float]:
    """Uniforms for hold, who passes on, warm or cold, handover: drawn only where needed."""
    draws = contact.centre.draws
    return draws.visit_more.block(contact.intent.key, contact.case.k, contact.attempt * VISITS + contact._visit)
