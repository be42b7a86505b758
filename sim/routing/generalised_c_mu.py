"""Generalised c-mu: as c-mu, with costs that grow faster than the wait, so that nobody is forgotten.

Source: van Mieghem 1995, Annals of Applied Probability 5(3); Mandelbaum and Stolyar 2004, Scheduling flexible servers
with convex delay costs: heavy-traffic optimality of the generalized c-mu rule, Operations Research 52(6).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.registry import register
from sim.routing.c_mu import CMu, CMuParams


class GeneralisedCMuParams(CMuParams):
    """A wait of w minutes costs c w^`power`; costs c as for `c_mu`."""

    power: Annotated[float, Field(gt=1.0, le=10.0)] = 2.0


@register("router", "generalised_c_mu", GeneralisedCMuParams)
class GeneralisedCMu(CMu):
    """A freed agent takes the contact whose convex cost of waiting grows fastest, over the measured handle time."""

    def __init__(self, params: GeneralisedCMuParams) -> None:
        super().__init__(params)
        self._power = params.power

    def marginal_cost(self, cost: float, wait: float) -> float:
        """The derivative of the cost at this wait."""
        return float(cost * self._power * (wait / 60.0) ** (self._power - 1.0))
