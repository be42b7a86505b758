"""Heads as a record shows them: people on duty, so nothing is added or taken away."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.config.schema import CsvFile, Share
from sim.registry import Params, register
from sim.staffing.forecast import Forecast


class RecordedHeadsParams(Params):
    """A column of heads by time of day, and which part of it: from one cumulative share to another.

    Groups whose shares tile 0 to 1 (0 to .4, .4 to 1) together have exactly the recorded heads in every
    interval.
    """

    file: CsvFile
    column: str = "agents"
    share_from: Share = 0.0
    share_to: Annotated[Share, Field(gt=0.0)] = 1.0

    @model_validator(mode="after")
    def _in_order(self) -> RecordedHeadsParams:
        if self.share_from >= self.share_to:
            raise ValueError(f"share_from {self.share_from} is not below share_to {self.share_to}")
        return self


@register("staffing", "recorded_heads", RecordedHeadsParams)
class RecordedHeads:
    """A share of the recorded heads: round(to · H) - round(from · H) in each interval."""

    def __init__(self, params: RecordedHeadsParams) -> None:
        self.params = params

    def heads(self, forecast: Forecast) -> NDArray[np.int64]:
        """Heads on duty for each interval of the forecast."""
        recorded = forecast.record(self.params.file, self.params.column)
        return _round(self.params.share_to * recorded) - _round(self.params.share_from * recorded)


def _round(heads: NDArray[np.float64]) -> NDArray[np.int64]:
    """To the nearest whole head, halves up: the same where one share ends and the next begins."""
    return np.floor(heads + 0.5).astype(np.int64)
