"""Columns of whole contacts."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Bools, Cells, Floats
from sim.metrics.columns.threads import Threads
from sim.model.journal import ContactEnd, Origin


class Contacts:
    """Whole contacts; scopes `agent` and `tier` are those of the contact's last agent."""

    def __init__(self, contacts: NDArray[np.void], cells: Cells, threads: Threads) -> None:
        rows = contacts[cells.measured(contacts["started"])]
        self.cells, self.threads, self.rows = cells, threads, rows
        self.end: NDArray[np.int8] = rows["end"]
        self.agent: NDArray[np.int32] = rows["agent"]
        callers = cells.caller_places(rows, cells.interval_of(rows["started"]))
        self.groups = cells.group([*callers, cells.place("agent", rows["agent"])])

    @cached_property
    def was_handled(self) -> Bools:
        """Whether an agent answered and the contact came to an end."""
        handled: Bools = (self.agent >= 0) & (self.end != ContactEnd.UNFINISHED)
        return handled

    def sum(self, values: Floats | Bools) -> Floats:
        """Column of one value a contact."""
        return self.cells.sum(self.groups, values)

    @cached_property
    def contacts(self) -> Floats:
        """Contacts."""
        return self.sum(np.ones(len(self.rows), dtype=np.bool_))

    def made_as(self, origin: Origin) -> Floats:
        """Contacts made for this reason."""
        return self.sum(self.rows["origin"] == origin)

    def ended(self, end: ContactEnd) -> Floats:
        """Contacts with this outcome."""
        return self.sum(self.end == end)

    @cached_property
    def handled(self) -> Floats:
        """Contacts that an agent answered and that came to an end."""
        return self.sum(self.was_handled)

    @cached_property
    def served(self) -> Floats:
        """Contacts handled by an agent or contained by the bot."""
        return self.sum(self.was_handled | (self.end == ContactEnd.CONTAINED))

    @cached_property
    def handled_resolved(self) -> Floats:
        """Handled contacts that were resolved in truth."""
        return self.sum(self.was_handled & (self.rows["resolved"] == 1))

    @cached_property
    def transfers(self) -> Floats:
        """Moves of handled contacts: escalations, supervisor and overflow."""
        return self.sum(np.where(self.was_handled, self.rows["transfers"], 0).astype(np.float64))

    @cached_property
    def abandoned(self) -> Floats:
        """Contacts that the customer gave up in a queue."""
        return self.ended(ContactEnd.ABANDONED)

    @cached_property
    def abandoned_retried(self) -> Floats:
        """Abandoned contacts that were followed by another, made or due later."""
        gone = self.end == ContactEnd.ABANDONED
        followed = np.zeros(len(gone), dtype=np.bool_)
        followed[gone] = self.threads.followed(self.rows[gone])
        return self.sum(followed)

    def defective(self, bits: int) -> Floats:
        """Handled contacts with a defect of any of these categories."""
        return self.sum(self.was_handled & ((self.rows["defects"] & bits) != 0))

    def answers(self, question: str, low: int, high: int) -> Floats:
        """Survey answers to one question between two marks, both included."""
        marks = self.rows[question]
        return self.sum((marks >= low) & (marks <= high))

    def marks(self, question: str, low: int) -> Floats:
        """Sum of the marks given to one question; marks under `low` mean: no answer."""
        marks = self.rows[question]
        return self.sum(np.where(marks >= low, marks, 0).astype(np.float64))

    def satisfied(self, least: float) -> Floats:
        """Contacts whose latent satisfaction is at least this."""
        return self.sum(self.rows["satisfaction"] >= least)

    @cached_property
    def felt(self) -> Floats:
        """Contacts with a latent satisfaction."""
        return self.sum(np.isfinite(self.rows["satisfaction"]))
