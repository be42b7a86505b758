"""Laws and arrivals against theory: distributions, moments, counts. Tolerances are 4 standard errors.

The oracle of every test is independent of the code under test, and every statistical check has a partner that
plants a fault and must see it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, special, stats

from sim.sampling import laws
from sim.sampling.arrivals import arrival_times, busyness
from sim.sampling.laws import Law
from sim.sampling.streams import Streams

Z = 4.0
DRAWS = 20_000
# P(sqrt(n) D > 2.2) is 1.3e-4, about that of |z| > 4 at 6e-5.
KS_LIMIT = 2.2 / math.sqrt(DRAWS)

ORACLES = {
    "exponential": (laws.exponential(3.0), stats.expon(scale=3.0)),
    "lognormal": (
        laws.lognormal(6.0, 0.8),
        stats.lognorm(math.sqrt(math.log(1.64)), scale=6.0 / math.sqrt(1.64)),
    ),
    "gamma, smooth": (laws.gamma(4.0, 0.5), stats.gamma(4.0, scale=1.0)),
    "gamma, rough": (laws.gamma(4.0, 2.0), stats.gamma(0.25, scale=16.0)),
    "erlang": (laws.erlang(6.0, 3), stats.gamma(3.0, scale=2.0)),
    "weibull": (laws.weibull(0.8, 90.0), stats.weibull_min(0.8, scale=90.0)),
    "uniform": (laws.uniform(2.0, 5.0), stats.uniform(2.0, 3.0)),
    "triangular": (laws.triangular(1.0, 2.0, 6.0), stats.triang(0.2, loc=1.0, scale=5.0)),
}
against = pytest.mark.parametrize(("law", "oracle"), ORACLES.values(), ids=ORACLES)


def draws(law: Law, entity: int = 1) -> np.ndarray:
    us = Streams(20, 0).purpose("theory").blocks(entity, np.arange(DRAWS // 4), 0).ravel()
    return law.quantiles(us)


def ks_distance(law: Law, oracle) -> float:
    return stats.kstest(draws(law), oracle.cdf).statistic


@against
def test_draws_follow_the_law(law, oracle):
    assert ks_distance(law, oracle) < KS_LIMIT


@against
def test_times_a_quarter_longer_fail_the_fit(law, oracle):
    assert ks_distance(law.scaled(1.25), oracle) > KS_LIMIT


def test_the_wrong_family_with_the_right_moments_fails_the_fit():
    assert ks_distance(laws.lognormal(4.0, 0.5), ORACLES["gamma, smooth"][1]) > KS_LIMIT


@against
def test_mean_and_cv_are_what_the_law_says(law, oracle):
    assert law.mean == pytest.approx(oracle.mean(), rel=1e-12)
    assert law.cv == pytest.approx(oracle.std() / oracle.mean(), rel=1e-9)


def mean_score(law: Law, values: np.ndarray) -> float:
    return (values.mean() - law.mean) / (law.mean * law.cv / math.sqrt(len(values)))


MIXED = {
    "atom at zero": laws.mixture([(0.2, laws.deterministic(0.0)), (0.8, laws.weibull(0.8, 100.0))]),
    "hyperexponential": laws.hyperexponential([(0.7, 60.0), (0.3, 900.0)]),
    "all kinds": laws.mixture(
        [(1.0, laws.uniform(0.0, 1.0)), (2.0, laws.gamma(8.0, 0.5)), (1.0, laws.empirical([3.0, 4.0]))]
    ),
}


@pytest.mark.parametrize("law", [*(law for law, _ in ORACLES.values()), *MIXED.values()], ids=repr)
def test_the_mean_of_many_draws_is_the_mean(law):
    assert abs(mean_score(law, draws(law))) < Z
    assert abs(mean_score(law, draws(law) * (1.0 + 8.0 * law.cv / math.sqrt(DRAWS)))) > Z


@pytest.mark.parametrize("law", MIXED.values(), ids=MIXED)
def test_mean_and_cv_of_a_mixture_are_those_of_its_quantile(law):
    # Mid-points of equal strata: the error of the mean is that of the two end strata.
    us = (np.arange(2_000_000) + 0.5) / 2_000_000
    values = law.quantiles(us)
    assert values.mean() == pytest.approx(law.mean, rel=1e-4)
    assert values.std() / values.mean() == pytest.approx(law.cv, rel=1e-3)


SHAPES = [0.0101, 0.04, 0.25, 0.7, 1.0, 2.0, 7.5, 100.0, 9_999.0]
SCORES = np.concatenate([np.linspace(-8.0, 8.0, 4_001), [-8.2, 8.2]])


def gamma_error(law: Law, shape: float) -> float:
    """Largest relative error at normal scores -8.2 to 8.2, where the value is not vanishing."""
    u = special.ndtr(SCORES)
    # From its own side, so that the oracle sees the same double as the law.
    exact = np.where(u < 0.5, special.gammaincinv(shape, u), special.gammainccinv(shape, 1.0 - u)) / shape
    seen = exact > 1e-290
    return float(np.max(np.abs(law.quantiles(u)[seen] / exact[seen] - 1.0)))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gamma_table_is_within_1e_9(shape):
    assert gamma_error(laws.gamma(1.0, shape**-0.5), shape) < 1e-9


def test_a_shape_wrong_in_its_ninth_digit_fails_the_check():
    assert gamma_error(laws.gamma(1.0, 0.7**-0.5 * (1.0 + 1e-8)), 0.7) > 1e-9


def branch_quantile(u: float, tail_of, low: float, high: float) -> float:
    """Root of P(X > x) = 1 - u by Brent's method."""
    return optimize.brentq(lambda x: tail_of(x) - (1.0 - u), low, high, xtol=1e-300, rtol=1e-14)


LEVELS = [0.05, 0.21, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999]


def hyper_tail(x: float) -> float:
    return 0.7 * math.exp(-x / 60.0) + 0.3 * math.exp(-x / 900.0)


@pytest.mark.parametrize("u", LEVELS)
def test_the_hyperexponential_table_is_within_1e_9(u):
    exact = branch_quantile(u, hyper_tail, 1e-9, 1e6)
    assert MIXED["hyperexponential"].quantile(u) == pytest.approx(exact, rel=1e-9, abs=0.0)
    wrong = MIXED["hyperexponential"].scaled(1.0 + 3e-9)
    assert wrong.quantile(u) != pytest.approx(exact, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("u", [0.2000001, *LEVELS[1:]])
def test_behind_its_atom_a_mixture_is_the_other_law_exactly(u):
    exact = 100.0 * (-math.log1p(-(u - 0.2) / 0.8)) ** 1.25
    assert MIXED["atom at zero"].quantile(u) == pytest.approx(exact, rel=1e-9, abs=0.0)


def test_the_share_of_an_atom_is_its_weight():
    zeros = (draws(MIXED["atom at zero"]) == 0.0).sum()
    error = math.sqrt(DRAWS * 0.2 * 0.8)
    assert abs(zeros - 0.2 * DRAWS) < Z * error
    assert abs(zeros - 0.25 * DRAWS) > Z * error


def test_two_narrow_peaks_far_apart_are_within_1e_9():
    law = laws.mixture([(0.2, laws.lognormal(1.0, 0.05)), (0.8, laws.lognormal(100.0, 0.05))])
    sigma = math.sqrt(math.log1p(0.05**2))
    for u, mean, inner in ((0.1, 1.0, 0.5), (0.19, 1.0, 0.95), (0.3, 100.0, 0.125), (0.9, 100.0, 0.875)):
        exact = mean * math.exp(sigma * special.ndtri(inner) - sigma**2 / 2.0)
        assert law.quantile(u) == pytest.approx(exact, rel=1e-9)


EDGES = np.array([0.0, 100.0, 150.0, 300.0, 310.0, 500.0])
RATES = np.array([0.2, 0.0, 1.0, 6.0, 0.05])
RUNS = 400


def pooled_counts(rates: np.ndarray) -> np.ndarray:
    """Arrivals per interval in each of many replications: shape (RUNS, intervals)."""
    runs = [arrival_times(Streams(31, r).purpose("arrivals"), 1, EDGES, rates) for r in range(RUNS)]
    return np.array([np.histogram(times, EDGES)[0] for times in runs])


def count_scores(counts: np.ndarray) -> np.ndarray:
    expected = RATES * np.diff(EDGES)
    busy = expected > 0.0
    assert (counts[:, ~busy] == 0).all()
    return (counts[:, busy].mean(axis=0) - expected[busy]) / np.sqrt(expected[busy] / RUNS)


def test_interval_counts_have_their_expectations():
    assert np.abs(count_scores(pooled_counts(RATES))).max() < Z


def test_a_rate_wrong_by_a_tenth_fails_the_counts():
    assert np.abs(count_scores(pooled_counts(RATES * [1.0, 1.0, 1.1, 1.0, 1.0]))).max() > Z


def dispersion_score(counts: np.ndarray) -> float:
    """Standard score of the totals' index of dispersion: chi-square with RUNS - 1 degrees of freedom."""
    totals = counts.sum(axis=1)
    freedom = len(totals) - 1
    return float((totals.var(ddof=1) / totals.mean() * freedom - freedom) / math.sqrt(2.0 * freedom))


def test_counts_vary_as_poisson_counts_do():
    counts = pooled_counts(RATES)
    assert abs(dispersion_score(counts)) < Z
    assert abs(dispersion_score(counts * 2)) > Z


def test_counts_of_different_intervals_are_uncorrelated():
    counts = pooled_counts(RATES)
    seen = counts[:, RATES > 0.0]
    correlations = np.corrcoef(seen.T)[np.triu_indices(seen.shape[1], 1)] * math.sqrt(RUNS)
    assert np.abs(correlations).max() < Z
    shared = seen + 8 * (np.arange(RUNS)[:, None] % 2)  # every other replication is a busy one
    assert np.corrcoef(shared.T)[0, 3] * math.sqrt(RUNS) > Z


def placement_distance(times: np.ndarray) -> float:
    """Scaled KS distance from uniform of the arrivals' positions on the cumulative rate."""
    cumulative = np.concatenate([[0.0], np.cumsum(RATES * np.diff(EDGES))])
    places = np.interp(times, EDGES, cumulative) / cumulative[-1]
    return float(stats.kstest(places, "uniform").statistic * math.sqrt(len(times)))


def all_arrivals(rates: np.ndarray) -> np.ndarray:
    runs = [arrival_times(Streams(32, r).purpose("arrivals"), 1, EDGES, rates) for r in range(80)]
    return np.concatenate(runs)


def test_given_their_number_arrivals_lie_as_the_rate_says_across_jumps_and_gaps():
    assert placement_distance(all_arrivals(RATES)) < 2.2


def test_arrivals_of_a_smoothed_rate_fail_the_placement():
    assert placement_distance(all_arrivals(np.array([0.2, 0.0, 1.4, 0.6, 0.05]))) > 2.2


def test_busyness_is_gamma_with_mean_one():
    days = busyness(Streams(5, 0).purpose("busyness"), 2, DRAWS, 0.15)
    shape = 0.15**-2
    assert stats.kstest(days, stats.gamma(shape, scale=1.0 / shape).cdf).statistic < KS_LIMIT
    assert stats.kstest(days, stats.norm(1.0, 0.15).cdf).statistic > KS_LIMIT
