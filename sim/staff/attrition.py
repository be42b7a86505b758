"""Agents leave for good, and others take their seats: an ordinary SimPy process that looks once a day.

Every holder is given an amount of hazard to live through (a unit exponential, addressed by seat and holder), and leaves
when the hazard of the days so far exceeds it. So more strain makes the same agent leave earlier, never later. Whoever
leaves finishes a duty that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import log
from typing import Any

import simpy

from sim.config.schema import Attrition as Spec
from sim.sampling.streams import Streams
from sim.staff.seats import Seats

DAY = 86400.0
MONTH, YEAR = 365.25 / 12 * DAY, 365.25 * DAY

Steps = Generator[simpy.Event, Any, None]


class Attrition:
    """Empties and refills the seats of those who work in shifts."""

    def __init__(
        self, spec: Spec, seats: Seats, keys: dict[int, int], streams: Streams, load: Callable[[int], float]
    ) -> None:
        """`keys`: of the agents who may leave, by number; `load`: of an agent at present."""
        self._spec, self._seats, self._keys, self._load = spec, seats, keys, load
        self._draws = streams.purpose("attrition")
        self._left = {agent: self._endured(agent) for agent in keys}

    def run(self, env: simpy.Environment) -> Steps:
        """The process: look once a day, for as long as the run goes on."""
        while True:
            yield env.timeout(DAY)
            for agent in self._keys:
                if not self._seats.vacant(agent):
                    self._left[agent] -= self._of_last_day(agent, env.now)
                    if self._left[agent] < 0.0:
                        self._seats.leave(agent)
                        env.process(self._refill(env, agent))

    def _refill(self, env: simpy.Environment, agent: int) -> Steps:
        yield env.timeout(self._spec.refill)
        self._seats.join(agent, env.now)
        self._left[agent] = self._endured(agent)

    def _endured(self, agent: int) -> float:
        """Hazard that the present holder of a seat lives through."""
        return -log(self._draws.block(self._keys[agent], self._seats.holder[agent], 0)[0])

    def _of_last_day(self, agent: int, now: float) -> float:
        until = self._seats.tenure(agent, now)
        since = max(0.0, until - DAY)
        return hazard(self._spec, since, until, self._load(agent))


def hazard(spec: Spec, since: float, until: float, load: float) -> float:
    """Expected departures of one agent between two tenures (seconds), at this load."""
    early = max(0.0, min(until, spec.early_for) - since)
    worn = spec.strain * max(0.0, load - spec.limit)
    return (early * spec.early + (until - since - early) * spec.later) / MONTH + (until - since) * worn / YEAR
