"""M/M/n+M in salabim, in its classic form with `yield`. Importing this needs salabim (extra `bench`)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import salabim

from tests.bench.baselines.parameters import Line
from tests.bench.baselines.tally import Tally


class Counts:
    """What customers report to."""

    def __init__(self, line: Line, seed: int, agents: salabim.Resource) -> None:
        self.line = line
        self.random = random.Random(seed)
        self.agents = agents
        self.customers = self.abandoned = 0
        self.waited = 0.0


class Customer(salabim.Component):
    """Waits for an agent, at most as long as patience lasts."""

    def process(self, counts: Counts) -> Iterator[Any]:
        counts.customers += 1
        arrived = self.env.now()
        patience = counts.random.expovariate(1.0 / counts.line.patience)
        yield self.request(counts.agents, fail_delay=patience)
        counts.waited += self.env.now() - arrived
        if self.failed():
            counts.abandoned += 1
        else:
            yield self.hold(counts.random.expovariate(1.0 / counts.line.service))
            self.release()


class Arrivals(salabim.Component):
    """Makes customers."""

    def process(self, counts: Counts) -> Iterator[Any]:
        while True:
            yield self.hold(counts.random.expovariate(counts.line.rate))
            if self.env.now() >= counts.line.length:
                return
            Customer(counts=counts)


def run(line: Line, seed: int) -> Tally:
    """Run until nobody is left."""
    salabim.yieldless(False)
    env = salabim.Environment(trace=False)
    agents = salabim.Resource("agents", capacity=line.agents, monitor=False)
    counts = Counts(line, seed, agents)
    Arrivals(counts=counts)
    env.run()
    return Tally(counts.customers, counts.abandoned, counts.waited)
