"""What the work does to agents: strain, and who leaves for good. Read from the records of agents' condition."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.metrics.base import Fold, Kpi
from sim.metrics.columns.cells import Bools, Cells, Floats
from sim.metrics.columns.own import Own
from sim.metrics.facts import Facts
from sim.model.journal import Journal, Moment
from sim.registry import register

WITH_AGENT = ("all", "tier", "agent")


class OfCondition(Own):
    """Base of sums over the records of agents' condition, at scopes all, tier and agent."""

    def __init__(self, cells: Cells) -> None:
        super().__init__(cells)
        self._member = np.array([cells.tier_member(tier) for tier in cells.lexicon.agent_tiers], dtype=np.int64)

    def add(self, piece: Journal, chosen: Bools, values: Floats) -> None:
        """Add the values of the chosen records that fall between warm-up and horizon."""
        records, cells = piece.conditions, self.cells
        if records.size == 0:
            return
        kept = chosen & (records["at"] > cells.lexicon.warmup) & (records["at"] <= cells.lexicon.horizon)
        agent, values = records["agent"][kept], values[kept]
        places = (("all", np.zeros_like(agent)), ("tier", self._member[agent]), ("agent", agent))
        for kind, member in places:
            self.sums += cells.sum(cells.place(kind, member), values)


class OnDuty(OfCondition):
    """Seconds on duty at which strain was looked at."""

    def take(self, piece: Journal) -> None:
        self.add(piece, piece.conditions["moment"] == Moment.LOOK, piece.conditions["on_duty"])


class StrainSeconds(OfCondition):
    """Strain times seconds on duty."""

    def take(self, piece: Journal) -> None:
        records = piece.conditions
        self.add(piece, records["moment"] == Moment.LOOK, records["strain"] * records["on_duty"])


class Leavers(OfCondition):
    """Agents who left for good."""

    def take(self, piece: Journal) -> None:
        self.add(piece, piece.conditions["moment"] == Moment.LEFT, np.ones(piece.conditions.size))


class ConditionKpi(Kpi):
    """Base of KPIs over agents' condition."""

    window = "agents' condition between warm-up and horizon"
    scopes: ClassVar[tuple[str, ...]] = WITH_AGENT


@register("kpi", "strain")
class MeanStrain(ConditionKpi):
    """Strain (0 to 1) times seconds on duty / seconds on duty, breaks left out; not defined without a strain model."""

    name, title, unit, better = "strain", "Strain of agents on duty", "share", "lower"
    own = (StrainSeconds, OnDuty)

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.own(StrainSeconds), facts.own(OnDuty))


@register("kpi", "attrition")
class Attrition(ConditionKpi):
    """Agents who left for good, per run."""

    name, title, unit, better, kind = "attrition", "Agents who left", "count", "lower", "mean"
    own = (Leavers,)

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.own(Leavers), facts.one_run)
