# cython: nonecheck=False, wraparound=False
"""Tier 0: a bot session, from its first turn to containment, handoff or hang-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ext.draws import logistic, normal
from sim.model.codes import (
    BY_CONFIDENCE,
    BY_CUSTOMER,
    BY_KEYWORD,
    BY_NONE,
    BY_OUTAGE,
    BY_SENTIMENT,
    BY_TURNS,
    BY_VIP,
    LEG_CONTAINED,
    LEG_HANDED_OFF,
    LEG_HUNG_UP,
)

if TYPE_CHECKING:
    from sim.model.contact import Contact
    from sim.model.spec import BotTierSpec

ANGRIER = 0.5  # sentiment (standard units) lost with every contact that did not resolve; bracket, see docs


def takes(contact: Contact) -> bool:
    """Whether this contact starts with the bot: it knows the intent, the policy sends the contact there, there is room.

    Who meets a bot that is down or full goes to people at once.
    """
    centre = contact.centre
    if centre.blueprint.bot is None or contact.intent.bot is None or centre.bot_policy is None:
        return False
    u = centre.draws.bot_choice.block(contact.intent.key, contact.case.k, contact.attempt)[0]
    if not centre.bot_policy.sends_to_bot(centre.view, contact, u):
        return False
    most: int = centre.bot_tier.sessions_at_once
    return not centre.bot_down and (most < 0 or centre.bot_sessions < most)


def session(contact: Contact) -> float:
    """Settle the session's fate from the customer's own uniforms: its length; the rest is noted on the contact."""
    centre = contact.centre
    tier = centre.blueprint.bot
    assert tier is not None and contact.intent.bot is not None
    length, fate, trigger, context = centre.draws.bot.block(contact.intent.key, contact.case.k, contact.attempt)
    planned: float = tier.session.quantile(length)
    passed_on = context < tier.context_passed
    at_once = _rule(contact, tier)
    if at_once != BY_NONE:
        _hands_off(contact, at_once, passed_on)
        return min(planned, tier.turn)
    shift = centre.bot_shift.at(0, contact.intent.index)
    p = logistic(contact.intent.bot.intercept + shift - contact.case._difficulty)
    if fate < p:
        _contains(contact, True)
        return planned
    if fate < p + (1.0 - p) * contact.intent.bot.false_share:
        _contains(contact, False)
        return planned
    return _failed(contact, tier, planned, trigger, passed_on)


def _rule(contact: Contact, tier: BotTierSpec) -> int:
    """Who hands off after the first turn, whatever the bot could have done; BY_NONE: nobody."""
    if contact.intent.risk >= tier.keyword_risk:
        return BY_KEYWORD
    if contact.segment.priority >= tier.vip_priority:
        return BY_VIP
    if normal(contact.case._sentiment_u) - ANGRIER * contact.attempt <= tier.sentiment_limit:
        return BY_SENTIMENT
    return BY_NONE


def _failed(contact: Contact, tier: BotTierSpec, planned: float, trigger: float, passed_on: bool) -> float:
    """The customer hangs up, or somebody ends the bot's attempts; returns the session's length."""
    if trigger < tier.hang_up:
        contact._bot_end, contact._initiator = LEG_HUNG_UP, BY_CUSTOMER
        return planned
    if trigger < tier.hang_up + tier.asks_human:
        _hands_off(contact, BY_CUSTOMER, passed_on)
        return planned
    if planned / tier.turn > tier.max_turns:
        _hands_off(contact, BY_TURNS, passed_on)
        return tier.max_turns * tier.turn
    _hands_off(contact, BY_CONFIDENCE, passed_on)
    return planned


def breaks_off(contact: Contact) -> None:
    """The bot stops in the middle: as after any failure some customers leave; the others go on without context."""
    tier = contact.centre.bot_tier
    trigger = contact.centre.draws.bot.block(contact.intent.key, contact.case.k, contact.attempt)[2]
    if trigger < tier.hang_up:
        contact._bot_end, contact._initiator = LEG_HUNG_UP, BY_OUTAGE
    else:
        _hands_off(contact, BY_OUTAGE, False)


def _contains(contact: Contact, resolved: bool) -> None:
    contact._bot_end, contact._initiator, contact._bot_resolved = LEG_CONTAINED, BY_NONE, resolved


def _hands_off(contact: Contact, initiator: int, passed_on: bool) -> None:
    contact._bot_end, contact._initiator, contact._bot_passed_on = LEG_HANDED_OFF, initiator, passed_on
