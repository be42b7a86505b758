"""From heads to tours: exact duties, covering tours with breaks, and how far from the optimum those are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.config.schema import Break
from sim.staff import tours
from sim.staff.person import Duty

HOUR = 3600.0
BREAKS = [
    Break(at="02:00", length="15 min"),
    Break(at="04:00", length="30 min"),
    Break(at="06:30", length="15 min"),
]
heads_of_a_day = st.lists(st.integers(0, 12), min_size=1, max_size=40)


def grid(count: int, step: float = 900.0) -> NDArray[np.float64]:
    return np.arange(count + 1) * step


def day(number: int, count: int) -> NDArray[np.int64]:
    """Heads of a random day with two humps."""
    rng = np.random.default_rng(number)
    t = np.arange(count) / count * 24
    humps = 0.1 + np.exp(-0.5 * ((t - rng.uniform(9, 13)) / 3) ** 2) + 0.7 * np.exp(-0.5 * ((t - 17) / 2) ** 2)
    return np.rint(rng.integers(5, 30) * humps + 2 * rng.random(count)).astype(np.int64)


@given(heads_of_a_day)
@settings(max_examples=80, deadline=None)
def test_exact_duties_add_up_to_the_heads_in_every_interval(heads: list[int]) -> None:
    edges = grid(len(heads))
    assert tours.at_work(tours.exact(heads, edges, float(edges[-1])), edges).tolist() == heads


def test_those_on_longest_leave_first() -> None:
    duties = tours.exact([1, 2, 1, 0], grid(4), 4 * 900.0)
    assert duties == [Duty(0.0, 1800.0), Duty(900.0, 2700.0)]


def test_those_on_duty_at_the_end_stay_through_the_drain() -> None:
    duties = tours.exact([1, 3], grid(2), 9000.0)
    assert [duty.end for duty in duties] == [9000.0, 9000.0, 9000.0]


@given(heads_of_a_day, st.booleans())
@settings(max_examples=60, deadline=None)
def test_covering_tours_leave_no_interval_short(heads: list[int], pauses: bool) -> None:
    edges = grid(len(heads))
    duties = tours.covered(heads, edges, 8 * HOUR, BREAKS if pauses else ())
    assert (tours.at_work(duties, edges) >= heads).all()


@given(heads_of_a_day)
@settings(max_examples=40, deadline=None)
def test_breaks_are_in_order_inside_the_tour_and_within_an_hour_of_their_time(heads: list[int]) -> None:
    for duty in tours.covered(heads, grid(len(heads)), 8 * HOUR, BREAKS):
        marks = [duty.start, *(mark for pause in duty.breaks for mark in pause), duty.end]
        assert marks == sorted(marks)
        for pause, (start, end) in zip(BREAKS, duty.breaks, strict=True):
            assert end - start == pause.length
            assert abs(start - duty.start - pause.at) <= HOUR


def test_nobody_could_be_sent_home_from_a_cover() -> None:
    heads, edges = day(3, 96), grid(96)
    duties = tours.covered(heads, edges, 8 * HOUR, BREAKS)
    for duty in duties:
        rest = [other for other in duties if other is not duty]
        assert (tours.at_work(rest, edges) < heads).any()


@pytest.mark.parametrize("number", range(5))
def test_covers_without_breaks_are_within_ten_per_cent_of_the_optimum(number: int) -> None:
    heads = day(number, 48)
    assert len(tours.covered(heads, grid(48, 1800.0), 8 * HOUR)) <= 1.1 * _optimum(heads, grid(48, 1800.0), [])


@pytest.mark.parametrize("number", range(5))
def test_covers_with_movable_breaks_are_within_ten_per_cent_of_the_best_with_fixed_ones(number: int) -> None:
    heads, edges = day(number, 96), grid(96)
    assert len(tours.covered(heads, edges, 8 * HOUR, BREAKS)) <= 1.1 * _optimum(heads, edges, BREAKS)


def test_a_break_early_in_a_short_tour_never_uncovers_the_gap_it_fills() -> None:
    edges = grid(8)
    duties = tours.covered([14] * 8, edges, 2 * HOUR, [Break(at="01:00", length="15 min")])
    assert (tours.at_work(duties, edges) >= 14).all()


def test_breaks_that_may_not_move_cost_people() -> None:
    heads, edges = day(1, 96), grid(96)
    fixed = tours.covered(heads, edges, 8 * HOUR, BREAKS, slack=0.0)
    assert len(fixed) > len(tours.covered(heads, edges, 8 * HOUR, BREAKS))


def test_people_come_back_after_their_rest_and_never_before() -> None:
    duties = [Duty(0.0, 8 * HOUR), Duty(15 * HOUR, 20 * HOUR), Duty(16 * HOUR, 24 * HOUR)]
    assert tours.people(duties) == [(duties[0], duties[2]), (duties[1],)]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 12)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_every_duty_has_one_person_and_rests_are_kept(spans: list[tuple[int, int]]) -> None:
    duties = [Duty(start * HOUR, (start + length) * HOUR) for start, length in spans]
    people = tours.people(duties)
    assert sorted((d.start, d.end) for person in people for d in person) == sorted((d.start, d.end) for d in duties)
    for person in people:
        for one, two in pairwise(person):
            assert two.start - one.end >= tours.REST


def _optimum(heads: NDArray[np.int64], edges: NDArray[np.float64], breaks: list[Break]) -> int:
    """Fewest tours with breaks at fixed times, by integer programming over the starts."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    def column(start: float) -> Any:
        pauses = tuple((start + pause.at, start + pause.at + pause.length) for pause in breaks)
        return tours.at_work([Duty(start, start + 8 * HOUR, pauses)], edges)

    works = np.array([column(float(start)) for start in edges[:-1]]).T
    cover = LinearConstraint(works, heads, np.inf)
    ones = np.ones(heads.size)
    return round(milp(ones, constraints=cover, integrality=ones, bounds=Bounds(0, np.inf)).fun)
