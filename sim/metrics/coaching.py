"""Coaching: what it costs, how much takes place, and who gets it. Sessions and states of the journal, no truth."""

from __future__ import annotations

from math import ceil

import numpy as np

from sim.metrics.base import Fold, TimeKpi
from sim.metrics.columns.cells import Cells, Floats, Ints
from sim.metrics.columns.own import Own
from sim.metrics.facts import Facts
from sim.metrics.fairness import BEST, ByIntent, FairnessKpi, above_expected, gini, jain, of_agents
from sim.model.journal import Journal, SessionEnd
from sim.registry import register

WINDOW = "sessions whose window begins between warm-up and horizon, each in the interval in which it begins"


class Sessions(Own):
    """Sessions with a window, those of them that did not take place in full, and their cost; shape (3, cells)."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.sums = np.zeros((3, cells.size))

    def take(self, piece: Journal) -> None:
        """A session counts in its interval, in the whole and in its agent's tier."""
        cells, rows = self.cells, piece.sessions
        if rows.size == 0:
            return
        rows = rows[cells.measured(rows["due"])]
        if rows.size == 0:
            return
        interval = cells.interval_of(rows["due"])
        tier = np.array([cells.tier_member(int(one)) for one in rows["tier"]])
        for kind, member in (("all", np.zeros(rows.size, dtype=np.int64)), ("tier", tier)):
            for place in (cells.place(kind, member), cells.place(kind, member, interval)):
                self.sums[0] += cells.sum(place, np.ones(rows.size))
                self.sums[1] += cells.sum(place, rows["end"] != SessionEnd.HELD)
                self.sums[2] += cells.sum(place, rows["cost"])


class SessionsKpi(TimeKpi):
    """Base of KPIs over sessions of coaching."""

    window = WINDOW
    own = (Sessions,)


@register("kpi", "coaching_lost")
class CoachingLost(SessionsKpi):
    """Sessions called off, cut short or missed / sessions that had a window; one that is moved counts anew."""

    name, title, unit, better = "coaching_lost", "Coaching sessions lost", "share", "lower"

    def fold(self, facts: Facts) -> Fold:
        sessions, lost, _ = facts.own(Sessions)
        return Fold(lost, sessions)


@register("kpi", "coaching_cost")
class CoachingCost(SessionsKpi):
    """Hours in sessions × hourly cost of agent and leader, per run. The leader's part is not in total cost."""

    name, title, unit, better, kind = "coaching_cost", "Cost of coaching", "money", "neither", "mean"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.own(Sessions)[2], facts.one_run)


class CoachingSpread(FairnessKpi):
    """Base of statistics over the hours of coaching of a tier's agents who had paid time."""

    def hours(self, facts: Facts, agents: Ints) -> tuple[Floats, Ints]:
        """Seconds in coaching, and whose."""
        there = agents[of_agents(facts, facts.time.paid)[agents] > 0.0]
        return of_agents(facts, facts.time.coaching)[there], there


@register("kpi", "coaching_gini")
class CoachingGini(CoachingSpread):
    """A statistic: Gini's coefficient of the hours of coaching of a tier's agents, 0 = all get as much; not
    defined where nobody is coached.
    """

    name, title, unit, better = "coaching_gini", "Inequality of coaching (Gini)", "share", "lower"

    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        values, _ = self.hours(facts, agents)
        return gini(values), len(values)


@register("kpi", "coaching_jain")
class CoachingJain(CoachingSpread):
    """A statistic: Jain's index of the hours of coaching of a tier's agents: 1 = all get as much, 1/n = one gets
    all; not defined where nobody is coached.
    """

    name, title, unit, better = "coaching_jain", "Evenness of coaching (Jain)", "share", "higher"

    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        values, _ = self.hours(facts, agents)
        return jain(values), len(values)


@register("kpi", "coaching_best_fifth")
class CoachingBestFifth(CoachingSpread):
    """A statistic: of a tier's hours of coaching, the share of the fifth of its agents (rounded up) who resolved most
    above what their mix of intents gives. A fifth is their fair share.
    """

    name, title, unit, better = "coaching_best_fifth", "Share of coaching for the best fifth", "share", "neither"
    own = (ByIntent,)

    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        handled, resolved = facts.own(ByIntent)[:, agents]
        worked = handled.sum(axis=1) > 0.0
        values = of_agents(facts, facts.time.coaching)[agents[worked]]
        if not worked.any() or not values.sum() > 0.0:
            return float("nan"), int(worked.sum())
        order = np.argsort(-above_expected(handled[worked], resolved[worked]), kind="stable")
        best = order[: ceil(BEST * len(order))]
        return float(values[best].sum() / values.sum()), len(order)
