"""Columns of whole contacts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sim.metrics import layout
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.spread import Spread
from sim.model.journal import ContactEnd, Origin

if TYPE_CHECKING:
    from sim.metrics.sums import Sums

Question = Literal["csat", "nps", "ces"]
MARKS: dict[str, tuple[int, int]] = {  # where the histogram of the marks begins, and the highest mark
    "csat": (layout.CONTACT_CSAT, 5),
    "nps": (layout.CONTACT_NPS, 10),
    "ces": (layout.CONTACT_CES, 7),
}


class Contacts:
    """Whole contacts; scope `agent` is the contact's last agent."""

    def __init__(self, sums: Sums, cells: Cells) -> None:
        self._spread = spread = Spread(cells, layout.CONTACT_WIDTH)
        for channel, rows in enumerate(sums.part(sums.contacts, sums.channels, sums.rows, layout.CONTACT_WIDTH)):
            spread.timed("all", 0, rows)
            spread.timed("channel", channel, rows)
        cells.with_totals(spread.values)
        spread.classes(sums.part(sums.contacts_by_class, sums.classes, layout.CONTACT_WIDTH))
        spread.total("agent", sums.part(sums.contacts_by_agent, len(cells.lexicon.agents), layout.CONTACT_WIDTH))

    @cached_property
    def contacts(self) -> Floats:
        """Contacts."""
        return self._spread.columns(range(2 * layout.CONTACT_ENDS))

    def made_as(self, origin: Origin) -> Floats:
        """Contacts made for this reason."""
        retrials = self._spread.column(layout.CONTACT_RETRIALS)
        repeats = self._spread.column(layout.CONTACT_REPEATS)
        first = self.contacts - retrials - repeats
        return {Origin.FIRST: first, Origin.RETRIAL: retrials, Origin.REPEAT: repeats}[origin]

    def ended(self, end: ContactEnd) -> Floats:
        """Contacts with this outcome."""
        return self._spread.columns([end, layout.CONTACT_ENDS + end])

    @cached_property
    def handled(self) -> Floats:
        """Contacts that an agent answered and that came to an end."""
        ends = [layout.CONTACT_ENDS + end for end in ContactEnd if end != ContactEnd.UNFINISHED]
        return self._spread.columns(ends)

    @cached_property
    def served(self) -> Floats:
        """Contacts handled by an agent or contained by the bot."""
        return self.handled + self._spread.column(ContactEnd.CONTAINED)

    @cached_property
    def handled_resolved(self) -> Floats:
        """Handled contacts that were resolved in truth."""
        return self._spread.column(layout.CONTACT_HANDLED_RESOLVED)

    @cached_property
    def transfers(self) -> Floats:
        """Moves of handled contacts: escalations, supervisor and overflow."""
        return self._spread.column(layout.CONTACT_TRANSFERS)

    @cached_property
    def abandoned(self) -> Floats:
        """Contacts that the customer gave up in a queue."""
        return self.ended(ContactEnd.ABANDONED)

    @cached_property
    def abandoned_retried(self) -> Floats:
        """Abandoned contacts that were followed by another, made or due later."""
        return self._spread.column(layout.CONTACT_RETRIED)

    @cached_property
    def truly_contained(self) -> Floats:
        """Contacts that the bot contained and that were resolved in truth."""
        return self._spread.column(layout.CONTACT_TRULY_CONTAINED)

    def defective(self, bits: int) -> Floats:
        """Handled contacts with a defect of any of these categories."""
        return self._spread.columns([layout.CONTACT_DEFECTS + found for found in range(16) if found & bits])

    def answers(self, question: Question, low: int, high: int) -> Floats:
        """Survey answers to one question between two marks, both included."""
        first, _ = MARKS[question]
        return self._spread.columns([first + mark for mark in range(low, high + 1)])

    def marks(self, question: Question) -> Floats:
        """Sum of the marks given to one question."""
        first, highest = MARKS[question]
        total: Floats = sum(mark * self._spread.column(first + mark) for mark in range(highest + 1))  # type: ignore[assignment]
        return total

    @cached_property
    def satisfied(self) -> Floats:
        """Contacts whose latent satisfaction is nearest to a mark of 4 or 5."""
        return self._spread.column(layout.CONTACT_SATISFIED)

    @cached_property
    def felt(self) -> Floats:
        """Contacts with a latent satisfaction."""
        return self._spread.column(layout.CONTACT_FELT)
