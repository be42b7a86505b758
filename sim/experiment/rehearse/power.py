"""How likely a pilot of so many weeks is to show the effect, and how many weeks it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.experiment import estimate

MOST_WEEKS = 104
ENOUGH = 0.80


@dataclass(frozen=True, slots=True)
class Noise:
    """The variance of a design's reading: a part that stays however long it runs, and a part that one week has.

    The lasting part is that of a split by agent: the same people are read again each week.
    """

    lasting: float
    of_a_week: float
    free_a_week: float  # degrees of freedom that each week brings
    free_lasting: float  # and those that are there from the start; -1 for an estimate with one mean

    def error(self, weeks: float) -> float:
        """Standard error after so many weeks."""
        return math.sqrt(self.lasting + self.of_a_week / weeks)

    def free(self, weeks: float) -> float:
        """Degrees of freedom after so many weeks."""
        return self.free_lasting + self.free_a_week * weeks


def power(effect: float, noise: Noise, weeks: float, confidence: float) -> float:
    """Probability that the interval lies on the right side of zero; NaN where the pilot is too short for one."""
    from scipy.special import nctdtr, stdtrit

    free = noise.free(weeks)
    if not (free + 1.0 >= estimate.FEWEST and math.isfinite(effect)):
        return math.nan
    error = noise.error(weeks)
    if error <= 0.0:
        return 1.0 if effect else 0.0
    needed = float(stdtrit(free, (1.0 + confidence) / 2.0))
    score = min(abs(effect) / error, 30.0)  # beyond it the answer is 1, and SciPy's series does not end
    return 1.0 - float(nctdtr(free, score, needed))


def weeks_needed(effect: float, noise: Noise, confidence: float) -> int | None:
    """The fewest whole weeks with a power of 0.80; None where two years are not enough, or there is no effect."""
    for weeks in range(1, MOST_WEEKS + 1):
        if power(effect, noise, weeks, confidence) >= ENOUGH:
            return weeks
    return None
