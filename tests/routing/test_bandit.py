"""Auer et al. 2002, Thompson 1933: exploring agents of whom little is known, and using what is learnt."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.journal import Journal
from tests.routing.arms import SURE, compared, contacts, one_pool, resolution, rule
from tests.scenarios import Data, exponential

LONGEST_IDLE = rule("longest_idle")

GREEDY = rule("bandit", width=0.0)
METHODS = [rule("bandit", width=3.0), rule("bandit", method="thompson")]


@pytest.fixture(scope="module")
def centre() -> Data:
    """Eight unknown agents, one or two of whom are busy; failures come back within minutes and are known soon."""
    return {
        **one_pool(
            count=8,
            per_hour=30,
            returns={"repeat": {"probability": 1.0, "delay": exponential(60)}, "max_contacts": 10},
            truth={"resolution_sd": 0.25, "speed_sd": 0.0},
            quality={"signals": {"refresh": "10 min"}, "history": {"weeks": 0}},
        ),
        "calendar": {"start": "2026-03-02T08:00", "length": "8 h", "interval": "30 min", "max_drain": "1 h"},
        "measures": {"repeat_window": "10 min"},
    }


@pytest.mark.parametrize("routing", METHODS, ids=["ucb", "thompson"])
def test_what_is_explored_is_learnt_and_used(routing: Data, centre: Data) -> None:
    """More is resolved than without looking at signals; and the least seen are seen more than by greed."""

    def least_seen(journal: Journal) -> float:
        taken = np.sort(contacts(journal))
        return float(taken[:4].sum() / taken.sum())

    assert compared(centre, routing, LONGEST_IDLE, resolution, 8) > SURE
    assert compared(centre, routing, GREEDY, least_seen, 24) > SURE
