"""How many replications a question needs, and how long a steady scenario must warm up, from a pilot.

Replications: so many that a difference as large as the one that matters is found with 80 % probability at the level of
the decision (Bonferroni over all that decides, as in the card's joint intervals), and that a guardrail which does not
move is shown to hold. A pilot knows its spread only roughly, so its upper 80 % bound is planned with.

Warm-up: MSER-5 (White 1997; Franklin and White 2008) on the mean of the interval series over the pilot's replications:
the cut that makes the standard error of what remains smallest. Nothing here runs a simulation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment import estimate
from sim.experiment.plan import Question

Floats = NDArray[np.float64]

POWER = 0.8
SURE = 0.8  # confidence of the bound on the pilot's spread
BATCH = 5
FEWEST_BATCHES = 10
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Need:
    """How many replications one decision needs, and why."""

    arm: str
    kpi: str
    target: float
    spread: float  # of one replication's paired difference, upper bound
    replications: int | None


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How many intervals to leave out, of how many; `reason` says why none can be named where there is none."""

    intervals: int | None
    of: int
    reason: str


def needs(rows: Sequence[dict[Any, Any]], question: Question) -> list[Need]:
    """One need for every row of the comparison table that decides."""
    deciding = [row for row in rows if row["family"]]
    level = (1.0 - question.confidence) / max(1, len(deciding))
    return [_need(row, question, level) for row in deciding]


def replications(spread: float, target: float, level: float, power: float = POWER) -> int | None:
    """Replications that find a paired difference of `target` with this power; None where none would do.

    `spread` is the standard deviation of one replication's difference, `level` the two-sided error.
    """
    from scipy.special import ndtri, stdtrit

    if not (math.isfinite(spread) and target > 0.0):
        return None

    def needed(score: float) -> float:
        return ((score + float(ndtri(power))) * spread / target) ** 2

    by_normal = needed(-float(ndtri(level / 2.0)))
    if by_normal > MOST:
        return None
    n = max(estimate.FEWEST, math.ceil(by_normal))
    while needed(float(stdtrit(n - 1, 1.0 - level / 2.0))) > n:  # Student's t asks for a few more
        n += 1
    return n


def bound(spread: float, n: int) -> float:
    """The upper 80 % bound of a standard deviation estimated from n replications (chi-squared)."""
    from scipy.special import chdtri

    return spread * math.sqrt((n - 1) / float(chdtri(n - 1, SURE)))


def mser(series: Floats) -> WarmUp:
    """The warm-up of an interval series, in intervals, by MSER-5."""
    count = series.size // BATCH
    if count < FEWEST_BATCHES:
        return WarmUp(None, series.size, f"{series.size} intervals are too few: MSER-5 wants {BATCH * FEWEST_BATCHES}")
    means = series[: count * BATCH].reshape(count, BATCH).mean(axis=1)
    errors = [float(((means[cut:] - means[cut:].mean()) ** 2).sum()) / (count - cut) ** 2 for cut in range(count - 1)]
    best = int(np.argmin(errors))
    if best > count // 2:
        return WarmUp(None, series.size, "the series has not settled in its first half: simulate for longer")
    return WarmUp(best * BATCH, series.size, "the cut that makes the error of the mean of what remains smallest")


def _need(row: dict[Any, Any], question: Question, level: float) -> Need:
    n = int(row["n"])
    spread = bound(float(row["standard_error"]) * math.sqrt(n), n) if n > 1 else math.nan
    target = question.matters if row["family"] == "primary" else float(row["margin"])
    return Need(row["arm"], row["kpi"], target, spread, replications(spread, target, level))
