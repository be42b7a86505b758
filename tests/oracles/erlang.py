"""Erlang-A in a planner's words: what the chain of `birth_death` comes to. Imports nothing from `sim`."""

from __future__ import annotations

from typing import NamedTuple

from tests.oracles.birth_death import line


class Queue(NamedTuple):
    """What a queue in steady state comes to."""

    abandonment: float
    wait_all: float
    wait_answered: float
    within: float  # share of all offered who are answered within the threshold
    utilisation: float


def impatient(arrival: float, service: float, patience: float, servers: int, threshold: float) -> Queue:
    """M/M/n+M; rates per second, times in seconds."""
    found = line(arrival, service, servers, patience, threshold=threshold)
    return Queue(found.abandonment, found.wait_all, found.asa, found.sl_offered, found.occupancy)
