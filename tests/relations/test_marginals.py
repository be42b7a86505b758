"""Stated marginals: what a scenario says of resolution and containment is what first contacts show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import ContactEnd, Journal, LegEnd
from sim.simulate import simulate
from tests.scenarios import Data, centre, fixed

Built = Callable[..., Loaded]
Z = 4.0


def _share(hits: int, of: int) -> tuple[float, float]:
    mean = hits / of
    return mean, np.sqrt(mean * (1.0 - mean) / of)


def _wide_open(**changes: Any) -> Data:
    """Agents enough that nobody waits; customers and agents who differ."""
    step = {"talk": fixed(1.0), "resolution": 0.65}
    data = centre(
        calendar={"start": "2026-03-02T08:00", "length": "1 h", "max_drain": "1 h"},
        intents={
            "call": {
                "channel": "voice",
                "difficulty_sd": 1.3,
                "arrivals": {"kind": "constant", "per_hour": 1000},
                "path": {"front": step, "expert": {**step, "resolution": 0.4}},
            }
        },
        queues={"front": {"tier": 1, "skills": ["calls"]}, "expert": {"tier": 2, "skills": ["calls"]}},
        staff={
            "groups": {
                "agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 120},
                "experts": {"tier": 2, "skills": {"calls": 1.0}, "count": 120},
            }
        },
        escalation={"agent_notices": 1.0},
        quality={"truth": {"resolution_sd": 0.08}, "history": {"weeks": 0}},
    )
    return {**data, **changes}


def _counts(loaded: Loaded, count: Callable[[Journal], tuple[int, int]], replications: int = 36) -> tuple[float, float]:
    pairs = np.array([count(simulate(loaded, 21, r)) for r in range(replications)], dtype=float)
    mean = pairs[:, 0].sum() / pairs[:, 1].sum()
    clustered = (pairs[:, 0] - mean * pairs[:, 1]).std(ddof=1) / pairs[:, 1].mean() / np.sqrt(replications)
    return float(mean), float(max(clustered, _share(int(pairs[:, 0].sum()), int(pairs[:, 1].sum()))[1]))


def _resolved_at(tier: int) -> Callable[[Journal], tuple[int, int]]:
    def count(journal: Journal) -> tuple[int, int]:
        legs = journal.legs[(journal.legs["tier"] == tier) & (journal.legs["attempt"] == 0)]
        return int((legs["end"] == LegEnd.RESOLVED).sum()), legs.size

    return count


@pytest.mark.parametrize(("tier", "stated"), [(1, 0.65), (2, 0.4)])
def test_stated_resolution_is_what_first_contacts_show(tier: int, stated: float, built: Built) -> None:
    mean, error = _counts(built(_wide_open()), _resolved_at(tier))
    assert error < 0.015
    assert abs(mean - stated) <= Z * error


def test_a_resolution_stated_a_little_higher_is_noticed(built: Built) -> None:
    """The planted fault."""
    data = _wide_open()
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.70
    mean, error = _counts(built(data), _resolved_at(1))
    assert abs(mean - 0.65) > Z * error


BOT = {"policy": {"rule": "bot_first"}, "session": fixed(30.0), "sentiment_limit": -20.0, "hang_up": 0.1}


def _contained(journal: Journal) -> tuple[int, int]:
    bot = journal.legs[(journal.legs["tier"] == 0) & (journal.legs["attempt"] == 0)]
    return int((bot["end"] == LegEnd.CONTAINED).sum()), bot.size


def _falsely(journal: Journal) -> tuple[int, int]:
    contained = journal.contacts[journal.contacts["end"] == ContactEnd.CONTAINED]
    return int((contained["resolved"] == 0).sum()), contained.size


def _with_bot(containment: float, false: float) -> Data:
    data = _wide_open(bot=BOT)
    data["intents"]["call"]["bot"] = {"containment": containment, "false_containment": false}
    return data


@pytest.mark.parametrize(("containment", "false"), [(0.45, 0.3), (0.8, 0.05), (0.2, 0.9)])
def test_stated_containment_is_what_sessions_show(containment: float, false: float, built: Built) -> None:
    loaded = built(_with_bot(containment, false))
    for count, stated in ((_contained, containment), (_falsely, false)):
        mean, error = _counts(loaded, count, 30)
        assert abs(mean - stated) <= Z * error
        assert abs(mean - (stated + 0.05)) > Z * error


def test_containing_the_easy_ones_makes_the_rest_harder_by_selection(built: Built) -> None:
    """Nobody types in a factor: tier 1 resolves less of what the bot leaves."""
    mean, error = _counts(built(_with_bot(0.6, 0.0)), _resolved_at(1), 30)
    assert mean + Z * error < 0.60


def test_without_difficulty_there_is_nothing_to_select_by(built: Built) -> None:
    """The partner: where all are equally hard, tier 1 resolves what is stated of whatever the bot leaves."""
    data = _with_bot(0.6, 0.0)
    data["intents"]["call"]["difficulty_sd"] = 0.0
    mean, error = _counts(built(data), _resolved_at(1), 30)
    assert error < 0.015
    assert abs(mean - 0.65) <= Z * error
