"""Tier 0: a bot session, from its first turn to containment, handoff or hang-up."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from sim.ext.draws import logistic
from sim.model.codes import (
    BY_CONFIDENCE,
    BY_CUSTOMER,
    BY_KEYWORD,
    BY_NONE,
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


@dataclass(frozen=True)
class Fate:
    """What a session will have come to when it ends."""

    length: float
    end: int
    initiator: int
    resolved: bool
    context: bool


def takes(contact: Contact) -> bool:
    """Whether this contact starts with the bot: it knows the intent, and the policy sends the contact there."""
    centre = contact.centre
    if centre.blueprint.bot is None or contact.intent.bot is None or centre.bot_policy is None:
        return False
    u = centre.draws.bot_choice.block(contact.intent.key, contact.case.k, contact.attempt)[0]
    return bool(centre.bot_policy.sends_to_bot(centre.view, contact, u))


def session(contact: Contact) -> Fate:
    """Settle the session's fate from the customer's own uniforms."""
    centre = contact.centre
    tier = centre.blueprint.bot
    assert tier is not None and contact.intent.bot is not None
    length, fate, trigger, context = centre.draws.bot.block(contact.intent.key, contact.case.k, contact.attempt)
    planned = tier.session.quantile(length)
    passed = context < tier.context_passed
    at_once = _rule(contact, tier)
    if at_once != BY_NONE:
        return Fate(min(planned, tier.turn), LEG_HANDED_OFF, at_once, False, passed)
    p = logistic(contact.intent.bot.intercept - contact.case._difficulty)
    if fate < p:
        return Fate(planned, LEG_CONTAINED, BY_NONE, True, False)
    if fate < p + (1.0 - p) * contact.intent.bot.false_share:
        return Fate(planned, LEG_CONTAINED, BY_NONE, False, False)
    return _failed(tier, planned, trigger, passed)


def _rule(contact: Contact, tier: BotTierSpec) -> int:
    """Who hands off after the first turn, whatever the bot could have done; BY_NONE: nobody."""
    if contact.intent.risk >= tier.keyword_risk:
        return BY_KEYWORD
    if contact.segment.priority >= tier.vip_priority:
        return BY_VIP
    if contact.case._sentiment - ANGRIER * contact.attempt <= tier.sentiment_limit:
        return BY_SENTIMENT
    return BY_NONE


def _failed(tier: BotTierSpec, planned: float, trigger: float, passed: bool) -> Fate:
    if trigger < tier.hang_up:
        return Fate(planned, LEG_HUNG_UP, BY_CUSTOMER, False, False)
    if trigger < tier.hang_up + tier.asks_human:
        return Fate(planned, LEG_HANDED_OFF, BY_CUSTOMER, False, passed)
    if ceil(planned / tier.turn) > tier.max_turns:
        return Fate(tier.max_turns * tier.turn, LEG_HANDED_OFF, BY_TURNS, False, passed)
    return Fate(planned, LEG_HANDED_OFF, BY_CONFIDENCE, False, passed)
