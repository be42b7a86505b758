"""Waits in a first-come-first-served queue with several servers, by the workload vector. Imports nothing from `sim`.

Source: Kiefer and Wolfowitz 1955, On the theory of queues with many servers, Trans. AMS 78.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence


def waits(arrivals: Sequence[float], services: Sequence[float], servers: int) -> list[float]:
    """The wait of each customer, in order of arrival; nobody gives up, any free server will do."""
    free_at = [0.0] * servers
    result = []
    for arrival, service in zip(arrivals, services, strict=True):
        begins = max(arrival, heapq.heappop(free_at))
        heapq.heappush(free_at, begins + service)
        result.append(begins - arrival)
    return result
