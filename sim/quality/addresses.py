"""Uniforms for contacts that are already on record: the same addresses the flow uses, many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.model.spec import IntentSpec
from sim.sampling.streams import Purpose

Rows = NDArray[np.intp]


class Addresses:
    """Where the draws of recorded contacts lie: (intent, k-th birth, attempt). Their order and number do not matter."""

    def __init__(self, contacts: NDArray[np.void], births: NDArray[np.int64], intents: Sequence[IntentSpec]) -> None:
        """`births[case]` is the case's k."""
        self.intents = intents
        self._keys = [intent.key for intent in intents]
        self._k = births[contacts["case"]]
        attempts = contacts["attempt"]
        self._attempts = int(attempts.max(initial=0)) + 1
        self._groups = contacts["intent"] * np.int32(self._attempts) + attempts

    def uniforms(self, purpose: Purpose, rows: Rows) -> NDArray[np.float64]:
        """Four uniforms for each of these contacts, shape (rows, 4)."""
        groups, k = self._groups[rows], self._k[rows]
        counts = np.bincount(groups)
        present = np.flatnonzero(counts).tolist()
        if len(present) == 1:
            return self._block(purpose, present[0], k)
        narrow = groups.astype(np.int16) if len(counts) < 2**15 else groups  # NumPy sorts 16 bits by radix
        order = np.argsort(narrow, kind="stable")
        drawn = np.empty((len(rows), 4))
        k, begin = k[order], 0
        for group in present:
            end = begin + counts[group]
            drawn[order[begin:end]] = self._block(purpose, group, k[begin:end])
            begin = end
        return drawn

    def _block(self, purpose: Purpose, group: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
        intent, attempt = divmod(group, self._attempts)
        return np.asarray(purpose.blocks(self._keys[intent], k, attempt))
