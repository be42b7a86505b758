"""Waiting in human queues: means of the answered and of everyone, and percentiles of the answered."""

from __future__ import annotations

from abc import abstractmethod

from sim.metrics.base import CALLER, Fold, VisitKpi
from sim.metrics.facts import Facts
from sim.registry import register


@register("kpi", "asa")
class AverageSpeedOfAnswer(VisitKpi):
    """Seconds waited by answered visits / visits answered; who abandoned is in neither."""

    name, title, unit, better = "asa", "Average speed of answer", "s", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.wait_answered, facts.visits.answered)


@register("kpi", "wait_all")
class WaitOfAll(VisitKpi):
    """Seconds waited by all offered visits, answered or not / visits offered."""

    name, title, unit, better = "wait_all", "Average wait (all offered)", "s", "lower"
    by_interval = False

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.visits.wait_offered, facts.visits.offered)


class WaitPercentile(VisitKpi):
    """Base of percentiles: linear between the order statistics, as in numpy's default; totals only."""

    kind = "statistic"
    unit, better = "s", "lower"
    scopes = (*CALLER, "tier", "queue")
    by_interval = False

    @property
    @abstractmethod
    def share(self) -> float:
        """Which share of answered visits waited at most this long."""

    def fold(self, facts: Facts) -> Fold:
        return Fold(*facts.visits.wait_quantile(self.share))


@register("kpi", "wait_p50")
class WaitMedian(WaitPercentile):
    """The wait that half of the answered visits did not exceed (a statistic: never pooled)."""

    name, title = "wait_p50", "Median wait of answered"
    share = 0.5


@register("kpi", "wait_p90")
class WaitNinetieth(WaitPercentile):
    """The wait that nine in ten of the answered visits did not exceed (a statistic: never pooled)."""

    name, title = "wait_p90", "90th percentile of wait of answered"
    share = 0.9
