"""Customers with a history to the best: their resolution rises, at the expense of first contacts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.model.journal import Journal, LegEnd
from tests.routing.arms import SOON, SURE, answered, compared, one_pool, resolution, rule

LONGEST_IDLE = rule("longest_idle")

REPEATS = rule("history_aware", angry_below=-9.0)


def _resolved(repeats: bool) -> Callable[[Journal], float]:
    def measure(journal: Journal) -> float:
        legs = answered(journal)
        return float((legs["end"] == LegEnd.RESOLVED)[(legs["attempt"] > 0) == repeats].mean())

    return measure


def test_repeat_contacts_are_resolved_more_often_and_first_ones_less() -> None:
    data = one_pool(per_hour=90, returns=SOON)
    assert compared(data, REPEATS, LONGEST_IDLE, _resolved(True), 24) > SURE
    assert compared(data, REPEATS, LONGEST_IDLE, _resolved(False), 24) < -SURE


def test_sentiment_is_heard_with_an_error() -> None:
    """A customer in six or so sounds angry, whom the best serve: more is resolved, and no more than if all were."""
    data = one_pool(per_hour=60, truth={"resolution_sd": 0.2})
    angry, everybody = rule("history_aware"), rule("history_aware", angry_below=9.0)
    assert compared(data, everybody, angry, resolution) > SURE
    assert compared(data, angry, LONGEST_IDLE, resolution, 32) > SURE
    assert not np.isclose(compared(data, angry, REPEATS, resolution), 0.0)
