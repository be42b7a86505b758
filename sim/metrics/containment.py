"""What the bot keeps to itself, and what it only seems to solve."""

from __future__ import annotations

import numpy as np

from sim.metrics.base import ContactKpi, Fold, SessionKpi
from sim.metrics.columns.own import Own
from sim.metrics.facts import Facts
from sim.model.journal import ContactEnd, Journal, LegEnd
from sim.registry import register

SATISFIED = 3.5  # latent satisfaction from which the nearest mark is 4 or 5; in sim.metrics.sums it is a C number


class ContainedUnhappy(Own):
    """Contacts that the bot kept to itself and whose customers were not satisfied, by scope."""

    def take(self, piece: Journal) -> None:
        """Latent satisfaction, of everybody."""
        contacts, cells = piece.contacts, self.cells
        contained = np.flatnonzero(contacts["end"] == ContactEnd.CONTAINED)
        if contained.size == 0:
            return
        unhappy = (contacts["satisfaction"][contained] < SATISFIED) & cells.measured(contacts["started"][contained])
        found = contacts[contained[unhappy]]
        if found.size:
            one = found["bot"] == 1
            self.sums += cells.sum(cells.place("all", found["bot"] * 0), one)
            for kind in ("channel", "intent", "segment"):
                self.sums += cells.sum(cells.place(kind, found[kind]), one)


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


@register("kpi", "contained_share")
class ContainedShare(ContactKpi):
    """Contacts that the bot ended without a handoff / contacts, whether or not they met the bot."""

    name, title, unit, better = "contained_share", "Contacts that the bot keeps", "share", "neither"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.ended(ContactEnd.CONTAINED), facts.contacts.contacts)


@register("kpi", "contained_unhappy")
class ContainedButUnhappy(ContactKpi):
    """Contacts that the bot ended without a handoff and whose latent satisfaction is nearest to 3 or less / contacts
    that the bot ended without a handoff.
    """

    name, title, unit, better = "contained_unhappy", "Contained by the bot but not satisfied", "share", "lower"
    own = (ContainedUnhappy,)

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.own(ContainedUnhappy), facts.contacts.ended(ContactEnd.CONTAINED))
