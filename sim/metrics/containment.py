"""What the bot keeps to itself, and what it only seems to solve."""

from __future__ import annotations

from sim.metrics.base import Fold, SessionKpi
from sim.metrics.facts import Facts
from sim.model.journal import LegEnd
from sim.registry import register


@register("kpi", "containment")
class Containment(SessionKpi):
    """Bot sessions that ended without a handoff / bot sessions; a hang-up is not containment."""

    name, title, unit, better = "containment", "Bot containment", "share", "higher"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.sessions.contained, facts.sessions.sessions)


@register("kpi", "true_containment")
class TrueContainment(SessionKpi):
    """Bot sessions that ended without a handoff and truly resolved / bot sessions."""

    name, title, unit, better = "true_containment", "Bot containment (true)", "share", "higher"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.sessions.truly_contained, facts.sessions.sessions)


@register("kpi", "handoff_rate")
class HandoffRate(SessionKpi):
    """Bot sessions handed to a human / bot sessions."""

    name, title, unit, better = "handoff_rate", "Handoff (bot to human)", "share", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.sessions.ended(LegEnd.HANDED_OFF), facts.sessions.sessions)


@register("kpi", "bot_hang_up")
class BotHangUp(SessionKpi):
    """Bot sessions that the customer left / bot sessions."""

    name, title, unit, better = "bot_hang_up", "Hang-up in the bot", "share", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.sessions.ended(LegEnd.HUNG_UP), facts.sessions.sessions)
