"""Small desks with parts no formula has, solved as Markov chains found from an empty desk. No part of `sim`.

Wrap-up as a phase of its own, agents of unequal speed, chats that slow down, customers who come back with priority,
and a shift that goes home in the middle of its calls. Every law is exponential. Rates are per second, times in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

State = tuple[int, ...]
Moves = Callable[[State], Iterator[tuple[float, Hashable]]]
Floats = NDArray[np.float64]
Desk = dict[str, float]


class Steady:
    """The stationary probabilities of all states that a chain reaches from `start`."""

    def __init__(self, start: State, moves: Callable[[State], Iterator[tuple[float, State]]]) -> None:
        self.number, rows, columns, rates = {start: 0}, [], [], []
        found = [start]
        for state in found:  # grows
            here = self.number[state]
            for rate, to in moves(state):
                if to not in self.number:
                    self.number[to] = len(found)
                    found.append(to)
                rows += [self.number[to], here]
                columns += [here, here]
                rates += [rate, -rate]
        size = len(found)
        flow = coo_array((rates, (rows, columns)), (size, size)).tolil()
        flow[0, :] = 1.0  # one balance equation is redundant; the probabilities add up to 1
        self.chances = np.asarray(spsolve(flow.tocsc(), np.eye(1, size)[0]))

    def mean(self, of: Callable[[State], float]) -> float:
        """Expectation of a function of the state."""
        return float(sum(self.chances[number] * of(state) for state, number in self.number.items()))


def wrap_up(arrival: float, talk: float, wrap: float, agents: int, patience: float, room: int = 50) -> Desk:
    """Talk, then wrap-up, each exponential, before the agent is free. State: talking, wrapping up, waiting."""

    def moves(state: State) -> Iterator[tuple[float, State]]:
        talking, wrapping, waiting = state
        if talking + wrapping < agents:
            yield arrival, (talking + 1, wrapping, 0)
        elif waiting < room:
            yield arrival, (talking, wrapping, waiting + 1)
        if talking:
            yield talking / talk, (talking - 1, wrapping + 1, waiting)
        if wrapping:
            took = waiting > 0
            yield wrapping / wrap, (talking + took, wrapping - 1, waiting - took)
        if waiting:
            yield waiting / patience, (talking, wrapping, waiting - 1)

    desk = Steady((0, 0, 0), moves)
    waiting = desk.mean(lambda state: state[2])
    return {
        "wait_all": waiting / arrival,
        "abandonment": waiting / patience / arrival,
        "p_wait": desk.mean(lambda state: state[0] + state[1] == agents),
        "occupancy": desk.mean(lambda state: state[0] + state[1]) / agents,
    }


def unequal(arrival: float, services: Sequence[float], patience: float, ranked: bool, room: int = 60) -> Desk:
    """Agents of unequal speed; who is free longest is taken, or (`ranked`) the first in the list.

    State: how many wait, then the free agents in the order in which they became free.
    """

    def moves(state: State) -> Iterator[tuple[float, State]]:
        waiting, free = state[0], state[1:]
        if free:
            taken = min(free) if ranked else free[0]
            yield arrival, (0, *(agent for agent in free if agent != taken))
        elif waiting < room:
            yield arrival, (waiting + 1,)
        for agent, service in enumerate(services):
            if agent not in free:
                yield 1.0 / service, (waiting - 1,) if waiting else (0, *free, agent)
        if waiting:
            yield waiting / patience, (waiting - 1,)

    desk = Steady((0, *range(len(services))), moves)
    waiting = desk.mean(lambda state: state[0])
    found = {"wait_all": waiting / arrival, "abandonment": waiting / patience / arrival}
    busy = {f"busy {n}": 1.0 - desk.mean(lambda state, n=n: n in state[1:]) for n in range(len(services))}  # type: ignore[misc]
    return found | busy


def chat(arrival: float, talk: float, slowdown: Sequence[float], patience: float, room: int = 60) -> Desk:
    """One agent, a slot an entry of `slowdown`; a chat that makes it k in hand lasts `slowdown[k - 1]` times as long.

    State: how many wait, then how many in hand began as the first, as the second, …
    """
    slots = len(slowdown)

    def begun(waiting: int, hand: tuple[int, ...]) -> State:
        place = sum(hand)
        return (waiting, *(count + (place == k) for k, count in enumerate(hand)))

    def moves(state: State) -> Iterator[tuple[float, State]]:
        waiting, hand = state[0], state[1:]
        if sum(hand) < slots:
            yield arrival, begun(0, hand)
        elif waiting < room:
            yield arrival, (waiting + 1, *hand)
        for k, count in enumerate(hand):
            if count:
                left = (*hand[:k], count - 1, *hand[k + 1 :])
                yield count / (talk * slowdown[k]), begun(waiting - 1, left) if waiting else (0, *left)
        if waiting:
            yield waiting / patience, (waiting - 1, *hand)

    desk = Steady((0,) * (slots + 1), moves)
    waiting, in_hand = desk.mean(lambda state: state[0]), desk.mean(lambda state: sum(state[1:]))
    busy = desk.mean(lambda state: any(state[1:]))
    return {
        "wait_all": waiting / arrival,
        "abandonment": waiting / patience / arrival,
        "occupancy": busy,
        "concurrency": in_hand / busy,
        "aht": in_hand / (arrival - waiting / patience),
    }


def returning_first(
    arrival: float, service: float, agents: int, again: float, delay: float, room: int = 16, orbit: int = 12
) -> Desk:
    """A share `again` of the served comes back after `delay`, and then goes before all others; nobody gives up.

    State: busy agents, new ones waiting, returned ones waiting, away. `room` bounds each line.
    """

    def moves(state: State) -> Iterator[tuple[float, State]]:
        busy, new, back, away = state
        if busy < agents:
            yield arrival, (busy + 1, 0, 0, away)
        elif new < room:
            yield arrival, (busy, new + 1, back, away)
        if away:
            joined = (busy + 1, 0, 0) if busy < agents else (busy, new, min(back + 1, room))
            yield away / delay, (*joined, away - 1)
        if busy:
            after = (busy, new, back - 1) if back else (busy, new - 1, 0) if new else (busy - 1, 0, 0)
            yield busy / service * (1.0 - again), (*after, away)
            yield busy / service * again, (*after, min(away + 1, orbit))

    desk = Steady((0, 0, 0, 0), moves)
    returned = arrival * again / (1.0 - again)
    return {
        "wait new": desk.mean(lambda state: state[1]) / arrival,
        "wait back": desk.mean(lambda state: state[2]) / returned,
        "occupancy": desk.mean(lambda state: state[0]) / agents,
    }


def relieved(
    arrival: float, service: float, patience: float, shifts: Sequence[tuple[int, float]], room: int = 40
) -> Desk:
    """Shifts of (agents, seconds) one after the other, from empty; who goes home ends the call in hand first.

    Whoever waits goes on waiting for the next shift, and gives up after the last. `seconds paid`: all shifts and what
    their last calls took longer.
    """
    line = np.array([1.0])  # probabilities of how many wait
    left = paid = 0.0
    for agents, length in shifts:
        size = agents + room + 1
        present = np.arange(size)
        waiting, busy = np.maximum(present - agents, 0), np.minimum(present, agents)
        chances = np.zeros(size)
        chances[: line.size] = line[:size]
        chances, queued = _run(arrival, busy / service + waiting / patience, chances, length, waiting)
        left += queued / patience
        paid += agents * length + float(chances @ busy) * service
        line = np.bincount(waiting, chances)
    left += float(line @ np.arange(line.size))
    offered = arrival * sum(length for _, length in shifts)
    return {"abandonment": left / offered, "wait_all": left * patience / offered, "paid": paid}


def _run(
    arrival: float, deaths: Floats, chances: Floats, length: float, of: NDArray[np.int64], steps: int = 200
) -> tuple[Floats, float]:
    """The probabilities after so long, and the integral of a function of the state until then (Simpson)."""
    flow = np.diag(np.full(deaths.size - 1, arrival), -1) + np.diag(deaths[1:], 1)
    flow -= np.diag(flow.sum(axis=0))
    onward = expm(flow * length / steps)
    weights = np.array([1.0, *([4.0, 2.0] * (steps // 2))[:-1], 1.0]) * length / steps / 3.0
    total = weights[0] * float(chances @ of)
    for weight in weights[1:]:
        chances = onward @ chances
        total += weight * float(chances @ of)
    return chances, total
