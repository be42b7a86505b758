"""Mistakes that each have one sentence of their own: the place, what is wrong, and how to mend it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config import tables
from sim.config.load import Loaded, load
from sim.errors import ScenarioError, UsageError
from sim.staff.people import hire
from sim.staffing.erlang import least_heads
from tests.scenarios import Data, centre, fixed, write

Built = Callable[..., Loaded]


def with_staff(**staff: Any) -> Data:
    return centre(staff=staff)


def team(**more: Any) -> Data:
    return {"agents": {"tier": 1, "skills": {"calls": 1.0}, **more}}


def planned(**more: Any) -> Data:
    return with_staff(groups=team(plan={"rule": "erlang_c", "params": {}, **more}))


def with_arrivals(arrivals: Data) -> Data:
    data = centre()
    data["intents"]["call"]["arrivals"] = arrivals
    return data


def with_talk(law: Data) -> Data:
    data = centre()
    data["intents"]["call"]["path"]["front"]["talk"] = law
    return data


DAY_AND_A_HALF = {"start": "08:00", "end": "20:00+1"}
HEADS = {"rule": "recorded_heads", "params": {"file": "heads.csv", "share_from": 0.5, "share_to": 0.5}}
PAUSE = {"at": "01:00", "length": "15 min"}

FAULTS: dict[str, tuple[Data, tuple[str, ...]]] = {
    "nobody": (with_staff(groups={}), ("staff", "nobody works here", "roster: FILE.csv")),
    "a shift of 36 hours": (
        with_staff(groups=team(count=1), shifts={"long": DAY_AND_A_HALF}),
        ("shifts.long.end", "longer than 24 hours"),
    ),
    "a shift that is not there": (
        with_staff(groups=team(count=1, shift="late"), shifts={"early": {"start": "08:00", "end": "16:00"}}),
        ("staff.groups.agents.shift", "late"),
    ),
    "breaks without tours": (planned(breaks=[PAUSE]), ("plan.breaks", "shift_length")),
    "a break at the start of a tour": (
        planned(shift_length="4 h", breaks=[{"at": "00:00", "length": "15 min"}]),
        ("plan.breaks", "at its start"),
    ),
    "two breaks at once": (planned(shift_length="4 h", breaks=[PAUSE, PAUSE]), ("plan.breaks", "into another break")),
    "shares the wrong way round": (with_staff(groups=team(plan=HEADS)), ("share_from", "not below share_to")),
    "a curve of 25 hours": (
        with_arrivals({"kind": "curve", "per_hour": [10.0] * 25, "begins": "00:00", "every": "1 h"}),
        ("arrivals.per_hour", "25 hours", "at most 24 hours"),
    ),
    "an impossible law": (with_talk({"law": "gamma", "mean": "60 s", "cv": 1e4}), ("talk", "law")),
    "a mixture with a file that is not there": (
        with_talk({"law": "mixture", "parts": [{"weight": 1.0, "of": {"law": "empirical", "file": "times.csv",
                                                                      "column": "s"}}]}),
        ("times.csv", "no such CSV file"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_is_told_with_its_place_and_its_mend(fault: str, built: Built) -> None:
    data, said = FAULTS[fault]
    with pytest.raises(ScenarioError) as caught:
        hire(built(data, {"heads.csv": {"start": ["08:00"], "agents": [3]}}))
    for words in said:
        assert words in str(caught.value)


ROSTERS: dict[str, tuple[dict[str, list[Any]], tuple[str, ...]]] = {
    "a column is missing": ({"name": ["ada"], "tier": [1]}, ("people.csv", "skills")),
    "no tier": ({"name": ["ada"], "tier": [""], "skills": ["calls"]}, ("people.csv:2: tier", "there is nothing here")),
    "a skill nobody asks for": (
        {"name": ["ada"], "tier": [1], "skills": ["calls|cals"]},
        ("people.csv:2: skills", "cals", "no queue"),
    ),
    "breaks without a shift": (
        {"name": ["ada"], "tier": [1], "skills": ["calls"], "breaks": ["10:00/15"]},
        ("people.csv:2: breaks", "no breaks"),
    ),
    "a day and a half": (
        {"name": ["ada"], "tier": [1], "skills": ["calls"], "start": ["08:00"], "end": ["20:00+1"]},
        ("people.csv:2: end", "more than a day"),
    ),
}


@pytest.mark.parametrize("fault", ROSTERS)
def test_a_mistake_in_a_roster_is_told_with_its_line_and_column(fault: str, built: Built) -> None:
    columns, said = ROSTERS[fault]
    with pytest.raises(ScenarioError) as caught:
        hire(built(with_staff(roster="people.csv"), {"people.csv": columns}))
    for words in said:
        assert words in str(caught.value)


def test_a_target_that_no_number_of_heads_meets_is_told_so() -> None:
    with pytest.raises(UsageError, match="no number of heads"):
        least_heads(lambda heads: False, 10.0)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told_so(tmp_path: Path) -> None:
    path = write(tmp_path, centre())
    path.chmod(0)
    with pytest.raises(UsageError, match="permissions"):
        load(str(path))


def test_a_folder_in_the_place_of_a_scenario_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "made.yaml").mkdir()
    with pytest.raises(UsageError):
        load(str(tmp_path / "made.yaml"))


def test_an_item_of_a_list_cannot_be_deleted(tmp_path: Path) -> None:
    path = write(tmp_path, centre())
    with pytest.raises(UsageError, match="set the whole list"):
        load(str(path), ["~queues.front.skills.0"])


def test_a_table_larger_than_allowed_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LARGEST_TABLE", 10)
    (tmp_path / "big.csv").write_text("start,calls\n08:00,1\n")
    with pytest.raises(ScenarioError, match="larger than"):
        tables.read_table(tmp_path / "big.csv")


def test_a_separator_that_is_announced_must_be_one_we_read(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("sep=|\nstart|calls\n08:00|1\n")
    with pytest.raises(ScenarioError, match="separated by"):
        tables.read_table(tmp_path / "odd.csv")


def test_five_cells_that_are_no_numbers_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("calls\n" + "x\n" * 8)
    read = tables.Tables({"bad.csv": tables.read_table(tmp_path / "bad.csv")})
    with pytest.raises(ScenarioError) as caught:
        read.numbers("bad.csv", "calls")
    assert "bad.csv:6: calls" in str(caught.value)
    assert "3 more cells" in str(caught.value)


def test_columns_and_files_that_are_not_there_are_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text("calls\n1\n")
    read = tables.Tables({"day.csv": tables.read_table(tmp_path / "day.csv")})
    with pytest.raises(ScenarioError, match=r"day\.csv"):
        read.numbers("dya.csv", "calls")
    with pytest.raises(ScenarioError, match="no such column"):
        read.numbers("day.csv", "cals")
    assert np.array_equal(read.numbers("day.csv", "calls"), [1.0])


def test_a_mixture_of_recorded_times_reads_its_file(built: Built) -> None:
    parts = [
        {"weight": 0.5, "of": {"law": "empirical", "file": "times.csv", "column": "s"}},
        {"weight": 0.5, "of": fixed(5)},
    ]
    loaded = built(with_talk({"law": "mixture", "parts": parts}), {"times.csv": {"s": [10, 20, 30]}})
    assert "times.csv" in loaded.tables.files
