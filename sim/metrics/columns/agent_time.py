"""Agents' time: state records clipped to a window and cut at the borders of intervals, in seconds."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Bools, Cells, Floats, Ints
from sim.model.journal import AgentState

HANDLING = (AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER)
ON_DUTY = (*HANDLING, AgentState.AVAILABLE, AgentState.COACHING)


class Pieces(NamedTuple):
    """Parts of records that lie in one interval each: the record's row, the interval and the length."""

    row: Ints
    interval: Ints
    seconds: Floats


def cut(start: Floats, end: Floats, length: float) -> Pieces:
    """Cut spans (start < end) at the multiples of `length`; the pieces of a span add up to it."""
    first = np.floor_divide(start, length).astype(np.int64)
    last = np.maximum(np.ceil(end / length).astype(np.int64) - 1, first)
    counts = last - first + 1
    row = np.repeat(np.arange(len(start)), counts)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    interval = first[row] + rank
    left = np.maximum(start[row], interval * length)
    right = np.where(interval == last[row], end[row], (interval + 1) * length)
    return Pieces(row, interval, right - left)


class AgentTime:
    """Seconds of agents between warm-up and horizon, each in the interval in which it passed."""

    def __init__(self, states: NDArray[np.void], cells: Cells) -> None:
        self.cells = cells
        start = np.maximum(states["start"], cells.lexicon.warmup)
        end = np.minimum(states["end"], cells.lexicon.horizon)
        kept = np.flatnonzero(end > start)
        pieces = cut(start[kept], end[kept], cells.lexicon.interval)
        row = kept[pieces.row]
        self._seconds, self._state = pieces.seconds, states["state"][row]
        self._load, self._scheduled = states["load"][row], states["scheduled"][row] == 1
        interval = np.clip(pieces.interval - cells.first_interval, 0, max(0, cells.intervals - 1))
        self.groups = cells.group(_places(states["agent"][row], states["tier"][row], cells, interval))

    def spent(self, which: Bools) -> Floats:
        """Seconds in the pieces selected."""
        return self.cells.sum(self.groups, np.where(which, self._seconds, 0.0))

    @cached_property
    def handling(self) -> Floats:
        """Seconds with a contact in hand, in wrap-up, or on the line of a warm escalation."""
        return self.spent(_among(self._state, HANDLING))

    @cached_property
    def available(self) -> Floats:
        """Seconds idle and ready."""
        return self.spent(self._state == AgentState.AVAILABLE)

    @cached_property
    def paid(self) -> Floats:
        """Seconds in any state but off."""
        return self.spent(self._state != AgentState.OFF)

    @cached_property
    def coaching(self) -> Floats:
        """Seconds in coaching."""
        return self.spent(self._state == AgentState.COACHING)

    @cached_property
    def scheduled(self) -> Floats:
        """Seconds for which the plan had the agent on duty."""
        return self.spent(self._scheduled)

    @cached_property
    def kept_schedule(self) -> Floats:
        """Seconds planned on duty in which the agent was: available, handling or in coaching."""
        return self.spent(self._scheduled & _among(self._state, ON_DUTY))

    @cached_property
    def in_hand(self) -> Floats:
        """Seconds with at least one contact in hand."""
        return self.spent(self._load > 0)

    @cached_property
    def contact_seconds(self) -> Floats:
        """Seconds weighted with the number of contacts in hand."""
        return self.cells.sum(self.groups, self._seconds * self._load)


class PaidTime:
    """Paid seconds from the warm-up to the end of the run, and what they cost; no intervals."""

    def __init__(self, states: NDArray[np.void], cells: Cells) -> None:
        self.cells = cells
        start = np.maximum(states["start"], cells.lexicon.warmup)
        kept = (states["state"] != AgentState.OFF) & (states["end"] > start)
        agent = states["agent"][kept]
        self._seconds = states["end"][kept] - start[kept]
        self._rate = np.array([*cells.lexicon.agent_hourly_costs, 0.0])[agent] / 3600.0
        self.groups = cells.group(_places(agent, states["tier"][kept], cells, None))

    @cached_property
    def seconds(self) -> Floats:
        """Seconds paid."""
        return self.cells.sum(self.groups, self._seconds)

    @cached_property
    def wages(self) -> Floats:
        """Money paid for them."""
        return self.cells.sum(self.groups, self._seconds * self._rate)


def _places(agent: NDArray[np.integer], tier: NDArray[np.integer], cells: Cells, interval: Ints | None) -> list[Ints]:
    return [
        cells.place("all", np.zeros(len(agent), dtype=np.int64), interval),
        cells.place("tier", cells.tier_member(tier), interval),
        cells.place("agent", agent),
    ]


def _among(state: NDArray[np.integer], states: tuple[AgentState, ...]) -> Bools:
    member = np.zeros(len(AgentState), dtype=np.bool_)
    member[list(states)] = True
    among: Bools = member[state]
    return among
