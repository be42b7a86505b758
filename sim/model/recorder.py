"""Where the flow writes what happened: rows while it runs, NumPy records when it is done."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import CASE, CONTACT, LEG, STATE

Row = tuple[Any, ...]


class Recorder:
    """Append-only rows of the four streams of the flow, in the field order of their dtypes.

    A contact's row holds what the flow knows; survey answers and defects are filled in afterwards (`sim.quality`).
    """

    __slots__ = ("cases", "contacts", "legs", "states")

    def __init__(self) -> None:
        self.legs: list[Row] = []
        self.contacts: list[Row] = []
        self.cases: list[Row] = []
        self.states: list[Row] = []

    def arrays(self) -> tuple[NDArray[np.void], NDArray[np.void], NDArray[np.void], NDArray[np.void]]:
        """Legs, contacts, cases and states as structured arrays."""
        return (
            np.array(self.legs, LEG),
            np.array(self.contacts, CONTACT),
            np.array(self.cases, CASE),
            np.array(self.states, STATE),
        )
