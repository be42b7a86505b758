"""Each guardrail binds, and without guardrails the inner rule is itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim import registry
from sim.errors import ModelError, ScenarioError, UsageError
from sim.model.journal import AgentState
from sim.model.policy import Router
from sim.quality.signals import ALWAYS
from sim.routing.choice import highest
from sim.routing.p_mu import PMu
from tests.contracts.rules import added, stub
from tests.relations.outcome import same
from tests.routing.arms import SURE, answered, contacts, one_pool, rule, run, work, z
from tests.scenarios import Data

INNER = rule("p_mu")
NO_LIMIT = {"max_share_move": None, "min_count": 0.0, "smoothing": 1.0, "cool_down": "0 s"}


def guarded(**params: Any) -> Data:
    """p-mu within these guardrails and no others."""
    return rule("guarded", **{"inner": INNER, **NO_LIMIT, **params})


def _quiet() -> Data:
    """Seldom anybody waits: it is the rule that says who works."""
    return one_pool(per_hour=60)


@pytest.mark.parametrize("inner", ["longest_idle", "p_mu", "quality_tier", "case_owner", "predictive", "relief"])
def test_without_guardrails_it_is_the_inner_rule(inner: str) -> None:
    for data in (_quiet(), one_pool(per_hour=200)):
        assert same(run(data, rule("guarded", inner=rule(inner), **NO_LIMIT)), run(data, rule(inner)))


def test_it_can_be_guarded_twice() -> None:
    twice = rule("guarded", inner=guarded(max_share_move=0.2), **NO_LIMIT)
    assert same(run(_quiet(), twice), run(_quiet(), guarded(max_share_move=0.2)))


# --- scores ----------------------------------------------------------------------------------------------------------


class Seen:
    """An inner rule that notes the scores it is shown."""

    uses_signals = True

    def __init__(self) -> None:
        self.handle_time: list[list[float]] = []

    def refresh(self, view: Any) -> None:
        self.handle_time.append([row[0] for row in view.signals.handle_time])


@pytest.mark.parametrize(
    ("rule_of", "path"),
    [
        (lambda names: guarded(approved=names), "routing.params.approved[1]"),
        (lambda names: guarded(inner=guarded(approved=names)), "routing.params.inner.params.approved[1]"),
    ],
)
def test_an_approved_agent_whom_nobody_hired_is_an_error_that_names_the_nearest(rule_of: Any, path: str) -> None:
    with pytest.raises(ScenarioError) as told:
        run(_quiet(), rule_of(["agents-001", "agents-0002"]))
    (problem,) = told.value.problems
    assert (problem.path, problem.value) == (path, "agents-0002")
    assert "did you mean 'agents-002'?" in problem.mend


@pytest.mark.parametrize(
    ("inner", "path", "mend"),
    [
        (rule("p_mo"), "routing.params.inner.rule", "did you mean 'p_mu'?"),
        (rule("guarded", min_cuont=3.0), "routing.params.inner.params.min_cuont", "min_count"),
    ],
)
def test_a_wrong_rule_within_is_told_where_it_stands(inner: Data, path: str, mend: str) -> None:
    with pytest.raises(ScenarioError) as told:
        run(_quiet(), guarded(inner=inner))
    (problem,) = told.value.problems
    assert problem.path.endswith(path)
    assert mend in problem.mend


def _shown(
    refreshes: list[tuple[float, list[float]]], counts: list[float], tiers: str = "1111", **params: Any
) -> list[list[float]]:
    """Handle times that the inner rule sees at refreshes (moment, measured), for agents with these counts."""
    router = registry.build("router", "guarded", {**NO_LIMIT, **params})
    router._inner, router.uses_signals = Seen(), True
    agents = [stub(index=index, tier=int(tiers[index]), name=f"agent-{index}") for index in range(len(counts))]
    for now, measured in refreshes:
        table, count = [[value] for value in measured], [[value] for value in counts]
        signals = {f"{name}{part}": table for name in ALWAYS for part in ("", "_error")}
        signals |= {f"{name}_count": count for name in ALWAYS}
        view = stub(now=now, agents=agents, signals=stub(names=ALWAYS, **signals))
        view.with_signals = lambda shown, now=now: stub(now=now, signals=shown)
        router.refresh(view)
    return router._inner.handle_time


def test_a_score_that_rests_on_too_little_is_the_average() -> None:
    assert _shown([(0.0, [100.0, 200.0])], [5.0, 50.0], min_count=20.0) == [[150.0, 200.0]]
    assert _shown([(0.0, [100.0, 200.0])], [20.0, 50.0], min_count=20.0) == [[100.0, 200.0]]
    assert _shown([(0.0, [100.0, 200.0])], [5.0, 50.0]) == [[100.0, 200.0]]


def test_the_score_of_an_agent_who_is_not_approved_is_the_average() -> None:
    assert _shown([(0.0, [100.0, 200.0])], [50.0, 50.0], approved=["agent-1"]) == [[150.0, 200.0]]


def test_the_average_is_that_of_the_agents_own_tier() -> None:
    measured = [(0.0, [100.0, 200.0, 300.0, 500.0])]
    assert _shown(measured, [5.0] * 4, tiers="1122", min_count=20.0) == [[150.0, 150.0, 400.0, 400.0]]


def test_a_short_dip_is_smoothed() -> None:
    dip = [(0.0, [100.0]), (10.0, [300.0]), (20.0, [100.0])]
    assert _shown(dip, [50.0], smoothing=0.25) == [[100.0], [150.0], [137.5]]
    assert _shown(dip, [50.0]) == [[100.0], [300.0], [100.0]]


def test_a_change_waits_for_the_cool_down() -> None:
    news = [(0.0, [100.0]), (50.0, [200.0]), (100.0, [300.0])]
    assert _shown(news, [50.0], cool_down="100 s") == [[100.0], [300.0]]


def test_scores_that_may_not_matter_make_a_rule_that_looks_at_nobody() -> None:
    """p-mu of agents who are all alike is longest idle."""
    assert same(run(_quiet(), guarded(approved=[])), run(_quiet(), rule("longest_idle")))
    assert not same(run(_quiet(), guarded()), run(_quiet(), rule("longest_idle")))


# --- scores, in runs --------------------------------------------------------------------------------------------------


class Noting(PMu):
    """p-mu that notes the scores it is shown, and when."""

    seen: list[tuple[float, Any, Any]] = []  # noqa: RUF012  # emptied by `_noted`

    def refresh(self, view: Any) -> None:
        signals = view.signals
        Noting.seen.append((view.now, np.array(signals.handle_time), np.array(signals.handle_time_count)))
        super().refresh(view)


def _noted(data: Data, **params: Any) -> tuple[Any, list[tuple[float, Any, Any]]]:
    """The journal, and (moment, handle times, counts) at each change of scores that p-mu saw."""
    Noting.seen.clear()
    with added("router", "noting", Noting):
        journal = run(data, guarded(inner=rule("noting"), **params))
    return journal, list(Noting.seen)


def _measured() -> Data:
    """As `_quiet`, with signals measured anew every ten minutes, from almost nothing."""
    signals = {"oracle": False, "refresh": "10 min"}
    return one_pool(per_hour=60, quality={"history": {"weeks": 0.1, "contacts_per_agent_week": 50}, "signals": signals})


def test_in_a_run_scores_that_rest_on_too_little_are_the_average_until_they_do_not() -> None:
    (free, loose), (bound, shown) = _noted(_measured()), _noted(_measured(), min_count=12.0)
    assert not same(free, bound)
    few = [(means[counts < 12.0], means) for _, means, counts in shown]
    assert any(0 < kept.size < means.size for kept, means in few)
    assert all(np.unique(kept).size <= 1 for kept, _ in few)
    assert any(np.unique(means[counts < 12.0]).size > 1 for _, means, counts in loose)


def test_in_a_run_scores_do_not_change_within_the_cool_down() -> None:
    (free, loose), (bound, shown) = _noted(_measured()), _noted(_measured(), cool_down="35 min")
    assert not same(free, bound)
    assert np.diff([now for now, _, _ in shown]).min() >= 2100.0
    assert np.diff([now for now, _, _ in loose]).min() == 600.0


def test_in_a_run_a_change_takes_in_a_part_of_the_news() -> None:
    """The first change is shown whole; with a part of nearly nothing, all that follow hardly move."""
    (free, loose), (bound, shown) = _noted(_measured()), _noted(_measured(), smoothing=0.01)
    assert not same(free, bound)
    moved = max(np.abs(after - before).max() for (_, before, _), (_, after, _) in pairwise(loose))
    steady = max(np.abs(after - before).max() for (_, before, _), (_, after, _) in pairwise(shown))
    assert moved > 10.0
    assert steady < 0.1 * moved


class ByMarks(Router):
    """The best mark of customers, then the fewest escalations; reads both optional signals."""

    uses_signals = True
    seen: list[list[float]] = []  # noqa: RUF012  # emptied by the test

    def choose_agent(self, view: Any, contact: Any) -> Any:
        marks, passed_on = view.signals.csat, view.signals.escalation
        assert view.signals.csat_error and view.signals.escalation_count
        ByMarks.seen.append([row[0] for row in marks])
        return highest(view.free_agents(contact), lambda who: marks[who.index][0] - passed_on[who.index][0])


def test_a_guarded_rule_reads_the_optional_signals_and_they_are_guarded() -> None:
    data = _measured()
    data["quality"]["survey"] = {"response": 0.9, "lag": "5 min"}
    data["quality"]["signals"]["also"] = ["csat", "escalation"]
    with added("router", "by_marks", ByMarks):
        plain = run(data, rule("by_marks"))
        assert same(run(data, rule("guarded", inner=rule("by_marks"), **NO_LIMIT)), plain)
        ByMarks.seen.clear()
        run(data, rule("guarded", inner=rule("by_marks"), **(NO_LIMIT | {"min_count": 1e9})))
    assert {len(set(marks)) for marks in ByMarks.seen} == {1}


def test_a_guarded_rule_is_told_which_key_keeps_a_signal_that_is_not_kept() -> None:
    with added("router", "by_marks", ByMarks), pytest.raises(ModelError, match=r"quality\.signals\.also: \[csat\]"):
        run(_measured(), rule("guarded", inner=rule("by_marks"), **NO_LIMIT))


# --- work, by hand ----------------------------------------------------------------------------------------------------


class Floor:
    """Agents who are all idle, each on duty for 100 s; the inner rule wants the first of them."""

    def __init__(self, **params: Any) -> None:
        self.router = registry.build("router", "guarded", {**NO_LIMIT, "inner": rule("longest_idle"), **params})
        self.router._inner = stub(choose_agent=lambda view, contact: view.agents[0])

    def chosen(self, taken: list[int], now: float = 0.0, busy: float = 0.0) -> int:
        """Who gets the next contact, when so many were taken before; the first agent worked `busy` seconds."""
        agents = [stub(index=at, name=f"agent-{at}", tier=1, used=0, rank=at) for at in range(len(taken))]
        ledger = stub(
            taken=lambda who: taken[who.index],
            duty_time=lambda who: 100.0,
            busy_time=lambda who: 0.0 if who.index else busy,
            totals=lambda whose: (sum(taken[who.index] for who in whose), 100.0 * len(whose)),
        )
        view = stub(
            now=now,
            agents=agents,
            ledger=ledger,
            lanes=lambda _: [stub(agents=agents)],
            free_agents=lambda _: iter(agents),
        )
        return int(self.router.choose_agent(view, stub()).index)


def test_who_has_reached_the_most_allowed_gives_way() -> None:
    """Equal shares are 10 contacts, and half as many again the most: one more than 15 would be too many."""
    floor = Floor(max_share_move=0.5, share_after=0.0)
    assert floor.chosen([14, 6]) == 0
    assert floor.chosen([15, 5]) == 1


def test_who_has_fewer_than_the_least_allowed_comes_first_and_not_before() -> None:
    floor = Floor(max_share_move=0.5, share_after=0.0)
    assert floor.chosen([10, 5, 15]) == 0
    assert floor.chosen([10, 4, 16]) == 1


def test_few_contacts_are_no_share_yet() -> None:
    """An equal share of 2 counts as 10, and nobody is overdue before that."""
    assert Floor(max_share_move=0.5, share_after=10.0).chosen([4, 0]) == 0
    assert Floor(max_share_move=0.5, share_after=0.0).chosen([4, 0]) == 1


def test_an_agent_at_the_cap_may_and_one_above_it_may_not() -> None:
    """Half of the window of 100 s, counted from its first second."""
    for busy, chosen in ((50.0, 0), (50.5, 1)):
        floor = Floor(max_occupancy=0.5, window="100 s")
        assert floor.chosen([0, 0], now=0.0) == 0
        assert floor.chosen([0, 0], now=60.0, busy=busy) == chosen


# --- work ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", [0.1, 0.3, 0.6])
def test_shares_of_contacts_stay_near_equal(move: float) -> None:
    """One contact more or less is the grain; without the guardrail some have thrice their share and some none."""
    for number in range(4):
        free, capped = (contacts(run(_quiet(), guarded(max_share_move=limit), number)) for limit in (None, move))
        assert free.max() > 2.0 * free.mean() and free.min() < 0.3 * free.mean()
        assert capped.max() <= (1.0 + move) * max(capped.mean(), 10.0) + 2.0
        assert capped.min() >= (1.0 - move) * capped.mean() - 2.0


def test_occupancy_is_capped() -> None:
    """Over the window, so a busy spell goes a little beyond; without the guardrail far more."""
    for number in range(4):
        free, capped = (
            work(run(_quiet(), guarded(max_occupancy=cap, window="10 min"), number)).max() / 10_800.0
            for cap in (None, 0.3)
        )
        assert free > 0.5
        assert capped < 0.42


def test_no_guardrail_makes_a_contact_wait_beside_an_idle_agent() -> None:
    """Everybody is over both caps, and yet whoever calls is answered; overloaded, all agents work all the time."""
    tight = guarded(max_share_move=0.0, share_after=0.0, max_occupancy=0.01)
    legs = answered(run(one_pool(per_hour=30), tight))
    assert (legs["answered"] == legs["entered"]).all()
    assert (work(run(one_pool(per_hour=400), tight)) / 10_800.0).min() > 0.97


def test_an_agent_over_a_limit_leaves_contacts_to_colleagues_for_a_while_and_no_longer() -> None:
    """Under load the cap binds only where contacts may be left; none is left beside an idle agent for longer."""
    tops, longest = [], []
    for number in range(8):
        pair = [
            run(one_pool(per_hour=140), guarded(max_occupancy=0.7, window="10 min", leave=leave), number)
            for leave in ("0 s", "2 min")
        ]
        tops.append([work(journal).max() / 10_800.0 for journal in pair])
        longest.append([max(_beside_an_idle_agent(journal)) for journal in pair])
    assert z(np.subtract(*np.transpose(tops))) > SURE
    assert max(at_once for at_once, _ in longest) == 0.0
    assert max(left for _, left in longest) == pytest.approx(120.0)


def _beside_an_idle_agent(journal: Any) -> list[float]:
    """Of each contact's wait, the seconds during which somebody was idle all the time up to the answer."""
    idle = journal.states[journal.states["state"] == AgentState.AVAILABLE]
    waits = []
    for leg in answered(journal):
        end = leg["answered"]
        there = idle[(idle["start"] < end) & (idle["end"] >= end)]
        waits.append(max((end - max(start, leg["entered"]) for start in there["start"]), default=0.0))
    return waits


def test_one_who_is_alone_over_a_limit_leaves_nothing() -> None:
    """Where no colleague is within the limits, waiting would be for nobody."""
    tight = guarded(max_occupancy=0.01, leave="10 min")
    assert max(_beside_an_idle_agent(run(one_pool(per_hour=400), tight))) < 600.0
    assert (work(run(one_pool(per_hour=400), tight)) / 10_800.0).min() > 0.9


def test_a_wrong_inner_rule_is_named() -> None:
    with pytest.raises(UsageError, match="p_mu"):
        registry.build("router", "guarded", {"inner": rule("p_nu")})
