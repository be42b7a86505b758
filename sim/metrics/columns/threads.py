"""Which contacts belong to one case, and in which order: the joins that some columns need."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Bools, Floats, Ints
from sim.model.journal import ContactEnd, Origin

NEVER_SERVED = (ContactEnd.ABANDONED, ContactEnd.BLOCKED, ContactEnd.HUNG_UP)
_SHIFT = 16  # attempts are 16-bit integers


class Threads:
    """Finds a contact by case and attempt, and what became of its case."""

    def __init__(self, contacts: NDArray[np.void], cases: NDArray[np.void]) -> None:
        self._contacts = contacts
        keys = _key(contacts["case"], contacts["attempt"])
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        self._repeating = np.sort(contacts["case"][contacts["origin"] == Origin.REPEAT])
        self._due = cases["case"][np.isfinite(cases["due"])]

    def row(self, case: NDArray[np.integer], attempt: NDArray[np.integer]) -> Ints:
        """Row of the contact with this case and attempt; -1 where the journal has none."""
        return self._at(np.searchsorted(self._keys, _key(case, attempt)), _key(case, attempt))

    def last_row(self, case: NDArray[np.integer]) -> Ints:
        """Row of each case's last contact; -1 where the journal has none."""
        behind = np.searchsorted(self._keys, _key(case.astype(np.int64) + 1, np.zeros(len(case), dtype=np.int64)))
        position = np.maximum(behind - 1, 0)
        key = self._keys[position] if len(self._keys) else np.full(len(case), -1)
        return np.where(key >> _SHIFT == case, self._at(position, key), -1)

    def field(self, name: str, row: Ints, missing: float) -> Any:
        """One field of the contacts in these rows; `missing` where there is no row."""
        if not len(self._contacts):
            return np.full(len(row), missing)
        return np.where(row >= 0, self._contacts[name][row], missing)

    def resolved(self, legs: Any) -> Bools:
        """Whether the contact of each leg was resolved in truth."""
        resolved: Bools = self.field("resolved", self.row(legs["case"], legs["attempt"]), 0) == 1
        return resolved

    def followed(self, contacts: Any) -> Bools:
        """Whether each contact was followed by another of its case, made or due later."""
        made = self.row(contacts["case"], contacts["attempt"].astype(np.int64) + 1) >= 0
        return made | np.isin(contacts["case"], self._due)

    def repeats(self, case: NDArray[np.integer]) -> Floats:
        """How many repeat contacts of each case were made."""
        upper = np.searchsorted(self._repeating, case, side="right")
        return (upper - np.searchsorted(self._repeating, case, side="left")).astype(np.float64)

    def left_unserved(self, case: NDArray[np.integer]) -> Bools:
        """Whether the last contact of each case ended without service: what is due next is then a retrial."""
        return np.isin(self.field("end", self.last_row(case), -1), NEVER_SERVED)

    def _at(self, position: Ints, key: Ints) -> Ints:
        if not len(self._keys):
            return np.full(len(key), -1, dtype=np.int64)
        position = np.minimum(position, len(self._keys) - 1)
        return np.where(self._keys[position] == key, self._order[position], -1)


def _key(case: NDArray[np.integer], attempt: NDArray[np.integer]) -> Ints:
    return (case.astype(np.int64) << _SHIFT) + attempt
