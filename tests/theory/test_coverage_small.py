"""Intervals cover the truth as often as they say: 95 % of the time, within four standard errors of that share.

The partner tests plant the classic mistakes (a z quantile, forgetting the pairing, the mean of ratios) and must fail.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.experiment import estimate

Floats = NDArray[np.float64]
LEVEL = 0.95
EXPERIMENTS = 4000


def band(experiments: int, allowance: float = 0.0) -> tuple[float, float]:
    """Where the observed share may lie when the truth is LEVEL, plus a stated finite-sample allowance."""
    error = 4.0 * math.sqrt(LEVEL * (1.0 - LEVEL) / experiments)
    return LEVEL - error - allowance, LEVEL + error + allowance


def covered(value: Floats, width: Floats, truth: float) -> float:
    return float(np.mean(np.abs(value - truth) <= width))


def paired(seed: int, n: int, experiments: int = EXPERIMENTS) -> tuple[Floats, Floats]:
    """Arms that share their customers; the true difference is 1."""
    draw = np.random.default_rng(seed)
    shared = draw.standard_normal((experiments, n))
    return 5.0 + shared + 0.3 * draw.standard_normal((experiments, n)), 4.0 + shared


def sums(seed: int, n: int, ratio: float, experiments: int = EXPERIMENTS) -> tuple[Floats, Floats]:
    """Numerators and denominators of a ratio whose denominators vary and matter: short runs have a low ratio."""
    draw = np.random.default_rng(seed)
    bottom = draw.gamma(40.0, 25.0, (experiments, n))
    noise = 1.0 + 0.1 * draw.standard_normal((experiments, n))
    return ratio * bottom * (bottom / 1000.0) * noise / (1.0 + 1.0 / 40.0), bottom


@pytest.mark.parametrize("n", [5, 20])
def test_paired_t_intervals_cover_the_true_difference(n: int) -> None:
    found, _gain = estimate.paired_mean_difference(*paired(1, n))
    low, high = band(EXPERIMENTS)
    assert low <= covered(found.value, estimate.half_width(found, LEVEL), 1.0) <= high


@pytest.mark.parametrize("n", [10, 30])
def test_jackknife_intervals_cover_the_true_ratio(n: int) -> None:
    found = estimate.single(*estimate.ratio_pseudo(*sums(2, n, 0.7)))
    low, high = band(EXPERIMENTS, allowance=0.01)
    assert low <= covered(found.value, estimate.half_width(found, LEVEL), 0.7) <= high


def test_jackknife_intervals_cover_the_true_difference_of_ratios() -> None:
    top, bottom = sums(3, 20, 0.7)
    own = 1.0 + 0.05 * np.random.default_rng(4).standard_normal(top.shape)
    left = estimate.ratio_pseudo(top * own * 8.0 / 7.0, bottom)
    found, _gain = estimate.difference(left, estimate.ratio_pseudo(top, bottom))
    low, high = band(EXPERIMENTS, allowance=0.01)
    assert low <= covered(found.value, estimate.half_width(found, LEVEL), 0.1) <= high


def test_without_a_difference_one_decision_in_twenty_is_false() -> None:
    left, right = paired(5, 10)
    found, _gain = estimate.paired_mean_difference(left - 1.0, right)
    low, high = band(EXPERIMENTS)
    assert low <= float(np.mean(estimate.two_sided_p(found) > 0.05)) <= high


def test_holm_keeps_the_family_wise_error_at_five_in_a_hundred() -> None:
    p = np.random.default_rng(6).random((3000, 6))
    false = np.mean([estimate.holm(row).min() <= 0.05 for row in p])
    low, high = band(3000)
    assert 1.0 - high <= false <= 1.0 - low


# --- planted mistakes, which the bands above must reject -----------------------------------------------------------


def normal_quantile() -> float:
    found, _gain = estimate.paired_mean_difference(*paired(1, 5))
    return covered(found.value, 1.959964 * found.error, 1.0)


def pairing_forgotten() -> float:
    left, right = (estimate.mean_pseudo(arm) for arm in paired(1, 20))
    wide = np.hypot(estimate.single(*left).error, estimate.single(*right).error)
    return covered(left[0] - right[0], 2.09 * wide, 1.0)


def mean_of_ratios() -> float:
    top, bottom = sums(2, 30, 0.7)
    found = estimate.single(*estimate.mean_pseudo(top / bottom))
    return covered(found.value, estimate.half_width(found, LEVEL), 0.7)


@pytest.mark.parametrize("mistake", [normal_quantile, pairing_forgotten, mean_of_ratios])
def test_a_planted_mistake_is_seen(mistake: Callable[[], float]) -> None:
    low, high = band(EXPERIMENTS, allowance=0.01)
    assert not low <= mistake() <= high


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 10, 40])
def test_coverage_holds_in_forty_thousand_experiments(n: int) -> None:
    found, _gain = estimate.paired_mean_difference(*paired(7, n, 40_000))
    low, high = band(40_000)
    assert low <= covered(found.value, estimate.half_width(found, LEVEL), 1.0) <= high
