"""Where most is to be gained: what is lost, times how often, less what was taught already."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from sim.coaching.measured import WORDS, Signal, shortfall, volume
from sim.coaching.port import CoachingRule, Known, Request
from sim.config.schema import Duration
from sim.registry import Params, register


class ExpectedGainParams(Params):
    """By which `signal`; after so many `hours` on one intent 63 % of what can be gained is thought to be gained."""

    signal: Signal = "resolution"
    min_count: Annotated[float, Field(ge=0)] = 1.0
    hours: Annotated[Duration, Field(gt=0)] = 10 * 3600.0


@register("coaching", "expected_gain", ExpectedGainParams)
class ExpectedGain(CoachingRule):
    """Each agent once, about the intent with the largest shortfall × share of work × what coaching has left to give."""

    uses_signals = True

    def __init__(self, params: ExpectedGainParams) -> None:
        super().__init__(params)
        self._params = params

    def choose(self, known: Known) -> list[Request]:
        spec = self._params
        left = np.exp(-known.hours * 3600.0 / spec.hours)
        gain = np.maximum(shortfall(known, spec.signal, spec.min_count), 0.0) * volume(known) * left
        best = gain.max(axis=1)
        order = sorted(range(len(known.agents)), key=lambda agent: (-float(best[agent]), agent))
        return [self._request(known, agent, gain[agent]) for agent in order if best[agent] > 0.0]

    def _request(self, known: Known, agent: int, gains: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Request:
        intent = int(np.argmax(gains))
        name = WORDS[self._params.signal]
        return Request(agent, intent, f"{gains[intent]:.3g} of {name} to be gained in {known.intents[intent]}")
