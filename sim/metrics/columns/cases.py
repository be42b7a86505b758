"""Columns of whole cases."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sim.metrics import layout
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.spread import Spread
from sim.model.journal import CaseEnd

if TYPE_CHECKING:
    from sim.metrics.sums import Sums


class Cases:
    """Whole cases, by the channel of their first contact; no intervals."""

    def __init__(self, sums: Sums, cells: Cells) -> None:
        rows = sums.part(sums.cases, sums.channels + 1, sums.classes, layout.CASE_WIDTH)
        by_class = rows.sum(axis=0)
        self._spread = spread = Spread(cells, layout.CASE_WIDTH)
        spread.total("all", by_class.sum(axis=0)[None, :])
        spread.total("channel", rows[1:].sum(axis=1))  # row 0: cases without a contact on record
        spread.classes(by_class)

    @cached_property
    def cases(self) -> Floats:
        """Cases."""
        return self._spread.columns(range(layout.CASE_ENDS))

    def ended(self, end: CaseEnd) -> Floats:
        """Cases with this outcome."""
        return self._spread.column(end)

    @cached_property
    def resolved(self) -> Floats:
        """Cases resolved within the run."""
        return self._spread.column(layout.CASE_SOLVED)

    @cached_property
    def time_to_resolution(self) -> Floats:
        """Seconds from birth to resolution of resolved cases."""
        return self._spread.column(layout.CASE_TIME)

    @cached_property
    def finished_first(self) -> Floats:
        """Cases whose first contact came to an end."""
        return self._spread.column(layout.CASE_FINISHED_FIRST)

    @cached_property
    def resolved_first(self) -> Floats:
        """Cases truly resolved by their first contact."""
        return self._spread.column(layout.CASE_RESOLVED_FIRST)

    @cached_property
    def handled_first(self) -> Floats:
        """Cases whose first contact ended and was answered by an agent or contained by the bot."""
        return self._spread.column(layout.CASE_HANDLED_FIRST)

    @cached_property
    def quiet_after_first(self) -> Floats:
        """Cases whose first contact was handled and followed by no other within W of its end."""
        return self._spread.column(layout.CASE_QUIET)

    @cached_property
    def due(self) -> Floats:
        """Cases whose next contact falls after the horizon."""
        return self._spread.column(layout.CASE_DUE)

    @cached_property
    def all_contacts(self) -> Floats:
        """Contacts of these cases, made or due later."""
        return self._spread.column(layout.CASE_CONTACTS)

    @cached_property
    def repeats(self) -> Floats:
        """Repeat contacts of these cases, made or due later; retrials after abandoning are none."""
        return self._spread.column(layout.CASE_REPEATS)
