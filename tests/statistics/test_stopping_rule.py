"""An experiment that ends itself errs as seldom as one of fixed length, and its interval holds the truth.

1,000 experiments a case; the bounds are those of `test_intervals` (one in a thousand). The same looks read naively
fall outside.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.statistics import looks, measure, synthetic

EXPERIMENTS = 1000
MOST_ERRORS, FEWEST = 74, 926
DECIDING = ("mean wait", "service level", "abandonment")


@pytest.mark.parametrize("kpi", DECIDING)
@pytest.mark.parametrize(("budget", "count"), [(60, 5), (60, 26)])
def test_looking_does_not_raise_the_rate_of_false_alarms(kpi: str, budget: int, count: int) -> None:
    done = looks.ended(kpi, 31, EXPERIMENTS, looks.rule(budget, count))
    assert done.claims * EXPERIMENTS <= MOST_ERRORS
    assert done.coverage(0.0) * EXPERIMENTS >= FEWEST


@pytest.mark.parametrize("kpi", DECIDING)
def test_the_same_looks_read_naively_do(kpi: str) -> None:
    naive = looks.ended(kpi, 31, EXPERIMENTS, looks.rule(60, 5), levels=looks.naive)
    assert naive.claims * EXPERIMENTS > MOST_ERRORS
    assert naive.coverage(0.0) * EXPERIMENTS < FEWEST


@pytest.mark.parametrize("kpi", DECIDING)
def test_an_interval_on_an_early_end_holds_the_true_difference(kpi: str) -> None:
    done = looks.ended(kpi, 32, EXPERIMENTS, looks.rule(100, 8), 0.9)
    assert done.coverage(measure.gap(kpi, 0.9)) * EXPERIMENTS >= FEWEST
    assert done.n.mean() < 95


@pytest.mark.parametrize("kpi", DECIDING)
def test_an_end_by_half_width_holds_the_true_difference(kpi: str) -> None:
    target = 0.5 * abs(measure.gap(kpi))
    done = looks.ended(kpi, 33, EXPERIMENTS, looks.rule(100, 8, target), 0.8)
    assert done.coverage(measure.gap(kpi)) * EXPERIMENTS >= FEWEST


CASES = [  # ended by a verdict that differs, by one that does not matter, by a half-width
    ("mean wait", looks.rule(60, 5), 0.8, 0.0),
    ("abandonment", looks.rule(40, 4), 1.0, 0.015),
    ("service level", looks.rule(50, 5, 0.03), 1.0, 0.0),
]


def test_experiments_end_where_the_products_own_rounds_end_them() -> None:
    """What is measured above in bulk is what `sim.experiment.stopping` does, experiment by experiment."""
    ends = set()
    for kpi, asked, effect, matters in CASES:
        bulk, own = (find(kpi, 36, 3, asked, effect, matters) for find in (looks.ended, looks.carried))
        assert own.n.tolist() == bulk.n.tolist()
        for name in ("value", "width", "p"):
            np.testing.assert_allclose(getattr(own, name), getattr(bulk, name), rtol=1e-9)
        ends |= {(asked.budget, int(n)) for n in own.n}
    assert len(ends) >= 4  # some at once, some later, some at the budget


@pytest.mark.slow
def test_a_thousand_experiments_in_the_products_own_rounds_err_in_five_of_a_hundred() -> None:
    done = looks.carried("mean wait", 37, EXPERIMENTS, looks.rule(30, 3))
    assert done.claims * EXPERIMENTS <= MOST_ERRORS
    assert done.coverage(0.0) * EXPERIMENTS >= FEWEST


@pytest.mark.slow
@pytest.mark.parametrize("kpi", synthetic.KPIS)
def test_four_thousand_long_experiments_err_in_five_of_a_hundred_and_lose_no_power(kpi: str) -> None:
    error = 4.0 * (0.05 * 0.95 / 4000) ** 0.5
    assert looks.ended(kpi, 34, 4000, looks.rule(200, 10)).claims <= 0.05 + error
    early, once = (looks.ended(kpi, 35, 4000, looks.rule(200, n, first=f), 0.9) for n, f in ((10, 10), (1, 200)))
    assert early.claims >= once.claims - 0.05
    assert early.n.mean() < 195
