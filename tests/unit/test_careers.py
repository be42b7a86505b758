"""Agents over weeks: tenure and learning, absence, attrition and newcomers, and what signals know of them."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log
from typing import Any

import numpy as np
import pytest
import simpy

from sim.config.load import Loaded
from sim.config.schema import Absence, Attrition, Learning, Tenure
from sim.errors import ScenarioError
from sim.metrics import kpis
from sim.model.journal import AgentState, Journal, Moment
from sim.quality.learning import mean_remaining, remaining
from sim.sampling.streams import Streams, entity_key
from sim.simulate import _Replication, known, prepare, simulate
from sim.staff import attrition, tenure
from sim.staff.absence import of_day, worn
from sim.staff.seats import Seats
from tests.relations.outcome import same
from tests.scenarios import Data, centre, exponential

Built = Callable[..., Loaded]
DAY, WEEK = 86400.0, 7 * 86400.0
NEVER_LEAVES = {"early": 0.0, "later": 0.0, "strain": 0.0}
BY_SPEED = {"rule": "fastest_first"}


def shop(weeks: int = 2, heads: int = 10, per_hour: float = 3.0, **changes: Any) -> Data:
    """Two hours a day, with a break; few calls, so that weeks are cheap."""
    staff = {
        "shifts": {"noon": {"start": "10:00", "end": "12:00", "breaks": [{"at": "10:40", "length": "15 min"}]}},
        "groups": {"team": {"tier": 1, "skills": {"calls": 1.0}, "count": heads, "shift": "noon"}},
        **changes.pop("staff", {}),
    }
    hours = [0.0] * 10 + [per_hour] * 2 + [0.0] * 12
    call = {
        "channel": "voice",
        "arrivals": {"kind": "curve", "begins": "00:00", "every": "1 h", "per_hour": hours},
        "patience": exponential(300),
        "path": {"front": {"talk": exponential(200), "wrap_up": exponential(40), "resolution": 0.7}},
    }
    return centre(
        calendar={"start": "2026-03-02T00:00", "length": f"{weeks} w", "interval": "24 h", "max_drain": "0 s"},
        intents={"call": call},
        staff=staff,
        quality={"history": {"weeks": 0}, **changes.pop("quality", {})},
        **changes,
    )


def total(journal: Journal, kpi: str) -> tuple[float, float]:
    frame = kpis.table(journal)
    row = frame[(frame["kpi"] == kpi) & (frame["scope"] == "all") & (frame["interval"] == "total")].iloc[0]
    return float(row["numerator"]), float(row["denominator"])


# --- tenure and learning ---------------------------------------------------------------------------------------------


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
    assert one.careers is not None
    assert one.careers.seats.hired[0] == -6 * WEEK != one.careers.seats.hired[1]
    with pytest.raises(ScenarioError, match="tenure"):
        prepare(built(data, {"people.csv": {**roster, "tenure": ["6", ""]}}))


def test_a_colleague_more_moves_nobody_elses_tenure(built: Built) -> None:
    few, many = (
        _Replication(prepare(built(shop(heads=heads, quality={"learning": {}}))), 1, 0, 1.0).careers for heads in (5, 9)
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
    one._start_measuring()
    signals = one.centre.signals
    counts, handle = np.array(signals.handle_time_count)[:, 0], np.array(signals.handle_time)[:, 0]
    assert counts.tolist() == [10_000.0] * 3 + [40_000.0] * 3
    assert np.array(signals.qa_count)[:3, 0].max() < np.array(signals.qa_count)[3:, 0].min()
    factor = 1.0 + 0.64 * 5.0 * (1.0 - exp(-0.2))
    assert handle[:3].mean() / handle[3:].mean() == pytest.approx(factor, rel=0.02)


# --- absence ---------------------------------------------------------------------------------------------------------


def test_the_share_of_a_day_has_the_stated_mean_and_correlation() -> None:
    spec = Absence(share=0.1, day_correlation=0.2)
    middles = (np.arange(20_000) + 0.5) / 20_000
    shares = np.array([of_day(spec, u) for u in middles.tolist()])
    assert shares.mean() == pytest.approx(0.1, rel=1e-3)
    assert shares.var() == pytest.approx(0.2 * 0.1 * 0.9, rel=5e-3)  # beta-binomial: correlation = var / p(1-p)


def test_absence_grows_by_the_stated_factor_for_each_five_points_of_load() -> None:
    spec = Absence()
    assert [worn(spec, load) for load in (0.3, 0.85, 0.9, 0.95)] == pytest.approx([1.0, 1.0, 1.1, 1.21])


def test_as_many_are_absent_as_stated(built: Built) -> None:
    """Of agent-days: 60 agents on 28 days, whose shares vary from day to day."""
    spec = {"share": 0.1, "day_correlation": 0.05}
    journal = simulate(built(shop(weeks=4, heads=60, per_hour=1.0, staff={"absence": spec})), 5, 0)
    away, planned = total(journal, "absence_rate")
    assert planned == pytest.approx(60 * 28 * 105 * 60.0)  # two hours less a break of 15 min
    error = np.sqrt(0.09 / (60 * 28) * (1.0 + 59 * 0.05))
    assert abs(away / planned - 0.1) < 4.0 * error


def test_the_absent_take_no_contact_and_are_not_paid(built: Built) -> None:
    journal = simulate(built(shop(per_hour=60.0, staff={"absence": {"share": 0.4}})), 2, 0)
    missed = journal.states[(journal.states["state"] == AgentState.OFF) & (journal.states["scheduled"] == 1)]
    assert missed.size > 50
    by_day = {(int(row["agent"]), int(row["start"] // DAY)) for row in missed}
    answered = journal.legs[journal.legs["agent"] >= 0]
    assert not by_day & {(int(leg["agent"]), int(leg["answered"] // DAY)) for leg in answered}
    paid, _ = total(journal, "paid_hours")
    assert paid == pytest.approx(2.0 * (14 * 10 - len(by_day)), abs=5.0)  # the last call of a shift is taken to its end


def test_nobody_absent_gives_the_bits_of_no_absence(built: Built) -> None:
    none, zero = (simulate(built(shop(staff=staff)), 1, 0) for staff in ({}, {"absence": {"share": 0.0}}))
    assert same(none, zero)


def absences(journal: Journal) -> set[tuple[str, int]]:
    rows = journal.states[(journal.states["state"] == AgentState.OFF) & (journal.states["scheduled"] == 1)]
    return {(journal.lexicon.agents[row["agent"]], int(row["start"] // DAY)) for row in rows}


def test_arms_share_who_is_absent_when(built: Built) -> None:
    """More calls and colleagues: the same people miss the same days. A higher share adds days, and takes none away."""
    spec = {"share": 0.15}
    first = absences(simulate(built(shop(staff={"absence": spec})), 1, 0))
    more = absences(simulate(built(shop(heads=14, per_hour=20.0, staff={"absence": spec})), 1, 0))
    often = absences(simulate(built(shop(staff={"absence": {"share": 0.3}})), 1, 0))
    assert first and first == {one for one in more if one[0] <= "team-010"}
    assert first < often
    assert absences(simulate(built(shop(staff={"absence": spec})), 1, 1)) != first


# --- attrition -------------------------------------------------------------------------------------------------------


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
    assert one.careers is not None
    one.pieces = pieces  # type: ignore[attr-defined]
    return one


def replaced(one: _Replication) -> list[int]:
    assert one.careers is not None
    seats = one.careers.seats
    return [at for at, holder in enumerate(seats.holder) if holder > 0 and not seats.vacant(at)]


def test_a_newcomer_is_somebody_else_and_the_others_stay_who_they_are(built: Built) -> None:
    one = refilled(built)
    first, _ = known(prepare_again(one), 2, 0)
    new = replaced(one)
    assert 1 < len(new) < 10
    for agent in range(10):
        assert (one.truth.speed[agent] == first.speed[agent]) == (agent not in new)
        assert (one.truth.ability[agent] == first.ability[agent]) == (agent not in new)
    assert one.condition is not None
    assert [bool(points) for points in one.condition.present.empathy] == [agent in new for agent in range(10)]
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
    assert one.careers is not None
    seats, signals = one.careers.seats, one.centre.signals
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
    assert one.careers is not None and one.condition is not None
    last = DAY * np.floor((35 * DAY - 1.0) / DAY)
    expected = [
        240.0 * one.truth.speed[agent][0] * (1.0 + 0.64 * exp(-one.careers.seats.tenure(agent, last) / (10 * WEEK)))
        for agent in range(10)
    ]
    settled = [agent for agent in range(10) if one.careers.seats.hired[agent] < last]
    assert shown[settled] == pytest.approx(np.array(expected)[settled], rel=1e-9)
    present = 85.0 + np.array(one.truth.qa) + one.condition.present.qa
    assert np.array(one.centre.signals.qa)[settled, 0] == pytest.approx(present[settled])
    assert (present != 85.0 + np.array(one.truth.qa)).any()


# --- traits that go together -----------------------------------------------------------------------------------------


def test_traits_have_the_stated_correlations(built: Built) -> None:
    wanted = {
        "speed_resolution_correlation": 0.3,
        "qa_resolution_correlation": 0.8,
        "empathy_resolution_correlation": 0.25,
        "empathy_speed_correlation": -0.2,
        "empathy_qa_correlation": 0.6,
    }
    data = shop(heads=4000, quality={"truth": {"speed_sd": 0.2, "resolution_sd": 0.05, "intent_share": 0.0, **wanted}})
    truth, _ = known(built(data), 1, 0)
    traits = {
        "speed": [-log(row[0]) for row in truth.speed],
        "resolution": [row[0] for row in truth.ability],
        "qa": truth.qa,
        "empathy": truth.empathy,
    }
    for name, correlation in wanted.items():
        one, two = name.split("_")[:2]
        found = float(np.corrcoef(traits[one], traits[two])[0, 1])
        assert abs(found - correlation) < 4.0 * (1.0 - correlation**2) / np.sqrt(4000), name
    assert np.std(truth.empathy) == pytest.approx(0.15, rel=0.05)


@pytest.mark.parametrize(
    ("staff", "quality", "path"),
    [
        ({"absence": {}, "groups": {"t": {"tier": 1, "skills": {"calls": 1.0}, "count": 2}}}, {}, "staff.absence"),
        ({"attrition": {}, "groups": {"t": {"tier": 1, "skills": {"calls": 1.0}, "count": 2}}}, {}, "staff.attrition"),
        (
            {},
            {"truth": {"empathy_resolution_correlation": 0.9, "empathy_qa_correlation": -0.9}},
            "quality.truth.empathy_resolution_correlation",
        ),
        (
            {},
            {"truth": {"speed_resolution_correlation": 1.0, "empathy_speed_correlation": 0.5}},
            "quality.truth.empathy_resolution_correlation",
        ),
        ({"attrition": {"refill": "3 h"}}, {}, "staff.attrition.refill"),
        ({"absence": {"per_5_points": 0.9}}, {}, "staff.absence.per_5_points"),
        ({"absence": {"share": 1.0}}, {}, "staff.absence.share"),
        ({}, {"strain": {"hard": {"risks": ["hgh"]}}}, "quality.strain.hard.risks"),
        ({}, {"strain": {"builds": "0 s"}}, "quality.strain.builds"),
        ({}, {"learning": {"resolution": 0.6}}, "quality.learning.resolution"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(built: Built, staff: Data, quality: Data, path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        built(shop(staff=staff, quality=quality))
    (problem,) = caught.value.problems
    assert problem.path.startswith(path) or f": {path}" in problem.path or path in str(problem)
    assert problem.rule and problem.mend
