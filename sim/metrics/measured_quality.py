"""Whether what is measured of agents ranks them as their outcomes do. Statistics over the agents of a tier."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from sim.metrics.columns.cells import Floats, Ints
from sim.metrics.facts import Facts
from sim.metrics.fairness import ByIntent, FairnessKpi, above_expected, of_agents
from sim.registry import register


def spearman(first: Floats, second: Floats) -> float:
    """Spearman's rank correlation, ties at their mean rank; NaN where one side does not differ at all."""
    left, right = (_ranks(values) - 0.5 * (len(values) - 1) for values in (first, second))
    squares = float(left @ left) * float(right @ right)
    return float(left @ right) / squares**0.5 if squares > 0.0 else float("nan")


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - 0.5 * (count + 1))[place])


class RankCorrelation(FairnessKpi):
    """Base: 100 × Spearman's correlation of a measured mean with resolution above the expected, over a tier."""

    unit, better, fewest = "points", "higher", 3
    own = (ByIntent,)

    @abstractmethod
    def measured(self, facts: Facts) -> tuple[Floats, Floats]:
        """Sums and counts of the measurement, over all cells."""

    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        total, count = (of_agents(facts, column)[agents] for column in self.measured(facts))
        handled, resolved = facts.own(ByIntent)[:, agents]
        known = (count > 0.0) & (handled.sum(axis=1) > 0.0)
        if known.sum() < self.fewest:
            return float("nan"), 0
        return 100.0 * spearman(total[known] / count[known], above_expected(handled[known], resolved[known])), int(
            known.sum()
        )


@register("kpi", "qa_rank_correlation")
class QaRankCorrelation(RankCorrelation):
    """A statistic: 100 × Spearman's rank correlation, over a tier's agents, of the mean QA score with the contacts
    truly resolved above what the agent's mix of intents would give, per contact; 0 = QA ranks agents like a lottery.
    """

    name, title = "qa_rank_correlation", "Quality scores rank agents as outcomes do (100 = fully)"

    def measured(self, facts: Facts) -> tuple[Floats, Floats]:
        return facts.evaluations.scores, facts.evaluations.evaluations


@register("kpi", "csat_rank_correlation")
class CsatRankCorrelation(RankCorrelation):
    """A statistic: 100 × Spearman's rank correlation, over a tier's agents, of the share of survey answers of 4 or 5
    with the contacts truly resolved above what the agent's mix of intents would give, per contact.
    """

    name, title = "csat_rank_correlation", "Survey answers rank agents as outcomes do (100 = fully)"

    def measured(self, facts: Facts) -> tuple[Floats, Floats]:
        return facts.contacts.answers("csat", 4, 5), facts.contacts.answers("csat", 1, 5)
