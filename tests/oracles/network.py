"""Open networks of M/M/n stations: traffic equations and product form. No part of `sim`.

Source: Jackson 1957, Networks of waiting lines, Operations Research 5(4): in steady state each station is a line of its
own at its effective rate, feedback or not. Rates are per second, times in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.oracles.birth_death import Line, line


def traffic(arrivals: Sequence[float], routing: Sequence[Sequence[float]]) -> list[float]:
    """Effective rates: what comes from outside, and what other stations send."""
    matrix = np.asarray(routing, dtype=float)
    solved = np.linalg.solve(np.eye(len(matrix)) - matrix.T, np.asarray(arrivals, dtype=float))
    return [float(rate) for rate in solved]


def stations(
    arrivals: Sequence[float],
    routing: Sequence[Sequence[float]],
    services: Sequence[float],
    servers: Sequence[int],
) -> list[Line]:
    """Every station; row i, column j of `routing` is the probability of going to j after i."""
    rates = traffic(arrivals, routing)
    return [line(rate, service, n) for rate, service, n in zip(rates, services, servers, strict=True)]


def sojourn(
    arrivals: Sequence[float],
    routing: Sequence[Sequence[float]],
    services: Sequence[float],
    servers: Sequence[int],
) -> float:
    """Mean time a customer waits and is served in the whole network, over all visits."""
    rates = traffic(arrivals, routing)
    lines = stations(arrivals, routing, services, servers)
    here = [rate * (at.wait_all + service) for rate, at, service in zip(rates, lines, services, strict=True)]
    return sum(here) / sum(arrivals)
