"""Columns of whole cases."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Bools, Cells, Floats
from sim.metrics.columns.threads import Threads
from sim.model.journal import CaseEnd, ContactEnd


class Cases:
    """Whole cases, by the channel of their first contact."""

    def __init__(self, cases: NDArray[np.void], cells: Cells, threads: Threads) -> None:
        rows = cases[cells.measured(cases["born"])]
        self.cells, self.threads, self.rows = cells, threads, rows
        self.first_ended: Floats = rows["first_ended"]
        self.resolved_at: Floats = rows["resolved_at"]
        self.first = threads.row(rows["case"], np.zeros(len(rows), dtype=np.int64))
        zero = np.zeros(len(rows), dtype=np.int64)
        self.groups = cells.group(
            [
                cells.place("all", zero),
                cells.place("channel", threads.field("channel", self.first, -1)),
                cells.place("intent", rows["intent"]),
                cells.place("segment", rows["segment"]),
            ]
        )

    @cached_property
    def first_finished(self) -> Bools:
        """Whether the first contact came to an end within the run."""
        open_still: Bools = self.threads.field("end", self.first, -1) == ContactEnd.UNFINISHED
        return np.isfinite(self.first_ended) & ~open_still

    @cached_property
    def first_was_handled(self) -> Bools:
        """Whether the first contact ended and was answered by an agent or contained by the bot."""
        handled: Bools = self.rows["first_handled"] == 1
        return self.first_finished & handled

    @cached_property
    def was_resolved(self) -> Bools:
        """Whether the case was resolved within the run."""
        return np.isfinite(self.resolved_at)

    def sum(self, values: Floats | Bools) -> Floats:
        """Column of one value a case."""
        return self.cells.sum(self.groups, values)

    @cached_property
    def cases(self) -> Floats:
        """Cases."""
        return self.sum(np.ones(len(self.rows), dtype=np.bool_))

    def ended(self, end: CaseEnd) -> Floats:
        """Cases with this outcome."""
        return self.sum(self.rows["end"] == end)

    @cached_property
    def resolved(self) -> Floats:
        """Cases resolved within the run."""
        return self.sum(self.was_resolved)

    @cached_property
    def time_to_resolution(self) -> Floats:
        """Seconds from birth to resolution of resolved cases."""
        return self.sum(np.where(self.was_resolved, self.resolved_at - self.rows["born"], 0.0))

    @cached_property
    def finished_first(self) -> Floats:
        """Cases whose first contact came to an end."""
        return self.sum(self.first_finished)

    @cached_property
    def resolved_first(self) -> Floats:
        """Cases truly resolved by their first contact."""
        return self.sum(self.first_finished & (self.rows["first_resolved"] == 1))

    @cached_property
    def handled_first(self) -> Floats:
        """Cases whose first contact was handled."""
        return self.sum(self.first_was_handled)

    @cached_property
    def quiet_after_first(self) -> Floats:
        """Cases whose first contact was handled and followed by no other within W of its end."""
        gap = self.rows["next_contact"] - self.first_ended
        return self.sum(self.first_was_handled & ~(gap <= self.cells.lexicon.repeat_window))

    @cached_property
    def is_due(self) -> Bools:
        """Whether the next contact falls after the horizon."""
        due: Floats = self.rows["due"]
        return np.isfinite(due)

    @cached_property
    def due(self) -> Floats:
        """Cases whose next contact falls after the horizon."""
        return self.sum(self.is_due)

    @cached_property
    def all_contacts(self) -> Floats:
        """Contacts of these cases, made or due later."""
        return self.sum(self.rows["contacts"] + self.is_due.astype(np.float64))

    @cached_property
    def repeats(self) -> Floats:
        """Repeat contacts of these cases, made or due later; retrials after abandoning are none."""
        due = self.is_due & ~self.threads.left_unserved(self.rows["case"])
        return self.sum(self.threads.repeats(self.rows["case"]) + due.astype(np.float64))
