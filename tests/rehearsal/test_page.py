"""The rehearsal's chart and words: nothing cut, nothing overlapping, and they say what the numbers say."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sim import cli
from sim.report import canvas, page, rehearsal
from tests.rehearsal import centres
from tests.unit.test_figures import problems


def row(design: str, **known: Any) -> dict[str, Any]:
    """A design as rehearsal.json has it."""
    plain = {
        "design": design, "label": design.replace("_", " ").capitalize(), "verdict": "sound", "why": "", "pilots": 20,
        "reading": 0.021, "half_width": 0.01, "bias": 0.001, "bias_low": -0.002, "bias_high": 0.004, "coverage": 0.95,
        "weeks": 4, "control_shift": 0.0, "control_low": -0.01, "control_high": 0.01, "treated_shift": 0.0,
        "treated_low": -0.01, "treated_high": 0.01, "crossed": 0.0,
    }  # fmt: skip
    return {**plain, **known}


def facts(**known: Any) -> dict[str, Any]:
    """A rehearsal with one design of every kind."""
    shifted = {"control_shift": -0.02, "control_low": -0.025, "control_high": -0.015}
    plain = {
        "arm_label": "Steady agents for high risk", "title": "First-contact resolution (true)", "unit": "share",
        "currency": "USD", "confidence": 0.95, "weeks": 2, "pilot_days": 10, "matters": 0.005, "shown": True,
        "truth": {"value": 0.02, "low": 0.018, "high": 0.022}, "tolerance": 0.005, "recommended": "switchback_day",
        "designs": [
            row("switchback_day"),
            row("customer", verdict="biased", reading=0.05, bias=0.03, bias_low=0.025, bias_high=0.035, **shifted),
            row("agent", verdict="biased", reading=0.01, bias=-0.01, bias_low=-0.012, bias_high=-0.008, coverage=0.4),
            row("contact", verdict="not settled", bias_low=None, bias_high=None, crossed=0.49, weeks=None),
            row("queue", verdict="not possible", why="all intents begin in one queue", bias=None, half_width=None),
        ],
    }  # fmt: skip
    return {**plain, **known}


def test_words_say_what_is_best_and_what_is_wrong_with_the_others() -> None:
    told = " ".join(rehearsal.sentences(facts())).replace("\u202f", " ")
    assert "Best: switchback day for 4 weeks" in told and "held the true effect in 95 % of the pilots" in told
    assert "Customer would read +5.0 pp where the truth is +2.0 pp: the control side −2.0 pp against no pilot" in told
    assert "Contact: 49 % of returning contacts come back on the other side" in told
    assert "Queue is not possible: all intents begin in one queue." in told
    assert "“switchback day” for 4 weeks" in rehearsal.chart(facts()).finding
    spoken = rehearsal.chart(facts()).alternative.replace("\u202f", " ")
    assert "Customer: exaggerates by 3.0 pp" in spoken and "Agent: understates by 1.00 pp" in spoken


def test_without_a_design_to_recommend_it_says_so() -> None:
    none = facts(recommended=None)
    assert "No design is shown to be sound" in rehearsal.sentences(none)[1]
    assert "no design" in rehearsal.chart(none).finding
    assert "There is no effect to show" in rehearsal.sentences({**none, "shown": False, "matters": 0.0})[1]


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
@pytest.mark.parametrize(
    "label", ["Split by queue, before and after", "A label much longer than any chart could hold it " * 2]
)
def test_nothing_is_cut_and_nothing_overlaps(width: float, label: str) -> None:
    shown = facts()
    for one in shown["designs"]:
        one["label"] = label
    assert problems(rehearsal.draw(shown, width)) == []


def test_the_command_prints_it_and_the_page_shows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    centres.shared_agents(tmp_path)
    words = [str(tmp_path / "asked.yaml"), "engine=serial", f"results={tmp_path / 'results'}"]
    assert cli.main(["rehearse", *words, "weeks=1", "replications=25", "designs=customer,switchback_day"]) == 0
    printed = capsys.readouterr().out
    assert "Split by customer" in printed and "A live test of 1 week was rehearsed 5 times by 2 designs" in printed
    (folder,) = (tmp_path / "results" / "asked").iterdir()
    ((_, chart),) = page._foresight(folder)
    assert "Live test, rehearsed" in chart.finding and (folder / "charts" / "rehearsal.png").is_file()
    stored = json.loads((folder / "rehearsal.json").read_text())
    assert rehearsal.sentences(stored)[0] in printed
    assert all(math.isfinite(one["bias"]) for one in stored["designs"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no experiment is named"),
        (["single_queue"], "is a scenario; rehearse needs an experiment"),
        (["quality_routing", "weeks=two"], "weeks=two: not a whole number"),
        (["quality_routing", "designs=customer,moon"], "'moon' is not known; one of switchback_hour"),
        (["quality_routing", "arm=longest_idle"], "not an arm to rehearse against longest_idle"),
        (["occupancy_cap"], "which one running centre cannot have in two ways at a time"),
        (["quality_routing", "contacts=true"], "rehearse keeps no contact records"),
    ],
)
def test_a_wrong_command_is_told_what_is_wrong(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rehearse", *words, "results=/nonexistent/never"]) == 2
    assert told in capsys.readouterr().err
