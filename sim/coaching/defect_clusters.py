"""Coaching where evaluations find the same defect again and again: intent × category, above what the desk expects.

A cluster says where defects gather, not why: where the process is at fault, everybody who serves the intent has them,
and coaching persons is the wrong cure (`docs/coaching.md`).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from sim.coaching.port import CATEGORIES, Array, CoachingRule, Known, Request
from sim.config.schema import Duration
from sim.registry import Params, register


class DefectClustersParams(Params):
    """A cluster needs `min_found` defects; nobody is coached again within `cool_down`."""

    min_found: Annotated[int, Field(ge=1)] = 3
    cool_down: Annotated[Duration, Field(ge=0)] = 6 * 86400.0


@register("coaching", "defect_clusters", DefectClustersParams)
class DefectClusters(CoachingRule):
    """About the intents in which most defects above expectation were found: those first who have most of them."""

    uses_findings = True

    def __init__(self, params: DefectClustersParams) -> None:
        super().__init__(params)
        self._params = params

    def choose(self, known: Known) -> list[Request]:
        asked: dict[int, Request] = {}
        for intent, category, excess in self._clusters(known):
            of_agents = known.defects[:, intent, category]
            for agent in sorted(np.flatnonzero(of_agents), key=lambda one: (-float(of_agents[one]), int(one))):
                if agent not in asked and known.now - known.last[agent] >= self._params.cool_down:
                    asked[int(agent)] = Request(
                        int(agent), intent, _reason(known, int(agent), intent, category, excess)
                    )
        return list(asked.values())

    def _clusters(self, known: Known) -> list[tuple[int, int, float]]:
        """(intent, category, defects above expectation), the largest first."""
        found = known.defects.sum(axis=0)
        above = found - expected(known)
        places = [(int(i), int(c)) for i, c in np.argwhere((above > 0.0) & (found >= self._params.min_found))]
        return sorted(((i, c, float(above[i, c])) for i, c in places), key=lambda one: (-one[2], one[0], one[1]))


def expected(known: Known) -> Array:
    """Defects by intent and category if each category were equally frequent in all intents."""
    evaluated = known.evaluated.sum(axis=0)
    everywhere = known.defects.sum(axis=(0, 1)) / max(1.0, float(evaluated.sum()))
    return np.asarray(evaluated[:, None] * everywhere[None, :])


def _reason(known: Known, agent: int, intent: int, category: int, excess: float) -> str:
    count = int(known.defects[agent, intent, category])
    name = CATEGORIES[category]
    return f"{count} of the {name} defects found in {known.intents[intent]}, {excess:.1f} more there than expected"
