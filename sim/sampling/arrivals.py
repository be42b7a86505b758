"""When contacts are born: nonhomogeneous Poisson arrivals, replay of a trace, and day-to-day busyness.

A rate is constant between two edges and may jump or vanish. Arrivals come from inverting the cumulative rate
at the partial sums of unit exponentials, one for each arrival number, addressed by it. Hence a longer horizon
keeps every earlier arrival, and a higher rate brings each arrival forward, never back.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from sim.errors import LawError
from sim.sampling.draws_pure import Floats
from sim.sampling.laws import gamma
from sim.sampling.streams import Purpose, draws

# 8 GB of arrival times; a mistaken unit shows itself here rather than in a full memory.
MOST_EXPECTED = 1e9


def arrival_times(purpose: Purpose, entity: int, edges: ArrayLike, rates: ArrayLike) -> Floats:
    """Sorted arrival times of a Poisson process, in seconds, within [edges[0], edges[-1]).

    `edges` (n + 1, increasing, seconds) bound the n intervals in which `rates` (n, arrivals per second) hold.
    Arrival k uses position k % 4 of the block at case k // 4, index 0. Raises LawError naming the first wrong
    edge or rate.
    """
    corners, levels = _vector("edges", edges), _vector("rates", rates)
    _check_profile(corners, levels)
    expected = math.fsum((levels * np.diff(corners)).tolist())
    if expected > MOST_EXPECTED:
        raise LawError(f"arrival_times: {expected:.3g} arrivals expected; the limit is {MOST_EXPECTED:.0e}")
    guess = int(expected + 6.0 * math.sqrt(expected)) + 16
    return draws.invert_rates(purpose, entity, corners, levels, guess)


def _check_profile(edges: Floats, rates: Floats) -> None:
    if len(edges) != len(rates) + 1 or not len(rates):
        raise LawError(f"arrival_times: {len(edges)} edges and {len(rates)} rates; n rates need n + 1 edges")
    _refuse("arrival_times: edges", edges, ~np.isfinite(edges), "must be finite")
    _refuse("arrival_times: rates", rates, ~np.isfinite(rates), "must be finite")
    _refuse("arrival_times: rates", rates, rates < 0.0, "must not be negative")
    stuck = np.concatenate([[False], edges[1:] <= edges[:-1]])
    _refuse("arrival_times: edges", edges, stuck, "must exceed the edge before it")


def replay(times: ArrayLike) -> Floats:
    """A recorded trace of arrival times (seconds since the start), checked: finite, not negative, in order.

    Returns a copy, shape (n,). Raises LawError naming the first wrong entry.
    """
    trace = _vector("times", times).copy()
    _refuse("replay: times", trace, ~np.isfinite(trace), "must be finite")
    _refuse("replay: times", trace, trace < 0.0, "must not be negative")
    back = np.concatenate([np.zeros(min(len(trace), 1), dtype=bool), trace[1:] < trace[:-1]])
    _refuse("replay: times", trace, back, "must not lie before the time before it")
    return trace


def busyness(purpose: Purpose, entity: int, days: int, cv: float) -> Floats:
    """How busy each day is, relative to its forecast: gamma with mean 1 and the given cv, shape (days,).

    Day d uses position 0 of the block at case d, index 0. With cv 0 every factor is exactly 1. Raises
    LawError.
    """
    if days < 0:
        raise LawError(f"busyness: days is {days!r}; it must not be negative")
    us = purpose.blocks(entity, np.arange(days, dtype=np.int64), 0)[:, 0]
    return gamma(1.0, cv).quantiles(np.ascontiguousarray(us))


def _vector(name: str, values: ArrayLike) -> Floats:
    try:
        vector = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise LawError(f"{name}: not a sequence of numbers ({error})") from error
    if np.ndim(values) != 1:
        raise LawError(f"{name}: has {np.ndim(values)} dimensions; it must have 1")
    return vector


def _refuse(what: str, values: Floats, wrong: np.ndarray[tuple[int], np.dtype[np.bool_]], rule: str) -> None:
    if wrong.any():
        place = int(wrong.argmax())
        raise LawError(f"{what}[{place}] is {float(values[place])!r}; it {rule}")
