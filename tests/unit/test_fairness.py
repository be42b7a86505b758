"""Inequality between agents, and the all-star trap, against numbers made by hand and independent formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from sim.metrics import kpis
from sim.metrics.fairness import above_expected, gini, jain
from sim.metrics.measured_quality import spearman
from sim.model.journal import AgentState, ContactEnd, Journal
from tests.metrics.journals import LEXICON, journal

AMOUNTS = st.lists(st.floats(0.01, 1.0), min_size=2, max_size=12)
TEN = replace(LEXICON, agents=tuple(f"a{k}" for k in range(10)), agent_tiers=(1,) * 10, agent_hourly_costs=(20.0,) * 10)


def hour(agent: int, occupancy: float) -> list[dict[str, Any]]:
    """An hour of an agent, so much of it busy."""
    until = 3600.0 * occupancy
    row = {"agent": agent, "load": 1}
    busy = {**row, "state": AgentState.BUSY, "start": 0.0, "end": until}
    return [busy, {**row, "load": 0, "state": AgentState.AVAILABLE, "start": until, "end": 3600.0}]


def handled(agent: int, intent: int, resolved: int, count: int) -> list[dict[str, Any]]:
    """So many contacts that an agent handled."""
    end = ContactEnd.RESOLVED if resolved else ContactEnd.UNRESOLVED
    return [{"agent": agent, "intent": intent, "resolved": resolved, "end": end, "started": 10.0}] * count


def value(book: Journal, kpi: str, scope: str = "tier:1") -> float:
    """A total of a journal."""
    frame = kpis.table(book)
    row = frame[(frame["kpi"] == kpi) & (frame["scope"] == scope) & (frame["interval"] == "total")]
    return float(row["value"].iloc[0])


def numbered(contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "case": case} for case, row in enumerate(contacts)]


def test_gini_and_jain_of_occupancies_counted_by_hand() -> None:
    book = journal(states=[*hour(0, 0.2), *hour(1, 0.4), *hour(2, 0.6), *hour(3, 0.9)])  # agent 3 is of tier 2, alone
    assert value(book, "occupancy_gini") == pytest.approx(0.8 / 3.6)  # sum of |x - y| over pairs 0.8, over n times 1.2
    assert value(book, "occupancy_jain") == pytest.approx(1.44 / (3 * 0.56))
    assert np.isnan(value(book, "occupancy_gini", "tier:2"))
    assert value(book, "occupancy_gini", "all") == value(book, "occupancy_gini")


def test_scope_all_is_the_mean_of_the_tiers_weighted_with_their_agents() -> None:
    words = replace(TEN, agent_tiers=(1,) * 6 + (2,) * 4)
    states = [row for agent in range(10) for row in hour(agent, 0.1 + 0.08 * agent)]
    states = [{**row, "tier": words.agent_tiers[row["agent"]]} for row in states]
    book = journal(words, states=states)
    one, two = value(book, "occupancy_gini"), value(book, "occupancy_gini", "tier:2")
    assert one != pytest.approx(two)
    assert value(book, "occupancy_gini", "all") == pytest.approx(0.6 * one + 0.4 * two)


@given(AMOUNTS)
def test_gini_is_the_mean_difference_of_pairs_over_twice_the_mean(amounts: list[float]) -> None:
    x = np.array(amounts)
    assert gini(x) == pytest.approx(np.abs(x[:, None] - x).mean() / (2 * x.mean()), abs=1e-12)


@given(AMOUNTS)
def test_jain_is_one_over_one_and_the_squared_coefficient_of_variation(amounts: list[float]) -> None:
    x = np.array(amounts)
    assert jain(x) == pytest.approx(1.0 / (1.0 + x.var() / x.mean() ** 2))


def test_the_ends_of_both_scales() -> None:
    assert gini(np.ones(5)) == pytest.approx(0.0) and jain(np.ones(5)) == pytest.approx(1.0)
    alone = np.array([0.0, 0.0, 0.0, 1.0])
    assert gini(alone) == pytest.approx(0.75) and jain(alone) == pytest.approx(0.25)
    assert np.isnan(gini(np.zeros(3))) and np.isnan(jain(np.zeros(3)))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12))
def test_rank_correlation_is_spearmans_also_with_ties(pairs: list[tuple[int, int]]) -> None:
    left, right = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    if min(np.ptp(left), np.ptp(right)) == 0:
        assert np.isnan(spearman(left, right))
    else:
        assert spearman(left, right) == pytest.approx(spearmanr(left, right).statistic)


def test_the_tenth_that_carries_most_of_the_hard_contacts() -> None:
    hard = [row for agent in range(10) for row in handled(agent, 0, 0, 3 if agent == 4 else 1)]
    easy = [row for agent in range(10) for row in handled(agent, 1, 1, 5)]
    assert value(journal(TEN, contacts=numbered(hard + easy)), "hard_contacts_top_tenth") == pytest.approx(3 / 12)


def test_where_all_intents_are_alike_none_is_hard() -> None:
    alike = [row for agent in range(10) for row in handled(agent, 0, 1, 2) + handled(agent, 1, 1, 2)]
    assert np.isnan(value(journal(TEN, contacts=numbered(alike)), "hard_contacts_top_tenth"))


def test_a_fifth_of_six_agents_is_two() -> None:
    """Rounded up: 90 and 50 % occupied against four of 30."""
    words = replace(TEN, agents=TEN.agents[:6], agent_tiers=(1,) * 6, agent_hourly_costs=(20.0,) * 6)
    contacts = [row for agent in range(6) for row in handled(agent, 0, int(agent < 2), 3)]
    states = [row for agent in range(6) for row in hour(agent, {0: 0.9, 1: 0.5}.get(agent, 0.3))]
    book = journal(words, contacts=numbered(contacts), states=states)
    assert value(book, "best_fifth_occupancy_gap") == pytest.approx(40.0)


def test_the_best_fifth_is_the_best_after_the_mix_of_intents() -> None:
    """Agent 0 settles half of the hard contacts it takes, far above their share; the rest settle easy ones."""
    contacts = handled(0, 0, 1, 5) + handled(0, 0, 0, 5) + handled(1, 0, 0, 10)
    contacts += [row for agent in range(2, 10) for row in handled(agent, 1, 1, 9) + handled(agent, 1, 0, 1)]
    contacts += handled(1, 1, 1, 10)
    states = [row for agent in range(10) for row in hour(agent, {0: 0.9, 1: 0.2}.get(agent, 0.5))]
    book = journal(TEN, contacts=numbered(contacts), states=states)
    matrix = np.zeros((2, 10, 2))
    for row in contacts:
        matrix[:, row["agent"], row["intent"]] += (1, row["resolved"])
    assert above_expected(*matrix).argmax() == 0
    rest = (0.2 + 7 * 0.5) / 8  # of the eight alike, the first is in the fifth with agent 0
    assert value(book, "best_fifth_occupancy_gap") == pytest.approx(100 * ((0.9 + 0.5) / 2 - rest))


def test_quality_scores_that_follow_outcomes_correlate_fully_and_the_opposite_fully_the_other_way() -> None:
    contacts = numbered([r for k in range(4) for r in handled(k, 0, 1, 2 + 2 * k) + handled(k, 0, 0, 8 - 2 * k)])
    first = {row["agent"]: row["case"] for row in reversed(contacts)}
    for sign in (1.0, -1.0):
        scores = [{"agent": k, "case": case, "score": 50.0 + sign * 10 * k} for k, case in first.items()]
        words = replace(TEN, agents=TEN.agents[:4], agent_tiers=(1,) * 4, agent_hourly_costs=(20.0,) * 4)
        book = journal(words, contacts=contacts, evaluations=scores)
        assert value(book, "qa_rank_correlation") == pytest.approx(100 * sign)
