"""Least work per resolved need; after de Véricourt and Zhou 2005: speed alone makes work, by follow-up contacts."""

from __future__ import annotations

from typing import Any

import pytest

from sim import registry
from sim.model.journal import Journal
from tests.contracts.rules import stub
from tests.routing.arms import SOON, SURE, answered, compared, one_pool, rule


def _work_a_case(journal: Journal) -> float:
    legs = answered(journal)
    return float((legs["ended"] - legs["answered"]).sum() / journal.cases.size)


@pytest.mark.parametrize("other", ["longest_idle", "fastest_first"])
def test_a_need_costs_less_work_than_under_rules_that_do_not_look_at_resolution(other: str) -> None:
    truth = {"resolution_sd": 0.2, "speed_resolution_correlation": -0.5}
    data = one_pool(per_hour=70, returns=SOON, truth=truth)
    assert compared(data, rule("aht_over_p"), rule(other), _work_a_case, 24) < -SURE


def _scores(name: str, resolution: list[float], seconds: list[float], **params: Any) -> list[float]:
    router = registry.build("router", name, params)
    agents = [stub(index=index) for index in range(len(seconds))]
    signals = stub(resolution=[[p] for p in resolution], handle_time=[[t] for t in seconds])
    view = stub(signals=signals, kind=lambda contact: 0, lanes=lambda contact: [stub(agents=agents)])
    return [router.score(view, agent, stub(intent=stub(index=0))) for agent in agents]


def test_it_agrees_with_p_mu_on_who_is_better_than_the_group() -> None:
    resolution, seconds = [0.5, 0.8, 0.9, 0.6], [100.0, 150.0, 300.0, 130.0]
    group = (sum(resolution) / 4) / (sum(seconds) / 4)
    own = [score > -1.0 / group for score in _scores("aht_over_p", resolution, seconds)]
    assert own == [score > group for score in _scores("p_mu", resolution, seconds)]
    assert True in own and False in own


def test_without_returns_it_is_fastest_first() -> None:
    seconds = [100.0, 150.0, 90.0]
    scores = _scores("aht_over_p", [0.5, 0.9, 0.1], seconds, returning=0.0)
    assert scores == [-value for value in seconds]
