"""Mt/G/infinity: how many are being served when nobody ever waits. No part of `sim`.

The number at time t is Poisson with mean = integral of rate(u) P(S > t - u) du. Source: Eick, Massey and Whitt 1993,
The physics of the Mt/G/infinity queue, Operations Research 41(4). Rates are per second, times in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import exp, log, log1p, sqrt

from scipy.special import ndtr

Limited = Callable[[float], float]  # x -> E[min(S, x)], the integral of P(S > y) from 0 to x


def mean_busy(at: float, edges: Sequence[float], rates: Sequence[float], limited: Limited) -> float:
    """Mean number in service at a time, if the system is empty at the first edge."""
    total = 0.0
    for (begin, end), rate in zip(pairwise(edges), rates, strict=True):
        if begin < at:
            total += rate * (limited(at - begin) - limited(max(at - end, 0.0)))
    return total


def exponential(mean: float) -> Limited:
    """Exponential service."""
    return lambda x: mean * (1.0 - exp(-x / mean))


def hyperexponential(parts: Sequence[tuple[float, float]]) -> Limited:
    """Exponential service with a mean chosen at random: (probability, mean)."""
    return lambda x: sum(share * mean * (1.0 - exp(-x / mean)) for share, mean in parts)


def deterministic(value: float) -> Limited:
    """Every service takes the same time."""
    return lambda x: min(x, value)


def lognormal(mean: float, cv: float) -> Limited:
    """Lognormal service."""
    sigma = sqrt(log1p(cv**2))
    mu = log(mean) - sigma**2 / 2.0

    def limited(x: float) -> float:
        if x <= 0.0:
            return 0.0
        score = (log(x) - mu) / sigma
        return mean * float(ndtr(score - sigma)) + x * float(ndtr(-score))

    return limited
