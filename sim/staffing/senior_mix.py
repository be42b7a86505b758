"""A senior share of another group's heads: more of it at the peak, and on queues where contacts often fail.

The followed group's plan says how many heads there are in all; this rule says how many of them are senior, and the
followed group gets the rest. Head for head: a senior's higher proficiency shortens calls in the run, it saves no heads
in the plan.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from sim.config.schema import Name, Share
from sim.errors import UsageError
from sim.registry import Params, register
from sim.staffing.forecast import Array, Forecast, Heads


class SeniorMixParams(Params):
    """`group`: whose planned heads are split. The shares are brackets, to be swept.

    `peak_share` in intervals that need at least `peak_from` of the most heads of any interval. Otherwise `share`, but
    `heavy_share` of the work on queues that leave at least `heavy_from` of their contacts unresolved.
    """

    group: Name
    share: Share = 0.0
    peak_share: Share = 0.40
    peak_from: Annotated[Share, Field(gt=0.0)] = 0.90
    heavy_share: Share = 0.50
    heavy_from: Annotated[Share, Field(gt=0.0)] = 0.40


@register("staffing", "senior_mix", SeniorMixParams)
class SeniorMix:
    """A share of another group's planned heads is senior: larger at the peak and on defect-heavy queues."""

    def __init__(self, params: SeniorMixParams) -> None:
        self.params = params

    def heads(self, forecast: Forecast) -> Heads:
        """Senior heads for each interval: ceil(share · heads of the plan that is split)."""
        if forecast.to_split is None:
            raise UsageError("senior_mix: there are no heads to split")
        together = forecast.to_split
        shares = np.maximum(self._by_queue(forecast), self._by_peak(together))
        return np.asarray(np.ceil(shares * together - 1e-9), dtype=np.int64)

    def _by_queue(self, forecast: Forecast) -> Array:
        """Senior share by what the work of each interval consists of."""
        heavy = sum(
            (stream.work for stream in forecast.streams if stream.unresolved >= self.params.heavy_from - 1e-9),
            np.zeros_like(forecast.work),
        )
        part = np.divide(heavy, forecast.work, out=np.zeros_like(heavy), where=forecast.work > 0.0)
        return np.asarray(self.params.share + (self.params.heavy_share - self.params.share) * part)

    def _by_peak(self, heads: Heads) -> Array:
        peak = heads >= self.params.peak_from * heads.max(initial=0) - 1e-9
        return np.where(peak, self.params.peak_share, 0.0)
