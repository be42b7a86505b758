"""Uniforms for contacts that are already on record: the same addresses the flow uses, many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.model.spec import IntentSpec
from sim.sampling.streams import Purpose


def uniforms(
    purpose: Purpose, contacts: NDArray[np.void], births: NDArray[np.int64], intents: Sequence[IntentSpec]
) -> NDArray[np.float64]:
    """Four uniforms a contact, shape (contacts, 4), addressed by (intent, k-th birth, attempt).

    `births[case]` is the case's k. The order and number of the contacts do not matter.
    """
    drawn = np.empty((contacts.size, 4))
    attempts = contacts["attempt"].astype(np.int64)
    groups = contacts["intent"].astype(np.int64) * (attempts.max(initial=0) + 1) + attempts
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        first = contacts[rows[0]]
        k = np.ascontiguousarray(births[contacts["case"][rows]])
        drawn[rows] = purpose.blocks(intents[int(first["intent"])].key, k, int(first["attempt"]))
    return drawn
