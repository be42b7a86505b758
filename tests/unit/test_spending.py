"""Nominal levels of looks: published boundaries, the law of a walk, and what an interval and a p-value agree on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sim.experiment import spending
from sim.experiment.spending import PLAIN, readings


def edges(looks: tuple[int, ...], kind: spending.Spending, level: float = 0.05) -> list[float]:
    return [float(norm.isf(one.nominal(level) / 2.0)) for one in readings(looks, kind)]


def test_boundaries_of_five_equal_looks_are_those_that_are_published() -> None:
    """Two-sided 5 %: Jennison and Turnbull 2000, and the `ldbounds` program of Reboussin et al."""
    assert edges((1, 2, 3, 4, 5), "obrien_fleming") == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=0.003)
    assert edges((1, 2, 3, 4, 5), "pocock") == pytest.approx([2.438, 2.427, 2.410, 2.397, 2.386], abs=0.003)


@pytest.mark.parametrize("kind", ["obrien_fleming", "pocock"])
@pytest.mark.parametrize("looks", [(10, 20, 40, 70, 100), tuple(range(5, 101, 5))])
def test_a_walk_leaves_the_boundaries_in_five_of_a_hundred_runs(
    kind: spending.Spending, looks: tuple[int, ...]
) -> None:
    walks = np.random.default_rng(7).standard_normal((40_000, 100)).cumsum(axis=1)[:, np.array(looks) - 1]
    scores = np.abs(walks) / np.sqrt(looks)
    out = (scores > np.array(edges(looks, kind))).any(axis=1).mean()
    assert abs(out - 0.05) <= 4.0 * np.sqrt(0.05 * 0.95 / 40_000)
    naively = (scores > norm.isf(0.025)).any(axis=1).mean()
    assert naively > 0.12


def test_a_single_look_is_read_as_it_is() -> None:
    assert readings((30,), "pocock") == (PLAIN,)
    assert PLAIN.nominal(0.05) == 0.05
    assert PLAIN.overall(np.array([0.2]))[0] == 0.2


@pytest.mark.parametrize("look", [1, 2, 4])
@pytest.mark.parametrize("level", [0.001, 0.05, 0.3])
def test_the_overall_p_value_of_a_nominal_level_is_the_level_it_came_from(look: int, level: float) -> None:
    one = readings((10, 20, 30, 40, 50), "obrien_fleming")[look]
    assert float(one.overall(np.array([one.nominal(level)]))[0]) == pytest.approx(level, rel=0.01)


def test_p_values_stay_in_order_are_never_below_themselves_and_stay_undefined() -> None:
    p = np.array([0.0, 1e-12, 1e-5, 0.01, 0.2, 0.9, 1.0])
    for one in readings((10, 20, 50), "obrien_fleming"):
        found = one.overall(p)
        assert (np.diff(found) >= 0.0).all()
        assert (found >= p).all()
        assert found[-1] == 1.0
    assert np.isnan(one.overall(np.array([np.nan]))[0])


def test_the_last_look_of_o_brien_and_fleming_is_read_almost_as_if_it_were_the_only_one() -> None:
    last = readings((10, 20, 30, 40, 50), "obrien_fleming")[-1]
    assert 0.04 < last.nominal(0.05) < 0.05
