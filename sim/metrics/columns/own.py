"""A column that a KPI brings itself, where the package's own columns do not hold what it needs."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sim.metrics.columns.cells import Cells, Floats
from sim.model.journal import Journal


class Own(ABC):
    """A sum over records, taken piece by piece; a KPI names it in `own` and reads it with `facts.own(…)`.

    >>> class LongWaits(Own):                                                              # doctest: +SKIP
    ...     '''Contacts that waited ten minutes and more, by intent.'''
    ...     def take(self, piece):
    ...         contacts, cells = piece.contacts, self.cells
    ...         long = (contacts["waited"] >= 600.0) & cells.measured(contacts["started"])
    ...         self.sums += cells.sum(cells.place("intent", contacts["intent"]), long)
    """

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.sums: Floats = cells.zeros()

    @abstractmethod
    def take(self, piece: Journal) -> None:
        """Add the next records of a replication to `sums`; a piece is a journal of what closed since the last one."""
