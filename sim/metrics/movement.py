"""How contacts move: upward, sideways, and back again."""

from __future__ import annotations

from sim.metrics.base import CaseKpi, ContactKpi, Fold, VisitKpi
from sim.metrics.facts import Facts
from sim.registry import register


@register("kpi", "escalation_rate")
class EscalationRate(VisitKpi):
    """Visits escalated to the next tier or a supervisor / visits handled."""

    name, title, unit, better = "escalation_rate", "Escalation", "share", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.escalated, facts.visits.handled)


@register("kpi", "supervisor_rate")
class SupervisorRate(VisitKpi):
    """Visits passed on to a supervisor / visits handled."""

    name, title, unit, better = "supervisor_rate", "Escalation to a supervisor", "share", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.to_supervisor, facts.visits.handled)


@register("kpi", "transfer_rate")
class TransferRate(ContactKpi):
    """Moves between queues (escalation, supervisor, overflow) of handled contacts / contacts handled by an agent."""

    name, title, unit, better = "transfer_rate", "Transfers per handled contact", "moves", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.transfers, facts.contacts.handled)


@register("kpi", "repeat_rate")
class RepeatRate(CaseKpi):
    """Repeat contacts after one that did not resolve, made or due later / cases; retrials are none."""

    name, title, unit, better = "repeat_rate", "Repeat contacts per case", "contacts", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.repeats, facts.cases.cases)


@register("kpi", "retrial_rate")
class RetrialRate(ContactKpi):
    """Abandoned contacts followed by another of their case, made or due later / contacts abandoned."""

    name, title, unit, better = "retrial_rate", "Retrials per abandoned contact", "share", "neither"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.abandoned_retried, facts.contacts.abandoned)
