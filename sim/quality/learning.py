"""Learning: new agents are slower, and resolve less, than the same agents will be with experience.

Handle time is 1 + gap · e^(-t / τ) times that of an experienced agent, P(resolve) is lower by its gap times the same
exponential. The scenario's laws are those of experienced agents, so a team with many new hires is slower than they say.
Nothing is forgotten: no usable size of it was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Learning as Spec
from sim.quality.condition import Change
from sim.staff.seats import Seats

Array = NDArray[np.float64]


class Learning:
    """The effect of time in the job."""

    def __init__(self, spec: Spec, seats: Seats, logits_per_share: Array) -> None:
        """`logits_per_share`: by agent and intent, logits that raise P(resolve) by 1 where it is not saturated."""
        self._spec, self._seats, self._logits = spec, seats, logits_per_share

    def change(self, now: float) -> Change:
        """The gap that is left at this moment; see `Effect`."""
        agents = range(len(self._seats.hired))
        return self._gap([remaining(self._spec, max(0.0, self._seats.tenure(agent, now))) for agent in agents])

    def past(self, seconds: float) -> Change:
        """The mean gap over so many seconds before the start, or over the tenure where that is shorter."""
        tenures = [max(0.0, -hired) for hired in self._seats.hired]
        return self._gap([mean_remaining(self._spec, max(0.0, tenure - seconds), tenure) for tenure in tenures])

    def _gap(self, shares: Sequence[float]) -> Change:
        change = Change.none(*self._logits.shape)
        left = np.array(shares)[:, None]
        change.handle[...] = np.log1p(self._spec.handle * left)
        change.resolution[...] = -self._spec.resolution * left * self._logits
        return change


def remaining(spec: Spec, tenure: float) -> float:
    """Share of a new agent's gap that is left after so many seconds in the job."""
    return exp(-tenure / spec.time_constant)


def mean_remaining(spec: Spec, since: float, until: float) -> float:
    """Its mean between two tenures."""
    if until == since or until == float("inf"):
        return remaining(spec, until)
    span = (until - since) / spec.time_constant
    return (remaining(spec, since) - remaining(spec, until)) / span
