"""A senior share of another group's heads: how many, who fills up the rest, and the experiments that use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim import registry
from sim.config.load import Loaded, load_experiment
from sim.errors import ScenarioError, UsageError
from sim.metrics import kpis
from sim.staff import planned
from sim.staff.people import hire
from sim.staffing.forecast import Forecast, Stream
from tests.unit.test_shipped_scenarios import wages
from tests.unit.test_staffing_rules import on_duty, plan, scenario

Built = Callable[..., Loaded]


def forecast(heads: list[int], heavy: float = 0.0) -> Forecast:
    """Heads to split, and the share of the work that is on a queue where half of the contacts fail."""
    count = np.ones(len(heads))
    return Forecast(
        edges=900.0 * np.arange(len(heads) + 1),
        contacts=count,
        work=300.0 * count,
        returning=0.0 * count,
        returning_work=0.0 * count,
        patience=(np.array([np.inf]), np.ones(1)),
        slots=1,
        record=lambda file, column: count,
        streams=(
            Stream("easy", "easy", count, 300.0 * (1 - heavy) * count, 0.1),
            Stream("hard", "hard", count, 300.0 * heavy * count, 0.5),
        ),
        to_split=np.array(heads),
    )


def seniors(given: Forecast, **params: Any) -> list[int]:
    made: list[int] = registry.build("staffing", "senior_mix", {"group": "team", **params}).heads(given).tolist()
    return made


def test_seniors_stand_where_the_peak_is() -> None:
    made = seniors(forecast([4, 17, 18, 20, 10]), peak_share=0.4, peak_from=0.9)
    assert made == [0, 0, 8, 8, 0]  # 18 is .9 of 20; .4 of 18 is 7.2


def test_seniors_stand_where_contacts_fail() -> None:
    """.6 of the work is hard: .6 · .5 + .4 · .1 = .34 of 10 heads."""
    none = {"peak_share": 0.0}
    assert seniors(forecast([10, 10], heavy=0.6), share=0.1, heavy_share=0.5, **none) == [4, 4]
    assert seniors(forecast([10, 10], heavy=0.6), share=0.1, heavy_share=0.5, heavy_from=0.51, **none) == [1, 1]


def test_a_peak_on_hard_queues_takes_the_larger_share() -> None:
    assert seniors(forecast([10, 10], heavy=1.0), heavy_share=0.5, peak_share=0.3) == [5, 5]
    assert seniors(forecast([10, 10], heavy=1.0), heavy_share=0.5, peak_share=0.7) == [7, 7]


def test_there_is_no_mix_of_nothing() -> None:
    with pytest.raises(UsageError, match="no heads to split"):
        seniors(replace(forecast([1]), to_split=None))


# --- in a scenario -------------------------------------------------------------------------------------------------


def mixed(rule: str = "erlang_c", **params: Any) -> dict[str, Any]:
    """The two hours of 10 erlang, with a peak in the last; 14 and 26 heads by Erlang-C."""
    curve = {"kind": "curve", "begins": "08:00", "every": "1 h", "per_hour": [120, 252]}
    data = scenario(intent={"arrivals": curve})
    data["staff"]["groups"] = {
        "aces": {**plan("senior_mix", group="team", peak_share=0.4, **params), "skills": {"calls": 1.3}},
        "team": plan(rule),
    }
    return data


def test_both_groups_together_are_the_heads_of_the_plan(built: Built) -> None:
    loaded = built(mixed())
    aces, team = on_duty(loaded, "aces"), on_duty(loaded, "team")
    whole = planned.Plans(loaded).heads("team").tolist()
    assert [a + b for a, b in zip(aces, team, strict=True)] == whole
    assert aces == [0] * 4 + [-(-whole[4] * 4 // 10)] * 4


def test_the_order_of_declaration_does_not_matter(built: Built) -> None:
    data = mixed()
    data["staff"]["groups"] = dict(reversed(data["staff"]["groups"].items()))
    assert on_duty(built(data), "team") == on_duty(built(mixed()), "team")


def test_the_rest_fills_up_what_the_tours_of_the_seniors_leave(built: Built) -> None:
    """Tours of two hours keep the seniors of an early peak on duty after it: fewer others are needed then."""
    data = mixed()
    data["intents"]["call"]["arrivals"]["per_hour"] = [252, 120]
    data["staff"]["groups"]["aces"]["plan"]["shift_length"] = "2 h"
    loaded = built(data)
    aces, team = np.array(on_duty(loaded, "aces")), np.array(on_duty(loaded, "team"))
    assert (aces == aces[0]).all() and aces[0] > 0
    assert (aces + team == planned.Plans(loaded).heads("team")).all()


def test_recorded_heads_can_be_split_too(built: Built) -> None:
    data = mixed()
    data["staff"]["groups"]["team"] = plan("recorded_heads", file="heads.csv")
    loaded = built(data, {"heads.csv": {"start": ["08:00", "09:00"], "agents": [10, 20]}})
    assert on_duty(loaded, "aces") == [0] * 4 + [8] * 4
    assert on_duty(loaded, "team") == [10] * 4 + [12] * 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"plan": {"rule": "senior_mix", "params": {"group": "tem"}}},
            r"aces\.plan\.params\.group: no group of this name has a plan to take heads of .*did you mean 'team'",
        ),
        (
            {"plan": {"rule": "senior_mix", "params": {"group": "aces"}}},
            "no group of this name has a plan to take heads of",
        ),
        ({"tier": 2}, "these people lack the tier or the skills for front, which team plans for"),
    ],
)
def test_a_mix_that_cannot_be_is_refused(built: Built, changes: dict[str, Any], message: str) -> None:
    data = mixed()
    data["staff"]["groups"]["aces"] |= changes
    with pytest.raises(ScenarioError, match=message):
        hire(built(data))


# --- the experiments -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["senior_mix", "occupancy_cap"])
def test_the_experiments_ask_for_kpis_that_exist(name: str) -> None:
    experiment = load_experiment(name).experiment
    assert {experiment.primary.kpi, *experiment.guardrails} <= {definition.name for definition in kpis.definitions()}


def test_seniors_and_more_people_cost_the_same() -> None:
    arms = load_experiment("senior_mix").arms
    today, mix, more = (wages(arms[name]) for name in ("today", "senior_mix", "more_people"))
    assert mix == pytest.approx(more, rel=1e-3)
    assert mix - today == pytest.approx(775.0, abs=1.0)
