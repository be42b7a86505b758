"""The one loop that feeds every engine: bundles of a second or two, few in flight, and a second chance after a death.

A bundle's size follows from how long items took so far, so that the cost of handing it over is small beside
its work, whatever a replication's length; a long replication is a bundle of its own. When a worker dies, the
items it had not finished run again, each in a bundle of its own; who was there at two deaths runs alone, with
nothing beside it; after the third the item stands as killed.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

from sim.experiment.engines.port import Killed, Placed, Pool, Raised, Report

_DEATHS = 3  # an item that was there at so many is taken to be the cause
_MEMORY = 0.8  # weight of the past in the mean time of an item


class Loop:
    """One pass over some items with one pool of workers."""

    def __init__(self, pool: Pool, items: Sequence[Any]) -> None:
        self.pool = pool
        self.items = items
        self.fresh = deque(range(len(items)))
        self.again: deque[int] = deque()  # places of items whose worker died: each in a bundle of its own
        self.alone: deque[int] = deque()  # of those that were there at two deaths: nothing runs beside them
        self.deaths: Counter[int] = Counter()
        self.flying: dict[int, set[int]] = {}  # bundle -> places without a result yet
        self.began: dict[int, tuple[float, int]] = {}
        self.seconds: float | None = None  # mean time of an item
        self.bundles = 0

    def run(self) -> Iterator[Placed]:
        """Results with their places, as they come in; raises what the work raised."""
        while self.fresh or self.again or self.alone or self.flying:
            self._fill()
            for report in self.pool.wait():
                for place, result in report.results:
                    self.flying[report.bundle].discard(place)
                    if isinstance(result, Raised):
                        raise result.error
                    yield place, result
                if report.over or report.died:
                    yield from self._ended(report)

    def _fill(self) -> None:
        while len(self.flying) < self.pool.slots * self.pool.depth:
            if self.again:
                self._submit([self.again.popleft()])
            elif self.fresh:
                self._submit([self.fresh.popleft() for _ in range(self._size())])
            else:
                break
        if self.alone and not self.flying:
            self._submit([self.alone.popleft()])

    def _size(self) -> int:
        """Items of the next bundle: enough for the pool's grain, and few enough that all workers end together."""
        if self.seconds is None or self.pool.grain <= 0.0:
            return 1
        enough = int(self.pool.grain / max(self.seconds, 1e-6))
        share = -(-len(self.fresh) // (2 * self.pool.slots))
        return max(1, min(enough, share, len(self.fresh)))

    def _submit(self, places: list[int]) -> None:
        bundle, self.bundles = self.bundles, self.bundles + 1
        self.flying[bundle] = set(places)
        self.began[bundle] = time.monotonic(), len(places)
        self.pool.submit(bundle, [(place, self.items[place]) for place in places])

    def _ended(self, report: Report) -> Iterator[Placed]:
        left = sorted(self.flying.pop(report.bundle))
        began, size = self.began.pop(report.bundle)
        if not report.died:
            taken = (time.monotonic() - began) / (size * self.pool.depth)
            self.seconds = taken if self.seconds is None else _MEMORY * self.seconds + (1.0 - _MEMORY) * taken
            return
        if report.ended:
            culprit, *left = left
            yield culprit, Killed(self.items[culprit], report.ended)
            self.fresh.extendleft(reversed(left))
            return
        for place in left:
            self.deaths[place] += 1
            if self.deaths[place] >= _DEATHS:
                yield place, Killed(self.items[place])
            else:
                (self.again if self.deaths[place] == 1 else self.alone).append(place)
