"""Satisfaction of everyone, and the answers of the few who fill in a survey.

Latent satisfaction (1 to 5) falls with an unresolved need, waiting beyond a free time, transfers, repeats and a bot
that failed first, and rises with the agent's empathy. Who answers depends on it: responders are not everybody.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.ext.draws import logistic, normal

if TYPE_CHECKING:
    from sim.config.schema import Survey

NEUTRAL = 4.0  # satisfaction at which the stated response rate holds
WHOLE = 6755399441055744.0  # 1.5 · 2^52: a number added to it is rounded to a whole one, halves to even


class Customers:
    """What customers feel, and what they say when they are asked."""

    def __init__(self, spec: Survey) -> None:
        self.base, self.unresolved, self.transfer = spec.base, spec.unresolved, spec.transfer
        self.wait_per_minute, self.free_wait = spec.wait_per_minute, spec.free_wait
        self.repeat, self.after_bot, self.noise_sd = spec.repeat, spec.after_bot, spec.noise_sd
        self.bias, self.log_odds = spec.bias, _log_odds(spec.response)

    def satisfaction(
        self, resolved: bool, waited: float, transfers: int, attempt: int, bot_failed: bool, empathy: float, u: float
    ) -> float:
        """Latent satisfaction, 1 to 5. `waited` in seconds; `u`, a uniform, makes the noise."""
        level: float = (
            self.base
            + self.unresolved * (not resolved)
            + self.wait_per_minute * (max(waited - self.free_wait, 0.0) / 60.0)
            + self.transfer * transfers
            + self.repeat * attempt
            + self.after_bot * bot_failed
            + empathy
            + self.noise_sd * normal(u)
        )
        return min(max(level, 1.0), 5.0)

    def answers(self, satisfaction: float, u: float) -> bool:
        """Whether somebody who feels like this fills in the survey."""
        share: float = logistic(self.log_odds + self.bias * (satisfaction - NEUTRAL))
        return u < share

    def csat(self, satisfaction: float) -> int:
        """1 to 5: satisfaction to the nearest mark."""
        return int(nearest(satisfaction))

    def nps(self, satisfaction: float, u: float) -> int:
        """0 to 10: satisfaction stretched to eleven points, one point of own taste up or down."""
        return int(min(max(nearest(2.5 * (satisfaction - 1.0) + 2.0 * (u - 0.5)), 0.0), 10.0))

    def ces(self, transfers: int, attempt: int, waited: float, u: float) -> int:
        """1 to 7, 7 = very easy: every transfer and repeat costs a point and a half, every five minutes waited one."""
        effort = 1.5 * transfers + 1.5 * attempt + waited / 300.0
        return int(min(max(nearest(6.5 - effort - 2.0 * u), 1.0), 7.0))


def nearest(mark: float) -> float:
    """The nearest whole number of a real below 2^51, halves to even."""
    return (mark + WHOLE) - WHOLE


def _log_odds(share: float) -> float:
    """Logarithm of the odds, so that 0 and 1 stay exact whatever is added."""
    if share in (0.0, 1.0):
        return math.inf if share == 1.0 else -math.inf
    return math.log(share / (1.0 - share))
