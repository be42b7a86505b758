"""Looking more than once without erring more often: nominal levels of a group-sequential design.

Whoever looks K times at 5 % errs in far more than 5 % of experiments. A spending function says how much of the error
may be used up by which share of the replications (Lan and DeMets 1983); the level of each look follows from the joint
law of the looks, by numerical integration (Armitage, McPherson and Rowe 1969). An interval at its look's level is one
of a sequence that holds the truth at all looks together (Jennison and Turnbull 1989, repeated confidence intervals):
it may be read whatever it was that made the experiment stop. The law is that of normal means with known variance; at
each look Student's t takes its place at the same nominal level (Jennison and Turnbull 2000, section 4.4).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.experiment.plan import Spending

Floats = NDArray[np.float64]

NODES = 96  # of Gauss and Legendre, between the boundaries
GRID = 90  # overall levels for which boundaries are made; what lies between is interpolated
LOWEST, HIGHEST = 1e-7, 0.999
NOTHING = 1e-15  # an increment that no data could ever use up
FARTHEST = 9.0  # standard errors; a boundary beyond is as good as none


@dataclass(frozen=True, slots=True)
class Reading:
    """At which level the numbers of one look are read; `PLAIN` is that of the only look.

    `levels` are overall error rates, rising, and `at_look` the nominal ones that belong to them.
    """

    levels: Floats = field(default_factory=lambda: np.zeros(0))
    at_look: Floats = field(default_factory=lambda: np.zeros(0))

    def nominal(self, overall: float) -> float:
        """The level at which this look is read so that all looks together err in `overall` of experiments."""
        if self.levels.size == 0:
            return overall
        return float(np.exp(np.interp(math.log(overall), np.log(self.levels), _logs(self.at_look))))

    def overall(self, p_values: Floats) -> Floats:
        """The smallest overall error rate at which this look would reject; not below the p-value itself."""
        if self.levels.size == 0:
            return p_values
        known = self.at_look > 0.0
        logs = np.log(np.maximum(p_values, np.finfo(float).tiny))
        found = np.exp(np.interp(logs, np.log(self.at_look[known]), np.log(self.levels[known]), right=0.0))
        return np.asarray(np.where(np.isnan(p_values), np.nan, np.maximum(found, p_values)))


PLAIN = Reading()


def obrien_fleming(level: Floats, share: float) -> Floats:
    """Very little early, nearly all at the end: the final look is read almost as if it were the only one."""
    from scipy.special import ndtr, ndtri

    return np.asarray(4.0 * ndtr(ndtri(level / 4.0) / math.sqrt(share)))  # half of the level in each tail


def pocock(level: Floats, share: float) -> Floats:
    """About as much at every look: stops early more often, at the price of a wider interval at the end."""
    return np.asarray(level * math.log(1.0 + (math.e - 1.0) * share))


FUNCTIONS: dict[str, Callable[[Floats, float], Floats]] = {"obrien_fleming": obrien_fleming, "pocock": pocock}


def readings(looks: tuple[int, ...], spending: Spending) -> tuple[Reading, ...]:
    """How to read each look; `looks` are numbers of replications, rising, the last one being the budget."""
    if len(looks) == 1:
        return (PLAIN,)
    levels = np.geomspace(LOWEST, HIGHEST, GRID)
    return tuple(Reading(levels, nominal) for nominal in _nominal(looks, spending))


@lru_cache(maxsize=32)
def _nominal(looks: tuple[int, ...], spending: Spending) -> tuple[Floats, ...]:
    """Nominal two-sided levels of each look, for every overall level of the grid."""
    from scipy.special import ndtr

    levels = np.geomspace(LOWEST, HIGHEST, GRID)
    shares = [n / looks[-1] for n in looks]
    knots, weights = np.polynomial.legendre.leggauss(NODES)
    places, density = np.zeros((GRID, 1)), np.ones((GRID, 1))  # where the walk is, times the integration weights
    spent, before = np.zeros(GRID), 0.0
    found = []
    for share in shares:
        due = np.maximum(FUNCTIONS[spending](levels, share) - spent, 0.0)
        spent = spent + due
        step = math.sqrt(share - before)
        edge = _boundary(places, density, step, due, math.sqrt(share))
        found.append(np.where(due > NOTHING, 2.0 * ndtr(-edge / math.sqrt(share)), 0.0))
        inside = edge[:, None] * knots
        gaps = (inside[:, :, None] - places[:, None, :]) / step
        law = np.exp(-0.5 * gaps**2) / (step * math.sqrt(2.0 * math.pi))
        density = np.einsum("gij,gj->gi", law, density) * weights * edge[:, None]
        places, before = inside, share
    return tuple(found)


def _boundary(places: Floats, density: Floats, step: float, due: Floats, scale: float) -> Floats:
    """Where the walk must stand now so that it is beyond with probability `due`, by bisection."""
    from scipy.special import ndtr

    low, high = np.zeros(GRID), np.full(GRID, FARTHEST * scale)
    for _halving in range(60):
        middle = (low + high) / 2.0
        beyond = ndtr((places - middle[:, None]) / step) + ndtr((-places - middle[:, None]) / step)
        too_much = (beyond * density).sum(axis=1) > due
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.asarray((low + high) / 2.0)


def _logs(values: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(values, 1e-300)))
