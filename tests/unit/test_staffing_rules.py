"""Forecasts from a scenario, what the rules make of them, and which group plans for which queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.errors import ScenarioError
from sim.staff import duties, planned, tours
from sim.staff.people import hire
from sim.staffing import demand
from sim.staffing.erlang import erlang_a, erlang_c
from sim.staffing.forecast import Forecast
from tests.scenarios import centre, exponential

Built = Callable[..., Loaded]
STEP = {"talk": exponential(300), "resolution": 1.0}


def plan(rule: str = "erlang_c", **params: Any) -> dict[str, Any]:
    return {"tier": 1, "skills": {"calls": 1.0}, "plan": {"rule": rule, "params": params}}


def scenario(**changes: Any) -> dict[str, Any]:
    """120 calls an hour of 300 s for two hours: 10 erlang, planned by Erlang-C."""
    call = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": 120},
        "path": {"front": STEP},
        **changes.pop("intent", {}),
    }
    calendar = {"start": "2026-03-02T08:00", "length": "2 h", "interval": "30 min", "max_drain": "1 h"}
    staff = {"groups": {"team": plan()}}
    return centre(**{"calendar": calendar, "intents": {"call": call}, "staff": staff, **changes})


def expected(loaded: Loaded, group: str = "team", queues: tuple[str, ...] = ("front",)) -> Forecast:
    return demand.forecast(loaded, loaded.scenario.staff.groups[group], queues)


def on_duty(loaded: Loaded, group: str = "team") -> list[int]:
    """People of a group on duty in each quarter hour."""
    duties = [duty for person in hire(loaded) if person.group == group for duty in person.duties]
    return tours.at_work(duties, demand.edges(loaded.scenario.calendar)).tolist()


# --- forecasts -------------------------------------------------------------------------------------------------------


def test_plans_are_made_in_quarter_hours(built: Built) -> None:
    assert demand.edges(built(scenario()).scenario.calendar).tolist() == [900.0 * n for n in range(9)]


def test_a_constant_rate_brings_equal_counts_and_their_work(built: Built) -> None:
    forecast = expected(built(scenario()))
    assert forecast.contacts.tolist() == [30.0] * 8
    assert forecast.work.tolist() == [9000.0] * 8


def test_a_daily_profile_is_laid_on_the_clock_and_repeated(built: Built) -> None:
    arrivals = {"kind": "profile", "file": "day.csv", "column": "calls", "factor": 2.0}
    calendar = {"start": "2026-03-02T23:00", "length": "26 h", "interval": "30 min"}
    tables = {"day.csv": {"start": ["22:00", "23:00"], "calls": [60, 20]}}
    counts = expected(built(scenario(intent={"arrivals": arrivals}, calendar=calendar), tables)).contacts
    assert counts[:4].tolist() == [10.0] * 4
    assert counts[4 : 4 * 23].sum() == 0.0
    assert counts[4 * 23 :].tolist() == pytest.approx([30.0] * 4 + [10.0] * 4 + [0.0] * 4)


def test_a_curve_and_a_trace_are_counted_too(built: Built) -> None:
    curve = {"kind": "curve", "begins": "08:30", "every": "1 h", "per_hour": [40, 80]}
    assert expected(built(scenario(intent={"arrivals": curve}))).contacts.tolist() == [0, 0, 10, 10, 10, 10, 20, 20]
    trace = {"kind": "trace", "file": "calls.csv", "column": "at"}
    tables = {"calls.csv": {"at": ["2026-03-02T08:01", "2026-03-02T08:14", "2026-03-02T09:59"]}}
    counts = expected(built(scenario(intent={"arrivals": trace}), tables)).contacts
    assert counts.tolist() == [2, 0, 0, 0, 0, 0, 0, 1]


def test_work_counts_hold_wrap_up_and_proficiency(built: Built) -> None:
    step = {**STEP, "hold": exponential(60), "hold_share": 0.5, "wrap_up": exponential(70)}
    data = scenario(intent={"path": {"front": step}})
    data["staff"]["groups"]["team"]["skills"] = {"calls": 0.8}
    assert expected(built(data)).work[0] / 30 == pytest.approx((300 + 30 + 70) / 0.8)


def test_slots_slow_handling_down_and_share_the_work(built: Built) -> None:
    data = scenario(channels={"voice": {"takes": "slot", "slowdown": [1.0, 1.25, 1.5]}})
    data["staff"]["groups"]["team"] |= {"slots": 3, **plan("quality_adjusted", occupancy=1.0)}
    loaded = built(data)
    assert expected(loaded).work[0] == pytest.approx(1.5 * 9000)
    assert on_duty(loaded)[0] in range(5, 8)  # 15 erlang on three slots each


def test_who_takes_a_whole_agent_takes_all_slots_of_it(built: Built) -> None:
    """A head of three slots has one call in hand, or three chats; a call beside chats counts as three of them."""
    plain = scenario()
    plain["staff"]["groups"]["team"] |= plan("quality_adjusted", occupancy=1.0)
    three = scenario()
    three["staff"]["groups"]["team"] |= {"slots": 3, **plan("quality_adjusted", occupancy=1.0)}
    assert on_duty(built(three)) == on_duty(built(plain))
    assert expected(built(three)).work[0] == pytest.approx(9000)
    mixed = scenario(channels={"voice": {"takes": "whole"}, "chat": {"takes": "slot"}})
    mixed["intents"]["chat"] = {**next(iter(mixed["intents"].values())), "channel": "chat"}
    mixed["staff"]["groups"]["team"] |= {"slots": 3, **plan("quality_adjusted", occupancy=1.0)}
    forecast = expected(built(mixed))
    assert forecast.work[0] == pytest.approx(9000 + 3 * 9000)
    assert forecast.slots == 3
    assert on_duty(built(mixed))[0] in range(14, 18)  # 10 erlang of chats on three slots each, 10 of calls on one


def test_failures_escalate_and_the_next_tier_plans_for_them(built: Built) -> None:
    data = scenario(
        intent={"path": {"front": {**STEP, "resolution": 0.6}, "back": STEP}},
        queues={"front": {"tier": 1, "skills": ["calls"]}, "back": {"tier": 2, "skills": ["expert"]}},
        escalation={"agent_notices": 0.3, "customer_asks": 0.2},
    )
    data["staff"]["groups"]["experts"] = {**plan(), "tier": 2, "skills": {"expert": 1.0}}
    forecast = expected(built(data), "experts", ("back",))
    assert forecast.contacts[0] == pytest.approx(30 * 0.4 * 0.5)


BOT = {
    "policy": {"rule": "bot_first"},
    "session": exponential(60),
    "hang_up": 0.1,
    "vip_priority": 1,
    "sentiment_limit": 0.0,
}


@pytest.mark.parametrize(
    ("rule", "risk", "left"),
    [("bot_first", "low", 1 - 0.8 * 0.5 * (0.4 + 0.06)), ("human_first", "low", 1.0), ("bot_first", "high", 1.0)],
)
def test_the_bot_takes_off_what_it_contains(built: Built, rule: str, risk: str, left: float) -> None:
    data = scenario(
        intent={"bot": {"containment": 0.4}, "risk": risk},
        bot={**BOT, "policy": {"rule": rule}},
        segments={"plain": {"share": 0.8}, "vip": {"share": 0.2, "priority": 1}},
    )
    assert expected(built(data)).contacts[0] == pytest.approx(30 * left)


def returning(built: Built, delay: float, **changes: Any) -> Forecast:
    repeat = {"repeat": {"probability": 0.5, "delay": {"law": "deterministic", "value": f"{delay} s"}}}
    path = {"front": {**STEP, "resolution": 0.6}}
    return expected(built(scenario(intent={"path": path}, returns={**repeat, "max_contacts": 50}, **changes)))


def test_repeats_reach_their_long_run_factor_when_they_come_back_at_once(built: Built) -> None:
    forecast = returning(built, 1.0)
    assert forecast.returning.sum() / forecast.contacts.sum() == pytest.approx(1 / (1 - 0.4 * 0.5) - 1)


def test_repeats_count_only_when_they_come_back_in_time(built: Built) -> None:
    assert returning(built, 3600.0).returning.tolist() == pytest.approx([0.0] * 4 + [6.0] * 4)
    assert returning(built, 7200.0).returning.sum() == 0.0


def test_a_recorded_volume_already_contains_its_repeats(built: Built) -> None:
    assert returning(built, 1.0, volume="offered").returning.sum() == 0.0


def test_the_leaving_rate_is_one_over_the_mean_where_patience_is_exponential(built: Built) -> None:
    forecast = expected(built(scenario(intent={"patience": exponential(200)})))
    assert 1 / forecast.leaving_rate(60.0) == pytest.approx(200, rel=0.02)


def test_a_falling_hazard_makes_early_leavers_count_for_more_than_the_mean(built: Built) -> None:
    patience = {"law": "weibull", "shape": 0.8, "scale": "507 s"}
    forecast = expected(built(scenario(intent={"patience": patience})))
    assert 1 / forecast.leaving_rate(60.0) < 0.7 * 575


def test_without_patience_nobody_leaves(built: Built) -> None:
    assert expected(built(scenario())).leaving_rate(60.0) == 0.0


# --- rules -----------------------------------------------------------------------------------------------------------


def heads_of(built: Built, rule: str, intent: dict[str, Any] | None = None, **params: Any) -> int:
    data = scenario(intent={"patience": exponential(200), **(intent or {})})
    data["staff"]["groups"]["team"] = plan(rule, **params)
    return on_duty(built(data))[0]


def test_erlang_c_gives_the_textbook_heads(built: Built) -> None:
    heads = heads_of(built, "erlang_c")
    assert heads == 14  # 10 erlang, 300 s, 80 % within 20 s
    assert erlang_c(14, 1 / 30, 300, 20).service_level >= 0.8 > erlang_c(13, 1 / 30, 300, 20).service_level


def test_customers_who_leave_save_heads(built: Built) -> None:
    heads = heads_of(built, "erlang_a")
    assert heads < heads_of(built, "erlang_c")
    assert erlang_a(heads, 1 / 30, 300, 200, 20).service_level >= 0.8


def test_a_limit_on_abandonment_and_a_measured_patience_are_heard(built: Built) -> None:
    assert heads_of(built, "erlang_a", abandonment=0.005) > heads_of(built, "erlang_a")
    assert heads_of(built, "erlang_a", patience="30 s") < heads_of(built, "erlang_a", patience="2000 s")


def test_quality_adjusted_heads_carry_the_repeats(built: Built) -> None:
    poor = {"path": {"front": {**STEP, "resolution": 0.3}}}
    data = scenario(
        intent=poor, returns={"repeat": {"probability": 0.8, "delay": {"law": "deterministic", "value": "60 s"}}}
    )
    on = {}
    for rule in ("erlang_a", "quality_adjusted"):
        data["staff"]["groups"]["team"] = plan(rule)
        on[rule] = max(on_duty(built(data)))
    assert on["quality_adjusted"] > 1.7 * on["erlang_a"]


def test_quality_adjusted_heads_are_never_planned_busier_than_the_ceiling(built: Built) -> None:
    target = {"share": 0.1, "within": "10 min"}
    assert heads_of(built, "quality_adjusted", target=target, occupancy=0.5) == 20


RECORD = {"heads.csv": {"start": ["08:00", "08:30", "09:00", "09:30"], "agents": [10, 17, 23, 5]}}


def test_shares_of_a_record_add_up_to_it_in_every_interval(built: Built) -> None:
    marks = [0.0, 0.13, 0.4, 0.71, 1.0]
    data = scenario()
    data["staff"]["groups"] = {
        f"g{n}": plan("recorded_heads", file="heads.csv", share_from=marks[n], share_to=marks[n + 1]) for n in range(4)
    }
    loaded = built(data, RECORD)
    together = np.sum([on_duty(loaded, f"g{n}") for n in range(4)], axis=0)
    assert together.tolist() == [10, 10, 17, 17, 23, 23, 5, 5]


def test_a_share_of_a_record_is_the_nearest_whole_number_of_heads(built: Built) -> None:
    data = scenario()
    data["staff"]["groups"]["team"] = plan("recorded_heads", file="heads.csv", share_to=0.5)
    assert on_duty(built(data, RECORD))[::2] == [5, 9, 12, 3]


def test_recorded_heads_take_no_shrinkage_off(built: Built) -> None:
    data = scenario()
    data["staff"] = {"groups": {"team": plan("recorded_heads", file="heads.csv")}, "shrinkage": 0.3}
    assert on_duty(built(data, RECORD)) == [10, 10, 17, 17, 23, 23, 5, 5]


def test_a_record_finer_than_the_plan_is_refused_with_the_mend(built: Built) -> None:
    tables = {"heads.csv": {"start": ["08:00", "08:05"], "agents": [3, 4]}}
    data = scenario()
    data["staff"]["groups"]["team"] = plan("recorded_heads", file="heads.csv")
    with pytest.raises(ScenarioError, match=r'calendar.interval: "5 min"'):
        hire(built(data, tables))


# --- who plans for what ---------------------------------------------------------------------------------------


def two_queues(order: list[str]) -> dict[str, Any]:
    """A generalist and a specialist group, declared in the given order."""
    groups = {"all": {**plan(), "skills": {"calls": 1.0, "loans": 1.0}}, "some": {**plan(), "skills": {"loans": 1.0}}}
    queues = {"front": {"tier": 1, "skills": ["calls"]}, "loans": {"tier": 1, "skills": ["loans"]}}
    return scenario(queues=queues, staff={"groups": {name: groups[name] for name in order}})


def test_specialists_plan_for_their_queue_in_any_order_of_declaration(built: Built) -> None:
    for order in (["all", "some"], ["some", "all"]):
        mine = planned.queues_of_groups(built(two_queues(order)).scenario)
        assert mine == {"all": ("front",), "some": ("loans",)}


def test_a_planned_group_with_nothing_to_plan_for_is_told_so(built: Built) -> None:
    data = scenario()
    data["staff"]["groups"]["same"] = plan()
    with pytest.raises(ScenarioError, match=r"staff\.groups\.team\.plan"):
        hire(built(data))


def test_tours_of_one_length_carry_the_plan_and_its_breaks(built: Built) -> None:
    data = scenario()
    data["staff"]["groups"]["team"]["plan"] |= {
        "shift_length": "2 h",
        "breaks": [{"at": "01:00", "length": "15 min"}],
    }
    loaded = built(data)
    assert min(on_duty(loaded)) >= 14
    assert all(len(person.duties[0].breaks) == 1 for person in hire(loaded))


def test_people_on_duty_in_the_last_interval_stay_for_the_drain(built: Built) -> None:
    loaded = built(scenario())
    assert {duty.end for person in hire(loaded) for duty in person.duties} == {
        duties.last_second(loaded.scenario.calendar)
    }
