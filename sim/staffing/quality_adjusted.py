"""Heads for the work as it will come: repeats counted, and nobody planned to be busy without pause."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.config.schema import Share
from sim.registry import register
from sim.staffing.erlang_a import ErlangA, ErlangAParams
from sim.staffing.forecast import Forecast
from sim.staffing.levers import occupancy, rework


class QualityAdjustedParams(ErlangAParams):
    """Erlang-A's parameters, and the largest share of their time agents may be planned busy."""

    occupancy: Annotated[Share, Field(gt=0.0)] = 0.88


@register("staffing", "quality_adjusted", QualityAdjustedParams)
class QualityAdjusted:
    """Erlang-A on first contacts and the repeats they cause, with a ceiling on occupancy.

    In the long run a contact that fails with probability u and brings the customer back with probability p
    costs 1 / (1 - u p) contacts; inside a scenario only those repeats count that come back before it ends.
    """

    def __init__(self, params: QualityAdjustedParams) -> None:
        self.occupancy = params.occupancy
        self.erlang = ErlangA(params)

    def heads(self, forecast: Forecast) -> NDArray[np.int64]:
        """Heads on duty for each interval of the forecast."""
        all_of_it = rework.counting_repeats(forecast)
        return occupancy.capped(all_of_it, self.erlang.heads(all_of_it), self.occupancy)
