"""Tenure and learning: how long agents have been there, and what it does to their work and their past."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.config.schema import Learning, Tenure
from sim.errors import ScenarioError
from sim.quality.learning import mean_remaining, remaining
from sim.simulate import _Replication, prepare, simulate
from sim.staff import tenure
from tests.relations.outcome import same
from tests.unit.noon_shop import BY_SPEED, WEEK, shop

Built = Callable[..., Loaded]


def test_the_learning_curve_at_a_tenure() -> None:
    spec = Learning(handle=0.64, time_constant="10 w")
    assert [1.0 + 0.64 * remaining(spec, weeks * WEEK) for weeks in (0.0, 10.0, 52.0)] == pytest.approx(
        [1.64, 1.64 - 0.64 * (1.0 - exp(-1.0)), 1.0 + 0.64 * exp(-5.2)]
    )


@pytest.mark.parametrize(("since", "until"), [(0.0, 0.0), (0.0, 4.0), (44.0, 52.0)])
def test_the_mean_of_the_curve_between_two_tenures(since: float, until: float) -> None:
    grid = np.linspace(since, until, 20_001) / 10.0
    middle = np.exp(-0.5 * (grid[:-1] + grid[1:])).mean()
    assert mean_remaining(Learning(), since * WEEK, until * WEEK) == pytest.approx(middle, rel=1e-6)


def test_nobody_learns_who_has_been_there_for_ever() -> None:
    assert mean_remaining(Learning(), float("inf"), float("inf")) == 0.0


def test_drawn_tenures_have_the_stated_shares_and_means() -> None:
    spec = Tenure(mean="50 w", new_hires=0.3, new_for="10 w")
    u = np.random.default_rng(1).random((20_000, 2))
    drawn = np.array([tenure.at(spec, *pair) for pair in u.tolist()]) / WEEK
    new = drawn < 10.0
    assert abs(new.mean() - 0.3) < 4.0 * np.sqrt(0.21 / new.size)
    for found, mean, sd in ((drawn[new], 5.0, 10.0 / np.sqrt(12.0)), (drawn[~new], 60.0, 50.0)):
        assert abs(found.mean() - mean) < 4.0 * sd / np.sqrt(found.size)


def test_a_roster_says_how_long_people_have_been_there(built: Built) -> None:
    roster = {
        "name": ["ada", "ben"], "tier": [1, 1], "skills": ["calls", "calls"], "shift": ["noon", "noon"],
        "tenure": ["6 w", ""],
    }  # fmt: skip
    data = shop(staff={"roster": "people.csv", "groups": {}}, quality={"learning": {}})
    one = _Replication(prepare(built(data, {"people.csv": roster})), 1, 0, 1.0)
    assert one.changing.careers is not None
    assert one.changing.careers.seats.hired[0] == -6 * WEEK != one.changing.careers.seats.hired[1]
    with pytest.raises(ScenarioError, match="tenure"):
        prepare(built(data, {"people.csv": {**roster, "tenure": ["6", ""]}}))


def test_a_colleague_more_moves_nobody_elses_tenure(built: Built) -> None:
    few, many = (
        _Replication(prepare(built(shop(heads=heads, quality={"learning": {}}))), 1, 0, 1.0).changing.careers
        for heads in (5, 9)
    )
    assert few is not None and many is not None
    assert few.seats.hired == many.seats.hired[:5]


def test_new_agents_take_the_stated_factor_longer_and_catch_up(built: Built) -> None:
    """The wrap-ups of one and the same call: of the agent with experience, and as a new hire on that day."""
    group = {"tier": 1, "skills": {"calls": 1.0}, "count": 1, "shift": "noon"}
    plain, learning = (
        simulate(
            built(
                shop(
                    weeks=8,
                    per_hour=1.0,
                    staff={"groups": {"team": {**group, "tenure": {"exactly": "0 s"}}}},
                    quality={"learning": {"handle": size}},
                )
            ),
            3,
            0,
        ).legs
        for size in (0.0, 0.64)
    )
    calls = {int(leg["case"]): leg for leg in plain if leg["wrap_up"] > 0.0}
    both = [(calls[int(leg["case"])], leg) for leg in learning if leg["wrap_up"] > 0.0 and int(leg["case"]) in calls]
    assert len(both) > 60
    for before, after in both:
        refreshed = 1800.0 * (after["answered"] // 1800.0)
        factor = 1.0 + 0.64 * exp(-refreshed / (10 * WEEK))
        assert after["wrap_up"] == pytest.approx(factor * before["wrap_up"], rel=1e-9)


def test_learning_of_no_size_gives_the_bits_of_none(built: Built) -> None:
    none, zero = (
        simulate(built(shop(quality=quality)), 1, 0)
        for quality in ({}, {"learning": {"handle": 0.0, "resolution": 0.0}})
    )
    assert same(none, zero)


def test_the_past_of_a_new_hire_is_short(built: Built) -> None:
    """Pre-history: observations in proportion to the weeks in the job, and as slow as they were."""
    quality = {"history": {"weeks": 8, "contacts_per_agent_week": 5000.0}, "learning": {}}
    groups = {
        name: {"tier": 1, "skills": {"calls": 1.0}, "count": 3, "shift": "noon", "tenure": {"exactly": age}}
        for name, age in (("new", "2 w"), ("old", "500 w"))
    }
    one = _Replication(prepare(built(shop(staff={"groups": groups}, quality=quality, routing=BY_SPEED))), 1, 0, 1.0)
    one._start()
    signals = one.centre.signals
    counts, handle = np.array(signals.handle_time_count)[:, 0], np.array(signals.handle_time)[:, 0]
    assert counts.tolist() == [10_000.0] * 3 + [40_000.0] * 3
    assert np.array(signals.qa_count)[:3, 0].max() < np.array(signals.qa_count)[3:, 0].min()
    factor = 1.0 + 0.64 * 5.0 * (1.0 - exp(-0.2))
    assert handle[:3].mean() / handle[3:].mean() == pytest.approx(factor, rel=0.02)
