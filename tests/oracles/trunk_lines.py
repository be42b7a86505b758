"""Days of a bank whose callers share so many telephone lines: who finds all taken is blocked. No part of `sim`.

Three types of calls, two pools of specialists who are faster at their own type; a caller asks the pools of the type in
order, a freed agent serves the own type before the longest wait. Source of the centre: ContactCenters, example Bank.
Times are in minutes; everything is drawn here.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from math import inf

import numpy as np

ARRIVES, GIVES_UP, ENDS = range(3)


@dataclass(frozen=True)
class Kind:
    """A type of call: rates an hour (the first hour, later), mean talk, ends of the uniform patience, pools in order.

    No pools: any free agent, all with the same chance.
    """

    first: float
    later: float
    talk: float
    patience: tuple[float, float]
    pools: tuple[str, ...] = ()


@dataclass
class Bank:
    """One opening day of `hours`; `lines`: most callers at once, waiting or talking."""

    kinds: dict[str, Kind]
    pools: dict[str, int]
    faster: float
    hours: int
    lines: float = inf
    counts: Counter[str] = field(default_factory=Counter)

    def day(self, draw: np.random.Generator) -> None:
        """Add what happens to those who arrive on a day to the counts: arrived, blocked, abandoned."""
        self.draw, self.idle = draw, [pool for pool, heads in self.pools.items() for _ in range(heads)]
        self.waiting: dict[int, tuple[float, str]] = {}
        self.inside, self.events = 0, list(self._arrivals())
        heapq.heapify(self.events)
        while self.events:
            now, what, number, name = heapq.heappop(self.events)
            if what == ARRIVES:
                self._arrive(now, number, name)
            elif what == ENDS:
                self._free(now, name)
            elif self.waiting.pop(number, None):
                self.counts["abandoned"] += 1
                self.inside -= 1

    def _arrivals(self) -> list[tuple[float, int, int, str]]:
        moments = []
        for name, kind in self.kinds.items():
            for hour in range(self.hours):
                count = self.draw.poisson(kind.first if hour == 0 else kind.later)
                moments += [(60.0 * (hour + u), name) for u in self.draw.random(count)]
        return [(moment, ARRIVES, number, name) for number, (moment, name) in enumerate(sorted(moments))]

    def _arrive(self, now: float, number: int, name: str) -> None:
        self.counts["arrived"] += 1
        if self.inside >= self.lines:
            self.counts["blocked"] += 1
            return
        self.inside += 1
        if self.idle:
            pool = self._pick(name)
            self.idle.remove(pool)
            self._serve(now, name, pool)
        else:
            self.waiting[number] = (now, name)
            heapq.heappush(self.events, (now + self.draw.uniform(*self.kinds[name].patience), GIVES_UP, number, name))

    def _pick(self, name: str) -> str:
        order = self.kinds[name].pools
        return next(p for p in order if p in self.idle) if order else self.idle[self.draw.integers(len(self.idle))]

    def _serve(self, now: float, name: str, pool: str) -> None:
        talk = self.draw.exponential(self.kinds[name].talk * (self.faster if pool == name else 1.0))
        heapq.heappush(self.events, (now + talk, ENDS, -1, pool))

    def _free(self, now: float, pool: str) -> None:
        self.inside -= 1
        if not self.waiting:
            self.idle.append(pool)
            return
        own = [number for number, (_, name) in self.waiting.items() if name == pool]
        number = own[0] if own else next(iter(self.waiting))
        self._serve(now, self.waiting.pop(number)[1], pool)
