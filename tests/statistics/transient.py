"""An impatient queue (M/M/n+M) that opens empty and closes its doors after a while: what it comes to, exactly.

From its birth-death chain by matrix exponentials, so nothing is simulated and no steady state assumed. Customers who
came before the doors closed are served or give up afterwards. Arrivals are Poisson, so they see the chain as it is at
their time (PASTA), and an expected sum over arrivals is the arrival rate times an integral over the chain's law.
Rates are per second, times in seconds. Imports nothing from `sim`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm, solve

Floats = NDArray[np.float64]
STATES = 90


@dataclass(frozen=True, slots=True)
class Truth:
    """Ratios of expected sums over one opening, by the name of the KPI that estimates them."""

    wait_all: float
    abandonment: float
    sl_offered: float
    service_level: float


def opening(arrival: float, service: float, patience: float, servers: int, length: float, within: float) -> Truth:
    """One opening of `length` seconds; `service` and `patience` are means, `within` is the service level's time."""
    open_chain = _generator(arrival, service, patience, servers)
    closed_chain = _generator(0.0, service, patience, servers)
    spent, last = _occupation(open_chain, length)
    spent_after = solve(-closed_chain[1:, 1:].T, last[1:])
    in_line = np.maximum(np.arange(STATES) - servers, 0)
    waited = float(spent @ in_line + spent_after @ in_line[1:])
    offered = arrival * length
    answered, left = _fates(servers, servers / service, 1.0 / patience, within)
    prompt, lost = float(arrival * spent @ answered), float(arrival * spent @ left)
    return Truth(waited / offered, waited / patience / offered, prompt / offered, prompt / (offered - lost))


def _generator(arrival: float, service: float, patience: float, servers: int) -> Floats:
    rates = np.zeros((STATES, STATES))
    for k in range(STATES):
        if k + 1 < STATES:
            rates[k, k + 1] = arrival
        if k > 0:
            rates[k, k - 1] = min(k, servers) / service + max(k - servers, 0) / patience
    return np.asarray(rates - np.diag(rates.sum(axis=1)))


def _occupation(chain: Floats, length: float) -> tuple[Floats, Floats]:
    """Expected seconds in each state over [0, length] from an empty start, and the law at the end (Van Loan 1978)."""
    size = len(chain)
    block = np.zeros((2 * size, 2 * size))
    block[:size, :size], block[:size, size:] = chain, np.eye(size)
    moved = expm(block * length)
    return moved[0, size:], moved[0, :size]


def _fates(servers: int, rate: float, theta: float, within: float) -> tuple[Floats, Floats]:
    """For each state that an arrival may find: P(answered within the time), P(given up within the time).

    Who finds m others in line moves up at rate + m · theta and gives up at theta; the chain runs over m, then over
    "answered" and "given up".
    """
    line = STATES - servers
    chain = np.zeros((line + 2, line + 2))
    for ahead in range(line):
        chain[ahead, ahead - 1 if ahead else line] = rate + ahead * theta
        chain[ahead, line + 1] = theta
    chain -= np.diag(chain.sum(axis=1))
    moved = expm(chain * within)
    nobody = np.zeros(servers)
    return np.concatenate([nobody + 1.0, moved[:line, line]]), np.concatenate([nobody, moved[:line, line + 1]])
