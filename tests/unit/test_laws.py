"""Every law: monotone, finite, exact under scaling, picklable, equal in both twins, refusing what is none."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import LawError
from sim.sampling import draws_pure, laws, streams
from sim.sampling.laws import Law

LAWS = [
    laws.exponential(300.0),
    laws.lognormal(360.0, 0.8),
    laws.lognormal(360.0, 0.0),
    laws.gamma(240.0, 0.6),
    laws.gamma(240.0, 4.0),
    laws.gamma(240.0, 0.0),
    laws.erlang(120.0, 3),
    laws.weibull(0.8, 90.0),
    laws.weibull_by_mean(2.5, 90.0),
    laws.deterministic(15.0),
    laws.empirical([3.0, 1.0, 4.0, 1.0, 5.0]),
    laws.uniform(10.0, 20.0),
    laws.triangular(5.0, 6.0, 30.0),
    laws.triangular(5.0, 5.0, 30.0),
    laws.hyperexponential([(0.7, 60.0), (0.3, 900.0)]),
    laws.mixture([(0.2, laws.deterministic(0.0)), (0.8, laws.weibull(0.8, 100.0))]),
    laws.mixture([(1.0, laws.uniform(0.0, 1.0)), (2.0, laws.gamma(8.0, 0.5)), (1.0, laws.deterministic(3.0))]),
    laws.mixture([(1.0, laws.empirical([1.0, 2.0])), (1.0, laws.triangular(0.0, 0.0, 7.0))]),
]
every_law = pytest.mark.parametrize("law", LAWS, ids=repr)
GRID = (np.arange(20_000) + 0.5) / 20_000
EDGES = np.array([2.0**-53, 1e-12, 1e-6, 1.0 - 1e-6, 1.0 - 1e-12, 1.0 - 2.0**-53])


def falls(law: Law, us: np.ndarray) -> int:
    """How often the quantile falls, by more than rounding, as u rises."""
    values = law.quantiles(np.sort(us))
    return int((np.diff(values) < -1e-14 * values[1:]).sum())


@every_law
def test_quantiles_never_fall(law):
    beside_the_bounds = [bound for bound in (law.table[0][1:-1] if law.table else [])]
    near = [b + d for b in beside_the_bounds for d in (-1e-9, -1e-15, 0.0, 1e-15, 1e-9)]
    assert falls(law, np.concatenate([GRID, EDGES, near])) == 0


def test_a_law_that_branches_on_its_uniform_fails_the_check():
    class Branching:
        def quantiles(self, us):
            return np.where(us < 0.3, laws.exponential(9.0).quantiles(us), laws.exponential(1.0).quantiles(us))

    assert falls(Branching(), GRID) > 0


@every_law
def test_attainable_uniforms_give_finite_non_negative_values(law):
    values = law.quantiles(EDGES)
    assert np.isfinite(values).all()
    assert (values >= 0.0).all()


@every_law
def test_the_array_form_is_the_scalar_form(law):
    us = GRID[::37].copy()
    assert law.quantiles(us).tolist() == [law.quantile(u) for u in us.tolist()]


@every_law
@pytest.mark.skipif(not streams.COMPILED, reason="nothing is compiled here")
def test_the_twins_agree_bit_for_bit(law):
    us = np.concatenate([GRID[::7], EDGES, law.table[0][1:-1] if law.table else []])
    twin = draws_pure.Law(*law.__reduce__()[1])
    assert law.quantiles(us).tobytes() == twin.quantiles(us).tobytes()
    assert law.scaled(3.0).quantiles(us).tobytes() == twin.scaled(3.0).quantiles(us).tobytes()
    assert (law.mean, law.cv, repr(law)) == (twin.mean, twin.cv, repr(twin))
    assert (law == law.scaled(1.0), law == law.scaled(2.0)) == (
        twin == twin.scaled(1.0),
        twin == twin.scaled(2.0),
    )


@every_law
@pytest.mark.parametrize("power", [-3, 4])
def test_scaling_by_a_power_of_two_is_bit_exact(law, power):
    scaled = law.scaled(2.0**power)
    assert scaled.quantiles(GRID).tobytes() == (law.quantiles(GRID) * 2.0**power).tobytes()
    assert (scaled.mean, scaled.cv) == (law.mean * 2.0**power, law.cv)


BY_TIME = {
    "exponential": lambda k: laws.exponential(3.0 * k),
    "lognormal": lambda k: laws.lognormal(3.0 * k, 0.9),
    "gamma": lambda k: laws.gamma(3.0 * k, 0.9),
    "weibull": lambda k: laws.weibull_by_mean(0.8, 3.0 * k),
    "uniform": lambda k: laws.uniform(3.0 * k, 7.0 * k),
    "triangular": lambda k: laws.triangular(3.0 * k, 5.0 * k, 7.0 * k),
    "empirical": lambda k: laws.empirical([3.0 * k, 1.0 * k]),
    "mixture": lambda k: laws.mixture([(0.3, laws.deterministic(0.1 * k)), (0.7, laws.erlang(5.0 * k, 2))]),
}


@pytest.mark.parametrize("name", BY_TIME)
def test_parameters_times_a_power_of_two_are_bit_exact(name):
    one, eight = BY_TIME[name](1.0), BY_TIME[name](8.0)
    assert eight.quantiles(GRID).tobytes() == (one.quantiles(GRID) * 8.0).tobytes()


@every_law
def test_a_law_survives_pickling_with_its_bits(law):
    copy = pickle.loads(pickle.dumps(law))
    assert copy == law
    assert hash(copy) == hash(law)
    assert repr(copy) == repr(law)
    assert copy.quantiles(GRID).tobytes() == law.quantiles(GRID).tobytes()


def test_laws_are_equal_when_they_give_equal_bits():
    assert laws.exponential(4.0).scaled(0.5) == laws.exponential(2.0)
    assert laws.gamma(1.0, 0.5) == laws.erlang(1.0, 4)
    assert laws.exponential(2.0) != laws.exponential(3.0)
    assert laws.empirical([1.0, 2.0]) != laws.empirical([1.0, 3.0])
    assert laws.exponential(2.0) != 2.0


def test_a_law_says_how_it_was_made():
    assert repr(laws.gamma(300, 0.5)) == "gamma(mean=300.0, cv=0.5)"
    assert repr(laws.never()) == "never()"
    assert repr(laws.exponential(2.0).scaled(3)) == "exponential(mean=2.0).scaled(3.0)"


def test_never_is_infinite_at_every_uniform():
    assert laws.never().scaled(0.5).quantiles(EDGES).tolist() == [math.inf] * len(EDGES)
    assert laws.never().mean == math.inf


def test_empirical_is_the_inverse_of_the_empirical_distribution():
    law = laws.empirical([30.0, 10.0, 20.0, 20.0])
    us = [0.1, 0.25, np.nextafter(0.25, 1.0), 0.5, 0.75, np.nextafter(0.75, 1.0), 0.99]
    assert [law.quantile(u) for u in us] == [10.0, 10.0, 20.0, 20.0, 20.0, 30.0, 30.0]
    assert (law.mean, law.cv) == (20.0, math.sqrt(50.0) / 20.0)


def test_a_mixture_keeps_its_atoms_and_gaps():
    law = laws.mixture([(1.0, laws.deterministic(0.0)), (1.0, laws.deterministic(9.0)), (2.0, laws.uniform(2, 4))])
    assert [law.quantile(u) for u in (0.01, 0.25, 0.76, 0.99)] == [0.0, 0.0, 9.0, 9.0]
    assert law.quantile(0.25 + 1e-12) == pytest.approx(2.0, rel=1e-9)
    assert law.quantile(0.5) == pytest.approx(3.0, rel=1e-9)
    assert law.quantile(0.75) == pytest.approx(4.0, rel=1e-9)


def test_nested_mixtures_are_one_mixture():
    inner = laws.mixture([(1.0, laws.exponential(2.0)), (1.0, laws.exponential(4.0))]).scaled(3.0)
    nested = laws.mixture([(1.0, inner), (1.0, laws.exponential(1.0))])
    flat = laws.hyperexponential([(0.25, 6.0), (0.25, 12.0), (0.5, 1.0)])
    assert nested.mean == pytest.approx(flat.mean)
    assert nested.quantiles(GRID) == pytest.approx(flat.quantiles(GRID), rel=1e-9)


number = st.one_of(st.just(math.nan), st.just(math.inf), st.just(-math.inf), st.floats(max_value=-1e-300))
FACTORIES = {
    "mean": [
        laws.exponential,
        lambda x: laws.lognormal(x, 1.0),
        lambda x: laws.gamma(x, 1.0),
        lambda x: laws.erlang(x, 2),
    ],
    "cv": [lambda x: laws.lognormal(1.0, x), lambda x: laws.gamma(1.0, x)],
    "stages": [lambda x: laws.erlang(1.0, x)],
    "shape": [lambda x: laws.weibull(x, 1.0), lambda x: laws.weibull_by_mean(x, 1.0)],
    "scale": [lambda x: laws.weibull(1.0, x)],
    "value": [laws.deterministic],
    "values[1]": [lambda x: laws.empirical([1.0, x])],
    "low": [lambda x: laws.uniform(x, 1.0), lambda x: laws.triangular(x, 1.0, 2.0)],
    "mode": [lambda x: laws.triangular(0.0, x, 2.0)],
    "high": [lambda x: laws.uniform(0.0, x), lambda x: laws.triangular(0.0, 0.0, x)],
    "weight[0]": [
        lambda x: laws.hyperexponential([(x, 1.0)]),
        lambda x: laws.mixture([(x, laws.exponential(1.0))]),
    ],
    "factor": [laws.exponential(1.0).scaled],
}


@pytest.mark.parametrize("parameter", FACTORIES)
@given(wrong=number)
def test_impossible_numbers_are_refused_by_name_and_value(parameter, wrong):
    for build in FACTORIES[parameter]:
        with pytest.raises(LawError) as caught:
            build(wrong)
        assert f"{parameter} is {wrong!r}; it must" in str(caught.value)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: laws.exponential(0.0), "mean is 0.0; it must be above 0"),
        (lambda: laws.exponential("5"), "mean is '5'; it must be a number"),
        (lambda: laws.exponential(True), "mean is True; it must be a number"),
        (lambda: laws.gamma(1.0, 20.0), "cv is 20.0; it must lie between"),
        (lambda: laws.erlang(1.0, 2.5), "stages is 2.5; it must be a whole number"),
        (lambda: laws.erlang(1.0, 0), "stages is 0.0; it must lie between"),
        (lambda: laws.uniform(3.0, 2.0), "high is 2.0; it must not be below low"),
        (lambda: laws.triangular(1.0, 3.0, 2.0), "high is 2.0; it must not be below mode"),
        (lambda: laws.triangular(2.0, 2.0, 2.0), "high is 2.0; it must exceed low"),
        (lambda: laws.empirical([]), "values is empty"),
        (lambda: laws.mixture([]), "no branches"),
        (lambda: laws.mixture([(1.0, laws.never())]), r"law\[0\] is never\(\)"),
        (lambda: laws.lognormal(1e300, 1e6), "beyond what a float can hold"),
        (lambda: laws.weibull(0.1, 1e300), "beyond what a float can hold"),
        (lambda: laws.exponential(1.0).scaled(0.0), "factor is 0.0; it must be positive and finite"),
    ],
)
def test_parameters_that_make_no_law_are_refused(build, message):
    with pytest.raises(LawError, match=message):
        build()


@every_law
@pytest.mark.parametrize("u", [0.0, 1.0, math.nan, -1.0, 2.0])
def test_a_uniform_outside_the_open_interval_is_refused(law, u):
    with pytest.raises(LawError, match="strictly between 0 and 1"):
        law.quantile(u)
    with pytest.raises(LawError):
        law.quantiles(np.array([0.5, u]))
