"""Signals are shrunk by as much as their noise deserves."""

from __future__ import annotations

import numpy as np
import pytest

from sim.quality.shrink import Estimate, Tally, shrink

AGENTS = 400


def _observe(sd_between: float, sd_within: float, n: int, seed: int = 1) -> tuple[np.ndarray, Estimate]:
    rng = np.random.default_rng(seed)
    truth = 100.0 + sd_between * rng.standard_normal(AGENTS)
    tally = Tally.empty(AGENTS, 1)
    for agent, mean in enumerate(truth):
        values = mean + sd_within * rng.standard_normal(n)
        tally.add(np.full(n, agent), np.zeros(n, dtype=np.int64), values)
    return truth, shrink(tally, np.zeros(AGENTS, dtype=np.int64), np.full((AGENTS, 1), 50.0))


def test_the_estimate_beats_the_plain_mean_when_samples_are_small() -> None:
    truth, estimate = _observe(sd_between=5.0, sd_within=13.0, n=4)
    error = np.mean((estimate.mean[:, 0] - truth) ** 2)
    expected = 25.0 * (1.0 - 25.0 / (25.0 + 169.0 / 4.0))
    assert error == pytest.approx(expected, rel=0.2)
    assert error < 169.0 / 4.0


def test_the_stated_error_is_the_error_made() -> None:
    truth, estimate = _observe(sd_between=5.0, sd_within=13.0, n=8)
    z = (estimate.mean[:, 0] - truth) / estimate.error[:, 0]
    assert np.std(z) == pytest.approx(1.0, abs=4 / np.sqrt(2 * AGENTS))


def test_many_observations_leave_nothing_to_shrink() -> None:
    truth, estimate = _observe(sd_between=5.0, sd_within=13.0, n=4000)
    # one standard error of an agent's own mean is 13 / sqrt(4000) = 0.2
    assert np.abs(estimate.mean[:, 0] - truth).max() < 5 * 13.0 / np.sqrt(4000)
    assert estimate.error[:, 0] == pytest.approx(13.0 / np.sqrt(4000), rel=0.05)


def test_agents_who_do_not_differ_are_given_one_mean() -> None:
    tally = Tally.empty(3, 1)
    tally.add(np.array([0, 0, 1, 1, 2, 2]), np.zeros(6, dtype=np.int64), np.array([1.0, 3.0, 3.0, 1.0, 2.0, 2.0]))
    estimate = shrink(tally, np.zeros(3, dtype=np.int64), np.zeros((3, 1)))
    assert estimate.mean[:, 0].tolist() == [2.0, 2.0, 2.0]
    assert estimate.error[:, 0].tolist() == [0.0, 0.0, 0.0]


def test_an_agent_nobody_observed_gets_the_mean_of_the_own_tier() -> None:
    tally = Tally.empty(4, 1)
    tally.add(np.array([0, 0, 2, 2]), np.zeros(4, dtype=np.int64), np.array([10.0, 12.0, 30.0, 32.0]))
    estimate = shrink(tally, np.array([1, 1, 2, 2]), np.zeros((4, 1)))
    assert estimate.mean[1, 0] == pytest.approx(11.0)
    assert estimate.mean[3, 0] == pytest.approx(31.0)


def test_fading_changes_what_observations_weigh_and_not_how_many_they_are_worth() -> None:
    """Ten of half the weight err like ten; ten faded to a half and ten new ones are worth 15² / 12.5 = 18."""
    tally, ten = Tally.empty(1, 1), np.zeros(10, dtype=np.int64)
    tally.add(ten, ten, np.arange(10.0))
    tally.fade(0.5)
    assert (tally.count[0, 0], tally.worth()[0, 0]) == (5.0, 10.0)
    tally.add(ten, ten, np.arange(10.0))
    assert tally.worth()[0, 0] == pytest.approx(18.0)


def test_a_tier_without_observations_keeps_its_prior() -> None:
    tally = Tally.empty(2, 1)
    tally.add(np.array([0]), np.array([0]), np.array([10.0]))
    estimate = shrink(tally, np.array([1, 2]), np.array([[1.0], [7.0]]))
    assert estimate.mean[1, 0] == 7.0
    assert estimate.count[1, 0] == 0.0
