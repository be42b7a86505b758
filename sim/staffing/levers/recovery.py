"""Extra breaks after busy time, and the heads that stand in while others take them.

Whoever works on after an interval above the threshold is due a break of `length` for each `every` of such time. Within
an interval of L seconds one relief head stands in for floor(L / length) people, one after the other:
relief = ceil(people · L / every / floor(L / length)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from sim.config.schema import Duration, Share
from sim.errors import UsageError
from sim.registry import Params
from sim.staffing.forecast import Forecast, Heads
from sim.staffing.levers import occupancy


class RecoveryLever(Params):
    """After an interval planned `above` this occupancy: a break of `length` for each `every` of busy time.

    Defaults: trouble is said to start at .85 to .90 (consensus of planners, no data shown); breaks under 10 min restore
    part of the fatigue (meta-analysis of 22 samples); one an hour is a bracket.
    """

    above: Annotated[Share, Field(gt=0.0, lt=1.0)] = 0.85
    length: Annotated[Duration, Field(gt=0)] = 300.0
    every: Annotated[Duration, Field(gt=0)] = 3600.0

    @model_validator(mode="after")
    def _fits(self) -> RecoveryLever:
        if self.length >= self.every:
            raise ValueError(f"a break of {self.length / 60:g} min does not fit into every {self.every / 60:g} min")
        return self


@dataclass(frozen=True, slots=True)
class Rests:
    """`relief`: people on a recovery break at any moment of each interval; `length`, `every`: seconds."""

    relief: Heads
    length: float
    every: float


def earned(forecast: Forecast, heads: Heads, lever: RecoveryLever) -> Rests:
    """The breaks that `heads` at work have earned, interval by interval."""
    lengths = forecast.lengths
    turns = np.floor(lengths / lever.length + 1e-9)
    if turns[0] == 0:
        raise UsageError(
            f"recovery.length: {lever.length / 60:g} min is longer than the planning interval "
            f"of {lengths[0] / 60:g} min; write a shorter break"
        )
    busy = occupancy.planned(forecast, heads) > lever.above + 1e-9
    worked_on = np.minimum(heads[:-1], heads[1:]) * busy[:-1]
    due = np.concatenate(([0.0], worked_on)) * lengths / lever.every
    relief = np.ceil(np.divide(due, turns, out=np.zeros_like(due), where=turns > 0) - 1e-9)
    return Rests(relief.astype(np.int64), lever.length, lever.every)
