"""Columns of bot sessions, and of the seconds that customers hold the line."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sim.metrics import layout
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.contacts import Contacts
from sim.metrics.columns.spread import Spread
from sim.model.journal import LegEnd

if TYPE_CHECKING:
    from sim.metrics.sums import Sums


class Sessions:
    """Legs with the bot; a contact has one at most, its first leg."""

    def __init__(self, sums: Sums, cells: Cells, contacts: Contacts) -> None:
        self.cells, self._contacts = cells, contacts
        self._spread = spread = Spread(cells, layout.LEG_ENDS)
        rows = sums.part(sums.sessions, sums.channels, sums.rows, layout.LEG_ENDS)
        for channel, of_channel in enumerate(rows):
            spread.timed("all", 0, of_channel)
            spread.timed("channel", channel, of_channel)
        cells.with_totals(spread.values)
        spread.classes(sums.part(sums.sessions_by_class, sums.classes, layout.LEG_ENDS))
        spread.total("bot", rows.sum(axis=(0, 1))[None, :])

    @cached_property
    def sessions(self) -> Floats:
        """Bot sessions."""
        return self._spread.columns(range(layout.LEG_ENDS))

    def ended(self, end: LegEnd) -> Floats:
        """Bot sessions that ended this way."""
        return self._spread.column(end)

    @cached_property
    def contained(self) -> Floats:
        """Sessions that the bot ended without a handoff; a hang-up is not one."""
        return self.ended(LegEnd.CONTAINED)

    @cached_property
    def truly_contained(self) -> Floats:
        """Contained sessions whose contact was resolved in truth."""
        contained = self._contacts.truly_contained.copy()
        contained[self.cells.blocks["bot"].first] = contained[self.cells.blocks["all"].first]
        return contained


class Lines:
    """Legs of every kind, for the seconds that customers hold the line; every scope counts all legs; no intervals."""

    def __init__(self, sums: Sums, cells: Cells) -> None:
        spread = Spread(cells, 1)
        rows = sums.part(sums.totals, sums.tiers + 1, layout.TOTAL_WIDTH)[:, [layout.LINE_SECONDS]]
        spread.total("all", rows.sum(axis=0)[None, :])
        spread.total("bot", rows[:1])
        spread.total("tier", rows[cells.tiers])
        self.seconds = spread.column(0)  # from entering a leg to its end, waiting included
