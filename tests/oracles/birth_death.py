"""One line in steady state, from its birth-death chain: Erlang-B, -C, -A and M/M/n/K+M in one. No part of `sim`.

Sources: Erlang 1917; Palm 1957; Zeltyn and Mandelbaum 2005. Rates are per second, times in seconds. Shares and waits
are of those who enter the line; the blocked are a share of all.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-16


class Line(NamedTuple):
    """What a line comes to, in the names that measurements use."""

    blocking: float
    p_wait: float
    abandonment: float
    wait_all: float
    asa: float  # mean wait of the answered
    sl_offered: float  # answered within the threshold, of all who entered
    service_level: float  # the same, of all but those who gave up within the threshold
    occupancy: float


def stationary(births: Floats, deaths: Floats) -> Floats:
    """Probabilities of states 0 to n; `births[k]` leads from k to k + 1, `deaths[k]` back."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(births) - np.log(deaths))])
    weights: Floats = np.exp(logs - logs.max())
    return weights / weights.sum()


def line(
    arrival: float,
    service: float,
    servers: int,
    patience: float = inf,
    waiting_room: int | None = None,
    threshold: float = 20.0,
) -> Line:
    """M/M/n/K+M with K = servers + waiting room. Without patience or an end of the room it has to be stable."""
    room = 40 * servers + 400 if waiting_room is None else waiting_room
    states = np.arange(servers + room + 1)
    deaths = np.minimum(states, servers) / service + np.maximum(states - servers, 0) / patience
    chances = stationary(np.full(states.size - 1, arrival), deaths[1:])
    blocking = 0.0 if waiting_room is None else float(chances[-1])
    seen = chances if waiting_room is None else chances[:-1] / (1.0 - blocking)  # by those who enter
    found = seen[servers:]  # found[j]: all busy and j in line
    found = found[: np.flatnonzero(found > NEGLIGIBLE)[-1] + 1] if found.size else found
    answered, left = _within(found.size, servers / service, 1.0 / patience, threshold)
    late, wait = _answered(found.size, servers / service, 1.0 / patience)
    abandonment = float(found @ (1.0 - late))
    within = 1.0 - float(found.sum()) + float(found @ answered)
    in_line = float(chances @ np.maximum(states - servers, 0))
    return Line(
        blocking=blocking,
        p_wait=float(found.sum()),
        abandonment=abandonment,
        wait_all=in_line / arrival / (1.0 - blocking),
        asa=float(found @ wait) / (1.0 - abandonment),
        sl_offered=within,
        service_level=within / (1.0 - float(found @ left)),
        occupancy=float(chances @ np.minimum(states, servers)) / servers,
    )


def _answered(size: int, rate: float, theta: float) -> tuple[Floats, Floats]:
    """By how many are in line ahead: P(answered), and E[wait; answered], by competing exponentials."""
    chances, waits = np.zeros(size), np.zeros(size)
    chance, wait = 1.0, 0.0
    for ahead in range(size):
        out = rate + (ahead + 1) * theta  # somebody ahead moves on or gives up, or oneself does
        forward = (rate + ahead * theta) / out
        chance, wait = forward * chance, forward * (wait + chance / out)
        chances[ahead], waits[ahead] = chance, wait
    return chances, waits


def _within(size: int, rate: float, theta: float, threshold: float) -> tuple[Floats, Floats]:
    """By how many are in line ahead: P(answered within the threshold), P(given up within it), by uniformisation."""
    ahead = np.arange(size)
    fastest = rate + size * theta
    forward, gives_up = (rate + ahead * theta) / fastest, theta / fastest
    stays = 1.0 - forward - gives_up
    answered, left, sums = np.zeros(size), np.zeros(size), np.zeros((2, size))
    most = int(poisson.isf(NEGLIGIBLE, fastest * threshold)) + 1
    for weight in poisson.pmf(np.arange(most + 1), fastest * threshold):
        sums += weight * np.array([answered, left])
        answered = stays * answered + forward * np.concatenate([[1.0], answered[:-1]])[:size]
        left = stays * left + forward * np.concatenate([[0.0], left[:-1]])[:size] + gives_up
    return sums[0], sums[1]
