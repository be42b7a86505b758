"""Recovery breaks in duties: never more people than relief, never sooner than earned, and taken in the run."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import AgentState
from sim.simulate import simulate
from sim.staff.people import hire
from sim.staff.person import Duty
from sim.staff.rests import rested
from sim.staffing.levers.recovery import Rests
from tests.unit.test_staffing_rules import plan, scenario

Built = Callable[..., Loaded]
EDGES = 900.0 * np.arange(17)  # four hours


def rests(relief: int, length: float = 300.0, every: float = 3600.0) -> Rests:
    return Rests(np.full(16, relief), length, every)


def resting(duties: list[Duty], moment: float) -> int:
    return sum(start <= moment < stop for duty in duties for start, stop in duty.breaks)


def test_no_more_people_rest_than_there_is_relief_for() -> None:
    made = rested([Duty(0.0, 14400.0)] * 30, EDGES, rests(2))
    assert max(resting(made, moment) for moment in np.arange(0.0, 14400.0, 60.0)) == 2


def test_everybody_has_a_break_in_each_hour_when_relief_is_as_reckoned() -> None:
    """24 people: 6 are due in each quarter hour, 2 relieve them in three turns."""
    made = rested([Duty(0.0, 14400.0)] * 24, EDGES, rests(2))
    assert all(duty.breaks[0][0] < 7200.0 for duty in made)  # earned at 1:00, taken by 2:00
    assert all(len(duty.breaks) >= 2 for duty in made)


def test_nobody_rests_again_before_it_is_earned() -> None:
    for duty in rested([Duty(0.0, 14400.0)] * 3, EDGES, rests(5)):
        times = [(duty.start, duty.start), *duty.breaks]
        assert all(start - stop >= 3600.0 for (_, stop), (start, _) in pairwise(times))


def test_a_planned_break_counts_as_a_pause_and_is_not_doubled() -> None:
    lunch = (3600.0, 5400.0)
    (made,) = rested([Duty(0.0, 10800.0, (lunch,))], EDGES, rests(1))
    assert made.breaks == (lunch, (9000.0, 9300.0))


def test_whoever_is_longest_without_a_pause_rests_first() -> None:
    made = rested([Duty(1800.0, 14400.0), Duty(0.0, 14400.0)], EDGES, rests(1))
    assert [duty.breaks[0] for duty in made] == [(5400.0, 5700.0), (3600.0, 3900.0)]


def test_breaks_lie_inside_the_duty() -> None:
    (made,) = rested([Duty(0.0, 3900.0)], EDGES, rests(1))
    assert made.breaks == ()


def busy(**params: Any) -> dict[str, Any]:
    """Four hours of 20 erlang, and 5 min off in each hour above 70 %."""
    data = scenario(intent={"arrivals": {"kind": "constant", "per_hour": 240}})
    data["calendar"]["length"] = "4 h"
    data["staff"]["groups"]["team"] = plan("with_levers", base={"rule": "erlang_c"}, **params)
    return data


RECOVERY = {"above": 0.7, "length": "5 min", "every": "1 h"}


def test_a_plan_with_recovery_lays_breaks_and_stands_in_for_them(built: Built) -> None:
    plain, relieved = hire(built(busy())), hire(built(busy(recovery=RECOVERY)))
    assert all(not duty.breaks for person in plain for duty in person.duties)
    breaks = [pause for person in relieved for duty in person.duties for pause in duty.breaks]
    assert len(relieved) > len(plain)
    assert len(breaks) >= 2 * len(plain)


def test_the_breaks_of_a_plan_are_taken_in_full_in_the_run(built: Built) -> None:
    loaded = built(busy(recovery=RECOVERY))
    planned = sum(len(duty.breaks) for person in hire(loaded) for duty in person.duties)
    states = simulate(loaded, 1, 0).states
    away = states[states["state"] == AgentState.BREAK]
    assert planned > 0
    assert float((away["end"] - away["start"]).sum()) == pytest.approx(300.0 * planned)
