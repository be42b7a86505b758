"""The tools of the theory tests can refuse: estimates that are off, that are blunt, and errors that are too small."""

from __future__ import annotations

import numpy as np
import pytest

from tests.theory.measuring import REPLICATIONS, Agree, Estimate, Ledger, ratio, refuted

EXPERIMENTS = 2000


def experiments(seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Sums of replications whose length varies and matters; the true ratio is 0.5."""
    draw = np.random.default_rng(seed)
    bottom = draw.gamma(25.0, 40.0, (EXPERIMENTS, REPLICATIONS))
    noise = 1.0 + 0.1 * draw.standard_normal(bottom.shape)
    return list(zip(0.5 * bottom * (bottom / 1000.0) * noise / 1.04, bottom, strict=True))


def covered(estimates: list[Estimate], z: float) -> float:
    """How often the truth lies within z standard errors."""
    return float(np.mean([abs(e.mean - 0.5) <= z * e.error for e in estimates]))


def test_the_jackknife_covers_the_ratio_as_often_as_students_t_says() -> None:
    found = [ratio(zip(top, bottom, strict=True)) for top, bottom in experiments(1)]
    assert covered(found, 2.045) == pytest.approx(0.95, abs=0.02)  # t quantile of 29 degrees of freedom


def test_a_mean_of_ratios_does_not() -> None:
    """The planted fault: a short replication counts as much as a long one."""
    found = [ratio(zip(top / bottom, np.ones_like(top), strict=True)) for top, bottom in experiments(1)]
    assert covered(found, 2.045) < 0.9


@pytest.mark.parametrize(
    ("name", "found", "truth"),
    [
        ("wait", Estimate(10.0, 0.05), 10.21),
        ("wait", Estimate(10.0, 0.2), 10.0),
        ("p_wait", Estimate(0.5, 0.006), 0.5),
        ("p_wait", Estimate(0.5, 0.001), 0.505),
    ],
)
def test_what_is_off_or_blunt_does_not_agree(name: str, found: Estimate, truth: float) -> None:
    with pytest.raises(AssertionError):
        Agree(Ledger(), "here")("line", {name: found}, {name: truth})


def test_what_agrees_stands_in_the_ledger_with_its_score() -> None:
    ledger = Ledger()
    Agree(ledger, "here")("line", {"wait": Estimate(10.0, 0.05)}, {"wait": 10.1})
    assert ledger.text().splitlines()[-1] == "| here | line: wait | 10.1 | 10 ± 0.05 | -2.0 |"
    assert not refuted({"wait": Estimate(10.0, 0.05)}, {"wait": 10.2})
