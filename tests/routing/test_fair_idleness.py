"""Armony and Ward 2010: speed, with idleness shared out as stated."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.journal import Journal
from tests.routing.arms import (
    SURE,
    answered,
    compared,
    contacts,
    handle_time,
    idle_share,
    measured,
    one_pool,
    rule,
    run,
)
from tests.scenarios import Data

LONGEST_IDLE = rule("longest_idle")

COUNT = 10


@pytest.fixture(scope="module")
def centre() -> Data:
    """Agents of fixed, different speeds."""
    return one_pool(COUNT, per_hour=100, truth={"speed_sd": 0.5, "resolution_sd": 0.0, "draw": "fixed"})


@pytest.fixture(scope="module")
def fast(centre: Data) -> list[int]:
    """The faster half, from a long run."""
    long = {**centre, "calendar": {**centre["calendar"], "length": "40 h"}}
    legs = answered(journal := run(long, rule("random_agent")))
    mean = np.bincount(legs["agent"], legs["ended"] - legs["answered"], COUNT) / contacts(journal)
    return np.argsort(mean)[: COUNT // 2].tolist()


def test_the_fast_keep_their_half_of_the_idleness(centre: Data, fast: list[int]) -> None:
    def share(journal: Journal) -> float:
        return idle_share(journal, fast)

    assert abs(measured(centre, rule("fair_idleness"), share).mean() - 0.5) < 0.03
    assert measured(centre, rule("fair_idleness", shares=[3.0, 1.0]), share).mean() > 0.6
    assert compared(centre, rule("fair_idleness"), rule("fastest_first"), share) > SURE


def test_it_is_faster_than_longest_idle_at_that(centre: Data) -> None:
    assert compared(centre, rule("fair_idleness"), LONGEST_IDLE, handle_time) < -SURE
