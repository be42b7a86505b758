"""Handle time as a distribution: who happens to work, on which day, with customers in which mood.

A plan for the mean handle time misses its target on every other day. The heads grow with the mean handle time of an
interval, so a plan for the p-quantile of that mean meets the target with probability p. The mean over n agents has
(to the first order) a lognormal factor of mean 1 and log variance σ² = agent² / n + agent_day² / n + day² + mood².
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.config.schema import NonNegative, Share
from sim.registry import Params
from sim.staffing.forecast import Array, Forecast, Heads


class HandleTimeLever(Params):
    """How far handle times may be from the forecast, and with which probability the target is to be met.

    Standard deviations of the log: `agent_sd` between agents (.20, measured on a bank's 18 agents, range .15 to .31),
    `agent_day_sd` of one agent between days (.14, measured there, .08 to .18), `day_sd` of everybody together between
    days (no usable number is known: 0, to be swept). `upset_share` of customers take `upset_longer` more time
    (brackets); the share itself differs between days by `upset_share_sd`.
    """

    confidence: Annotated[Share, Field(ge=0.5, lt=1.0)] = 0.90
    agent_sd: NonNegative = 0.20
    agent_day_sd: NonNegative = 0.14
    day_sd: NonNegative = 0.0
    upset_share: Share = 0.07
    upset_longer: NonNegative = 0.05
    upset_share_sd: NonNegative = 0.0


def widened(forecast: Forecast, heads: Heads, lever: HandleTimeLever) -> Forecast:
    """The forecast with its work at the wanted quantile, for `heads` agents in each interval."""
    return replace(forecast, work=forecast.work * factor(heads, lever))


def factor(heads: Heads, lever: HandleTimeLever) -> Array:
    """Quantile of an interval's mean handle time / the forecast's mean: moods · exp(z σ - σ²/2)."""
    moods = 1.0 + lever.upset_share * lever.upset_longer
    together = lever.day_sd**2 + (lever.upset_share_sd * lever.upset_longer / moods) ** 2
    apart = lever.agent_sd**2 + lever.agent_day_sd**2
    variance = together + apart / np.maximum(heads, 1)
    z = NormalDist().inv_cdf(lever.confidence)
    return np.asarray(moods * np.exp(z * np.sqrt(variance) - 0.5 * variance))
