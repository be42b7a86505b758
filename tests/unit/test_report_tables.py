"""Stored rows to intervals and courses, against independent arithmetic."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.errors import ScenarioError, UsageError
from sim.report import stored, tables
from tests.unit import fake_results
from tests.unit.fake_results import Plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fake_results.write(tmp_path_factory.mktemp("tables") / "a")


def test_a_level_is_the_mean_with_scipys_t_interval() -> None:
    values = np.array([1.0, 2.5, 2.0, 4.0, 3.0, math.nan])
    low, high = stats.t.interval(0.9, 4, np.nanmean(values), stats.sem(values[:5]))
    found = tables.level(values, 0.9)
    assert found.mean == pytest.approx(2.5)
    assert found.half_width == pytest.approx((high - low) / 2)


def test_fewer_than_five_replications_give_no_interval() -> None:
    assert math.isnan(tables.level(np.arange(4.0), 0.95).half_width)
    assert not math.isnan(tables.level(np.arange(5.0), 0.95).half_width)


def test_stored_differences_are_taken_as_they_stand(folder: Path) -> None:
    found = stored.read(folder)
    table = pd.read_csv(folder / "comparison.csv").set_index(["kpi", "scope"])
    gap = tables.gaps(found, found.others[0])["fcr_true"]
    row = table.loc[("fcr_true", "all")]
    assert (gap.value, gap.low, gap.high) == (row["difference"], row["ci_low"], row["ci_high"])


def test_levels_of_ratios_are_ratios_of_sums_as_in_the_comparison(folder: Path) -> None:
    found = stored.read(folder)
    kpi = found.kpis["fcr_true"]
    rows = found.totals[(found.totals["kpi"] == "fcr_true") & (found.totals["scope"] == "all")]
    sums = rows.groupby("arm", observed=True)[["numerator", "denominator"]].sum()
    levels = tables.levels(found)
    assert kpi.kind == "ratio"
    for arm, row in sums.iterrows():
        assert levels[str(arm), "fcr_true"].mean == pytest.approx(row["numerator"] / row["denominator"], rel=1e-12)


def test_differences_that_were_not_stored_are_paired_here(folder: Path, tmp_path: Path) -> None:
    bare = fake_results.write(tmp_path / "b")
    (bare / "comparison.csv").unlink()
    there, here = stored.read(folder), stored.read(bare)
    kept, paired = (tables.gaps(x, x.others[0])["service_level"] for x in (there, here))
    assert paired.value == pytest.approx(kept.value)
    assert paired.low == pytest.approx(kept.low)
    by_intent = [tables.by_scope(x, "intent", "fcr_true", x.others[0]) for x in (there, here)]
    assert by_intent[0].keys() == by_intent[1].keys()
    assert by_intent[1]["fraud"].high == pytest.approx(by_intent[0]["fraud"].high)


def test_several_days_are_folded_onto_one_clock_by_sums(tmp_path: Path) -> None:
    found = stored.read(fake_results.write(tmp_path / "d", Plan(days=3)))
    course = tables.course(found, found.arms[0], "service_level")
    assert course is not None
    assert len(course.hours) == 34
    rows = found.kpi[(found.kpi["scope"] == "all") & (found.kpi["kpi"] == "service_level")]
    seven = rows[rows["interval"].astype(str).str.contains("T07:00") & (rows["arm"] == found.arms[0].name)]
    ratio = seven.groupby("replication")[["numerator", "denominator"]].sum()
    assert course.mean[0] == pytest.approx((ratio["numerator"] / ratio["denominator"]).mean())


def test_closed_hours_are_gaps_and_not_zeros(tmp_path: Path) -> None:
    found = stored.read(fake_results.write(tmp_path / "n", Plan(closed=(0, 1, 33))))
    course = tables.course(found, found.arms[0], "service_level")
    assert course is not None
    assert np.isnan(course.mean[[0, 1, 33]]).all()
    assert np.isfinite(course.mean[2:33]).all()


def test_through_the_day_intervals_are_corrected_for_their_number(folder: Path) -> None:
    found = stored.read(folder)
    arms = [tables.course(found, arm, "service_level") for arm in found.arms]
    assert arms[0] is not None and arms[1] is not None
    _, _, half = tables.course_gap(found, arms[1], arms[0])
    gaps = arms[1].values[:, 0] - arms[0].values[:, 0]
    assert half[0] == pytest.approx(stats.t.ppf(1 - 0.025 / 34, 11) * stats.sem(gaps))


def test_what_enters_a_stage_is_what_leaves_it(folder: Path) -> None:
    found = stored.read(folder)
    stages = tables.stages(found, found.arms[0])
    assert [stage.name for stage in stages] == ["arrival", "bot", "tier 1", "tier 2", "tier 3"]
    assert stages[1].total == pytest.approx(stages[0].targets["bot"], rel=1e-3)


def test_names_that_look_like_missing_values_are_names(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "na", Plan(arms={"NA": "A", "null": "B"}, intents={"nan": "x", "007": "y"}))
    found = stored.read(folder)
    assert tables.members(found, "intent") == ["nan", "007"]
    assert tables.gaps(found, found.arms[1])["fcr_true"].defined


def test_a_folder_without_a_manifest_is_a_wrong_argument(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no manifest"):
        stored.read(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "card.json", "kpi.csv"])
def test_a_broken_file_is_named(tmp_path: Path, name: str) -> None:
    folder = fake_results.write(tmp_path / "broken")
    (folder / name).write_text('{"a": \n1,2,"')
    with pytest.raises(ScenarioError, match=name):
        stored.read(folder)
