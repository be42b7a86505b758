"""Heads by Erlang-C: the classical requirement, for customers who never give up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.registry import register
from sim.staffing.erlang import erlang_c, least_heads
from sim.staffing.forecast import Forecast, heads_per_interval
from sim.staffing.target import TargetParams


@register("staffing", "erlang_c", TargetParams)
class ErlangC:
    """The fewest heads that meet the target by Erlang-C (nobody leaves), in each interval by itself.

    It ignores abandonment and repeats: too many heads where customers are impatient, too few where they
    come back.
    """

    def __init__(self, params: TargetParams) -> None:
        self.target = params.target

    def heads(self, forecast: Forecast) -> NDArray[np.int64]:
        """Heads on duty for each interval of the forecast."""
        return heads_per_interval(forecast, forecast.contacts, forecast.work, self._need)

    def _need(self, rate: float, handle: float) -> int:
        def good(heads: int) -> bool:
            return erlang_c(heads, rate, handle, self.target.within).service_level >= self.target.share

        return least_heads(good, rate * handle)
