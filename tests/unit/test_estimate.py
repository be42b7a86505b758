"""Estimates: exactness where it is owed, coverage on data of known truth, agreement with other people's formulas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.experiment import estimate
from sim.experiment.estimate import Estimates


def ratios(rows: int = 6, n: int = 12, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return draw.gamma(4.0, 10.0, (rows, n)), draw.gamma(9.0, 10.0, (rows, n))


def an_estimate(value: float, error: float, n: int = 10) -> Estimates:
    return Estimates(np.array([value]), np.array([error]), np.array([n]))


def test_a_ratio_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    top, bottom = np.array([[1.0, 9.0]]), np.array([[10.0, 10.0]])
    assert estimate.ratio_pseudo(top, bottom)[0][0] == 0.5
    uneven = np.array([[1.0, 9.0]]), np.array([[1.0, 99.0]])
    assert estimate.ratio_pseudo(*uneven)[0][0] == pytest.approx(0.1)


def test_pseudo_values_are_those_of_leaving_one_out_by_hand() -> None:
    top, bottom = np.array([[1.0, 2.0, 6.0]]), np.array([[2.0, 2.0, 4.0]])
    whole = 9.0 / 8.0
    by_hand = [3 * whole - 2 * 8.0 / 6.0, 3 * whole - 2 * 7.0 / 6.0, 3 * whole - 2 * 3.0 / 4.0]
    assert estimate.ratio_pseudo(top, bottom)[1][0] == pytest.approx(by_hand)


def test_with_a_constant_denominator_the_jackknife_is_the_plain_t_interval() -> None:
    top, bottom = ratios()[0], np.full((6, 12), 7.0)
    found = estimate.single(*estimate.ratio_pseudo(top, bottom))
    plain = stats.ttest_1samp(top / 7.0, 0.0, axis=1).confidence_interval(0.95)
    width = estimate.half_width(found, 0.95)
    np.testing.assert_allclose(found.value - width, plain.low)
    np.testing.assert_allclose(found.value + width, plain.high)


def test_a_difference_of_means_is_scipys_paired_t_test() -> None:
    left, right = ratios()
    found, _gain = estimate.paired_mean_difference(left, right)
    np.testing.assert_allclose(estimate.two_sided_p(found), stats.ttest_rel(left, right, axis=1).pvalue)


def test_identical_arms_differ_by_exactly_nothing() -> None:
    arm = estimate.ratio_pseudo(*ratios())
    found, _gain = estimate.difference(arm, arm)
    assert (found.value == 0.0).all()
    assert (estimate.half_width(found, 0.95) == 0.0).all()
    assert (estimate.two_sided_p(found) == 1.0).all()


def test_swapped_arms_change_the_sign_and_no_bit_else() -> None:
    left, right = estimate.ratio_pseudo(*ratios(seed=1)), estimate.ratio_pseudo(*ratios(seed=2))
    there, back = estimate.difference(left, right)[0], estimate.difference(right, left)[0]
    assert (there.value == -back.value).all()
    assert (there.error == back.error).all()


def test_sharing_customers_pays_and_is_reported() -> None:
    draw = np.random.default_rng(5)
    shared, own = draw.standard_normal((1, 400)), draw.standard_normal((2, 400))
    left, right = 10.0 + shared + 0.1 * own[:1], 9.0 + shared + 0.1 * own[1:]
    _found, gain = estimate.paired_mean_difference(left, right)
    assert 60.0 < gain[0] < 160.0  # in truth (1.01 + 1.01) / 0.02 = 101


def test_an_empty_denominator_is_not_defined_never_zero() -> None:
    found = estimate.single(*estimate.ratio_pseudo(np.zeros((1, 8)), np.zeros((1, 8))))
    assert np.isnan(found.value[0])
    assert np.isnan(estimate.half_width(found, 0.95)[0])


def test_a_replication_without_a_base_adds_nothing_to_the_sums() -> None:
    top, bottom = np.array([[3.0, np.nan, 5.0]]), np.array([[6.0, 0.0, 10.0]])
    assert estimate.ratio_pseudo(top, bottom)[0][0] == 0.5


@pytest.mark.parametrize(("n", "stated"), [(4, False), (5, True)])
def test_no_interval_is_stated_below_five_replications(n: int, stated: bool) -> None:
    found = estimate.single(*estimate.ratio_pseudo(*ratios(n=n)))
    assert np.isfinite(estimate.half_width(found, 0.95)).all() == stated
    assert np.isfinite(estimate.two_sided_p(found)).all() == stated


def test_holm_by_hand() -> None:
    # sorted .01 .02 .03 .04 times 4 3 2 1, never falling: .04 .06 .06 .06
    assert estimate.holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_never_exceeds_one_and_keeps_what_is_not_defined() -> None:
    adjusted = estimate.holm([0.6, np.nan, 0.01])
    assert adjusted[0] == 1.0
    assert np.isnan(adjusted[1])
    assert adjusted[2] == pytest.approx(0.03)


def test_the_probability_above_a_bar_is_a_half_at_the_estimate_and_certain_without_error() -> None:
    assert estimate.probability_above(an_estimate(2.0, 0.5), 2.0)[0] == pytest.approx(0.5)
    assert estimate.probability_above(an_estimate(2.0, 0.0), 1.9)[0] == 1.0
    assert estimate.probability_above(an_estimate(2.0, 0.0), 2.1)[0] == 0.0
