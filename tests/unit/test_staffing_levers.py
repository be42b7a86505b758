"""Each lever by itself, against numbers worked out by hand, and all of them on one base rule."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim import registry
from sim.config.load import Loaded
from sim.errors import ScenarioError, UsageError
from sim.staff.people import hire
from sim.staffing import demand
from sim.staffing.erlang import erlang_c
from sim.staffing.forecast import Forecast, Heads, Stream
from sim.staffing.levers import coaching, handle_time, occupancy, recovery, rework, specialists
from sim.staffing.levers.coaching import CoachingLever
from sim.staffing.levers.handle_time import HandleTimeLever
from sim.staffing.levers.recovery import RecoveryLever
from sim.staffing.levers.rework import ReworkLever
from sim.staffing.levers.specialists import SpecialistsLever
from tests.unit.test_staffing_rules import STEP, on_duty, plan, scenario

Built = Callable[..., Loaded]
NEVER_LEAVES = (np.array([np.inf]), np.ones(1))


def forecast(contacts: list[float], handle: float = 300.0, returning: float = 0.0, slots: int = 1) -> Forecast:
    """Quarter hours; `returning`: repeats per contact. Two thirds of the contacts are calls, a third are loans."""
    counts = np.array(contacts)
    streams = [
        Stream("call", "front", counts * 2 / 3, handle * counts * 2 / 3, 0.2),
        Stream("loan", "front", counts / 3, handle * counts / 3, 0.5),
    ]
    return Forecast(
        edges=900.0 * np.arange(counts.size + 1),
        contacts=counts,
        work=handle * counts,
        returning=returning * counts,
        returning_work=returning * handle * counts,
        patience=NEVER_LEAVES,
        slots=slots,
        record=lambda file, column: np.full(counts.size, 11.0),
        streams=tuple(streams),
    )


def heads(given: Forecast, base: str = "erlang_c", **levers: Any) -> list[int]:
    """Heads of a base rule with some levers."""
    wanted: Heads = registry.build("staffing", "with_levers", {"base": {"rule": base}, **levers}).heads(given)
    return wanted.tolist()


def alone(given: Forecast, rule: str, **params: Any) -> list[int]:
    """Heads of a rule by itself."""
    wanted: Heads = registry.build("staffing", rule, params).heads(given)
    return wanted.tolist()


# --- composition ---------------------------------------------------------------------------------------------------

HUMP = [0.0, 3.0, 30.0, 90.0, 120.0, 60.0, 9.0, 0.0]


@pytest.mark.parametrize("base", ["erlang_a", "erlang_c", "quality_adjusted"])
def test_without_levers_the_base_rule_decides_alone(base: str) -> None:
    given = forecast(HUMP, returning=0.2)
    assert heads(given, base) == alone(given, base)


def test_repeats_and_a_cap_on_erlang_a_are_the_quality_adjusted_rule() -> None:
    given = forecast(HUMP, returning=0.3)
    made = heads(given, "erlang_a", rework={"failed": 0.0}, occupancy_cap=0.88)
    assert made == alone(given, "quality_adjusted")
    assert made != alone(given, "erlang_a")


def test_repeats_that_the_lever_has_counted_are_not_counted_again_by_the_base() -> None:
    given = forecast(HUMP, returning=0.3)
    assert heads(given, "quality_adjusted", rework={"failed": 0.0}) == alone(given, "quality_adjusted")


def test_recorded_heads_may_have_levers_too(built: Built) -> None:
    data = scenario()
    base = {"rule": "recorded_heads", "params": {"file": "heads.csv"}}
    data["staff"]["groups"]["team"] = plan("with_levers", base=base, occupancy_cap=0.8)
    record = {"heads.csv": {"start": ["08:00", "09:00"], "agents": [10, 20]}}
    assert on_duty(built(data, record)) == [13] * 4 + [20] * 4  # 10 erlang below 80 % need 12.5


def test_all_levers_together_are_their_steps_in_the_stated_order() -> None:
    """12.5 % repeats, 2 % of contacts redone in 150 s (1 % of 300 s), then the quantile, the cap, breaks, coaching."""
    given = forecast([120.0] * 8, returning=0.125)
    spread = {"confidence": 0.9, "agent_sd": 0.5, "agent_day_sd": 0.0, "upset_share": 0.0}
    first = heads(given, rework={"failed": 0.02, "redo": "150 s"}, occupancy_cap=0.9)[0]
    factor = math.exp(1.2815515655446004 * 0.5 / math.sqrt(first) - 0.125 / first)
    load = 120 * 1.125 * (300 + 0.02 * 150) * factor / 900
    at_work = math.ceil(load / 0.9)
    relief = math.ceil(at_work * 900 / 3600 / 3)
    made = heads(
        given,
        rework={"failed": 0.02, "redo": "150 s"},
        handle_time=spread,
        occupancy_cap=0.9,
        recovery={"above": 0.85},
        coaching={"hours": "30 min"},
    )
    assert load / at_work > 0.85 and at_work > first
    sessions = math.ceil(8 * at_work * 900 / 80 / 1800)
    assert sum(made) == 8 * at_work + 7 * relief + 2 * sessions


# --- rework --------------------------------------------------------------------------------------------------------


def test_rework_adds_repeats_and_the_minutes_of_what_failed() -> None:
    """30 contacts of 300 s, 6 repeats: 36 contacts, 36 · (300 + .1 · 600) s."""
    made = rework.inflated(forecast([30.0], returning=0.2), ReworkLever(failed=0.1, redo="10 min"))
    assert made.contacts[0] == pytest.approx(36.0)
    assert made.work[0] == pytest.approx(36 * 360.0)
    assert made.returning[0] == made.returning_work[0] == 0.0


def test_rework_may_leave_the_repeats_to_the_base() -> None:
    made = rework.inflated(forecast([30.0], returning=0.2), ReworkLever(repeats=False, failed=0.1, redo="10 min"))
    assert made.contacts[0] == 30.0 and made.returning[0] == pytest.approx(6.0)
    assert made.work[0] == pytest.approx(30 * 360.0)


def test_failures_of_a_scenario_bring_heads(built: Built) -> None:
    """Half fail and call back at once: twice the calls in the long run."""
    repeat = {"repeat": {"probability": 1.0, "delay": {"law": "deterministic", "value": "1 s"}}, "max_contacts": 50}
    data = scenario(intent={"path": {"front": {**STEP, "resolution": 0.5}}}, returns=repeat)
    cap = {"base": {"rule": "erlang_c", "params": {"target": {"share": 0.01}}}, "occupancy_cap": 0.5}
    data["staff"]["groups"]["team"] = plan("with_levers", **cap)
    plain = on_duty(built(data))
    data["staff"]["groups"]["team"] = plan("with_levers", **cap, rework={"failed": 0.0})
    assert plain[-2] == 20
    assert on_duty(built(data))[-2] == 40


# --- specialists ---------------------------------------------------------------------------------------------------


def test_repeats_above_normal_bring_the_contacts_they_cause() -> None:
    """.8 / .64 = 1.25: a quarter more loans, of which there are 10 in 30, each 1.2 times as long."""
    lever = SpecialistsLever(measured={"loan": 0.36}, normal=0.20, longer=1.2)
    made = specialists.reinforced(forecast([30.0]), lever)
    assert made.contacts[0] == pytest.approx(32.5)
    assert made.work[0] == pytest.approx(9000 + 2.5 * 360)


def test_a_group_may_be_given_a_share_of_the_extra_repeats() -> None:
    lever = SpecialistsLever(measured={"loan": 0.36}, normal=0.20, share=0.4)
    assert specialists.reinforced(forecast([30.0]), lever).contacts[0] == pytest.approx(31.0)


@pytest.mark.parametrize("rate", [0.0, 0.20, 0.2199])
def test_a_rate_within_its_tolerance_calls_for_nobody(rate: float) -> None:
    lever = SpecialistsLever(measured={"loan": rate}, normal=0.20)
    assert specialists.reinforced(forecast([30.0]), lever).contacts[0] == 30.0


def test_the_higher_the_measured_rate_the_more_specialists() -> None:
    made = [heads(forecast([120.0]), specialists={"measured": {"loan": rate}})[0] for rate in (0.1, 0.3, 0.5)]
    assert made[0] == alone(forecast([120.0]), "erlang_c")[0] < made[1] < made[2]


def test_a_rate_of_an_intent_that_the_group_does_not_serve_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^specialists.measured: this group does not serve lone; it serves: call, l"):
        heads(forecast([30.0]), specialists={"measured": {"lone": 0.3}})


# --- handle time ---------------------------------------------------------------------------------------------------


def test_the_quantile_of_the_mean_handle_time_by_hand() -> None:
    """25 agents: σ² = (.2² + .15²) / 25 = .05²; z(.9) = 1.28155; a tenth of customers take a fifth longer: 1.02."""
    lever = HandleTimeLever(confidence=0.9, agent_sd=0.2, agent_day_sd=0.15, upset_share=0.1, upset_longer=0.2)
    made = handle_time.factor(np.array([25]), lever)[0]
    assert made == pytest.approx(1.02 * math.exp(1.28155 * 0.05 - 0.05**2 / 2), rel=1e-5)


def test_what_all_agents_share_does_not_average_out() -> None:
    apart = HandleTimeLever(agent_sd=0.2, agent_day_sd=0.0, upset_share=0.0)
    together = HandleTimeLever(agent_sd=0.0, agent_day_sd=0.0, day_sd=0.2, upset_share=0.0)
    few, many = np.array([1]), np.array([10_000])
    assert handle_time.factor(few, apart) == pytest.approx(handle_time.factor(few, together))
    assert handle_time.factor(many, apart)[0] == pytest.approx(1.0, abs=0.01)
    assert handle_time.factor(many, together)[0] == pytest.approx(handle_time.factor(few, together)[0])


def test_the_mood_of_a_day_widens_too() -> None:
    steady, moody = (
        HandleTimeLever(agent_sd=0.0, agent_day_sd=0.0, upset_share=0.1, upset_longer=0.5, upset_share_sd=sd)
        for sd in (0.0, 0.05)
    )
    assert handle_time.factor(np.array([9]), steady)[0] == pytest.approx(1.05)
    assert handle_time.factor(np.array([9]), moody)[0] > 1.05


def test_agents_without_differences_leave_the_plan_as_it_is() -> None:
    same = {"agent_sd": 0.0, "agent_day_sd": 0.0, "upset_share": 0.0}
    assert heads(forecast(HUMP), handle_time=same) == alone(forecast(HUMP), "erlang_c")


def _kept(heads_planned: int, contacts: float, sd: float, days: int = 2000) -> float:
    """Share of days on which the heads meet 80 % in 20 s, each agent having a lognormal speed of mean 1."""
    draws = np.random.default_rng(5).normal(-0.5 * sd**2, sd, (days, heads_planned))
    means = 300.0 * np.exp(draws).mean(axis=1)
    return float(np.mean([erlang_c(heads_planned, contacts / 900, h, 20.0).service_level >= 0.8 for h in means]))


@pytest.mark.parametrize("contacts", [30.0, 75.0, 210.0])
def test_the_target_is_met_with_the_stated_probability(contacts: float) -> None:
    sd, given = 0.4, forecast([contacts])
    lever = {"confidence": 0.95, "agent_sd": sd, "agent_day_sd": 0.0, "upset_share": 0.0}
    noise = 4 * math.sqrt(0.95 * 0.05 / 2000)
    assert _kept(heads(given, handle_time=lever)[0], contacts, sd) >= 0.95 - noise
    assert _kept(alone(given, "erlang_c")[0], contacts, sd) < 0.95 - 2 * noise


# --- occupancy -----------------------------------------------------------------------------------------------------


def test_no_interval_is_planned_above_the_cap_and_no_head_is_wasted_on_it() -> None:
    given = forecast(HUMP)
    made = np.array(heads(given, occupancy_cap=0.7))
    plain = np.array(alone(given, "erlang_c"))
    assert (occupancy.planned(given, made) <= 0.7 + 1e-9).all()
    bound = made > plain
    assert bound.any()
    assert (occupancy.planned(given, made - 1)[bound] > 0.7).all()


def test_a_cap_by_hand() -> None:
    assert heads(forecast([30.0]), occupancy_cap=0.5) == [20]  # 10 erlang
    assert heads(forecast([30.0]), occupancy_cap=0.65) == [16]


def test_slots_share_the_load_under_a_cap() -> None:
    assert heads(forecast([90.0], slots=3), occupancy_cap=0.5) == [20]  # 30 erlang on three slots each


def test_occupancy_where_nobody_works_is_infinite_unless_there_is_no_work() -> None:
    assert occupancy.planned(forecast([0.0, 3.0]), np.array([0, 0])).tolist() == [0.0, np.inf]


# --- recovery ------------------------------------------------------------------------------------------------------


def test_relief_for_breaks_by_hand() -> None:
    """18 erlang on 20 heads: .9. A quarter of 20 are due in each quarter hour, three can follow one another: 2."""
    given = forecast([54.0, 54.0, 30.0, 30.0, 54.0])
    rests = recovery.earned(given, np.array([20] * 5), RecoveryLever(above=0.85))
    assert rests.relief.tolist() == [0, 2, 2, 0, 0]
    assert (rests.length, rests.every) == (300.0, 3600.0)


def test_only_those_who_stay_on_are_due_a_break() -> None:
    given = forecast([54.0, 9.0])
    assert recovery.earned(given, np.array([20, 4]), RecoveryLever(above=0.85)).relief.tolist() == [0, 1]


def test_breaks_come_on_top_of_the_heads_at_work() -> None:
    given = forecast([54.0] * 3)
    at_work = alone(given, "erlang_c")[0]
    assert 18 < at_work <= 24  # 2 relieve up to 24
    assert heads(given, recovery={"above": 0.5}) == [at_work, at_work + 2, at_work + 2]


# --- coaching ------------------------------------------------------------------------------------------------------


def test_coaching_is_booked_where_the_plan_has_slack() -> None:
    """40 heads for 2 h are 80 h: 30 min in 40 h make 1 h, two sessions; least busy are the second and third quarter."""
    given = forecast([90.0, 60.0, 60.0, 90.0, 90.0, 75.0, 75.0, 90.0])
    lever = CoachingLever(at_once=0.025)  # one of 40
    assert coaching.booked(given, np.array([40] * 8), lever).tolist() == [0, 1, 1, 0, 0, 1, 1, 0]


def test_sessions_add_up_to_the_hours_asked_for() -> None:
    given = forecast(HUMP)
    made = np.array(alone(given, "erlang_c"))
    booked = coaching.booked(given, made, CoachingLever(hours="2 h", at_once=0.2))
    wanted = made.sum() * 900 * 2 / 40
    assert wanted <= booked.sum() * 900 < wanted + 1800
    assert (booked <= np.maximum(1, 0.2 * made)).all()


def test_who_works_alone_is_not_coached() -> None:
    with pytest.raises(UsageError, match="coaching: 1 sessions of 30 min are wanted and 0 find room"):
        coaching.booked(forecast([1.0] * 4), np.array([1] * 4), CoachingLever())


def test_a_plan_shorter_than_a_session_has_no_room_for_it() -> None:
    with pytest.raises(UsageError, match="0 find room"):
        coaching.booked(forecast([30.0]), np.array([14]), CoachingLever())


# --- what a wrong plan is told -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"base": {"rule": "erlang_b"}}, r"params\.base: no staffing named 'erlang_b'; did you mean 'erlang_c'\?"),
        ({"base": {"rule": "with_levers"}}, r"params\.base\.rule: with_levers cannot be the base of with_levers"),
        ({"base": {"rule": "senior_mix"}}, r"params\.base\.rule: senior_mix cannot be the base of with_levers"),
        (
            {"base": {"rule": "erlang_c", "params": {"target": {"share": 2.0}}}},
            r"params\.base: params\.target\.share: Input should be less than or equal to 1",
        ),
        ({"base": {"rule": "recorded_heads"}}, r"params\.base: params\.file: Field required"),
        ({"base": {"rule": "recorded_heads", "params": {"file": "no.csv"}}}, "there is no such CSV file"),
        (
            {"occupancy_cap": 0.8, "recovery": {}},
            r"no interval is planned above recovery\.above 0\.85 when occupancy_cap is 0\.8: nobody would earn a break",
        ),
        ({"recovery": {"length": "1 h"}}, r"a break of 60 min does not fit into every 60 min"),
        (
            {"recovery": {"length": "20 min"}},
            r"recovery\.length: 20 min is longer than the planning interval of 15 min; write a shorter break",
        ),
        ({"coaching": {"hours": "50 h"}}, r"50 h of coaching do not fit into a week of 40 h"),
        (
            {"coaching": {"hours": "8 h"}},
            r"coaching: 12 sessions of 30 min are wanted and 4 find room; allow more at_once, or book fewer hours",
        ),
        ({"specialists": {"measured": {"cal": 0.3}}}, r"this group does not serve cal; it serves: call"),
        ({"handle_time": {"confidence": 0.4}}, r"handle_time\.confidence: must be at least 0\.5"),
        ({"occupancy": 0.9}, r"params\.occupancy: "),
    ],
)
def test_a_wrong_lever_is_answered_with_its_place_and_rule(built: Built, params: dict[str, Any], message: str) -> None:
    data = scenario()
    data["staff"]["groups"]["team"] = plan("with_levers", **({"base": {"rule": "erlang_c"}} | params))
    with pytest.raises(ScenarioError, match=message):
        hire(built(data))


def test_parts_of_a_forecast_add_up_to_it(built: Built) -> None:
    data = scenario(queues={"front": {"tier": 1, "skills": ["calls"]}, "loans": {"tier": 1, "skills": ["calls"]}})
    data["intents"]["loan"] = {**data["intents"]["call"], "path": {"loans": {**STEP, "resolution": 0.4}}}
    loaded = built(data)
    made = demand.forecast(loaded, loaded.scenario.staff.groups["team"], ("front", "loans"))
    assert [(part.intent, part.queue, part.unresolved) for part in made.streams] == [
        ("call", "front", 0.0),
        ("loan", "loans", pytest.approx(0.6)),
    ]
    np.testing.assert_allclose(sum(part.contacts for part in made.streams), made.contacts)
    np.testing.assert_allclose(sum(part.work for part in made.streams), made.work)


def test_a_lever_leaves_the_forecast_it_was_given_alone() -> None:
    given = forecast(HUMP, returning=0.2)
    before = replace(given, contacts=given.contacts.copy(), work=given.work.copy())
    rework.inflated(given, ReworkLever())
    specialists.reinforced(given, SpecialistsLever(measured={"loan": 0.5}))
    assert (given.contacts == before.contacts).all() and (given.work == before.work).all()
