"""M/M/n+M in SimPy as its documentation teaches: a generator per customer, `request | timeout` on a resource.

After the documented example "Bank Renege".
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import simpy

from tests.bench.baselines.parameters import Line
from tests.bench.baselines.tally import Tally


class Bank:
    """The line, and what it counts."""

    def __init__(self, env: simpy.Environment, line: Line, seed: int) -> None:
        self.env = env
        self.line = line
        self.random = random.Random(seed)
        self.agents = simpy.Resource(env, line.agents)
        self.customers = self.abandoned = 0
        self.waited = 0.0

    def arrivals(self) -> Iterator[Any]:
        """Customers, one after another."""
        while True:
            yield self.env.timeout(self.random.expovariate(self.line.rate))
            if self.env.now >= self.line.length:
                return
            self.env.process(self.customer())

    def customer(self) -> Iterator[Any]:
        """Wait for an agent or give up."""
        self.customers += 1
        arrived = self.env.now
        with self.agents.request() as request:
            patience = self.env.timeout(self.random.expovariate(1.0 / self.line.patience))
            result = yield request | patience
            self.waited += self.env.now - arrived
            if request in result:
                yield self.env.timeout(self.random.expovariate(1.0 / self.line.service))
            else:
                self.abandoned += 1


def run(line: Line, seed: int) -> Tally:
    """Run until nobody is left."""
    env = simpy.Environment()
    bank = Bank(env, line, seed)
    env.process(bank.arrivals())
    env.run()
    return Tally(bank.customers, bank.abandoned, bank.waited)
