"""Work that comes again: customers whose need was not met call back, and failed contacts are put right."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.config.schema import Duration, Share
from sim.registry import Params
from sim.staffing.forecast import Forecast


class ReworkLever(Params):
    """Which work comes again.

    `repeats`: count the repeats that the forecast expects. `failed`: share of contacts that an evaluation fails and
    somebody puts right, in `redo` each. Default .03: critical errors per evaluated contact (bracket .005 to .10, when
    every contact is evaluated); 10 min is a bracket too.
    """

    repeats: bool = True
    failed: Share = 0.03
    redo: Annotated[Duration, Field(ge=0)] = 600.0


def inflated(forecast: Forecast, lever: ReworkLever) -> Forecast:
    """The forecast with its repeats, and with `failed` · `redo` more work a contact."""
    counted = counting_repeats(forecast) if lever.repeats else forecast
    return replace(counted, work=counted.work + lever.failed * lever.redo * counted.contacts)


def counting_repeats(forecast: Forecast) -> Forecast:
    """The repeats moved to the contacts: none are left to be counted again."""
    nothing = np.zeros_like(forecast.contacts)
    return replace(
        forecast,
        contacts=forecast.contacts + forecast.returning,
        work=forecast.work + forecast.returning_work,
        returning=nothing,
        returning_work=nothing,
    )
