"""A journal's records, filtered to the measured time and grouped into cells once, as columns that KPIs share.

A column is a vector over the cells of `Cells`. A KPI adds, subtracts and divides columns and never touches
records. Nothing is computed before it is asked for, and nothing twice.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.metrics.columns.agent_time import AgentTime, PaidTime
from sim.metrics.columns.cases import Cases
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.contacts import Contacts
from sim.metrics.columns.evaluations import Evaluations
from sim.metrics.columns.sessions import Lines, Sessions
from sim.metrics.columns.threads import Threads
from sim.metrics.columns.visits import Visits
from sim.model.journal import Journal


class Facts:
    """All columns of one journal, by the kind of record they come from."""

    def __init__(self, journal: Journal, cells: Cells | None = None) -> None:
        self.journal = journal
        self.cells = Cells(journal.lexicon) if cells is None else cells

    @cached_property
    def threads(self) -> Threads:
        """Which contacts belong to one case."""
        return Threads(self.journal.contacts, self.journal.cases)

    @cached_property
    def visits(self) -> Visits:
        """Legs in human queues."""
        return Visits(self.journal.legs, self.cells)

    @cached_property
    def sessions(self) -> Sessions:
        """Legs with the bot."""
        return Sessions(self.journal.legs, self.cells, self.threads)

    @cached_property
    def lines(self) -> Lines:
        """Legs of every kind."""
        return Lines(self.journal.legs, self.cells)

    @cached_property
    def contacts(self) -> Contacts:
        """Whole contacts."""
        return Contacts(self.journal.contacts, self.cells, self.threads)

    @cached_property
    def cases(self) -> Cases:
        """Whole cases."""
        return Cases(self.journal.cases, self.cells, self.threads)

    @cached_property
    def time(self) -> AgentTime:
        """Agents' time between warm-up and horizon."""
        return AgentTime(self.journal.states, self.cells)

    @cached_property
    def paid(self) -> PaidTime:
        """Agents' paid time from the warm-up to the end of the run, overtime included."""
        return PaidTime(self.journal.states, self.cells)

    @cached_property
    def evaluations(self) -> Evaluations:
        """QA evaluations."""
        return Evaluations(self.journal.evaluations, self.cells, self.threads)

    @cached_property
    def one_run(self) -> Floats:
        """The denominator of an amount per replication."""
        return np.ones(self.cells.size)
