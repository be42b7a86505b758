"""What KPIs are made of: columns of a replication's records, summed once and shared.

A column is a vector over the cells of `Cells`. A KPI adds, subtracts and divides columns and never touches
records. Records are taken piece by piece and forgotten; columns are made when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np

from sim.metrics.columns.agent_time import AgentTime, PaidTime
from sim.metrics.columns.cases import Cases
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.contacts import Contacts
from sim.metrics.columns.evaluations import Evaluations
from sim.metrics.columns.own import Own
from sim.metrics.columns.sessions import Lines, Sessions
from sim.metrics.columns.visits import Visits
from sim.metrics.sums import Sums
from sim.model.journal import Journal, Lexicon


class Facts:
    """All columns of one replication, by the kind of record they come from. Take all pieces, then read."""

    def __init__(self, cells: Cells, own: Iterable[type[Own]] = ()) -> None:
        self.cells = cells
        self.sums = Sums(cells)
        self.taken = 0  # contacts
        self._own = {column: column(cells) for column in own}

    @classmethod
    def of(cls, journal: Journal, cells: Cells | None = None, own: Iterable[type[Own]] = ()) -> Facts:
        """The facts of a whole journal; its legs may stand in any order."""
        facts = cls(Cells(journal.lexicon) if cells is None else cells, own)
        facts.take(_in_order(journal))
        return facts

    @property
    def lexicon(self) -> Lexicon:
        """What the small integers stand for."""
        return self.cells.lexicon

    def take(self, piece: Journal) -> None:
        """Take in what closed since the last piece; it is not kept."""
        self.sums.take(piece)
        self.taken += len(piece.contacts)
        for column in self._own.values():
            column.take(piece)

    def own(self, column: type[Own]) -> Floats:
        """The sums of a KPI's own column."""
        return self._own[column].sums

    @cached_property
    def visits(self) -> Visits:
        """Legs in human queues."""
        return Visits(self.sums, self.cells)

    @cached_property
    def sessions(self) -> Sessions:
        """Legs with the bot."""
        return Sessions(self.sums, self.cells, self.contacts)

    @cached_property
    def lines(self) -> Lines:
        """Legs of every kind."""
        return Lines(self.sums, self.cells)

    @cached_property
    def contacts(self) -> Contacts:
        """Whole contacts."""
        return Contacts(self.sums, self.cells)

    @cached_property
    def cases(self) -> Cases:
        """Whole cases."""
        return Cases(self.sums, self.cells)

    @cached_property
    def time(self) -> AgentTime:
        """Agents' time between warm-up and horizon."""
        return AgentTime(self.sums, self.cells)

    @cached_property
    def paid(self) -> PaidTime:
        """Agents' paid time from the warm-up to the end of the run, overtime included."""
        return PaidTime(self.sums, self.cells)

    @cached_property
    def evaluations(self) -> Evaluations:
        """QA evaluations."""
        return Evaluations(self.sums, self.cells)

    @cached_property
    def one_run(self) -> Floats:
        """The denominator of an amount per replication."""
        return np.ones(self.cells.size)


def _in_order(journal: Journal) -> Journal:
    """The same journal with the legs in order of closing, as a run writes them."""
    legs = journal.legs
    if (np.diff(legs["ended"]) >= 0.0).all():
        return journal
    return replace(journal, legs=legs[np.lexsort((legs["leg"], legs["attempt"], legs["case"], legs["ended"]))])
