"""A bot that keeps more contacts while customers are less satisfied is named so on the card, and only then."""

from __future__ import annotations

from typing import Any

import pytest

from sim.experiment.containment import FELT, KEPT, UNHAPPY, warning

NAN = float("nan")


def row(kpi: str, low: float, high: float, scope: str = "all", arm_mean: float = 0.3) -> dict[str, Any]:
    middle = (low + high) / 2.0
    return {"kpi": kpi, "scope": scope, "ci_low": low, "ci_high": high, "difference": middle, "unit": "share",
            "arm_mean": arm_mean}  # fmt: skip


def test_more_kept_and_less_satisfied_is_said_in_one_sentence_with_both_intervals() -> None:
    said = warning([row(KEPT, 0.10, 0.14), row(FELT, -0.03, -0.01), row(UNHAPPY, NAN, NAN, arm_mean=0.42)])
    assert said == (
        "The bot keeps more contacts (+12.0 pp, interval +10.0 to +14.0 pp), and everyone together is less satisfied "
        "(−2.0 pp, interval −3.0 to −1.0 pp): more containment is not better service here; 42.0 % of those it keeps "
        "are not satisfied."
    )


@pytest.mark.parametrize(
    ("kept", "felt"),
    [
        ((0.10, 0.14), (-0.03, 0.01)),  # not clear
        ((-0.01, 0.14), (-0.03, -0.01)),
        ((0.10, 0.14), (0.01, 0.03)),  # both better
        ((-0.14, -0.10), (-0.03, -0.01)),  # fewer kept
        ((NAN, NAN), (-0.03, -0.01)),  # too few replications
    ],
)
def test_nothing_is_said_where_one_of_the_two_is_not_clear(
    kept: tuple[float, float], felt: tuple[float, float]
) -> None:
    assert warning([row(KEPT, *kept), row(FELT, *felt), row(UNHAPPY, NAN, NAN)]) is None


def test_only_the_whole_centre_is_looked_at() -> None:
    assert warning([row(KEPT, 0.10, 0.14, "intent:a"), row(FELT, -0.03, -0.01, "intent:a")]) is None
    assert warning([]) is None
