"""Estimates over replications: means, ratios of sums, paired differences, intervals and Holm's adjustment.

Every function works on whole tables at once: arrays of shape (estimates, replications). Nothing here knows
a KPI by name, a file or an arm. A ratio is a ratio of sums; its error comes from the jackknife's
pseudo-values (Efron and Tibshirani 1993, chapter 11), and a difference of two ratios from the differences
of their pseudo-values, replication by replication, so that common random numbers are paid out. Student's t
with n - 1 degrees of freedom throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FEWEST = 5  # below this many replications no interval is stated


@dataclass(frozen=True, slots=True)
class Estimates:
    """Point estimates, standard errors and numbers of replications; NaN is "not defined"."""

    value: Floats
    error: Floats
    n: NDArray[np.int64]


def ratio_pseudo(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats]:
    """Ratios of sums, and their jackknife pseudo-values.

    `numerator` and `denominator` have shape (estimates, replications). Returns the ratios, shape
    (estimates,), and n R - (n - 1) R without replication i, shape (estimates, replications). A sum of
    denominators of 0 makes NaN.
    """
    n = numerator.shape[1]
    top, bottom = _filled(numerator, denominator)
    sums, bases = top.sum(axis=1), bottom.sum(axis=1)
    whole = _divide(sums, bases)
    without = _divide(sums[:, None] - top, bases[:, None] - bottom)
    return whole, n * whole[:, None] - (n - 1) * without


def mean_pseudo(values: Floats) -> tuple[Floats, Floats]:
    """Plain means over the replications that define the value; the values are their own pseudo-values."""
    defined = np.isfinite(values)
    count = defined.sum(axis=1)
    return _divide(np.where(defined, values, 0.0).sum(axis=1), count.astype(np.float64)), values


def single(value: Floats, pseudo: Floats) -> Estimates:
    """Estimates of one arm with the standard errors of their pseudo-values."""
    error, n = _error(pseudo)
    return Estimates(value, error, n)


def difference(arm: tuple[Floats, Floats], baseline: tuple[Floats, Floats]) -> tuple[Estimates, Floats]:
    """Paired differences arm - baseline, and how many times smaller pairing made their variance.

    Each argument is what `ratio_pseudo` or `mean_pseudo` returned, replications aligned. Identical arms
    differ by exactly 0 with error 0; swapped arms change the sign and nothing else.
    """
    gap = arm[1] - baseline[1]
    error, n = _error(gap)
    paired = error**2
    unpaired = _error(arm[1])[0] ** 2 + _error(baseline[1])[0] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        reduction = np.asarray(np.where(unpaired == 0.0, np.nan, unpaired / paired))
    return Estimates(arm[0] - baseline[0], error, n), reduction


def paired_mean_difference(arm: Floats, baseline: Floats) -> tuple[Estimates, Floats]:
    """Paired differences of plain means: replications that lack either side are left out."""
    both = np.isfinite(arm) & np.isfinite(baseline)
    left, right = np.where(both, arm, np.nan), np.where(both, baseline, np.nan)
    return difference(mean_pseudo(left), mean_pseudo(right))


def half_width(estimates: Estimates, confidence: float) -> Floats:
    """Half-widths of two-sided t intervals; NaN where there are fewer than `FEWEST` replications."""
    return quantile((1.0 + confidence) / 2.0, estimates.n) * estimates.error


def quantile(probability: float, n: NDArray[np.int64]) -> Floats:
    """Student's t quantile at n - 1 degrees of freedom; NaN below `FEWEST` replications."""
    from scipy.special import stdtrit

    enough = n >= FEWEST
    return np.where(enough, stdtrit(np.where(enough, n - 1, 1).astype(np.float64), probability), np.nan)


def probability_above(estimates: Estimates, bar: ArrayLike) -> Floats:
    """Probability, read off Student's t around the estimate, that the true value is above `bar`."""
    from scipy.special import stdtr

    gap = estimates.value - np.asarray(bar, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = gap / estimates.error
    enough = (estimates.n >= FEWEST) & np.isfinite(gap)
    free = stdtr(np.where(enough, estimates.n - 1, 1).astype(np.float64), np.where(enough, score, 0.0))
    exact = np.where(gap > 0.0, 1.0, 0.0)
    return np.where(enough, np.where(estimates.error == 0.0, exact, free), np.nan)


def two_sided_p(estimates: Estimates, null: ArrayLike = 0.0) -> Floats:
    """Two-sided p-values of "the true value is `null`"; exactly 1 where the estimate is so without error."""
    above = probability_above(estimates, null)
    p = np.minimum(1.0, 2.0 * np.minimum(above, 1.0 - above))
    certain = (estimates.error == 0.0) & (estimates.value == np.asarray(null)) & np.isfinite(above)
    return np.where(certain, 1.0, p)


def holm(p_values: ArrayLike) -> Floats:
    """Holm's step-down adjustment (1979); what is not defined stays so and still counts as a member."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(np.where(np.isnan(p), np.inf, p), kind="stable")
    steps = np.arange(p.size, 0, -1) * p[order]
    adjusted = np.empty_like(p)
    adjusted[order] = np.where(np.isnan(steps), np.nan, np.minimum(1.0, np.fmax.accumulate(steps)))
    return adjusted


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Benjamini and Hochberg's step-up adjustment (1995); what is not defined stays so and is no member."""
    p = np.asarray(p_values, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(-p[known], kind="stable")]
    steps = p[order] * order.size / np.arange(order.size, 0, -1)
    adjusted = np.full_like(p, np.nan)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(steps))
    return adjusted


def _filled(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats]:
    """A replication without any base (denominator 0 or not defined) adds nothing to either sum."""
    counts = np.isfinite(numerator) & np.isfinite(denominator) & (denominator != 0.0)
    return np.where(counts, numerator, 0.0), np.where(counts, denominator, 0.0)


def _divide(top: Any, bottom: Any) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(bottom == 0.0, np.nan, top / bottom), dtype=np.float64)


def _error(pseudo: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Standard errors of the mean over the defined replications, and how many there are (NaN below two)."""
    defined = np.isfinite(pseudo)
    n = defined.sum(axis=1).astype(np.int64)
    safe = np.maximum(n, 2).astype(np.float64)
    centre = np.where(defined, pseudo, 0.0).sum(axis=1) / np.maximum(n, 1)
    squares = np.where(defined, pseudo - centre[:, None], 0.0) ** 2
    return np.where(n >= 2, np.sqrt(squares.sum(axis=1) / (safe - 1.0) / safe), np.nan), n
