"""How likely a contact is to have a defect of each category: by agent, by time, and where the process is at fault.

Shares are typed as observed; where agents differ, the intercept is solved so that their mean is the stated share. A
cluster is a fault of the process: from a moment on, an intent's contacts have the defect whoever handles them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import CATEGORIES
from sim.model import calibration
from sim.sampling.streams import Streams, logistic, normals

if TYPE_CHECKING:
    from sim.config.schema import DefectCluster, Quality
    from sim.model.spec import IntentSpec
    from sim.model.truth import Truth
    from sim.quality.condition import Diary

Shares = tuple[float, float, float, float]


class Propensity:
    """Chances of a defect, in the order of `CATEGORIES`, whose bits are 1, 2, 4 and 8."""

    def __init__(
        self,
        quality: Quality,
        intents: Sequence[IntentSpec],
        agents: Sequence[int],
        truth: Truth,
        streams: Streams,
        diary: Diary,
    ) -> None:
        """`agents`: their keys."""
        spec = quality.defects
        self.plain: Shares = (spec.information, spec.process, spec.compliance, spec.empathy)
        self._diary = diary
        self._clusters = _by_intent(spec.clusters, [intent.name for intent in intents])
        self.varies = spec.agent_sd > 0.0 or bool(spec.clusters) or diary.kept
        self.possible = max(self.plain) > 0.0 or bool(spec.clusters)
        if self.varies:
            self._logits = _of_agents(quality, agents, truth, streams)

    def shares(self, agent: int, intent: int, time: float) -> Shares:
        """The chances for a contact that the agent ended at this time (seconds since the start)."""
        moved = self._diary.defects(agent, time) if self._diary.kept else 0.0
        chances = [logistic(logit + moved) for logit in self._logits[agent]]
        for place, cluster in self._clusters[intent]:
            if cluster.since <= time < (inf if cluster.until is None else cluster.until):
                chances[place] = cluster.share
        return chances[0], chances[1], chances[2], chances[3]


def _by_intent(clusters: Sequence[DefectCluster], intents: Sequence[str]) -> list[list[tuple[int, DefectCluster]]]:
    return [
        [(CATEGORIES.index(cluster.category), cluster) for cluster in clusters if cluster.intent == name]
        for name in intents
    ]


def _of_agents(quality: Quality, agents: Sequence[int], truth: Truth, streams: Streams) -> list[list[float]]:
    """Logits by agent and category: a share of the difference goes with ability, able agents making fewer."""
    spec = quality.defects
    shares = (spec.information, spec.process, spec.compliance, spec.empathy)
    intercepts = [calibration.single(share, spec.agent_sd) for share in shares]
    purpose = streams.purpose("defect_traits")  # one position a category
    own = normals(np.array([purpose.block(key, 0, 0) for key in agents], dtype=np.float64).ravel()).reshape(-1, 4)
    rho = spec.resolution_correlation
    able = _standard_ability(truth, quality.truth.intent_share)
    apart = spec.agent_sd * (sqrt(1.0 - rho * rho) * own - rho * able[:, None])
    return [[b + x for b, x in zip(intercepts, row, strict=True)] for row in apart.tolist()]


def _standard_ability(truth: Truth, intent_share: float) -> NDArray[np.float64]:
    """Each agent's ability over all intents, in standard units of its law."""
    ability = np.array(truth.ability, dtype=np.float64).reshape(len(truth.ability), -1)
    return np.asarray(ability.mean(axis=1) / sqrt(1.0 - intent_share + intent_share / ability.shape[1]))
