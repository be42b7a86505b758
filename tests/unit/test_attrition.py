"""Attrition: who leaves when, how long a seat stands empty, and what is known of a newcomer."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
import pytest
import simpy

from sim.config.load import Loaded
from sim.config.schema import Attrition
from sim.model.journal import Journal, Moment
from sim.sampling.streams import Streams, entity_key
from sim.simulate import _Replication, known, prepare, simulate
from sim.staff import attrition
from sim.staff.seats import Seats
from tests.relations.outcome import same
from tests.unit.noon_shop import BY_SPEED, DAY, WEEK, shop, total

Built = Callable[..., Loaded]
NEVER_LEAVES = {"early": 0.0, "later": 0.0, "strain": 0.0}


def test_hazard_is_the_stated_rate_in_each_part_of_a_career() -> None:
    spec = Attrition(early=0.06, early_for="10 w", later=0.03, strain=0.5)
    month, year = 365.25 / 12 * DAY, 365.25 * DAY
    assert attrition.hazard(spec, 0.0, month, 0.0) == pytest.approx(0.06)
    assert attrition.hazard(spec, year, year + 2 * month, 0.8) == pytest.approx(0.06)
    assert attrition.hazard(spec, 10 * WEEK - month, 10 * WEEK + month, 0.0) == pytest.approx(0.09)
    assert attrition.hazard(spec, year, 2 * year, 0.95) == pytest.approx(12 * 0.03 + 0.5 * 0.1)


def leavers(spec: Attrition, ages: list[float], days: int, load: float = 0.0) -> tuple[int, Seats]:
    """How many leave within so many days; nobody comes back within them."""
    env, seats = simpy.Environment(), Seats(ages)
    left: list[int] = []
    seats.on_leave.append(left.append)
    keys = {at: entity_key(f"agent {at}") for at in range(len(ages))}
    process = attrition.Attrition(spec, seats, keys, Streams(4, 0), lambda agent: load)
    env.process(process.run(env))
    env.run(until=days * DAY + 1.0)
    return len(left), seats


def test_as_many_leave_as_their_tenures_say() -> None:
    spec = Attrition(refill="1000 d")
    ages = [week * WEEK for week in range(0, 40) for _ in range(50)]
    early = [max(0.0, min(age + 180 * DAY, 13 * WEEK) - age) for age in ages]
    month = 365.25 / 12 * DAY
    chance = np.array([1.0 - exp(-(e * 0.05 + (180 * DAY - e) * 0.02) / month) for e in early])
    found, _ = leavers(spec, ages, 180)
    assert abs(found - chance.sum()) < 4.0 * np.sqrt((chance * (1.0 - chance)).sum())


def test_load_makes_more_leave_and_nobody_later() -> None:
    spec, ages = Attrition(refill="1000 d"), [60 * WEEK] * 500
    calm, worn_out = leavers(spec, ages, 180), leavers(spec, ages, 180, load=1.0)
    gone = [{agent for agent in range(500) if seats.vacant(agent)} for _, seats in (calm, worn_out)]
    assert gone[0] < gone[1]


def left_and_joined(journal: Journal) -> list[tuple[int, Moment, float]]:
    rows = journal.conditions[journal.conditions["moment"] != Moment.LOOK]
    return [(int(row["agent"]), Moment(row["moment"]), float(row["at"])) for row in rows]


def test_a_seat_stands_empty_until_it_is_refilled(built: Built) -> None:
    spec = {"early": 0.5, "later": 0.5, "refill": "5 d"}
    journal = simulate(built(shop(weeks=5, per_hour=60.0, staff={"attrition": spec})), 2, 0)
    moves = left_and_joined(journal)
    left = [(agent, at) for agent, moment, at in moves if moment is Moment.LEFT]
    assert len(left) > 3 and total(journal, "attrition") == (len(left), 1.0)
    joined = {(agent, at) for agent, moment, at in moves if moment is Moment.JOINED}
    assert joined == {(agent, at + 5 * DAY) for agent, at in left if at + 5 * DAY < 35 * DAY}
    answered = journal.legs[journal.legs["agent"] >= 0]
    for agent, at in left:
        own = answered["answered"][answered["agent"] == agent]
        assert not ((own >= at) & (own < at + 5 * DAY)).any() and (own < at).any()
    back = [(agent, at) for agent, at in joined if at < 30 * DAY]
    assert all((answered["answered"][answered["agent"] == agent] > at).any() for agent, at in back)


def test_nobody_leaving_gives_the_bits_of_no_attrition(built: Built) -> None:
    none, zero = (simulate(built(shop(staff=staff)), 1, 0) for staff in ({}, {"attrition": NEVER_LEAVES}))
    assert same(none, zero)


def refilled(built: Built, **quality: Any) -> _Replication:
    """A run in which some have been replaced, its signals refreshed every day."""
    data = shop(
        weeks=5,
        per_hour=30.0,
        staff={"attrition": {"early": 0.4, "later": 0.4, "refill": "2 d"}},
        quality={"truth": {"speed_sd": 0.3, "resolution_sd": 0.05}, "signals": {"refresh": "1 d"}, **quality},
        routing=BY_SPEED,
    )
    one = _Replication(prepare(built(data)), 2, 0, 1.0)
    pieces: list[Journal] = []
    one.run(pieces.append)
    assert one.changing.careers is not None
    one.pieces = pieces  # type: ignore[attr-defined]
    return one


def replaced(one: _Replication) -> list[int]:
    assert one.changing.careers is not None
    seats = one.changing.careers.seats
    return [at for at, holder in enumerate(seats.holder) if holder > 0 and not seats.vacant(at)]


def test_a_newcomer_is_somebody_else_and_the_others_stay_who_they_are(built: Built) -> None:
    one = refilled(built)
    first, _ = known(prepare_again(one), 2, 0)
    new = replaced(one)
    assert 1 < len(new) < 10
    for agent in range(10):
        assert (one.truth.speed[agent] == first.speed[agent]) == (agent not in new)
        assert (one.truth.ability[agent] == first.ability[agent]) == (agent not in new)
    assert one.changing.condition is not None
    assert [bool(points) for points in one.changing.condition.present.empathy] == [agent in new for agent in range(10)]
    assert [one.centre.speed.at(agent, 0) for agent in new] == [one.truth.speed[agent][0] for agent in new]
    assert [one.centre.ability.at(agent, 0) for agent in new] == [one.truth.ability[agent][0] for agent in new]


def prepare_again(one: _Replication) -> Loaded:
    from sim.simulate import _recent

    return next(loaded for loaded, prepared in _recent if prepared.blueprint is one.blueprint)


def test_signals_of_a_seat_begin_anew_with_its_new_holder(built: Built) -> None:
    """What is counted are the newcomer's own contacts, up to the last refresh, or as far as they have matured by then.

    Outcomes mature after a week, two days are between two holders: the leaver's come late, and are nobody's.
    """
    one = refilled(built)
    legs = np.concatenate([piece.legs for piece in one.pieces])  # type: ignore[attr-defined]
    contacts = np.concatenate([piece.contacts for piece in one.pieces])  # type: ignore[attr-defined]
    assert one.changing.careers is not None
    seats, signals = one.changing.careers.seats, one.centre.signals
    last = DAY * np.floor((35 * DAY - 1.0) / DAY)
    for agent in range(10):
        since = max(0.0, seats.hired[agent])
        for records, until, counted in (
            (legs, last, signals.handle_time_count),
            (contacts, last - WEEK, signals.resolution_count),
        ):
            own = records[(records["agent"] == agent) & (records["ended"] > since) & (records["ended"] <= until)]
            assert counted[agent][0] == own.size
    assert min(seats.hired[agent] for agent in replaced(one)) > 0.0


def test_an_oracle_knows_who_holds_the_seat_and_how_they_are_now(built: Built) -> None:
    one = refilled(built, signals={"refresh": "1 d", "oracle": True}, learning={"handle": 0.64})
    shown = np.array(one.centre.signals.handle_time)[:, 0]
    assert one.changing.careers is not None and one.changing.condition is not None
    last = DAY * np.floor((35 * DAY - 1.0) / DAY)
    expected = [
        240.0
        * one.truth.speed[agent][0]
        * (1.0 + 0.64 * exp(-one.changing.careers.seats.tenure(agent, last) / (10 * WEEK)))
        for agent in range(10)
    ]
    settled = [agent for agent in range(10) if one.changing.careers.seats.hired[agent] < last]
    assert shown[settled] == pytest.approx(np.array(expected)[settled], rel=1e-9)
    present = 85.0 + np.array(one.truth.qa) + one.changing.condition.present.qa
    assert np.array(one.centre.signals.qa)[settled, 0] == pytest.approx(present[settled])
    assert (present != 85.0 + np.array(one.truth.qa)).any()
