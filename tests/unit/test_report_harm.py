"""The page's table of who gains and who pays, and what it says of a race between the arms."""

from __future__ import annotations

import json
from pathlib import Path

from sim.report.page import write
from tests.unit import fake_results

HEAD = "arm,kpi,kind,name,basis,verdict,unit,n,share_better,share_worse,difference,ci_low,ci_high,p_adjusted"
ROWS = (
    "{arm},waited,intent,<b>x</b>,known at birth,loses,s,900,0.05,0.5,12.1,10.0,14.2,0.001",
    "{arm},resolved,agents,late,by what happened in the baseline,gains,share,900,0.04,0.02,0.014,0.01,0.018,0.001",
    "{arm},resolved,segment,vip,known at birth,no difference shown,share,90,0.01,0.01,0.001,-0.1,0.1,0.9",
)


def page(folder: Path, selection: dict[str, object] | None = None) -> str:
    plan = fake_results.Plan()
    fake_results.write(folder, plan)
    arm = list(plan.arms)[1]
    (folder / "who.csv").write_text("\n".join([HEAD, *(row.format(arm=arm) for row in ROWS)]) + "\n")
    if selection is not None:
        (folder / "selection.json").write_text(json.dumps(selection))
    return write(folder).read_text()


def test_clear_harms_and_gains_are_shown_and_names_are_escaped(tmp_path: Path) -> None:
    text = page(tmp_path / "made")
    assert "2 of 3 subgroups and outcomes are clear" in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<b>x</b>" not in text
    assert text.index("Time waited") < text.index(">gains<")
    assert "a part of their gain is a return to the mean" in text


def test_a_folder_without_followed_cases_or_a_race_shows_neither(tmp_path: Path) -> None:
    text = write(fake_results.write(tmp_path / "made")).read_text()
    assert "Who gains, who pays:" not in text
    assert "The best arm" not in text


def test_the_best_arm_is_named_with_what_is_promised(tmp_path: Path) -> None:
    first, second = list(fake_results.Plan().arms)[:2]
    won = {"best": second, "in_the_race": [second], "kpi": "fcr_true", "replications": 30, "guarantee": "95 %",
           "pareto": {"dominated": {first: second}}}  # fmt: skip
    text = page(tmp_path / "won", won)
    assert "The best arm: <bdi>" in text
    assert "is beaten by" in text
    open_race = won | {"best": None, "in_the_race": [first, second]}
    assert "The best arm is not decided" in page(tmp_path / "open", open_race)
