"""Stated shares become logits and come back as the same shares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sim.model import calibration


def _share(solved: calibration.Solved, difficulty_sd: float, ability: float) -> float:
    """P(resolve) of an agent with this ability over first contacts, by an independent quadrature."""

    def integrand(z: float) -> float:
        eta = solved.intercept + solved.ability_scale * ability - difficulty_sd * z
        return float(norm.pdf(z) / (1.0 + np.exp(-eta)))

    return quad(integrand, -12, 12)[0]


@pytest.mark.parametrize("share", [0.02, 0.35, 0.7, 0.98])
@pytest.mark.parametrize("difficulty_sd", [0.0, 1.0, 2.5])
def test_the_first_tier_resolves_what_the_scenario_states(share: float, difficulty_sd: float) -> None:
    solved = calibration.path([share], difficulty_sd, 0.0)[0]
    assert _share(solved, difficulty_sd, 0.0) == pytest.approx(share, abs=1e-6)


def test_agents_differ_by_the_stated_standard_deviation() -> None:
    solved = calibration.path([0.7], 1.0, 0.05)[0]
    abilities = norm.ppf((np.arange(400) + 0.5) / 400)
    shares = np.array([_share(solved, 1.0, a) for a in abilities])
    assert shares.mean() == pytest.approx(0.7, abs=2e-4)
    assert shares.std() == pytest.approx(0.05, rel=0.01)


def test_the_second_tier_is_calibrated_on_what_the_first_left_over() -> None:
    first, second = calibration.path([0.7, 0.6], 1.5, 0.0)
    z = np.random.default_rng(7).standard_normal(400_000) * 1.5
    left = 1.0 - 1.0 / (1.0 + np.exp(-(first.intercept - z)))
    resolved = 1.0 / (1.0 + np.exp(-(second.intercept - z)))
    assert (left * resolved).sum() / left.sum() == pytest.approx(0.6, abs=0.004)


def test_harder_leftovers_need_a_higher_intercept_than_first_contacts_would() -> None:
    on_leftovers = calibration.path([0.7, 0.6], 1.5, 0.0)[1].intercept
    on_everybody = calibration.path([0.6], 1.5, 0.0)[0].intercept
    assert on_leftovers > on_everybody + 0.5


@pytest.mark.parametrize(("share", "intercept"), [(0.0, -np.inf), (1.0, np.inf)])
def test_certainties_stay_certain(share: float, intercept: float) -> None:
    assert calibration.path([share, 0.5], 1.0, 0.05)[0].intercept == intercept
    assert calibration.single(share, 1.0) == intercept
