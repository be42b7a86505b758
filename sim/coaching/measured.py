"""What rules read out of signals: how far below colleagues of the same tier an agent is measured, by intent."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.coaching.port import Array, Known

Signal = Literal["resolution", "qa", "handle_time"]
WORDS = {"resolution": "resolution", "qa": "QA score", "handle_time": "handle time"}


def shortfall(known: Known, signal: Signal, min_count: float = 0.0) -> Array:
    """How much worse than the tier's mean each agent is measured, in units of the signal; shape (agents, intents).

    0 where the agent cannot serve the intent, or has fewer observations than `min_count`.
    """
    value = np.array(getattr(known.signals, signal), dtype=np.float64)
    count = np.array(getattr(known.signals, f"{signal}_count"), dtype=np.float64)
    worse = value if signal == "handle_time" else -value
    seen = (known.serves > 0.0) & (count >= min_count)
    found = np.zeros(value.shape)
    for tier in sorted(set(known.tiers)):
        rows = np.array(known.tiers) == tier
        shown = seen[rows]
        several = np.maximum(shown.sum(axis=0), 1)
        mean = np.where(shown, worse[rows], 0.0).sum(axis=0) / several
        found[rows] = np.where(shown, worse[rows] - mean, 0.0)
    return found


def volume(known: Known) -> Array:
    """Each agent's share of work by intent, as measured; the intents served in equal shares where nothing is known."""
    count = np.nan_to_num(np.array(known.signals.handle_time_count, dtype=np.float64), posinf=1.0) * known.serves
    total = count.sum(axis=1, keepdims=True)
    equal = known.serves / np.maximum(known.serves.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(np.where(total > 0.0, count / np.where(total > 0.0, total, 1.0), equal))


def topic(row: Array) -> int | None:
    """The intent in which most is to be gained; None where nothing is."""
    best = int(np.argmax(row))
    return best if row[best] > 0.0 else None
