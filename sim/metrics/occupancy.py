"""What agents do with their time: occupancy, utilisation, adherence, coaching. All in busy wall time."""

from __future__ import annotations

from sim.metrics.base import Fold, TimeKpi
from sim.metrics.facts import Facts
from sim.registry import register

WITH_AGENT = ("all", "tier", "agent")


@register("kpi", "occupancy")
class Occupancy(TimeKpi):
    """Seconds handling (contact in hand, wrap-up, warm handover) / (seconds handling + seconds available)."""

    name, title, unit, better = "occupancy", "Occupancy", "share", "neither"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.time.handling, facts.time.handling + facts.time.available)


@register("kpi", "utilisation")
class Utilisation(TimeKpi):
    """Seconds handling / seconds paid; breaks and coaching are paid."""

    name, title, unit, better = "utilisation", "Utilisation", "share", "neither"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.time.handling, facts.time.paid)


@register("kpi", "adherence")
class Adherence(TimeKpi):
    """Seconds on duty (available, handling or coaching) while the plan had the agent on duty / seconds so planned."""

    name, title, unit, better = "adherence", "Adherence to the schedule", "share", "higher"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.time.kept_schedule, facts.time.scheduled)


@register("kpi", "absence_rate")
class AbsenceRate(TimeKpi):
    """Seconds planned on duty in which the agent was off (absent) / seconds so planned."""

    name, title, unit, better = "absence_rate", "Unplanned absence", "share", "lower"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.time.absent, facts.time.scheduled)


@register("kpi", "concurrency")
class Concurrency(TimeKpi):
    """Seconds weighted with the contacts in hand / seconds with at least one in hand: above 1 only with
    several slots.
    """

    name, title, unit, better = (
        "concurrency",
        "Contacts in hand while busy (slot load)",
        "contacts",
        "neither",
    )

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.time.contact_seconds, facts.time.in_hand)


@register("kpi", "coaching_hours")
class CoachingHours(TimeKpi):
    """Hours in coaching, per run."""

    name, title, unit, better, kind = "coaching_hours", "Coaching hours", "hours", "neither", "mean"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.time.coaching / 3600.0, facts.one_run)
