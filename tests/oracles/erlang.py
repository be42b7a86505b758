"""Textbook formulas of one queue, written from their birth-death chains. Imports nothing from `sim`.

Sources: Erlang 1917; Palm 1957; Cobham 1954, Priority assignment in waiting line problems, Operations Research 2(1);
Pollaczek 1930 and Khinchine 1932. Rates are per second, times in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, factorial
from typing import NamedTuple


class Queue(NamedTuple):
    """What a queue in steady state comes to."""

    abandonment: float
    wait_all: float
    wait_answered: float
    within: float  # share of all offered who are answered within the threshold
    utilisation: float


def blocking(load: float, servers: int) -> float:
    """Erlang-B: P(all servers busy), nobody waits. `load` in erlangs."""
    terms = [load**k / factorial(k) for k in range(servers + 1)]
    return terms[-1] / sum(terms)


def patient(arrival: float, service: float, servers: int, threshold: float) -> Queue:
    """Erlang-C, M/M/n: nobody gives up; `threshold` for the service level."""
    load = arrival * service
    b = blocking(load, servers)
    busy = b / (1.0 - load / servers * (1.0 - b))
    spare = servers / service - arrival
    wait = busy / spare
    return Queue(0.0, wait, wait, 1.0 - busy * exp(-spare * threshold), load / servers)


def impatient(arrival: float, service: float, patience: float, servers: int, threshold: float) -> Queue:
    """Erlang-A, M/M/n+M, by summing its chain; waits beyond the threshold by the chain of those ahead."""
    chances = _chain(arrival, service, patience, servers)
    in_line = sum((k - servers) * p for k, p in enumerate(chances) if k > servers)
    busy = sum(min(k, servers) * p for k, p in enumerate(chances))
    abandonment = in_line / patience / arrival
    wait = in_line / arrival
    answered_late = sum(
        p * _served_after(k - servers, servers / service, 1.0 / patience, threshold)
        for k, p in enumerate(chances)
        if k >= servers and p > 1e-14
    )
    answered_wait = _mean_wait_of_answered(chances, servers, servers / service, 1.0 / patience)
    return Queue(
        abandonment, wait, answered_wait / (1.0 - abandonment), 1.0 - abandonment - answered_late, busy / servers
    )


def _chain(arrival: float, service: float, patience: float, servers: int) -> list[float]:
    terms = [1.0]
    while len(terms) < 40 * servers + 400:
        k = len(terms)
        terms.append(terms[-1] * arrival / (min(k, servers) / service + max(k - servers, 0) / patience))
    total = sum(terms)
    return [term / total for term in terms]


def _mean_wait_of_answered(chances: Sequence[float], servers: int, rate: float, theta: float) -> float:
    """E[wait; answered]: who finds j ahead is answered after j + 1 steps, each of which may be the own giving up."""
    total = 0.0
    for k, p in enumerate(chances):
        if k >= servers and p > 1e-14:
            total += p * _answered(k - servers, rate, theta)[1]
    return total


def _answered(ahead: int, rate: float, theta: float) -> tuple[float, float]:
    """P(answered) and E[wait; answered] of who finds `ahead` waiting: competing exponentials, last step first."""
    chance, mean = 1.0, 0.0
    for j in range(ahead + 1):
        out = rate + (j + 1) * theta  # departures from a line of j others and oneself
        forward = (rate + j * theta) / out
        chance, mean = forward * chance, forward * (mean + chance / out)
    return chance, mean


def _served_after(ahead: int, rate: float, theta: float, threshold: float) -> float:
    """P(answered, and after more than the threshold), by uniformisation of the line in front of oneself."""
    fastest = rate + (ahead + 1) * theta
    place = [0.0] * (ahead + 1)  # place[j]: still waiting with j others in front
    place[ahead] = 1.0
    later = [_answered(j, rate, theta)[0] for j in range(ahead + 1)]
    weight = exp(-fastest * threshold)
    total, step, spent = 0.0, 0, 0.0
    while spent < 1.0 - 1e-13 and step < 100_000:
        total += weight * sum(p * q for p, q in zip(place, later, strict=True))
        spent += weight
        place = [_stays(place, j, rate, theta, fastest) for j in range(ahead + 1)]
        step += 1
        weight *= fastest * threshold / step
    return total


def _stays(place: Sequence[float], j: int, rate: float, theta: float, fastest: float) -> float:
    here = place[j] * (1.0 - (rate + (j + 1) * theta) / fastest)
    return here + (place[j + 1] * (rate + (j + 1) * theta) / fastest if j + 1 < len(place) else 0.0)


def cobham(arrivals: Sequence[float], service: float, second_moment: float) -> list[float]:
    """Mean waits in M/G/1 with non-preemptive priorities, the most urgent class first; all classes serve alike."""
    residual = sum(arrivals) * second_moment / 2.0
    waits, used = [], 0.0
    for arrival in arrivals:
        before, used = used, used + arrival * service
        waits.append(residual / ((1.0 - before) * (1.0 - used)))
    return waits


def pollaczek_khinchine(arrival: float, service: float, second_moment: float) -> float:
    """Mean wait in M/G/1."""
    return arrival * second_moment / 2.0 / (1.0 - arrival * service)


def repeats(unresolved: float, returns: float, most: int) -> float:
    """Mean contacts of a case: each fails with `unresolved`, then comes back with `returns`; at most `most`."""
    again = unresolved * returns
    return sum(again**n for n in range(most))


__all__ = ["Queue", "blocking", "cobham", "impatient", "patient", "pollaczek_khinchine", "repeats"]
