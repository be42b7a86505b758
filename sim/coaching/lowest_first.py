"""The weakest as measured come first: what most desks do with a league table."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from sim.coaching.measured import WORDS, Signal, shortfall, topic, volume
from sim.coaching.port import CoachingRule, Known, Request
from sim.config.schema import Duration
from sim.registry import Params, register


class LowestFirstParams(Params):
    """By which `signal` (seen `min_count` times at least), and how long nobody is coached again."""

    signal: Signal = "resolution"
    min_count: Annotated[float, Field(ge=0)] = 1.0
    cool_down: Annotated[Duration, Field(ge=0)] = 6 * 86400.0


@register("coaching", "lowest_first", LowestFirstParams)
class LowestFirst(CoachingRule):
    """The lowest measured against colleagues of the same tier, about the intent in which most is lost."""

    uses_signals = True

    def __init__(self, params: LowestFirstParams) -> None:
        super().__init__(params)
        self._params = params

    def choose(self, known: Known) -> list[Request]:
        spec = self._params
        lost = shortfall(known, spec.signal, spec.min_count) * volume(known)
        below = lost.sum(axis=1)
        order = sorted(range(len(known.agents)), key=lambda agent: (-float(below[agent]), agent))
        rested = (agent for agent in order if known.rested(agent, spec.cool_down))
        return [Request(agent, topic(lost[agent]), self._reason(float(below[agent]))) for agent in rested]

    def _reason(self, below: float) -> str:
        name = WORDS[self._params.signal]
        if np.isclose(below, 0.0):
            return f"measured {name} like the tier's mean"
        side = "worse" if below > 0.0 else "better"
        return f"measured {name} {abs(below):.3g} {side} than the tier's mean"
