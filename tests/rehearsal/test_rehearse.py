"""The whole rehearsal: known interference is found, the recommended design covers the truth, alike arms are alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.errors import UsageError
from sim.experiment.rehearse import judge
from sim.experiment.rehearse.judge import Row
from sim.experiment.rehearse.run import COLUMNS, Rehearsal, rehearse
from tests.rehearsal import centres


def rows(found: Rehearsal) -> dict[str, Row]:
    return {row.design: row for row in found.rows}


def z(row: Row) -> float:
    """The bias in standard errors, from its 95 % interval (Student's t is wider: on the safe side)."""
    return row.bias / ((row.bias_high - row.bias_low) / 2.0 / 1.96)


def test_customers_who_share_agents_exaggerate_and_switching_does_not(tmp_path: Path) -> None:
    """The treated find the fast agents free, the others get who is left: a split by customer reads too much."""
    found = rehearse(
        centres.shared_agents(tmp_path), weeks=1, replications=60, engine="serial",
        designs=["customer", "switchback_hour"],
    )  # fmt: skip
    assert found.question.truth.value < -40.0 and found.question.shown
    customer, switched = rows(found)["customer"], rows(found)["switchback_hour"]
    assert z(customer) < -4.0 and customer.verdict == "biased"
    assert customer.control_low > 0.0 > customer.treated_high, "one side pays for what the other gains"
    assert abs(z(switched)) < 4.0
    assert found.recommended == "switchback_hour"
    assert customer.coverage_high < switched.coverage_high


def test_a_rehearsal_that_forgot_the_other_side_would_see_no_bias(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted bug: the truth taken from the pilot itself."""
    monkeypatch.setattr(judge, "_ratio", lambda counts: 0.0)
    found = rehearse(centres.shared_agents(tmp_path), weeks=1, replications=30, engine="serial", designs=["customer"])
    assert rows(found)["customer"].bias == pytest.approx(rows(found)["customer"].reading)


def test_the_same_numbers_from_workers_and_again(tmp_path: Path) -> None:
    asked = {"weeks": 1, "replications": 10, "designs": ["contact", "agent"]}
    one = rehearse(centres.shared_agents(tmp_path), engine="serial", **asked)  # type: ignore[arg-type]
    other = rehearse(centres.shared_agents(tmp_path), engine="local", workers=2, **asked)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)


def test_what_is_stored_reads_back(tmp_path: Path) -> None:
    found = rehearse(
        centres.shared_agents(tmp_path), weeks=1, replications=25, engine="serial", results=tmp_path / "results",
        designs=["customer", "queue"],
    )  # fmt: skip
    assert found.folder is not None
    table = pd.read_csv(found.folder / "rehearsal.csv")
    assert list(table.columns) == list(COLUMNS)
    assert table["reading"][0] == found.table["reading"][0]
    facts = json.loads((found.folder / "rehearsal.json").read_text())
    assert facts["truth"]["value"] == found.question.truth.value
    assert facts["designs"][1]["verdict"] == "not possible" and "one queue" in facts["designs"][1]["why"]
    assert facts["recommended"] is None, "no design is sound here"


def refusal(folder: Path, treated: list[str], **asked: Any) -> str:
    loaded = centres.experiment(folder, centres.everything(), treated)
    with pytest.raises(UsageError) as raised:
        rehearse(loaded, **{"weeks": 1, "replications": 10, "engine": "serial", **asked})
    return str(raised.value)


def test_arms_that_one_centre_cannot_have_at_a_time_are_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, ["staff.groups.both.count=3"])
    assert "arm 'new' changes staff.groups.both.count" in told and "routing, escalation.rule, bot.policy only" in told


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    treated = ["routing.rule=p_mu"]
    assert "known for the centre as a whole only" in refusal(tmp_path, treated, kpi="occupancy")
    assert "not a ratio" in refusal(tmp_path, treated, kpi="offered")
    assert "service_level" in refusal(tmp_path, treated, kpi="service_lvel")
    assert "arm=old: not an arm to rehearse" in refusal(tmp_path, treated, arm="old")
    assert "'by_moon' is not known" in refusal(tmp_path, treated, designs=["by_moon"])
    assert "weeks: 0 is not a whole number" in refusal(tmp_path, treated, weeks=0)


def test_too_few_days_for_two_pilots_are_refused(tmp_path: Path) -> None:
    loaded = centres.shared_agents(tmp_path)
    with pytest.raises(UsageError, match="write replications=20 at least"):
        rehearse(loaded, weeks=2, replications=19, engine="serial")


def test_a_kpi_of_people_who_left_has_no_reading_by_agent(tmp_path: Path) -> None:
    found = rehearse(
        centres.shared_agents(tmp_path), weeks=1, replications=10, engine="serial", kpi="service_level",
        designs=["agent"],
    )  # fmt: skip
    assert rows(found)["agent"].verdict == "not possible"
    assert "no agent answered" in rows(found)["agent"].why


@pytest.mark.slow
def test_the_recommended_designs_interval_covers_the_truth(tmp_path: Path) -> None:
    """Over 200 pilots of two weeks; 0.95 is promised, 0.90 is three standard errors below."""
    found = rehearse(centres.shared_agents(tmp_path), weeks=2, replications=2000)
    assert found.recommended is not None
    best = rows(found)[found.recommended]
    assert best.pilots == 200 and best.coverage >= 0.90
    assert best.power == pytest.approx(best.predicted, abs=4 * (0.25 / 200) ** 0.5)
    assert best.spread == pytest.approx(best.error, rel=4 / (2 * 200) ** 0.5)
    assert z(rows(found)["customer"]) < -20.0 and rows(found)["customer"].coverage < 0.2
    assert z(rows(found)["agent"]) > 4.0, "agents picked for all customers leave the fast ones to the other side"


@pytest.mark.slow
def test_arms_alike_are_found_different_one_time_in_twenty(tmp_path: Path) -> None:
    """200 pilots a design: four standard errors of 0.05 are 0.062. The truth is exactly nothing."""
    found = rehearse(centres.shared_agents(tmp_path, "longest_idle"), weeks=2, replications=2000)
    assert found.question.truth.value == 0.0 == found.question.truth.error
    assert not found.question.shown
    for row in found.rows:
        if row.verdict != "not possible":
            assert row.power <= 0.05 + 0.062 and abs(z(row)) < 4.0, row.design
