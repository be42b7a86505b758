"""A known gain shows in what is measured: the resolution rate rises by the points stated, within its standard error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import Journal
from sim.quality import coached
from tests.scenarios import Data, centre, fixed
from tests.theory.measuring import Agree, Sums, measure, refuted

Built = Callable[..., Loaded]
DAY, POINTS, BASE = 86400.0, 0.12, 0.6


def desk(coaching: bool) -> Data:
    """Short calls at a desk always open; an hour of coaching on the first day brings all there is, for good."""
    section = {
        "rule": {"rule": "round_robin"},
        "every": "10 d",
        "session": "1 h",
        "leaders": 20,
        "hours_per_leader_week": "40 h",
        "most_away": 1,
        "least_slack": -100.0,
        "gain": {"resolution": POINTS, "handle": 0.0, "hours": "1 min", "weak_more": 0.0, "response_sd": 0.0},
    }
    return centre(
        calendar={"start": "2026-03-02T00:00", "length": "2 d", "interval": "1 d", "max_drain": "1 h"},
        intents={
            "call": {
                "channel": "voice",
                "difficulty_sd": 1.0,
                "arrivals": {"kind": "constant", "per_hour": 120},
                "path": {"front": {"talk": fixed(60.0), "resolution": BASE}},
            }
        },
        staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 4}}},
        quality={"history": {"weeks": 0}},
        **({"coaching": section} if coaching else {}),
    )


def resolved_later(journal: Journal) -> Sums:
    """Contacts after the first day, on which everybody is coached, that were resolved."""
    contacts = journal.contacts
    later = contacts[(contacts["started"] > DAY) & (contacts["agent"] >= 0)]
    return {"resolved": (np.count_nonzero(later["resolved"]), later.size)}


def test_resolution_rises_by_the_points_stated(built: Built, agree: Agree) -> None:
    found = measure(built(desk(True)), resolved_later)
    agree("coached", found, {"resolved": BASE + POINTS})
    for wrong in (0.1, 0.14):
        assert refuted(found, {"resolved": BASE + wrong})


def test_a_gain_in_the_wrong_unit_is_found_out(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points taken for logits: 12 points become 2 or 3."""
    monkeypatch.setattr(coached, "logits", lambda intent, points: points)
    assert refuted(measure(built(desk(True)), resolved_later), {"resolved": BASE + POINTS})


def test_without_coaching_the_share_is_the_stated_one(built: Built, agree: Agree) -> None:
    found = measure(built(desk(False)), resolved_later)
    agree("not coached", found, {"resolved": BASE})
    assert refuted(found, {"resolved": BASE + 0.02})
