"""Handle time of handled visits and its parts: AHT = talk + hold + wrap-up. A visit still open at the end is
not handled.
"""

from __future__ import annotations

from sim.metrics.base import CALLER, Fold, VisitKpi
from sim.metrics.facts import Facts
from sim.registry import register

WITH_AGENT = (*CALLER, "tier", "queue", "agent")


@register("kpi", "aht")
class AverageHandleTime(VisitKpi):
    """Seconds of talk, hold and wrap-up of handled visits / visits handled; a warm handover is its receiver's talk."""

    name, title, unit, better = "aht", "Average handle time", "s", "lower"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.handle_time, facts.visits.handled)


@register("kpi", "talk_time")
class TalkTime(VisitKpi):
    """Seconds of talk of handled visits, hold excluded / visits handled."""

    name, title, unit, better = "talk_time", "Talk time", "s", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.talk_and_hold - facts.visits.held, facts.visits.handled)


@register("kpi", "hold_time")
class HoldTime(VisitKpi):
    """Seconds on hold of handled visits / visits handled."""

    name, title, unit, better = "hold_time", "Hold time", "s", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.held, facts.visits.handled)


@register("kpi", "wrap_up_time")
class WrapUpTime(VisitKpi):
    """Seconds of wrap-up of handled visits / visits handled."""

    name, title, unit, better = "wrap_up_time", "Wrap-up time", "s", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.wrapped_up, facts.visits.handled)


@register("kpi", "hold_share")
class HoldShare(VisitKpi):
    """Seconds on hold of handled visits / their seconds of talk, hold and wrap-up."""

    name, title, unit, better = "hold_share", "Share of hold in handle time", "share", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.held, facts.visits.handle_time)
