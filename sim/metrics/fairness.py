"""Who carries the work: inequality between agents, and whether the best are worn out by being the best.

Statistics, one number a tier: they have no sums and are never pooled. Scope `all` is the mean of the tiers, weighted
with the agents counted in each. The journal does not know how good an agent is or how risky an intent, so both are read
from outcomes: whether contacts were truly resolved, adjusted for their mix of intents.
"""

from __future__ import annotations

from abc import abstractmethod
from math import ceil
from typing import ClassVar

import numpy as np

from sim.metrics.base import Fold, Kpi
from sim.metrics.columns.cells import Cells, Floats, Ints
from sim.metrics.columns.own import Own
from sim.metrics.facts import Facts
from sim.model.journal import ContactEnd, Journal
from sim.registry import register

BEST, MOST = 0.2, 0.1  # the best fifth of agents; the tenth that carries most


class ByIntent(Own):
    """Contacts handled, and of these truly resolved, by (agent, intent); shape (2, agents, intents)."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.sums = np.zeros((2, len(cells.lexicon.agents), len(cells.lexicon.intents)))

    def take(self, piece: Journal) -> None:
        """A contact counts for the last agent it had, if it came to an end."""
        contacts = piece.contacts
        _, agents, intents = self.sums.shape
        counts = (contacts["agent"] >= 0) & (contacts["end"] != ContactEnd.UNFINISHED)
        counts &= self.cells.measured(contacts["started"])
        place = (contacts["agent"].astype(np.int64) * intents + contacts["intent"])[counts]
        resolved = contacts["resolved"][counts]
        for row, weights in enumerate((None, resolved)):
            self.sums[row] += np.bincount(place, weights, agents * intents).reshape(agents, intents)


class FairnessKpi(Kpi):
    """Base of statistics over the agents of a tier."""

    kind = "statistic"
    window = "agents' time and contacts between warm-up and horizon"
    scopes: ClassVar[tuple[str, ...]] = ("all", "tier")
    fewest: ClassVar[int] = 2  # agents below which there is nothing to compare

    @abstractmethod
    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        """The statistic over these agents (NaN: not defined), and how many of them it counts."""

    def fold(self, facts: Facts) -> Fold:
        """One value a tier, and their weighted mean."""
        cells = facts.cells
        tiers, value, defined = np.array(cells.lexicon.agent_tiers), cells.zeros(), cells.zeros()
        found = [self.of_tier(facts, np.flatnonzero(tiers == tier)) for tier in cells.tiers]
        for member, (one, counted) in enumerate(found):
            if counted >= self.fewest and np.isfinite(one):
                cells.grid("tier", value)[member, 0] = one
                cells.grid("tier", defined)[member, 0] = 1.0
        kept = [(one, counted) for one, counted in found if counted >= self.fewest and np.isfinite(one)]
        if kept:
            ones, counts = np.array(kept).T
            cells.grid("all", value)[0, 0] = float(ones @ counts / counts.sum())
            cells.grid("all", defined)[0, 0] = 1.0
        return Fold(value, defined)


def of_agents(facts: Facts, column: Floats) -> Floats:
    """A column at scope `agent`, by the agent's number."""
    return facts.cells.grid("agent", column)[:, 0]


def occupancies(facts: Facts, agents: Ints) -> tuple[Floats, Floats]:
    """Seconds handling, and seconds handling or available, of these agents."""
    handling = of_agents(facts, facts.time.handling)[agents]
    return handling, handling + of_agents(facts, facts.time.available)[agents]


def gini(values: Floats) -> float:
    """Gini's coefficient: 0 where all are equal, near 1 where one has everything; NaN where nobody has anything."""
    n, total = len(values), float(values.sum())
    ranks = 2.0 * np.arange(1, n + 1) - n - 1.0
    return float(ranks @ np.sort(values)) / (n * total) if total > 0.0 else float("nan")


def jain(values: Floats) -> float:
    """Jain's index (1984): 1 where all are equal, 1/n where one has everything; NaN where nobody has anything."""
    squares = float(values @ values)
    return float(values.sum()) ** 2 / (len(values) * squares) if squares > 0.0 else float("nan")


class OfOccupancy(FairnessKpi):
    """Base of indices over the occupancies of agents who had any time on duty."""

    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        handling, present = occupancies(facts, agents)
        at_work = present > 0.0
        values = handling[at_work] / present[at_work]
        return self.index(values), len(values)

    @staticmethod
    @abstractmethod
    def index(values: Floats) -> float:
        """The index of these occupancies."""


@register("kpi", "occupancy_gini")
class OccupancyGini(OfOccupancy):
    """A statistic: Gini's coefficient of the occupancies of a tier's agents, 0 = all are equally busy; agents without
    time on duty are left out, and a tier with fewer than two.
    """

    name, title, unit, better = "occupancy_gini", "Inequality of occupancy (Gini)", "share", "lower"
    index = staticmethod(gini)


@register("kpi", "occupancy_jain")
class OccupancyJain(OfOccupancy):
    """A statistic: Jain's index of the occupancies of a tier's agents, (sum)² over n times the sum of squares: 1 = all
    are equally busy, 1/n = one does everything; agents without time on duty are left out, and a tier with one or none.
    """

    name, title, unit, better = "occupancy_jain", "Evenness of occupancy (Jain)", "share", "higher"
    index = staticmethod(jain)


@register("kpi", "hard_contacts_top_tenth")
class HardContactsTopTenth(FairnessKpi):
    """A statistic: of the hard contacts that a tier's agents handled, the share carried by the tenth of them (rounded
    up) who carried most. Hard is an intent whose contacts are resolved less often than the tier's contacts in general.
    """

    name, title, unit, better = (
        "hard_contacts_top_tenth",
        "Hard contacts carried by a tenth of the agents",
        "share",
        "lower",
    )
    own = (ByIntent,)

    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        handled, resolved = facts.own(ByIntent)[:, agents]
        hard = resolved.sum(axis=0) * handled.sum() < handled.sum(axis=0) * resolved.sum()
        carried = np.sort(handled[:, hard].sum(axis=1))[::-1]
        working = int((handled.sum(axis=1) > 0.0).sum())
        most = carried[: ceil(MOST * working)].sum()
        return (float(most / carried.sum()) if carried.sum() > 0.0 else float("nan")), working


@register("kpi", "best_fifth_occupancy_gap")
class BestFifthOccupancyGap(FairnessKpi):
    """A statistic: occupancy of the best fifth of a tier's agents (rounded up) less that of the others, in percentage
    points: above 0 the best pay for being the best. Best are those with the most truly resolved contacts above what
    their mix of intents would give the tier's average agent, per contact; measured on the run itself, so luck is in it.
    """

    name, title, unit, better = (
        "best_fifth_occupancy_gap",
        "How much busier the best fifth of agents are (all-star trap)",
        "points",
        "lower",
    )
    own = (ByIntent,)

    def of_tier(self, facts: Facts, agents: Ints) -> tuple[float, int]:
        handled, resolved = facts.own(ByIntent)[:, agents]
        busy, present = occupancies(facts, agents)
        known = np.flatnonzero((handled.sum(axis=1) > 0.0) & (present > 0.0))
        order = known[np.argsort(-above_expected(handled[known], resolved[known]), kind="stable")]
        first = ceil(BEST * len(order))
        best, others = order[:first], order[first:]
        if not len(others):
            return float("nan"), len(order)
        gap = busy[best].sum() / present[best].sum() - busy[others].sum() / present[others].sum()
        return 100.0 * float(gap), len(order)


def above_expected(handled: Floats, resolved: Floats) -> Floats:
    """Resolved contacts above what the group's shares by intent would give each agent's mix, per contact handled.

    Rounded to where the order of summation does not show, so that equal agents are equal.
    """
    volume = handled.sum(axis=0)
    shares = np.divide(resolved.sum(axis=0), volume, out=np.zeros(len(volume)), where=volume > 0.0)
    return np.asarray(np.round((resolved.sum(axis=1) - handled @ shares) / handled.sum(axis=1), 12))
