"""Mean waits with and without priorities, nobody interrupted. No part of `sim`.

Sources: Pollaczek 1930 and Khinchine 1932; Cobham 1954, Priority assignment in waiting line problems, Operations
Research 2(1). Rates are per second, times in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tests.oracles.birth_death import line


class Service(NamedTuple):
    """First and second moment of a service time."""

    mean: float
    square: float

    @classmethod
    def of(cls, mean: float, cv: float) -> Service:
        """From mean and coefficient of variation."""
        return cls(mean, mean**2 * (1.0 + cv**2))


def pollaczek_khinchine(arrival: float, service: Service) -> float:
    """Mean wait in M/G/1."""
    return arrival * service.square / 2.0 / (1.0 - arrival * service.mean)


def single_server(arrivals: Sequence[float], services: Sequence[Service]) -> list[float]:
    """Mean waits in M/G/1 by class, the most urgent first."""
    residual = sum(arrival * service.square for arrival, service in zip(arrivals, services, strict=True)) / 2.0
    return _shared(residual, [arrival * service.mean for arrival, service in zip(arrivals, services, strict=True)])


def many_servers(arrivals: Sequence[float], service: float, servers: int) -> list[float]:
    """Mean waits in M/M/n by class, the most urgent first; all are served alike."""
    p_wait = line(sum(arrivals), service, servers).p_wait
    return _shared(p_wait * service / servers, [arrival * service / servers for arrival in arrivals])


def _shared(until_free: float, loads: Sequence[float]) -> list[float]:
    """Cobham's formula: `until_free` is the mean time until a server comes free, for whoever arrives."""
    waits, used = [], 0.0
    for load in loads:
        before, used = used, used + load
        waits.append(until_free / ((1.0 - before) * (1.0 - used)))
    return waits
