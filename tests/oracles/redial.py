"""Lines whose customers call again: M/M/n/K+M with redial, solved as a Markov chain. No part of `sim`.

The state is (in the centre, about to redial). Who finds the line full, or gives up, redials with a probability, after
an exponential delay, with fresh patience. Source: Falin and Templeton 1997, Retrial queues; Mandelbaum, Massey and
Reiman 1998. Rates are per second, times in seconds. And repeat contacts, which are a geometric series.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve


class Redial(NamedTuple):
    """What it comes to, in the names that measurements use; shares and waits are per attempt that entered."""

    attempts_per_case: float
    blocking: float
    abandonment: float
    wait_all: float
    occupancy: float
    in_orbit: float  # mean number of customers about to redial


def redial(
    arrival: float,
    service: float,
    servers: int,
    probability: float,
    delay: float,
    patience: float = inf,
    waiting_room: int | None = None,
    most_in_orbit: int = 80,
) -> Redial:
    """The stationary chain, cut off where the room ends, at four times the servers plus 40, and at `most_in_orbit`."""
    room = 3 * servers + 40 if waiting_room is None else waiting_room
    inside, orbit = np.meshgrid(np.arange(servers + room + 1), np.arange(most_in_orbit + 1), indexing="ij")
    busy, in_line = np.minimum(inside, servers), np.maximum(inside - servers, 0)
    full = inside == servers + room
    leaving = in_line / patience
    moves = [
        (arrival * ~full, 1, 0),
        (arrival * probability * full, 0, 1),
        (orbit / delay * ~full, 1, -1),
        (orbit / delay * (1.0 - probability) * full, 0, -1),
        (busy / service + leaving * (1.0 - probability), -1, 0),
        (leaving * probability, -1, 1),
    ]
    chances = _stationary(inside.shape, moves)
    attempts = arrival + float((chances * orbit).sum()) / delay
    lost = float((chances * (arrival + orbit / delay) * full).sum())
    line = float((chances * in_line).sum())
    return Redial(
        attempts_per_case=attempts / arrival,
        blocking=lost / attempts,
        abandonment=line / patience / (attempts - lost),
        wait_all=line / (attempts - lost),
        occupancy=float((chances * busy).sum()) / servers,
        in_orbit=float((chances * orbit).sum()),
    )


def _stationary(shape: tuple[int, int], moves: list[tuple[NDArray[np.float64], int, int]]) -> NDArray[np.float64]:
    """The chain's stationary probabilities; a move out of the grid does not happen."""
    size = shape[0] * shape[1]
    number = np.arange(size).reshape(shape)
    rows, columns, values = [], [], []
    for rate, up, over in moves:
        kept = np.zeros(shape, dtype=bool)
        kept[max(-up, 0) : shape[0] - max(up, 0), max(-over, 0) : shape[1] - max(over, 0)] = True
        source, speed = number[kept], rate[kept]
        target = source + up * shape[1] + over
        rows += [target, source]
        columns += [source, source]
        values += [speed, -speed]
    flow = coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (size, size)).tolil()
    flow[0, :] = 1.0  # one balance equation is redundant; the probabilities add up to 1
    solved = spsolve(flow.tocsc(), np.eye(1, size)[0])
    return np.asarray(solved).reshape(shape)


def repeats(unresolved: float, returns: float, most: int) -> float:
    """Mean contacts of a case: each fails with `unresolved`, then comes back with `returns`; at most `most`."""
    again = unresolved * returns
    return sum(again**n for n in range(most))
