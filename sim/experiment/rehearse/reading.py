"""The naive reading of a pilot: what a sensible team would compute, with its interval.

Ratios are ratios of sums, errors come from the jackknife over the unit of the design: pairs of slices (switchback),
days (customers), agents. A reading by queue is a difference of differences, before and during the pilot. None of these
knows of what one side does to the other: that is what the rehearsal is for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiment import estimate
from sim.routing.sides import Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """An estimate with its standard error and degrees of freedom."""

    value: float
    error: float
    free: float

    def half_width(self, confidence: float) -> float:
        """Half-width of the two-sided t interval; NaN where there are too few units for one."""
        from scipy.special import stdtrit

        if not (self.free + 1.0 >= estimate.FEWEST and math.isfinite(self.error)):
            return math.nan
        return float(stdtrit(self.free, (1.0 + confidence) / 2.0)) * self.error


NOTHING = Reading(math.nan, math.nan, 0.0)


def paired(treated: Floats, control: Floats) -> Reading:
    """Difference of two ratios whose units belong together; arrays of numerators and denominators, shape (2, units).

    A unit that lacks either side is left out.
    """
    both = (treated[1] > 0.0) & (control[1] > 0.0)
    top, low = treated[:, both], control[:, both]
    if not both.any():
        return NOTHING
    gap, _ = estimate.difference(_pseudo(top), _pseudo(low))
    return Reading(float(gap.value[0]), float(gap.error[0]), float(gap.n[0] - 1))


def apart(treated: Floats, control: Floats) -> Reading:
    """Difference of two ratios whose units have nothing to do with each other."""
    return combined([alone(treated), alone(control)], (1.0, -1.0))


def alone(counts: Floats) -> Reading:
    """One ratio over its units."""
    known = counts[:, counts[1] > 0.0]
    if not known.size:
        return NOTHING
    found = estimate.single(*_pseudo(known))
    return Reading(float(found.value[0]), float(found.error[0]), float(found.n[0] - 1))


def combined(readings: Sequence[Reading], weights: Sequence[float]) -> Reading:
    """A weighted sum of independent readings; degrees of freedom after Welch and Satterthwaite."""
    value = sum(weight * one.value for one, weight in zip(readings, weights, strict=True))
    variances = [(weight * one.error) ** 2 for one, weight in zip(readings, weights, strict=True)]
    total = sum(variances)
    lost = sum(part**2 / max(one.free, 1.0) for one, part in zip(readings, variances, strict=True))
    free = total**2 / lost if lost > 0.0 else min(one.free for one in readings)
    return Reading(value, math.sqrt(total) if total >= 0.0 else math.nan, free)


def of_values(values: Sequence[float]) -> Reading:
    """The mean of independent values."""
    known = np.array([value for value in values if math.isfinite(value)])
    if known.size < 2:
        return Reading(float(known.mean()) if known.size else math.nan, math.nan, 0.0)
    return Reading(float(known.mean()), float(known.std(ddof=1) / math.sqrt(known.size)), float(known.size - 1))


def _pseudo(counts: Floats) -> tuple[Floats, Floats]:
    return estimate.ratio_pseudo(counts[:1], counts[1:])
