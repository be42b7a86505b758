"""Every law that a scenario may name, from its YAML section to its draws, against SciPy's distributions.

Support, moments, the inverse of the distribution function (to 1e-9, also far in the tails), Kolmogorov and Smirnov for
the draws as the model makes them, monotone in the uniform, finite at its ends, compiled as uncompiled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from sim.config import schema
from sim.config.load import Loaded
from sim.model.blueprint import draft
from sim.sampling import draws_pure, laws, streams
from sim.sampling.laws import Law
from sim.sampling.streams import Streams
from tests.scenarios import centre
from tests.theory.measuring import Agree, Estimate, Found, refuted

Floats = NDArray[np.float64]
DRAWS = 60_000
KS_LIMIT = 2.2 / math.sqrt(DRAWS)  # P(sqrt(n) D > 2.2) is 1.3e-4, about that of |z| > 4
EXACT = 1e-9
RECORDED = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]


def attainable(us: Floats) -> Floats:
    """The next uniforms that occur: odd multiples of 2^-53, whose complement to 1 is exact."""
    return (np.floor(us * 2.0**52) + 0.5) * 2.0**-52


ENDS = attainable(np.array([0.0, 1e-12, 1e-6, 1.0 - 1e-6, 1.0 - 1e-12, 1.0 - 2.0**-52]))
GRID = np.concatenate([attainable((np.arange(20_000) + 0.5) / 20_000), ENDS])


class Distribution(Protocol):
    """What SciPy says about a law."""

    def cdf(self, x: Floats) -> Floats: ...
    def sf(self, x: Floats) -> Floats: ...
    def mean(self) -> float: ...
    def std(self) -> float: ...
    def support(self) -> tuple[float, float]: ...


class Steps:
    """Values that are recorded, each as likely."""

    def __init__(self, values: Sequence[float]) -> None:
        self._values = np.sort(values)

    def cdf(self, x: Floats) -> Floats:
        return np.searchsorted(self._values, x, side="right") / self._values.size

    def sf(self, x: Floats) -> Floats:
        return 1.0 - self.cdf(x)

    def mean(self) -> float:
        return float(self._values.mean())

    def std(self) -> float:
        return float(self._values.std())

    def support(self) -> tuple[float, float]:
        return float(self._values[0]), float(self._values[-1])


class Triangle:
    """Between 1 and 6, most likely at 2; SciPy's own loses the digits of its upper tail."""

    def cdf(self, x: Floats) -> Floats:
        return np.where(x < 2.0, (np.maximum(x, 1.0) - 1.0) ** 2 / 5.0, 1.0 - self.sf(x))

    def sf(self, x: Floats) -> Floats:
        return np.where(x < 2.0, 1.0 - (np.maximum(x, 1.0) - 1.0) ** 2 / 5.0, (6.0 - np.minimum(x, 6.0)) ** 2 / 20.0)

    def mean(self) -> float:
        return 3.0

    def std(self) -> float:
        return math.sqrt(7.0 / 6.0)

    def support(self) -> tuple[float, float]:
        return 1.0, 6.0


class Mixed:
    """One of several distributions, by chance."""

    def __init__(self, *parts: tuple[float, Distribution]) -> None:
        self._parts = parts

    def cdf(self, x: Floats) -> Floats:
        return np.sum([share * of.cdf(x) for share, of in self._parts], axis=0)

    def sf(self, x: Floats) -> Floats:
        return np.sum([share * of.sf(x) for share, of in self._parts], axis=0)

    def mean(self) -> float:
        return math.fsum(share * of.mean() for share, of in self._parts)

    def std(self) -> float:
        square = math.fsum(share * (of.std() ** 2 + of.mean() ** 2) for share, of in self._parts)
        return math.sqrt(square - self.mean() ** 2)

    def support(self) -> tuple[float, float]:
        lows, highs = zip(*(of.support() for _, of in self._parts), strict=True)
        return min(lows), max(highs)


class Known(NamedTuple):
    """A law as a scenario writes it, and its distribution."""

    section: dict[str, Any]
    distribution: Distribution


def _lognormal(mean: float, cv: float) -> Distribution:
    variance = math.log1p(cv**2)
    return stats.lognorm(math.sqrt(variance), scale=mean * math.exp(-variance / 2.0))


KNOWN = {
    "exponential": Known({"law": "exponential", "mean": "5 min"}, stats.expon(scale=300.0)),
    "lognormal": Known({"law": "lognormal", "mean": "6 min", "cv": 0.8}, _lognormal(360.0, 0.8)),
    "gamma, smooth": Known({"law": "gamma", "mean": "4 s", "cv": 0.5}, stats.gamma(4.0, scale=1.0)),
    "gamma, rough": Known({"law": "gamma", "mean": "4 s", "cv": 2.0}, stats.gamma(0.25, scale=16.0)),
    "erlang": Known({"law": "erlang", "mean": "6 s", "stages": 3}, stats.gamma(3.0, scale=2.0)),
    "weibull": Known({"law": "weibull", "shape": 0.8, "scale": "90 s"}, stats.weibull_min(0.8, scale=90.0)),
    "deterministic": Known({"law": "deterministic", "value": "15 s"}, Steps([15.0])),
    "uniform": Known({"law": "uniform", "low": "2 s", "high": "5 s"}, stats.uniform(2.0, 3.0)),
    "triangular": Known({"law": "triangular", "low": "1 s", "mode": "2 s", "high": "6 s"}, Triangle()),
    "empirical": Known({"law": "empirical", "file": "recorded.csv", "column": "seconds"}, Steps(RECORDED)),
    "hyperexponential": Known(
        {"law": "hyperexponential", "parts": [{"weight": 0.7, "mean": "60 s"}, {"weight": 0.3, "mean": "900 s"}]},
        Mixed((0.7, stats.expon(scale=60.0)), (0.3, stats.expon(scale=900.0))),
    ),
    "mixture with an atom at zero": Known(
        {
            "law": "mixture",
            "parts": [
                {"weight": 0.2, "of": {"law": "deterministic", "value": "0 s"}},
                {"weight": 0.8, "of": {"law": "weibull", "shape": 0.8, "scale": "100 s"}},
            ],
        },
        Mixed((0.2, Steps([0.0])), (0.8, stats.weibull_min(0.8, scale=100.0))),
    ),
    "mixture with a gap": Known(
        {
            "law": "mixture",
            "parts": [
                {"weight": 0.2, "of": {"law": "lognormal", "mean": "1 s", "cv": 0.05}},
                {"weight": 0.8, "of": {"law": "lognormal", "mean": "100 s", "cv": 0.05}},
            ],
        },
        Mixed((0.2, _lognormal(1.0, 0.05)), (0.8, _lognormal(100.0, 0.05))),
    ),
    "mixture of all kinds": Known(
        {
            "law": "mixture",
            "parts": [
                {"weight": 0.25, "of": {"law": "uniform", "low": "0 s", "high": "1 s"}},
                {"weight": 0.5, "of": {"law": "gamma", "mean": "8 s", "cv": 0.5}},
                {"weight": 0.25, "of": {"law": "empirical", "file": "recorded.csv", "column": "seconds"}},
            ],
        },
        Mixed((0.25, stats.uniform(0.0, 1.0)), (0.5, stats.gamma(4.0, scale=2.0)), (0.25, Steps(RECORDED))),
    ),
}
every_law = pytest.mark.parametrize("name", KNOWN)
Build = Callable[[str], Law]


@pytest.fixture
def law_of(built: Callable[..., Loaded]) -> Build:
    """The law that the model draws talk times from, where a scenario states it so."""

    def build(name: str) -> Law:
        data = centre()
        data["intents"]["call"]["path"]["front"]["talk"] = KNOWN[name].section
        return draft(built(data, {"recorded.csv": {"seconds": RECORDED}})).intents[0].steps[0].talk

    return build


def test_every_law_of_the_schema_is_tested_here() -> None:
    union = get_args(schema.LawSpec)[0]
    named = {get_args(section.model_fields["law"].annotation)[0] for section in get_args(union)}
    assert named == {known.section["law"] for known in KNOWN.values()}


def draws(law: Law) -> Floats:
    """Draws as the model makes them: the law's quantile at addressed uniforms."""
    us = Streams(20, 0).purpose("theory").blocks(1, np.arange(DRAWS // 4), 0).ravel()
    return law.quantiles(us)


def distance(values: Floats, distribution: Distribution) -> float:
    """Largest difference between empirical and true distribution function, on both sides of every value."""
    points, counts = np.unique(values, return_counts=True)
    above = np.cumsum(counts) / values.size
    below = above - counts / values.size
    just_below = distribution.cdf(np.nextafter(points, -np.inf))
    return float(max(np.abs(above - distribution.cdf(points)).max(), np.abs(below - just_below).max()))


@every_law
def test_draws_follow_the_law(law_of: Build, name: str) -> None:
    law, distribution = law_of(name), KNOWN[name].distribution
    assert distance(draws(law), distribution) < KS_LIMIT
    assert distance(draws(law.scaled(1.06)), distribution) > KS_LIMIT


def test_another_family_with_the_same_moments_fails_the_fit() -> None:
    assert distance(draws(laws.lognormal(4.0, 0.5)), KNOWN["gamma, smooth"].distribution) > KS_LIMIT


@every_law
def test_mean_and_variation_are_the_distributions(law_of: Build, name: str) -> None:
    law, distribution = law_of(name), KNOWN[name].distribution
    assert law.mean == pytest.approx(distribution.mean(), rel=1e-12)
    assert law.cv == pytest.approx(distribution.std() / distribution.mean(), rel=1e-9, abs=1e-12)


def moments(values: Floats) -> Found:
    """Mean and mean square, with their standard errors."""
    return {
        name: Estimate(float(powers.mean()), float(powers.std(ddof=1)) / math.sqrt(powers.size))
        for name, powers in (("mean", values), ("mean square", values**2))
    }


@every_law
def test_moments_of_many_draws_are_the_distributions(law_of: Build, agree: Agree, name: str) -> None:
    values, distribution = draws(law_of(name)), KNOWN[name].distribution
    truth = {"mean": distribution.mean(), "mean square": distribution.mean() ** 2 + distribution.std() ** 2}
    agree(name, moments(values), truth, part=0.05)
    assert refuted(moments(1.06 * values), truth)


def inverse_misses(law: Law, distribution: Distribution, us: Floats, width: float = EXACT) -> int:
    """At how many uniforms u the value is not the inverse: u must lie between the values of the distribution function
    a little (relative `width`) below and above it, counted from the nearer end.
    """
    values = law.quantiles(us)
    low, high = np.nextafter(values * (1.0 - width), -np.inf), values * (1.0 + width)
    slack = 4e-15 * np.minimum(us, 1.0 - us) + 4e-16 * (us > 1e-3) * (us < 0.999)
    lower = us <= 0.5
    left = np.where(lower, distribution.cdf(low) <= us + slack, distribution.sf(low) >= (1.0 - us) - slack)
    right = np.where(lower, distribution.cdf(high) >= us - slack, distribution.sf(high) <= (1.0 - us) + slack)
    return int(np.count_nonzero(~(left & right)))


@every_law
def test_a_quantile_inverts_the_distribution_function_to_a_billionth(law_of: Build, name: str) -> None:
    law, distribution = law_of(name), KNOWN[name].distribution
    assert inverse_misses(law, distribution, GRID) == 0
    assert inverse_misses(law.scaled(1.0 + 1e-7), distribution, GRID) > 0


@every_law
def test_values_lie_in_the_support_and_reach_its_finite_ends(law_of: Build, name: str) -> None:
    values, (low, high) = law_of(name).quantiles(GRID), KNOWN[name].distribution.support()
    assert low <= values.min() <= values.max() <= high
    assert values.min() == pytest.approx(low, abs=0.01 * KNOWN[name].distribution.mean())
    assert values.max() == pytest.approx(high, rel=1e-6) or (high == math.inf and values.max() < math.inf)


@every_law
def test_uniforms_next_to_zero_and_one_give_finite_values(law_of: Build, name: str) -> None:
    values = law_of(name).quantiles(ENDS)
    assert np.isfinite(values).all() and (values >= 0.0).all()


def test_a_uniform_of_one_would_not() -> None:
    """The fault avoided: with 53 bits the largest uniform rounds to 1, where an exponential is infinite."""
    assert KNOWN["exponential"].distribution.sf(np.array([np.inf])) == 0.0
    assert -np.log1p(-np.nextafter(1.0, 0.0)) < np.inf
    with np.errstate(divide="ignore"):
        assert -np.log1p(-((2.0**53 - 1 + 0.5) * 2.0**-53)) == np.inf


def falls(quantiles: Callable[[Floats], Floats]) -> int:
    """How often a quantile falls, by more than rounding, as u rises."""
    values = quantiles(np.sort(GRID))
    return int((np.diff(values) < -1e-14 * values[1:]).sum())


@every_law
def test_a_larger_uniform_never_gives_a_smaller_value(law_of: Build, name: str) -> None:
    assert falls(law_of(name).quantiles) == 0


def test_a_mixture_that_branches_on_its_uniform_does() -> None:
    """The planted fault."""
    short, long = laws.exponential(1.0), laws.exponential(9.0)
    assert falls(lambda us: np.where(us < 0.3, long.quantiles(us), short.quantiles(us))) > 0


@every_law
@pytest.mark.skipif(not streams.COMPILED, reason="nothing is compiled here")
def test_compiled_and_uncompiled_draws_are_the_same_bits(law_of: Build, name: str) -> None:
    law = law_of(name)
    twin = draws_pure.Law(*law.__reduce__()[1])
    assert law.quantiles(GRID).tobytes() == twin.quantiles(GRID).tobytes()
    assert [law.quantile(u) for u in GRID[::97].tolist()] == [twin.quantile(u) for u in GRID[::97].tolist()]
    assert law.quantiles(GRID).tobytes() != twin.scaled(1.0 + 2.0**-52).quantiles(GRID).tobytes()


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
def test_the_gamma_table_is_within_a_billionth_at_every_shape(shape: float) -> None:
    assert gamma_error(laws.gamma(1.0, shape**-0.5), shape) < EXACT


def test_a_shape_wrong_in_its_ninth_digit_fails_the_check() -> None:
    assert gamma_error(laws.gamma(1.0, 0.7**-0.5 * (1.0 + 1e-8)), 0.7) > EXACT
