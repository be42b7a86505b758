"""Erlang-B, -C and -A: pure functions of load and heads, stable for thousands of heads.

Rates are per second, times in seconds (any one unit will do). `load` is the offered load in erlang: arrival
rate times mean handle time. Sources: Erlang 1917 (B, C); Palm 1957, Garnett, Mandelbaum and Reiman 2002 and
Zeltyn and Mandelbaum 2005, section 5 (A: M/M/n+M).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a queue does in the long run.

    `service_level` is answered within T / (offered - abandoned within T); `mean_wait` is over everybody.
    """

    p_wait: float
    p_abandon: float
    mean_wait: float
    service_level: float
    occupancy: float


def erlang_b(heads: int, load: float) -> float:
    """Share of calls blocked in M/M/n/n: B(n) = a B(n-1) / (n + a B(n-1)), B(0) = 1."""
    _check(heads, load)
    blocked = 1.0
    for n in range(1, heads + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def p_wait_c(heads: int, load: float) -> float:
    """Share of calls that wait in M/M/n without abandonment; 1 where the heads cannot carry the load."""
    if load >= heads:
        _check(heads, load)
        return 1.0
    blocked = erlang_b(heads, load)
    return heads * blocked / (heads - load * (1.0 - blocked))


def erlang_c(heads: int, rate: float, handle: float, within: float) -> Waiting:
    """M/M/n with infinite patience. Where the load is not below the heads, nobody is answered in time."""
    load = rate * handle
    p_wait = p_wait_c(heads, load)
    if load >= heads:
        return Waiting(p_wait, 0.0, math.inf, 0.0, 1.0)
    spare = (heads - load) / handle
    late = p_wait * math.exp(-spare * within)
    return Waiting(p_wait, 0.0, p_wait / spare, 1.0 - late, load / heads)


def erlang_a(heads: int, rate: float, handle: float, patience: float, within: float) -> Waiting:
    """M/M/n+M: patience is exponential with mean `patience`; an infinite one gives Erlang-C.

    The offered wait V of a customer who waits has a density proportional to exp(c (1 - exp(-x/patience)) -
    n x/handle) with c = rate * patience. Beyond any t it has the same form with c exp(-t/patience), so
    every probability below is a ratio of two Palm functions.
    """
    if math.isinf(patience):
        return erlang_c(heads, rate, handle, within)
    _check(heads, rate * handle)
    if rate == 0.0:
        return Waiting(0.0, 0.0, 0.0, 1.0, 0.0)
    if heads == 0:
        return _nobody_works(rate, patience, within)
    service, crowd = heads * patience / handle, rate * patience
    log_palm, ahead = _palm(service, crowd)
    p_wait = _p_wait_a(erlang_b(heads, rate * handle), log_palm)
    p_abandon = p_wait * ahead / crowd
    log_palm_late, ahead_late = _palm(service, crowd * math.exp(-within / patience))
    drift = -crowd * math.expm1(-within / patience) - heads * within / handle
    late = p_wait * math.exp(drift + log_palm_late - log_palm - within / patience)
    abandoned_late = late * ahead_late / (crowd * math.exp(-within / patience))
    abandoned_soon = max(0.0, p_abandon - abandoned_late)
    answered_soon = max(0.0, 1.0 - late - abandoned_soon)
    occupancy = rate * handle * (1.0 - p_abandon) / heads
    return Waiting(p_wait, p_abandon, p_abandon * patience, answered_soon / (1.0 - abandoned_soon), occupancy)


def least_heads(good: Callable[[int], bool], load: float) -> int:
    """The fewest heads that are `good`, which must stay true once it is (more heads: better on average)."""
    low, step = -1, 1
    high = math.ceil(load)
    while not good(high):
        low, high, step = high, high + step, 2 * step
        if high > 10_000_000:
            raise UsageError("no number of heads reaches the service target; lower its share or allow more time")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def _palm(service: float, crowd: float) -> tuple[float, float]:
    """Log of A = 1 + Σ_j Π_{i≤j} crowd/(service + i), and the mean of j under those weights.

    Weights are those of the queue's length while all heads are busy. Summed as logarithms: under overload
    they exceed any float.
    """
    longest = int(max(0.0, crowd - service) + 12.0 * math.sqrt(crowd + service) + 60.0)
    steps: NDArray[np.float64] = np.arange(1, longest + 1, dtype=np.float64)
    logs = np.concatenate(([0.0], np.cumsum(math.log(crowd) - np.log(service + steps)))) if crowd > 0 else np.zeros(1)
    top = float(logs.max())
    weights = np.exp(logs - top)
    total = float(weights.sum())
    return top + math.log(total), float(weights @ np.arange(weights.size)) / total


def _p_wait_a(blocked: float, log_palm: float) -> float:
    """A B / (1 + (A - 1) B), written so that a huge A does not overflow."""
    return blocked / (blocked + (1.0 - blocked) * math.exp(-log_palm))


def _nobody_works(rate: float, patience: float, within: float) -> Waiting:
    """Everybody waits for as long as their patience, and leaves."""
    return Waiting(1.0, 1.0, patience, 0.0, 0.0)


def _check(heads: int, load: float) -> None:
    if heads < 0 or not 0.0 <= load < math.inf:
        raise UsageError(f"heads must be 0 or more and the load finite: heads={heads}, load={load}")
