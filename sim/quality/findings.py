"""What evaluations found: defects by agent, intent and category, and where they are too many to be chance.

A cluster is an intent and a category with more found defects than the rest of the evaluations lets expect. Whether the
process or a person is behind it is told by how it is spread: a process fails with everybody, a person alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import CATEGORIES

Array = NDArray[np.float64]
BITS = tuple(1 << place for place in range(len(CATEGORIES)))


class Findings:
    """Counts of what is known so far: `evaluated[agent, intent]` and `found[agent, intent, category]`."""

    def __init__(self, agents: int, intents: int) -> None:
        self.evaluated: Array = np.zeros((agents, intents))
        self.found: Array = np.zeros((agents, intents, len(CATEGORIES)))

    def add(self, agents: NDArray[np.int64], intents: NDArray[np.int64], bits: Array) -> None:
        """Evaluations of these agents and intents found these defects (bits as in the journal)."""
        np.add.at(self.evaluated, (agents, intents), 1.0)
        for place, bit in enumerate(BITS):
            there = (bits.astype(np.int64) & bit) > 0
            np.add.at(self.found[:, :, place], (agents[there], intents[there]), 1.0)

    def fade(self, factor: float) -> None:
        """Let everything found so far weigh less."""
        self.evaluated *= factor
        self.found *= factor

    def restart(self, agent: int) -> None:
        """Forget what was found of an agent."""
        self.evaluated[agent] = 0.0
        self.found[agent] = 0.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """An intent and a category with too many defects. `agents`: who has them, most above the expected first.

    `persons`: those of them who stand out from the others by more than chance. `process`: nobody does, so the defects
    are spread over agents as chance would spread them.
    """

    intent: int
    category: str
    evaluated: float
    found: float
    expected: float
    process: bool
    agents: tuple[int, ...]
    persons: tuple[int, ...]


def clusters(findings: Findings, significance: float = 0.01) -> list[Cluster]:
    """All clusters, the most surprising first.

    A cell is one when as many defects or more have a chance below `significance` / (number of cells), were the found
    defects of the category thrown at the evaluations at random (exact, given their number; Bonferroni).
    """
    from scipy.stats import binom

    evaluated, found = findings.evaluated.sum(axis=0), findings.found.sum(axis=0)
    cells = []
    for place, category in enumerate(CATEGORIES):
        elsewhere = _elsewhere(found[:, place], evaluated)
        part = evaluated / max(float(evaluated.sum()), 1.0)
        chance = binom.sf(np.round(found[:, place]) - 1.0, np.round(found[:, place].sum()), part)
        for intent in np.flatnonzero((evaluated > 0) & (found[:, place] > 0)):
            if chance[intent] * found.size < significance:
                cells.append((float(chance[intent]), int(intent), place, category, float(elsewhere[intent])))
    return [_cluster(findings, significance, *cell[1:]) for cell in sorted(cells)]


def _elsewhere(found: Array, evaluated: Array) -> Array:
    """Share of the category in all other intents; half a defect is added, so that no share is 0."""
    return np.asarray((found.sum() - found + 0.5) / (evaluated.sum() - evaluated + 1.0))


def _cluster(findings: Findings, significance: float, intent: int, place: int, category: str, share: float) -> Cluster:
    evaluated, found = findings.evaluated[:, intent], findings.found[:, intent, place]
    own = found.sum() / evaluated.sum()
    above = found - own * evaluated
    order = sorted(np.flatnonzero(found > 0.0).tolist(), key=lambda agent: (-above[agent], agent))
    apart = _standing_out(evaluated, found, own, significance)
    persons = tuple(agent for agent in order if apart[agent])
    return Cluster(
        intent=intent,
        category=category,
        evaluated=float(evaluated.sum()),
        found=float(found.sum()),
        expected=float(share * evaluated.sum()),
        process=not persons,
        agents=tuple(order),
        persons=persons,
    )


def _standing_out(evaluated: Array, found: Array, share: float, significance: float) -> NDArray[np.bool_]:
    """Whether each agent has more than chance gives one of so many (binomial, Bonferroni)."""
    from scipy.stats import binom

    seen = evaluated > 0.0
    chance = np.where(seen, binom.sf(np.round(found) - 1.0, np.round(evaluated), share), 1.0)
    return np.asarray(chance * seen.sum() < significance)


def named(found: Sequence[Cluster], intents: Sequence[str]) -> list[str]:
    """Each cluster in a sentence."""
    return [
        f"{intents[it.intent]}, {it.category}: {it.found:.0f} defects in {it.evaluated:.0f} evaluations, "
        f"{it.expected:.1f} expected; "
        + ("spread over agents: look at the process" if it.process else f"look at {len(it.agents)} agents, worst first")
        for it in found
    ]
