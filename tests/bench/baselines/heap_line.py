"""M/M/n+M as a bare loop over a `heapq`: no contact objects, no records, no KPIs. What Python can do at its best."""

from __future__ import annotations

import random
from heapq import heappop, heappush

from tests.bench.baselines.parameters import Line
from tests.bench.baselines.tally import Tally

ARRIVAL, END, GIVE_UP = range(3)


def run(line: Line, seed: int) -> Tally:
    """Run until nobody is left."""
    exponential = random.Random(seed).expovariate
    rate, leaves, ends, horizon = line.rate, 1.0 / line.patience, 1.0 / line.service, line.length
    free, customers, abandoned, waited = line.agents, 0, 0, 0.0
    waiting: dict[int, float] = {}  # since when, in order of arrival
    heap = [(exponential(rate), ARRIVAL, 0)]
    while heap:
        now, kind, who = heappop(heap)
        if kind == ARRIVAL:
            customers += 1
            later = now + exponential(rate)
            if later < horizon:
                heappush(heap, (later, ARRIVAL, who + 1))
            if free:
                free -= 1
                heappush(heap, (now + exponential(ends), END, who))
            else:
                waiting[who] = now
                heappush(heap, (now + exponential(leaves), GIVE_UP, who))
        elif kind == END:
            if waiting:
                first = next(iter(waiting))
                waited += now - waiting.pop(first)
                heappush(heap, (now + exponential(ends), END, first))
            else:
                free += 1
        elif who in waiting:
            waited += now - waiting.pop(who)
            abandoned += 1
    return Tally(customers, abandoned, waited)
