"""Leaving the queue without an answer."""

from __future__ import annotations

from sim.metrics.base import Fold, VisitKpi
from sim.metrics.facts import Facts
from sim.registry import register


@register("kpi", "abandonment")
class Abandonment(VisitKpi):
    """Visits abandoned / visits offered to a human queue."""

    name, title, unit, better = "abandonment", "Abandonment", "share", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.abandoned, facts.visits.offered)


@register("kpi", "blocking")
class Blocking(VisitKpi):
    """Visits that found the waiting line full / all visits, blocked ones included."""

    name, title, unit, better = "blocking", "Blocked (line full)", "share", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.blocked, facts.visits.visits)


@register("kpi", "overflow_rate")
class OverflowRate(VisitKpi):
    """Visits moved to another queue after waiting too long / visits offered."""

    name, title, unit, better = "overflow_rate", "Overflow to another queue", "share", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.overflowed, facts.visits.offered)
