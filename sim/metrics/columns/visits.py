"""Columns of visits: legs of contacts in human queues."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Bools, Cells, Floats, Ints
from sim.model.journal import LegEnd


class Ranked(NamedTuple):
    """Values in ascending order within each cell; cell `cell[k]` holds `size[k]` of them from `first[k]`."""

    values: Floats
    cell: Ints
    first: Ints
    size: Ints

    def quantile(self, share: float) -> Floats:
        """Quantile of each cell's values, linear between neighbours."""
        place = (self.size - 1) * share
        low = place.astype(np.int64)
        below = self.values[self.first + low]
        above = self.values[self.first + np.minimum(low + 1, self.size - 1)]
        quantile: Floats = below + (above - below) * (place - low)
        return quantile


class Visits:
    """Legs in human queues. Scopes `queue`, `tier` and `agent` count all, the others a contact's first human
    queue.
    """

    def __init__(self, legs: NDArray[np.void], cells: Cells) -> None:
        rows = legs[(legs["queue"] >= 0) & cells.measured(legs["entered"])]
        self.cells = cells
        self.end: NDArray[np.int8] = rows["end"]
        self.entered: Floats = rows["entered"]
        self.answered_at: Floats = rows["answered"]
        self.ended: Floats = rows["ended"]
        self.hold: Floats = rows["hold"]
        self.wrap: Floats = rows["wrap_up"]
        self.places = _visit_places(rows, cells)
        self.groups = cells.group(self.places)

    @cached_property
    def was_answered(self) -> Bools:
        """Whether somebody answered."""
        return np.isfinite(self.answered_at)

    @cached_property
    def was_handled(self) -> Bools:
        """Whether it was answered and the conversation ended."""
        closed: Bools = self.end != LegEnd.UNFINISHED
        return self.was_answered & closed

    @cached_property
    def was_offered(self) -> Bools:
        """Whether it entered the waiting line: blocked visits did not."""
        entered: Bools = self.end != LegEnd.BLOCKED
        return entered

    @cached_property
    def waits(self) -> Floats:
        """Seconds from entering the queue to the answer, or to leaving the queue without one."""
        return np.where(self.was_answered, self.answered_at, self.ended) - self.entered

    @cached_property
    def was_prompt(self) -> Bools:
        """Whether the wait was at most T."""
        return self.waits <= self.cells.lexicon.answer_within

    def sum(self, values: Floats | Bools) -> Floats:
        """Column of one value a visit."""
        return self.cells.sum(self.groups, values)

    @cached_property
    def visits(self) -> Floats:
        """Visits, blocked ones included."""
        return self.sum(np.ones(len(self.end), dtype=np.bool_))

    @cached_property
    def offered(self) -> Floats:
        """Visits that were not blocked."""
        return self.sum(self.was_offered)

    @cached_property
    def answered(self) -> Floats:
        """Visits that an agent answered."""
        return self.sum(self.was_answered)

    @cached_property
    def answered_within(self) -> Floats:
        """Visits answered within T."""
        return self.sum(self.was_answered & self.was_prompt)

    @cached_property
    def handled(self) -> Floats:
        """Visits answered and talked to their end."""
        return self.sum(self.was_handled)

    @cached_property
    def abandoned(self) -> Floats:
        """Visits that the customer gave up in the queue."""
        return self.sum(self.end == LegEnd.ABANDONED)

    @cached_property
    def abandoned_within(self) -> Floats:
        """Visits given up within T."""
        return self.sum((self.end == LegEnd.ABANDONED) & self.was_prompt)

    @cached_property
    def blocked(self) -> Floats:
        """Visits that found the waiting line full."""
        return self.sum(self.end == LegEnd.BLOCKED)

    @cached_property
    def overflowed(self) -> Floats:
        """Visits moved to another queue after waiting too long."""
        return self.sum(self.end == LegEnd.OVERFLOWED)

    @cached_property
    def unfinished(self) -> Floats:
        """Visits still open when the run ended."""
        return self.sum(self.end == LegEnd.UNFINISHED)

    @cached_property
    def escalated(self) -> Floats:
        """Handled visits passed on to the next tier or to a supervisor."""
        upward = (self.end == LegEnd.ESCALATED) | (self.end == LegEnd.TO_SUPERVISOR)
        return self.sum(self.was_handled & upward)

    @cached_property
    def to_supervisor(self) -> Floats:
        """Handled visits passed on to a supervisor."""
        return self.sum(self.was_handled & (self.end == LegEnd.TO_SUPERVISOR))

    @cached_property
    def wait_answered(self) -> Floats:
        """Seconds waited by answered visits."""
        return self.sum(np.where(self.was_answered, self.waits, 0.0))

    @cached_property
    def wait_offered(self) -> Floats:
        """Seconds waited by all offered visits."""
        return self.sum(np.where(self.was_offered, self.waits, 0.0))

    @cached_property
    def _ranked_waits(self) -> list[Ranked]:
        kept = np.flatnonzero(self.was_answered)
        kept = kept[np.argsort(self.waits[kept])]
        return [_ranked(self.waits[kept], self.cells.total[place[kept]]) for place in self.places]

    def wait_quantile(self, share: float) -> tuple[Floats, Floats]:
        """Quantile of the waits of answered visits in each total cell, and 1 where there is one (else 0)."""
        value, defined = np.zeros(self.cells.size + 1), np.zeros(self.cells.size + 1)
        for ranked in self._ranked_waits:
            value[ranked.cell] = ranked.quantile(share)
            defined[ranked.cell] = 1.0
        return value[:-1], defined[:-1]

    @cached_property
    def talk_and_hold(self) -> Floats:
        """Seconds from answer to end of handled visits, hold included."""
        return self.sum(np.where(self.was_handled, self.ended - self.answered_at, 0.0))

    @cached_property
    def held(self) -> Floats:
        """Seconds on hold of handled visits."""
        return self.sum(np.where(self.was_handled, self.hold, 0.0))

    @cached_property
    def wrapped_up(self) -> Floats:
        """Seconds of wrap-up of handled visits."""
        return self.sum(np.where(self.was_handled, self.wrap, 0.0))

    @cached_property
    def handle_time(self) -> Floats:
        """Seconds of talk, hold and wrap-up of handled visits."""
        return self.talk_and_hold + self.wrapped_up


def _visit_places(rows: NDArray[np.void], cells: Cells) -> list[Ints]:
    interval = cells.interval_of(rows["entered"])
    first = rows["first_human"] == 1
    once = [np.where(first, place, cells.size) for place in cells.caller_places(rows, interval)]
    every = [
        cells.place("tier", cells.tier_member(rows["tier"]), interval),
        cells.place("queue", rows["queue"], interval),
        cells.place("agent", rows["agent"]),
    ]
    return once + every


def _ranked(values: Floats, cell: Ints) -> Ranked:
    """Group values that are already in ascending order by cell."""
    narrow = cell.astype(np.int16) if cell.max(initial=0) < 2**15 else cell  # NumPy sorts 16 bits by radix
    count = np.bincount(cell)
    present = np.flatnonzero(count)
    return Ranked(
        values[np.argsort(narrow, kind="stable")],
        present,
        (np.cumsum(count) - count)[present],
        count[present],
    )
