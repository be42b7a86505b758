"""Who is treated: the same for the running centre and for the reader of its journal, balanced, and by address."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.routing.sides import DESIGNS, Days, Design, Member, Sides

HOUR, DAY = 3600.0, 86400.0
DAYS = Days(8 * HOUR, 0, 4, 10)
NAMED = {design.name: design for design in DESIGNS}


def sides(design: Design, replication: int = 0, members: int = 0, queues: int = 4) -> Sides:
    """Sides over four days that begin at eight; members of two desks by turns."""
    staff = [Member(1000 + i, (1, frozenset({"ab"[i % 2]}))) for i in range(members)]
    return Sides(design, DAYS, 7, replication, staff, range(queues))


@pytest.mark.parametrize("name", ["customer", "customer_ramp", "contact", "queue"])
def test_contacts_have_the_side_that_the_centre_gave_them(name: str) -> None:
    one = sides(NAMED[name], replication=3)
    cases = np.arange(200) // 2
    attempts, born, queues = np.arange(200) % 2, np.linspace(-1e5, 3.3 * DAY, 200), np.arange(200) % 5
    single = [
        one.of_contact(*row)
        for row in zip(cases.tolist(), attempts.tolist(), born.tolist(), queues.tolist(), strict=True)
    ]
    assert one.of_contacts(cases, attempts, born, queues).tolist() == single
    assert 0 < sum(single) < 200


@pytest.mark.parametrize("name", ["switchback_hour", "switchback_half_day", "switchback_day"])
@pytest.mark.parametrize("order", ["drawn", "alternating"])
def test_moments_have_the_side_that_the_centre_gave_them(name: str, order: str) -> None:
    one = sides(replace(NAMED[name], order=order), replication=2)
    moments = np.sort(np.random.default_rng(1).uniform(0.0, 3.6 * DAY, 2000))
    slices, side, read = one.slices_of(moments)
    assert side.tolist() == [one.at(moment) for moment in moments.tolist()]
    groups = one.of_groups(round(DAY / one.design.slice))
    assert groups[slices % len(groups), slices // len(groups)].tolist() == side.tolist()
    switches = [one.next_switch(moment) for moment in moments.tolist()]
    assert all(switch > moment for switch, moment in zip(switches, moments.tolist(), strict=True))
    late = (moments + 8 * HOUR) % one.design.slice >= one.design.washout
    assert read[late].all() and read[moments < one.design.washout].all() and not read.all()


@pytest.mark.parametrize(
    ("name", "hours"), [("switchback_hour", 9), ("switchback_half_day", 12), ("switchback_day", 24)]
)
def test_the_centre_switches_at_borders_of_the_clock(name: str, hours: int) -> None:
    """It begins at eight: the next border is that of the day's slices, not so long after the beginning."""
    one = sides(NAMED[name])
    first = (hours - 8) * HOUR
    assert one.next_switch(0.0) == first
    assert one.next_switch(first) == first + one.design.slice
    assert sides(NAMED["agent"]).next_switch(0.0) == np.inf


@pytest.mark.parametrize("order", ["drawn", "alternating"])
def test_each_slice_is_treated_once_on_the_two_days_of_a_pair(order: str) -> None:
    for replication in range(3):
        groups = sides(replace(NAMED["switchback_hour"], order=order), replication).of_groups(24)
        assert (groups[:, 0] + groups[:, 1] == 1).all() and (groups[:, 2] + groups[:, 3] == 1).all()


def test_drawn_slices_differ_from_pair_to_pair_and_by_seed() -> None:
    groups = sides(NAMED["switchback_hour"]).of_groups(24)
    assert (groups[:, 0] != groups[:, 2]).any()
    other = Sides(NAMED["switchback_hour"], DAYS, 8, 0, [], [0]).of_groups(24)
    assert (groups != other).any()


def test_a_case_keeps_its_side_and_a_contact_does_not() -> None:
    cases, attempts = np.repeat(np.arange(500), 2), np.tile([0, 1], 500)
    born, queues = np.zeros(1000), np.zeros(1000, dtype=np.int64)
    kept = sides(NAMED["customer"]).of_contacts(cases, attempts, born, queues).reshape(-1, 2)
    assert (kept[:, 0] == kept[:, 1]).all()
    crossed = sides(NAMED["contact"]).of_contacts(cases, attempts, born, queues).reshape(-1, 2)
    assert 0.4 < (crossed[:, 0] != crossed[:, 1]).mean() < 0.6  # 500 fair coins: four standard errors are 0.09


def test_a_ramp_raises_the_share_in_the_second_half() -> None:
    """Days 0-4 of ten at one half, days 5-9 at four fifths: a tolerance of four standard errors of 4,000 draws."""
    cases, zeros = np.arange(4000), np.zeros(4000, dtype=np.int64)
    found = [
        sides(NAMED["customer_ramp"], day // 4).of_contacts(cases, zeros, np.full(4000, (day % 4) * DAY), zeros).mean()
        for day in range(10)
    ]
    assert found == pytest.approx([0.5] * 5 + [0.8] * 5, abs=0.032)


def test_half_of_each_desk_is_treated_and_another_half_in_another_pilot() -> None:
    first = sides(NAMED["agent"], 0, members=12)
    treated = [first.of_agent(i) for i in range(12)]
    assert sum(treated[::2]) == sum(treated[1::2]) == 3
    assert first.of_agents(np.array([0, 5, -1])).tolist() == [treated[0], treated[5], 0]
    later = sides(NAMED["agent"], 5, members=12)  # days 20 to 23: the third pilot
    assert treated != [later.of_agent(i) for i in range(12)]
    assert treated == [sides(NAMED["agent"], 1, members=12).of_agent(i) for i in range(12)]


def test_half_of_the_queues_is_treated_never_all_and_never_none() -> None:
    for queues in range(2, 6):
        treated = sides(NAMED["queue"], queues=queues).of_groups(queues)[:, 0].sum()
        assert 1 <= treated < queues
