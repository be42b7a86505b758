"""Service level: three definitions that read several points apart on one and the same run, so each has its name."""

from __future__ import annotations

from sim.metrics.base import Fold, VisitKpi
from sim.metrics.facts import Facts
from sim.registry import register


@register("kpi", "service_level")
class ServiceLevel(VisitKpi):
    """Visits answered within T / (visits offered − visits abandoned within T)."""

    name, title, unit, better = (
        "service_level",
        "Service level ({T}, short abandons excluded)",
        "share",
        "higher",
    )

    def fold(self, facts: Facts) -> Fold:
        visits = facts.visits
        return Fold(visits.answered_within, visits.offered - visits.abandoned_within)


@register("kpi", "sl_offered")
class ServiceLevelOffered(VisitKpi):
    """Visits answered within T / visits offered."""

    name, title, unit, better = "sl_offered", "Service level ({T}, of all offered)", "share", "higher"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.answered_within, facts.visits.offered)


@register("kpi", "sl_good_abandon")
class ServiceLevelGoodAbandon(VisitKpi):
    """(Visits answered within T + visits abandoned within T) / visits offered."""

    name, title, unit, better = (
        "sl_good_abandon",
        "Service level ({T}, short abandons good)",
        "share",
        "higher",
    )
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        visits = facts.visits
        return Fold(visits.answered_within + visits.abandoned_within, visits.offered)
