"""Records that count in the same cells, put together: a column is then summed once a group instead of once a scope."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FEWEST = 4  # records a group must have on average, or grouping does not pay
WIDEST = 4_000_000  # codes that are looked up in a table


class Groups:
    """Which cells each record counts in, as groups of records alike in several scopes, and the scopes left over."""

    def __init__(self, places: Sequence[Ints], size: int) -> None:
        """`places`: for each scope the cell of every record, below `size`."""
        self._size = size
        self._group = np.zeros(len(places[0]) if places else 0, dtype=np.int64)
        self._count = 1
        self._alike: list[Ints] = []
        self._single: list[Ints] = []
        joined = [place for place in places if self._join(place)]
        first = np.zeros(self._count, dtype=np.int64)
        first[self._group] = np.arange(len(self._group))
        self._alike = [place[first] for place in joined if len(place)]

    def _join(self, place: Ints) -> bool:
        """Split the groups by this scope too, unless they would become too small; then it is summed by itself."""
        cell, cells = _numbered(place, self._size)
        if self._count * cells <= WIDEST:
            group, count = _numbered(self._group * cells + cell, self._count * cells)
            if count * FEWEST <= len(place):
                self._group, self._count = group, count
                return True
        self._single.append(place)
        return False

    def sum(self, values: Floats | Bools) -> Floats:
        """Sums over all cells; booleans are counted. Shape (size,)."""
        total = np.zeros(self._size)
        if self._alike:
            sums = _summed(self._group, values, self._count)
            for cells in self._alike:
                total += np.bincount(cells, sums, minlength=self._size)
        for place in self._single:
            total += _summed(place, values, self._size)
        return total


def _summed(place: Ints, values: Floats | Bools, size: int) -> Floats:
    if values.dtype == np.bool_:
        return np.asarray(np.bincount(place[values], minlength=size), dtype=np.float64)
    return np.asarray(np.bincount(place, values, minlength=size), dtype=np.float64)


def _numbered(codes: Ints, size: int) -> tuple[Ints, int]:
    """Codes below `size`, renumbered without gaps, and how many there are."""
    present = np.zeros(size, dtype=np.bool_)
    present[codes] = True
    number = np.cumsum(present) - 1
    return number[codes], int(number[-1]) + 1 if size else 0
