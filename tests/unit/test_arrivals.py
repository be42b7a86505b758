"""Arrivals: order, prefixes, monotonicity in the rate, equal bits in both twins, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import LawError
from sim.sampling import draws_pure, streams
from sim.sampling.arrivals import arrival_times, busyness, replay
from sim.sampling.streams import Streams

EDGES = np.array([100.0, 200.0, 250.0, 400.0, 400.5, 600.0])
RATES = np.array([0.5, 0.0, 2.0, 40.0, 0.01])


def arrivals(edges=EDGES, rates=RATES, replication=0, entity=1, name="arrivals"):
    return arrival_times(Streams(7, replication).purpose(name), entity, edges, rates)


profiles = st.lists(
    st.tuples(st.floats(1e-3, 50.0), st.one_of(st.just(0.0), st.floats(1e-6, 10.0))), min_size=1, max_size=8
)


def profile(steps):
    edges = np.concatenate([[0.0], np.cumsum([length for length, _ in steps])])
    return edges, np.array([rate for _, rate in steps])


@given(steps=profiles, replication=st.integers(0, 50))
def test_arrivals_are_sorted_inside_the_horizon_and_never_where_the_rate_is_zero(steps, replication):
    edges, rates = profile(steps)
    times = arrivals(edges, rates, replication)
    assert (np.diff(times) >= 0.0).all()
    assert ((times >= edges[0]) & (times < edges[-1])).all()
    assert (rates[np.searchsorted(edges, times, side="right") - 1] > 0.0).all()


@pytest.mark.skipif(not streams.COMPILED, reason="nothing is compiled here")
@given(steps=profiles, replication=st.integers(0, 50), guess=st.integers(1, 40))
def test_the_twins_agree_bit_for_bit(steps, replication, guess):
    edges, rates = profile(steps)
    purpose = Streams(7, replication).purpose("arrivals")
    twin = draws_pure.Purpose(*purpose.__reduce__()[1])
    compiled = streams.draws.invert_rates(purpose, 3, edges, rates, guess)
    assert compiled.tobytes() == draws_pure.invert_rates(twin, 3, edges, rates, guess).tobytes()


def test_arrivals_invert_the_cumulative_rate_at_sums_of_unit_exponentials():
    purpose = Streams(7, 0).purpose("arrivals")
    times = arrivals()
    us = purpose.blocks(1, np.arange(len(times) // 4 + 1), 0).ravel()[: len(times)]
    cumulative = np.concatenate([[0.0], np.cumsum(RATES * np.diff(EDGES))])
    assert np.interp(times, EDGES, cumulative) == pytest.approx(np.cumsum(-np.log1p(-us)), rel=1e-12)


def test_a_longer_horizon_keeps_every_earlier_arrival():
    longer = arrivals(np.append(EDGES, [700.0, 900.0]), np.append(RATES, [0.0, 3.0]))
    short = arrivals()
    assert len(longer) > len(short) > 100
    assert longer[: len(short)].tobytes() == short.tobytes()
    cut = arrivals(np.append(EDGES[:3], 300.0), RATES[:3])
    assert cut.tobytes() == short[short < 300.0].tobytes()


def test_a_higher_rate_moves_no_arrival_back():
    base, busier = arrivals(), arrivals(rates=RATES * 1.1)
    assert len(busier) >= len(base)
    assert (busier[: len(base)] <= base).all()


def test_times_scaled_by_a_power_of_two_are_bit_exact():
    assert arrivals(EDGES * 8.0, RATES / 8.0).tobytes() == (arrivals() * 8.0).tobytes()


def test_the_address_decides():
    variants = [arrivals(), arrivals(replication=1), arrivals(entity=2), arrivals(name="other")]
    assert len({times.tobytes() for times in variants}) == 4
    assert arrivals().tobytes() == arrivals().tobytes()


def test_no_rate_means_no_arrivals():
    assert len(arrivals([0.0, 1e9], [0.0])) == 0


def test_lists_and_integers_are_accepted():
    assert arrivals([0, 60], [2]).tobytes() == arrivals(np.array([0.0, 60.0]), np.array([2.0])).tobytes()


@pytest.mark.parametrize(
    ("edges", "rates", "message"),
    [
        ([0, 1, 2], [1.0, math.nan], r"rates\[1\] is nan; it must be finite"),
        ([0, 1, 2], [math.inf, 1.0], r"rates\[0\] is inf; it must be finite"),
        ([0, 1, 2], [1.0, -0.5], r"rates\[1\] is -0.5; it must not be negative"),
        ([0, 2, 2], [1.0, 1.0], r"edges\[2\] is 2.0; it must exceed the edge before it"),
        ([0, 2, 1], [1.0, 1.0], r"edges\[2\] is 1.0; it must exceed"),
        ([0, math.nan, 1], [1.0, 1.0], r"edges\[1\] is nan; it must be finite"),
        ([0, 1], [1.0, 1.0], "2 edges and 2 rates; n rates need n \\+ 1 edges"),
        ([0], [], "n rates need"),
        ([0, 1], [[1.0]], "rates: has 2 dimensions"),
        ([0, 1], ["many"], "rates: not a sequence of numbers"),
        ([0, 1], [1e300], "1e\\+300 arrivals expected"),
    ],
)
def test_an_impossible_profile_is_refused_by_name(edges, rates, message):
    with pytest.raises(LawError, match=message):
        arrivals(edges, rates)


def test_replay_returns_a_copy_of_a_good_trace():
    trace = np.array([0.0, 1.5, 1.5, 9.0])
    replayed = replay(trace)
    trace[0] = 5.0
    assert replayed.tolist() == [0.0, 1.5, 1.5, 9.0]
    assert replay([]).tolist() == []


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([1.0, 0.5], r"times\[1\] is 0.5; it must not lie before"),
        ([-1.0], r"times\[0\] is -1.0; it must not be negative"),
        ([0.0, math.nan], r"times\[1\] is nan; it must be finite"),
        ([0.0, math.inf], r"times\[1\] is inf; it must be finite"),
        (5.0, "has 0 dimensions"),
    ],
)
def test_a_faulty_trace_is_refused_by_place(times, message):
    with pytest.raises(LawError, match=message):
        replay(times)


def test_without_variation_every_day_is_exactly_as_forecast():
    assert busyness(Streams(1, 0).purpose("busyness"), 0, 5, 0.0).tolist() == [1.0] * 5


def test_more_days_keep_the_busyness_of_the_first():
    purpose = Streams(1, 0).purpose("busyness")
    assert busyness(purpose, 0, 9, 0.2)[:4].tobytes() == busyness(purpose, 0, 4, 0.2).tobytes()
    assert busyness(purpose, 0, 0, 0.2).shape == (0,)


@pytest.mark.parametrize(("days", "cv", "message"), [(-1, 0.1, "days is -1"), (3, -0.1, "cv is -0.1")])
def test_impossible_busyness_is_refused(days, cv, message):
    with pytest.raises(LawError, match=message):
        busyness(Streams(1, 0).purpose("busyness"), 0, days, cv)
