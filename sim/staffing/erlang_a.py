"""Heads by Erlang-A: customers who wait too long leave, and what they leave behind is capacity."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.config.schema import Duration, Share
from sim.registry import register
from sim.staffing.erlang import erlang_a, least_heads
from sim.staffing.forecast import Forecast, heads_per_interval
from sim.staffing.target import TargetParams


class ErlangAParams(TargetParams):
    """The largest share that may abandon, and the mean patience to count with.

    `patience` is best taken from a run of the baseline as E[wait] / P(abandon); left out, it is read from
    the scenario's patience over the first `typical_wait` seconds.
    """

    abandonment: Annotated[Share, Field(gt=0.0)] = 1.0
    patience: Annotated[Duration, Field(gt=0)] | None = None
    typical_wait: Annotated[Duration, Field(gt=0)] = 60.0


@register("staffing", "erlang_a", ErlangAParams)
class ErlangA:
    """The fewest heads that meet the target by Erlang-A (with abandonment), in each interval by itself.

    Where patience is not exponential, its mean is not what counts: θ = P(abandon) / E[wait] is.
    """

    def __init__(self, params: ErlangAParams) -> None:
        self.params = params

    def heads(self, forecast: Forecast) -> NDArray[np.int64]:
        """Heads on duty for each interval of the forecast."""
        patience = self._patience(forecast)
        return heads_per_interval(
            forecast, forecast.contacts, forecast.work, lambda rate, handle: self._need(rate, handle, patience)
        )

    def _patience(self, forecast: Forecast) -> float:
        if self.params.patience is not None:
            return self.params.patience
        leaving = forecast.leaving_rate(self.params.typical_wait)
        return 1.0 / leaving if leaving > 0.0 else math.inf

    def _need(self, rate: float, handle: float, patience: float) -> int:
        target, most = self.params.target, self.params.abandonment

        def good(heads: int) -> bool:
            waiting = erlang_a(heads, rate, handle, patience, target.within)
            return waiting.service_level >= target.share and waiting.p_abandon <= most

        return least_heads(good, rate * handle)
