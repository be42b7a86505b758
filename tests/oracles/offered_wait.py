"""M/M/n with any law of patience, and two lines before one agent that no chain describes. No part of `sim`.

Sources: Baccelli and Hebuterne 1981 (M/M/n+G: the density of the wait that an infinitely patient customer is offered);
Kleinrock 1964, A delay dependent queue discipline (priority that grows with the wait); Kendall 1953 (GI/M/1). Rates are
per second, times in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid, simpson
from scipy.optimize import brentq

Floats = NDArray[np.float64]
GRID = 200_001


def impatient(
    arrival: float, service: float, agents: int, stays: Callable[[Floats], Floats], longest: float, threshold: float
) -> dict[str, float]:
    """`stays(x)`: P(patience > x). `longest`: a wait that hardly anybody is offered."""
    x, density, at_once = _density(arrival, service, agents, stays, longest)
    kept = stays(x)
    return {
        "p_wait": 1.0 - at_once,
        "abandonment": float(simpson(density * (1.0 - kept), x=x)),
        "wait_all": float(simpson(density * cumulative_trapezoid(kept, x, initial=0.0), x=x)),
        "sl_offered": at_once + float(simpson(np.where(x <= threshold, density * kept, 0.0), x=x)),
    }


def abandonment_of(
    arrival: float,
    service: float,
    agents: int,
    stays: Callable[[Floats], Floats],
    longest: float,
    own: Callable[[Floats], Floats],
) -> float:
    """P(abandon) of those whose own patience is longer than x with probability `own(x)`, among all others."""
    x, density, _ = _density(arrival, service, agents, stays, longest)
    return float(simpson(density * (1.0 - own(x)), x=x))


def _density(
    arrival: float, service: float, agents: int, stays: Callable[[Floats], Floats], longest: float
) -> tuple[Floats, Floats, float]:
    """Waits, the density of the offered wait there, and P(somebody is free)."""
    x = np.linspace(0.0, longest, GRID)
    density = arrival * np.exp(arrival * cumulative_trapezoid(stays(x), x, initial=0.0) - agents * x / service)
    state, free = 1.0, 0.0  # relative to the state with one agent free
    for busy in range(agents - 1, -1, -1):
        free += state
        state *= busy / (arrival * service)
    total = free + float(simpson(density, x=x))
    return x, density / total, free / total


def growing_priority(
    arrivals: Sequence[float], services: Sequence[tuple[float, float]], grows: Sequence[float]
) -> list[float]:
    """Mean waits in M/G/1 by class where priority is the wait times `grows`, the fastest growing class first.

    `services`: mean and second moment.
    """
    loads = [arrival * mean for arrival, (mean, _) in zip(arrivals, services, strict=True)]
    residual = sum(arrival * square for arrival, (_, square) in zip(arrivals, services, strict=True)) / 2.0
    waits = [0.0] * len(loads)
    for one in range(len(loads) - 1, -1, -1):
        slower = range(one + 1, len(loads))
        top = residual / (1.0 - sum(loads))
        top -= sum(loads[k] * waits[k] * (1.0 - grows[k] / grows[one]) for k in slower)
        waits[one] = top / (1.0 - sum(loads[k] * (1.0 - grows[one] / grows[k]) for k in range(one)))
    return waits


def clockwork(gap: float, service: float, threshold: float) -> dict[str, float]:
    """D/M/1: a customer every `gap` seconds, exponential service, nobody gives up."""
    again = float(brentq(lambda z: z - exp(-(1.0 - z) * gap / service), 1e-12, 1.0 - 1e-9))
    return {
        "p_wait": again,
        "asa": again * service / (1.0 - again),
        "sl_offered": 1.0 - again * exp(-(1.0 - again) * threshold / service),
    }
