"""Columns of bot sessions, and of the seconds that customers hold the line."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.threads import Threads
from sim.model.journal import LegEnd


class Sessions:
    """Legs with the bot."""

    def __init__(self, legs: NDArray[np.void], cells: Cells, threads: Threads) -> None:
        rows = legs[(legs["queue"] < 0) & (legs["tier"] == 0) & cells.measured(legs["entered"])]
        self.cells, self.threads, self.rows = cells, threads, rows
        interval = cells.interval_of(rows["entered"])
        bot = cells.place("bot", np.zeros(len(rows), dtype=np.int64))
        self.groups = cells.group([*cells.caller_places(rows, interval), bot])

    @cached_property
    def sessions(self) -> Floats:
        """Bot sessions."""
        return self.cells.sum(self.groups, np.ones(len(self.rows), dtype=np.bool_))

    def ended(self, end: LegEnd) -> Floats:
        """Bot sessions that ended this way."""
        return self.cells.sum(self.groups, self.rows["end"] == end)

    @cached_property
    def contained(self) -> Floats:
        """Sessions that the bot ended without a handoff; a hang-up is not one."""
        return self.ended(LegEnd.CONTAINED)

    @cached_property
    def truly_contained(self) -> Floats:
        """Contained sessions whose contact was resolved in truth."""
        contained = self.rows["end"] == LegEnd.CONTAINED
        return self.cells.sum(self.groups, contained & self.threads.resolved(self.rows))


class Lines:
    """Legs of every kind, for the seconds that customers hold the line; every scope counts all legs."""

    def __init__(self, legs: NDArray[np.void], cells: Cells) -> None:
        rows = legs[cells.measured(legs["entered"])]
        bot = np.where(rows["tier"] == 0, 0, -1)
        self.cells = cells
        self.length = rows["ended"] - rows["entered"]
        self.groups = cells.group(
            [
                cells.place("all", np.zeros(len(rows), dtype=np.int64)),
                cells.place("bot", bot),
                cells.place("tier", cells.tier_member(rows["tier"])),
            ]
        )

    @cached_property
    def seconds(self) -> Floats:
        """Seconds from entering a leg to its end, waiting included."""
        return self.cells.sum(self.groups, self.length)
