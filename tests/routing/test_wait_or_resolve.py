"""Zhan and Ward 2014: a threshold trades waiting for resolution."""

from __future__ import annotations

import pytest

from tests.relations.outcome import same
from tests.routing.arms import SURE, Numbers, measured, one_pool, resolution, rule, run, wait
from tests.scenarios import Data

THRESHOLDS = (0.0, 0.6, 10.0)


@pytest.fixture(scope="module")
def centre() -> Data:
    """Fast agents resolve less."""
    truth = {"speed_resolution_correlation": -0.9, "speed_sd": 0.5, "resolution_sd": 0.15}
    return one_pool(per_hour=130, truth=truth)


def _z(differences: Numbers) -> float:
    return float(differences.mean() / (differences.std(ddof=1) / len(differences) ** 0.5))


def test_the_threshold_traces_a_frontier_of_resolution_and_waiting(centre: Data) -> None:
    rules = [rule("wait_or_resolve", threshold=threshold) for threshold in THRESHOLDS]
    resolved = [measured(centre, one, resolution, 24) for one in rules]
    waited = [measured(centre, one, wait, 24) for one in rules]
    for low, high in ((0, 1), (1, 2)):
        assert _z(resolved[high] - resolved[low]) > SURE
        assert waited[high].mean() > waited[low].mean()
    assert _z(waited[2] - waited[0]) > SURE


def test_at_a_threshold_of_zero_it_is_fastest_first(centre: Data) -> None:
    assert same(run(centre, rule("wait_or_resolve", threshold=0.0)), run(centre, rule("fastest_first")))
