"""The tornado and its words: nothing cut, nothing overlapping, and they say what the numbers say."""

from __future__ import annotations

from typing import Any

import pytest

from sim.report import canvas, robustness
from tests.unit.test_figures import problems


def facts(label: str = "Calls") -> dict[str, Any]:
    """Three inputs: one that turns the difference, one that matters, one that does not."""
    law = {"law": "uniform", "low": 0.5, "high": 1.5}
    scaled = {"label": label, "scales": "volume", "sets": None, "unit": "", "law": law}
    bar = {"low": 0.8, "high": 1.2}
    return {
        "arm_label": "Most resolved per hour", "title": "First-contact resolution (true)", "unit": "share",
        "currency": "USD", "confidence": 0.95, "worlds": 40, "replications": 3, "mean": 0.01, "explained": 0.7,
        "wins": {"value": 0.8, "low": 0.65, "high": 0.9}, "clear_wins": 20, "clear_losses": 4, "open": 16,
        "inputs": {"volume": scaled, "patience": scaled, "talk": scaled | {"scales": None, "unit": "s"}},
        "bars": [
            bar | {"name": "volume", "effect_low": -0.04, "effect_high": -0.02, "at_low": 0.03, "at_high": -0.01},
            bar | {"name": "talk", "effect_low": 0.01, "effect_high": 0.03, "at_low": 0.0, "at_high": 0.02},
            bar | {"name": "patience", "effect_low": -0.01, "effect_high": 0.01, "at_low": 0.01, "at_high": 0.01},
        ],
    }  # fmt: skip


def test_words_say_how_often_it_wins_and_what_matters() -> None:
    told = " ".join(robustness.sentences(facts())).replace("\u202f", " ")
    assert "wins in 80 % (95 % interval 65 % to 90 %" in told
    assert "20 of them are clear wins, 4 clear losses, 16 too close to tell" in told
    assert "Calls matters most: from ×0.80 to ×1.20 the difference goes from +3.0 pp to −1.0 pp" in told
    assert "changes its sign with calls." in told
    none = facts() | {"bars": facts()["bars"][2:]}
    assert "No input moves the difference more than chance would." in robustness.sentences(none)


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
@pytest.mark.parametrize("label", ["Calls", "An input whose label is longer than any chart would have room for " * 2])
def test_nothing_is_cut_and_nothing_overlaps(width: float, label: str) -> None:
    assert problems(robustness.draw(facts(label), width)) == []
