"""Each guardrail binds, and without guardrails the inner rule is itself."""

from __future__ import annotations

from typing import Any

import pytest

from sim import registry
from sim.errors import UsageError
from tests.contracts.rules import stub
from tests.relations.outcome import same
from tests.routing.arms import answered, contacts, one_pool, rule, run, work
from tests.scenarios import Data

INNER = rule("p_mu")
NO_LIMIT = {"max_share_move": None, "min_count": 0.0, "smoothing": 1.0, "cool_down": "0 s"}


def guarded(**params: Any) -> Data:
    """p-mu within these guardrails and no others."""
    return rule("guarded", inner=INNER, **(NO_LIMIT | params))


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


def _shown(refreshes: list[tuple[float, list[float]]], counts: list[float], **params: Any) -> list[list[float]]:
    """Handle times that the inner rule sees at refreshes (moment, measured), for agents with these counts."""
    router = registry.build("router", "guarded", {**NO_LIMIT, **params})
    router._inner, router.uses_signals = Seen(), True
    agents = [stub(index=index, tier=1, name=f"agent-{index}") for index in range(len(counts))]
    for now, measured in refreshes:
        table, count = [[value] for value in measured], [[value] for value in counts]
        signals = {f"{name}{part}": table for name in ("handle_time", "resolution", "qa") for part in ("", "_error")}
        signals |= {f"{name}_count": count for name in ("handle_time", "resolution", "qa")}
        view = stub(now=now, agents=agents, signals=stub(**signals))
        view.with_signals = lambda shown, now=now: stub(now=now, signals=shown)
        router.refresh(view)
    return router._inner.handle_time


def test_a_score_that_rests_on_too_little_is_the_average() -> None:
    assert _shown([(0.0, [100.0, 200.0])], [5.0, 50.0], min_count=20.0) == [[150.0, 200.0]]
    assert _shown([(0.0, [100.0, 200.0])], [5.0, 50.0]) == [[100.0, 200.0]]


def test_the_score_of_an_agent_who_is_not_approved_is_the_average() -> None:
    assert _shown([(0.0, [100.0, 200.0])], [50.0, 50.0], approved=["agent-1"]) == [[150.0, 200.0]]


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


def test_a_wrong_inner_rule_is_named() -> None:
    with pytest.raises(UsageError, match="p_mu"):
        registry.build("router", "guarded", {"inner": rule("p_nu")})
