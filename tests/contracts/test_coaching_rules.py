"""Every coaching rule keeps its contract, and each of ours does what its name says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim import registry
from sim.coaching.measured import volume
from sim.coaching.port import CoachingRule, Known, Request
from sim.config.load import Loaded
from sim.errors import ModelError
from sim.metrics.fairness import gini
from sim.registry import Params
from sim.simulate import simulate
from tests.contracts.rules import added, imports, peeks
from tests.relations.outcome import same
from tests.unit.coached_desk import coached_desk, sessions

Built = Callable[..., Loaded]
EVERY = pytest.mark.parametrize("name", registry.names("coaching"))
DAY = 86400.0


def known(**differing: Any) -> Known:
    """Five agents of one tier and two intents; the later in the order, the better; two defects a time of agent 3."""
    resolution = np.array([[0.50, 0.60], [0.60, 0.65], [0.66, 0.60], [0.70, 0.75], [0.80, 0.80]])
    counts = np.full((5, 2), 40.0)
    seen = SimpleNamespace(
        resolution=resolution.tolist(),
        qa=(100.0 * resolution).tolist(),
        handle_time=(400.0 - 100.0 * resolution).tolist(),
        **{f"{name}_count": counts.tolist() for name in ("resolution", "qa", "handle_time")},
    )
    defects = np.zeros((5, 2, 4))
    defects[3, 1, 1], defects[0, 1, 1], defects[1, 0, 0] = 4.0, 2.0, 3.0
    whole: dict[str, Any] = {
        "now": 100 * DAY,
        "until": 107 * DAY,
        "agents": ("ada", "ben", "cleo", "dan", "eve"),
        "tiers": (1, 1, 1, 1, 1),
        "intents": ("bill", "move"),
        "serves": np.ones((5, 2)),
        "signals": seen,
        "evaluated": np.full((5, 2), 5.0),
        "defects": defects,
        "hours": np.zeros((5, 2)),
        "had": np.zeros(5),
        "last": np.full(5, -np.inf),
        "room": 5,
    }
    return Known(**{**whole, **differing})


def asked(name: str, params: dict[str, Any] | None = None, **differing: Any) -> list[Request]:
    rule: CoachingRule = registry.build("coaching", name, params or {})
    return rule.choose(known(**differing))


def order(*given: Any, **differing: Any) -> list[int]:
    return [request.agent for request in asked(*given, **differing)]


# --- all rules --------------------------------------------------------------------------------------------------------


@EVERY
def test_builds_with_default_parameters_and_says_in_a_line_what_it_does(name: str) -> None:
    assert isinstance(registry.build("coaching", name, {}), CoachingRule)
    assert len(registry.find("coaching", name).summary) > 10


@EVERY
def test_refuses_a_parameter_it_does_not_know(name: str) -> None:
    with pytest.raises(ValidationError):
        registry.build("coaching", name, {"no_such_parameter": 1})


@EVERY
def test_does_not_reach_behind_what_it_is_shown(name: str) -> None:
    rule = registry.find("coaching", name).build
    assert peeks(rule) == []
    assert not [module for module in imports(rule) if module.startswith(("sim.quality", "sim.model", "sim.staff"))]


@EVERY
def test_names_agents_and_intents_that_exist_each_with_a_reason(name: str) -> None:
    for request in asked(name):
        assert 0 <= request.agent < 5 and request.intent in (None, 0, 1)
        assert 10 < len(request.reason) < 200


@EVERY
def test_decides_and_changes_nothing(name: str) -> None:
    rule, shown = registry.build("coaching", name, {}), known()
    before = {field: np.copy(getattr(shown, field)) for field in ("serves", "evaluated", "defects", "hours", "last")}
    assert rule.choose(shown) == rule.choose(shown)
    assert all(np.array_equal(getattr(shown, field), kept) for field, kept in before.items())


@EVERY
def test_asks_only_for_what_it_says_it_reads(name: str) -> None:
    """A rule that reads signals or findings without saying so would fail in a run, or find nothing."""
    rule: CoachingRule = registry.build("coaching", name, {})
    shown = known()
    if not rule.uses_signals:
        assert rule.choose(replace(shown, signals=None)) == rule.choose(shown)  # type: ignore[arg-type]
    if not rule.uses_findings:
        nothing = replace(shown, evaluated=np.zeros((5, 2)), defects=np.zeros((5, 2, 4)))
        assert rule.choose(nothing) == rule.choose(shown)


@EVERY
def test_nobody_known_of_is_no_fault(name: str) -> None:
    """On the first day there is no observation, and an agent may serve no intent."""
    empty = np.zeros((5, 2)).tolist()
    blank = SimpleNamespace(**{f"{n}{c}": empty for n in ("resolution", "qa", "handle_time") for c in ("", "_count")})
    nothing = {"signals": blank, "evaluated": np.zeros((5, 2)), "defects": np.zeros((5, 2, 4))}
    assert all(request.intent is None for request in asked(name, now=0.0, serves=np.zeros((5, 2)), **nothing))


class TwiceParams(Params):
    """Which rule is asked twice."""

    inner: str


class Twice(CoachingRule):
    """Asks another rule twice."""

    uses_signals = uses_findings = True

    def __init__(self, params: TwiceParams) -> None:
        super().__init__(params)
        self._inner: CoachingRule = registry.build("coaching", params.inner, {})

    def choose(self, known: Known) -> list[Request]:
        first = self._inner.choose(known)
        assert self._inner.choose(known) == first
        return first


@EVERY
def test_is_deterministic_and_answers_the_same_when_asked_twice(name: str, built: Built) -> None:
    one = simulate(built(coached_desk(rule={"rule": name})), 4, 0)
    with added("coaching", "twice", Twice, TwiceParams):
        two = simulate(built(coached_desk(rule={"rule": "twice", "params": {"inner": name}})), 4, 0)
    assert same(one, two) and sessions(one) == sessions(two)
    assert (len(one.sessions) == 0) == (name == "none")


# --- each of ours ----------------------------------------------------------------------------------------------------


def test_none_names_nobody() -> None:
    assert asked("none") == []


def test_round_robin_goes_by_the_last_session_alone() -> None:
    assert order("round_robin", last=np.array([5.0, 4.0, -np.inf, 9.0, -np.inf]) * DAY) == [2, 4, 1, 0, 3]


def test_lowest_first_goes_up_from_the_weakest_and_names_where_most_is_lost() -> None:
    requests = asked("lowest_first")
    assert [request.agent for request in requests] == [0, 1, 2, 3, 4]
    assert [request.intent for request in requests][:3] == [0, 0, 1]
    assert requests[0].reason.endswith("worse than the tier's mean")


def test_lowest_first_leaves_out_who_was_coached_a_short_time_ago() -> None:
    last = np.array([98.0, 93.0, -np.inf, 94.0, -np.inf]) * DAY
    assert order("lowest_first", {"cool_down": "7 d"}, last=last) == [1, 2, 4]


def test_lowest_first_compares_within_a_tier() -> None:
    """Of each tier the weaker one; the second tier is better than the first throughout."""
    assert order("lowest_first", tiers=(1, 1, 1, 2, 2))[:2] == [0, 3]


def test_what_was_seen_too_seldom_does_not_count() -> None:
    assert order("expected_gain", {"min_count": 41.0}) == []
    assert order("expected_gain", {"min_count": 40.0}) == order("expected_gain") != []


@pytest.mark.parametrize("signal", ["resolution", "qa", "handle_time"])
def test_the_weakest_are_those_who_resolve_least_score_lowest_or_take_longest(signal: str) -> None:
    assert order("lowest_first", {"signal": signal}) == [0, 1, 2, 3, 4]


def test_the_share_of_work_is_the_measured_one_of_what_the_agent_serves() -> None:
    counts = [[30.0, 10.0], [5.0, 5.0], [0.0, 0.0], [7.0, 9.0], [0.0, 0.0]]
    serves = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    found = volume(known(signals=SimpleNamespace(handle_time_count=counts), serves=serves))
    assert found.tolist() == [[0.75, 0.25], [0.5, 0.5], [0.5, 0.5], [1.0, 0.0], [0.0, 1.0]]


def test_expected_gain_weighs_the_shortfall_with_the_work_and_with_what_was_taught() -> None:
    first = asked("expected_gain")[0]
    assert (first.agent, first.intent) == (0, 0)
    taught = np.zeros((5, 2))
    taught[0, 0] = 30.0  # a twentieth is left of what there is to gain
    moved = asked("expected_gain", hours=taught)
    assert (moved[0].agent, moved[0].intent) == (2, 1) or (moved[0].agent, moved[0].intent) == (0, 1)
    assert all(request.agent not in (3, 4) for request in moved)  # better than the mean in both


def test_fair_access_gives_the_minimum_then_the_best_a_share_then_goes_by_need() -> None:
    last = np.array([99.0, 99.0, 10.0, 99.0, 99.0]) * DAY
    requests = asked("fair_access", {"best_share": 0.25, "at_least_every": "28 d", "cool_down": "1 d"}, last=last)
    assert [request.agent for request in requests] == [2, 4, 0, 1, 3]
    assert "minimum" in requests[0].reason and requests[1].reason.endswith("gives examples")


def test_fair_access_leaves_nobody_out() -> None:
    assert sorted(order("fair_access")) == [0, 1, 2, 3, 4]


def test_fair_access_keeps_its_minimum_also_between_two_plans() -> None:
    """22 days ago is not too long yet, but 29 days by the next plan is."""
    last = np.array([99.0, 99.0, 99.0, 78.0, 99.0]) * DAY
    first, second, *_ = asked("fair_access", {"cool_down": "0 s"}, last=last)
    assert first.agent == 3 and "minimum" in first.reason
    assert second.agent == 4 and "gives examples" in second.reason


def test_fair_access_gives_the_best_their_share_of_what_the_minimum_leaves() -> None:
    """Of five sessions three are for those who waited too long; half of the other two is one, though two are best."""
    last = np.array([10.0, 10.0, 10.0, 90.0, 90.0]) * DAY
    requests = asked("fair_access", {"best": 0.4, "best_share": 0.5}, last=last)
    assert sum("minimum" in request.reason for request in requests) == 3
    assert sum("gives examples" in request.reason for request in requests) == 1


def test_fair_access_lets_who_has_had_much_wait_until_others_had_theirs() -> None:
    had, last = np.array([9.0, 1.0, 1.0, 1.0, 1.0]), np.full(5, 90.0) * DAY
    given = {"at_least_every": "28 d", "best_share": 0.0}
    assert order("fair_access", given, last=last) == [0, 1, 2, 3, 4]
    assert order("fair_access", given, last=last, had=had) == [1, 2, 3, 4, 0]
    assert 0 in order("fair_access", {**given, "cool_down": "10 d"}, last=last, had=had)
    assert order("fair_access", {**given, "cool_down": "11 d"}, last=last, had=had) == []


def hours_by_agent(name: str, weeks: int = 40, room: int = 14, agents: int = 27) -> np.ndarray[Any, Any]:
    """Hours of each agent when leaders hold the first `room` sessions that a rule asks for, on Wednesdays; nobody's
    measured resolution changes."""
    resolution = np.linspace(0.4, 0.8, agents)[:, None]
    count = np.full((agents, 1), 40.0).tolist()
    seen = SimpleNamespace(resolution=resolution.tolist(), resolution_count=count, handle_time_count=count)
    had, last = np.zeros(agents), np.full(agents, -np.inf)
    rule: CoachingRule = registry.build("coaching", name, {"cool_down": "1 d"})
    for week in range(weeks):
        now = week * 7 * DAY
        told = {"evaluated": np.zeros((agents, 1)), "defects": np.zeros((agents, 1, 4)), "hours": had[:, None]}
        shown = known(
            now=now, until=now + 7 * DAY, agents=("",) * agents, tiers=(1,) * agents, intents=("bill",), signals=seen,
            serves=np.ones((agents, 1)), had=had.copy(), last=last.copy(), room=room, **told,
        )  # fmt: skip
        for request in rule.choose(shown)[:room]:
            had[request.agent] += 1.0
            last[request.agent] = now + 2.5 * DAY
    return had


def test_fair_access_spreads_hours_where_need_alone_piles_them_up() -> None:
    """Of 560 hours each of 27 has 20.7 on average; at least one in four weeks, and not much above the cap of 1.25."""
    fair, lowest = hours_by_agent("fair_access"), hours_by_agent("lowest_first")
    assert fair.sum() == lowest.sum() == 560.0
    assert fair.min() >= 10.0 and fair.max() <= 1.25 * fair.mean() + 1.0
    assert gini(fair) < 0.2 and gini(lowest) > 0.4
    best_fifth = fair[-6:].sum() / fair.sum()
    assert 0.15 < best_fifth < 0.30


def clustered(spread: list[float], elsewhere: float = 2.0) -> dict[str, Any]:
    """Process defects of each agent in moves, of 40 evaluations; so many of every other kind."""
    defects = np.full((5, 2, 4), elsewhere)
    defects[:, 1, 1] = spread
    return {"defects": defects, "evaluated": np.full((5, 2), 40.0)}


def test_defect_clusters_coach_those_who_have_them_and_then_all_in_turn() -> None:
    requests = asked("defect_clusters", **clustered([1.0, 0.0, 20.0, 9.0, 1.0]))
    assert [request.agent for request in requests] == [2, 0, 1, 3, 4]
    assert [request.intent for request in requests] == [1, None, None, None, None]
    assert requests[0].reason == "20 process defects in move, where 6.2 are usual for all"
    assert "no cluster: next in turn" in requests[-1].reason


def test_hours_that_clusters_leave_need_not_be_used() -> None:
    assert order("defect_clusters", {"rest_in_turn": False}, **clustered([1.0, 0.0, 20.0, 9.0, 1.0])) == [2]
    assert order("defect_clusters", {"rest_in_turn": False}, **clustered([1.0, 0.0, 20.0, 24.0, 1.0])) == [3, 2]


def test_a_cluster_that_everybody_has_is_the_processs_and_coaches_nobody() -> None:
    told = clustered([15.0] * 5)
    assert order("defect_clusters", {"rest_in_turn": False}, **told) == []
    (remark,) = registry.build("coaching", "defect_clusters", {}).remarks(known(**told))
    assert remark.startswith("75 process defects in move where 10.") and "look at the process" in remark


def test_defect_clusters_keep_to_the_significance() -> None:
    told = clustered([2.0, 2.0, 12.0, 2.0, 2.0])
    assert order("defect_clusters", {"rest_in_turn": False}, **told) == []
    assert order("defect_clusters", {"rest_in_turn": False, "significance": 0.5}, **told)[:1] == [2]


def test_defects_as_frequent_everywhere_are_no_cluster() -> None:
    assert order("defect_clusters", {"rest_in_turn": False}, defects=np.full((5, 2, 4), 2.0)) == []


class Odd(CoachingRule):
    """Asks for somebody who does not work here."""

    def choose(self, known: Known) -> list[Request]:
        return [Request(len(known.agents), None, "a ghost")]


def test_a_request_that_is_impossible_is_refused_by_name(built: Built) -> None:
    with added("coaching", "odd", Odd), pytest.raises(ModelError, match=r"Odd asked for Request\(agent=6"):
        simulate(built(coached_desk(rule={"rule": "odd"})), 1, 0)
