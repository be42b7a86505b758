"""The stored explanations and their section on the page; `ccsim explain` on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.cli import main
from sim.errors import ScenarioError
from sim.report import explained
from sim.report.page import write
from tests.unit import fake_results
from tests.unit.fake_results import Plan

EVIL = "<script>alert(1)</script>"
WHO = {"since": 4.0, "busy": False, "evidence": []}
STORED = {
    "seed": 1,
    "replication": 0,
    "arms": [
        {
            "arm": "today", "label": EVIL, "rule": "p_mu",
            "counted": {"took": 120, "next": 3, "moves": 1, "coaching": 40},
            "decisions": [
                {
                    "time": "2026-03-02 09:00:00", "question": "agent selection", "sentence": f"a took {EVIL}.",
                    "chosen": "a", "could": 7,
                    "candidates": [
                        {**WHO, "name": name, "score": score} for name, score in (("a", 2.0), ("b", 1.5), ("c", None))
                    ],
                }
            ],
            "moves": [{"time": "2026-03-02 09:30:00", "sentence": "Break of a moved later."}],
            "coaching": [{"time": "2026-03-02 08:00:00", "sentence": f"Coaching of a about {EVIL} called off."}],
        }
    ],
}  # fmt: skip


def test_the_section_says_what_was_chosen_from_whom_and_escapes_it(tmp_path: Path) -> None:
    (tmp_path / "explained.json").write_text(json.dumps(STORED))
    text = explained.section(tmp_path)
    assert EVIL not in text and "&lt;script&gt;" in text
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))
    assert "1 of 123 decisions with a choice, 1 of 1 move of the floor manager, 1 of 40 entries on coaching" in plain
    assert plain.index("Coaching of a about") < plain.index("Break of a moved later.")
    assert "Score (2). Also free: b (1.5), c and 4 more." in plain
    assert "Break of a moved later." in plain


def test_without_the_file_there_is_no_section_and_with_it_the_page_has_one(tmp_path: Path) -> None:
    assert explained.section(tmp_path) == ""
    folder = fake_results.write(tmp_path / "f", Plan(replications=5, intervals=4))
    (folder / "explained.json").write_text(json.dumps(STORED))
    page = write(folder).read_text()
    assert page.count('id="explained"') == 1 and EVIL not in page


@pytest.mark.parametrize("text", ["{", "[]", '{"arms": 3}', '{"arms": [{}], "replication": 0}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "explained.json").write_text(text)
    with pytest.raises(ScenarioError, match=r"explained\.json"):
        explained.section(tmp_path)


# --- the command line ------------------------------------------------------------------------------------------------

SMALL = ["calendar.length=1 d", "calendar.warmup=0 s", "engine=serial"]


def test_a_sample_is_printed_with_its_candidates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "quality_weeks", *SMALL, "routing.rule=p_mu", "sample=2"]) == 0
    said = capsys.readouterr().out
    assert said.count(" because ") == 2
    assert "rule p_mu · seed 1, replication 0" in said and "resolution rate" in said


def test_from_a_moment_on_and_of_one_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "quality_weeks", *SMALL, "at=10:15", "sample=1"]) == 0
    said = capsys.readouterr().out
    number = re.search(r"(2026-03-02 10:1\d:\d\d)  agent selection", said)
    assert number is not None
    assert main(["explain", "quality_weeks", *SMALL, "contact=3"]) == 0
    assert capsys.readouterr().out.count("agent selection:") >= 1


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("at=25:99", "at=25:99: not a time"),
        ("sample=many", "sample=many: not a whole number"),
        ("contact=-1", "contact: -1"),
        ("replications=3", "belongs to run or compare"),
        ("nonsense.key=1", "nonsense"),
    ],
)
def test_a_wrong_word_is_named(word: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "quality_weeks", word]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.slow
def test_a_comparison_keeps_explanations_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["price_of_fairness", *SMALL, "replications=1", "explain=3", f"results={tmp_path}"]
    assert main(["compare", *words]) == 0
    (path,) = tmp_path.glob("price_of_fairness/*/explained.json")
    told = json.loads(path.read_text())
    assert [arm["arm"] for arm in told["arms"]][:2] == ["longest_idle", "any"]
    assert all(len(arm["decisions"]) == 3 for arm in told["arms"])
    assert "Why it decided so" in path.with_name("report.html").read_text()
