"""Rows of sums, spread over the cells in which their records count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.metrics.columns.cells import Cells, Floats


class Spread:
    """A vector over the cells for each column of a kind of record."""

    def __init__(self, cells: Cells, width: int) -> None:
        self.cells = cells
        self.values = np.zeros((width, cells.size))

    def timed(self, kind: str, member: int, rows: Floats) -> None:
        """Add one row an interval to a member of scope `kind`; a negative member is none."""
        if member >= 0:
            intervals = self.cells.intervals
            self.cells.grid(kind, self.values)[:, member, 1:] += rows[:intervals].T

    def total(self, kind: str, rows: Floats) -> None:
        """Add one row a member to the totals of scope `kind`."""
        self.cells.grid(kind, self.values)[:, :, 0] += rows.T

    def classes(self, rows: Floats) -> None:
        """Add rows by (intent, segment) to the totals of both scopes."""
        intents, segments = len(self.cells.lexicon.intents), len(self.cells.lexicon.segments)
        grid = rows.reshape(intents, segments, -1)
        self.total("intent", grid.sum(axis=1))
        self.total("segment", grid.sum(axis=0))

    def column(self, index: int) -> Floats:
        """One column, over all cells."""
        column: Floats = self.values[index]
        return column

    def columns(self, indices: Sequence[int]) -> Floats:
        """Sum of some columns, over all cells."""
        total: Floats = self.values[list(indices)].sum(axis=0)
        return total
