"""The result folder: what names it, what its files hold byte for byte, and that writing is all or nothing."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import UsageError
from sim.experiment import store, study
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded


def stored(root: Path, replications: int = 5) -> Path:
    setting = study.Setting("serial", None, root, None, fake.TOOLS)
    plan = fake.comparison_plan(replications, a=Loaded(), b=Loaded(effect=0.05))
    folder = study.compare_plan(plan, setting).folder
    assert folder is not None
    return folder


def test_the_folder_is_root_name_and_twelve_hexadecimal_digits(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    assert folder.parent == tmp_path / "fake"
    assert len(folder.name) == 12
    int(folder.name, 16)
    names = {"kpi.csv", "agents.csv", "flows.csv", "comparison.csv", "card.json", "manifest.json", "run.json"}
    assert names <= {path.name for path in folder.iterdir()}


def test_other_replications_overwrite_the_same_folder(tmp_path: Path) -> None:
    assert stored(tmp_path, 5) == stored(tmp_path, 6)
    kpis = pd.read_csv(stored(tmp_path, 6) / "kpi.csv")
    assert set(kpis["replication"]) == set(range(6))


def test_the_fingerprint_moves_with_whatever_fixes_the_numbers_and_with_nothing_else() -> None:
    plan = fake.comparison_plan(5, a=Loaded(), b=Loaded(effect=0.05))
    known = store.fingerprint(plan)
    assert store.fingerprint(replace(plan, replications=(1, 2), births_factor=0.9, contacts=True)) == known
    others = [
        replace(plan, seed=2),
        replace(plan, name="other"),
        replace(plan, question=fake.question(matters=0.02)),
        fake.comparison_plan(5, a=Loaded(), b=Loaded(effect=0.06)),
        fake.comparison_plan(5, a=Loaded(), c=Loaded(effect=0.05)),
    ]
    assert len({known, *map(store.fingerprint, others)}) == 6


def test_floats_read_back_to_the_same_bits(tmp_path: Path) -> None:
    values = [0.1, 1 / 3, 1e-300, 123456789.123456789, math.pi]
    store.write_csv(tmp_path / "x.csv", pd.DataFrame({"value": values}), ["value"])
    assert [float(line) for line in (tmp_path / "x.csv").read_text().splitlines()[1:]] == values


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@sum", "\tx"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path, text: str) -> None:
    store.write_csv(tmp_path / "x.csv", pd.DataFrame({"name": [text, "fine"]}), ["name"])
    assert (tmp_path / "x.csv").read_text().splitlines()[1].lstrip('"').startswith("'")
    assert (tmp_path / "x.csv").read_text().splitlines()[-1] == "fine"


def test_negative_numbers_are_not_text(tmp_path: Path) -> None:
    store.write_csv(tmp_path / "x.csv", pd.DataFrame({"value": [-2.5]}), ["value"])
    assert (tmp_path / "x.csv").read_text() == "value\n-2.5\n"


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write_text(tmp_path / "a.txt", "old")
    monkeypatch.setattr(os, "replace", _full_disk)
    with pytest.raises(OSError, match="disk"):
        store.write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def _full_disk(*_: object) -> None:
    raise OSError("the disk is full")


def test_the_manifest_says_what_a_reader_needs(tmp_path: Path) -> None:
    manifest = json.loads((stored(tmp_path) / "manifest.json").read_text())
    assert manifest["kind"] == "compare"
    assert manifest["baseline"] == "a"
    assert manifest["primary"] == {"kpi": "fcr", "matters": 0.01}
    assert manifest["guardrails"] == {"wait": 2.0}
    assert manifest["births_factor"] == 1.0
    assert [arm["name"] for arm in manifest["arms"]] == ["a", "b"]
    assert manifest["arms_scenarios"]["b"]["effect"] == 0.05
    assert manifest["definitions"][0]["name"] == "fcr"
    assert isinstance(manifest["compiled"], bool)


def test_json_never_holds_nan_or_infinity(tmp_path: Path) -> None:
    store.write_json(tmp_path / "x.json", {"a": [math.nan, math.inf, 1.0]})
    assert json.loads((tmp_path / "x.json").read_text()) == {"a": [None, None, 1.0]}


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "x" * 65, "a b"])
def test_a_name_can_never_lead_out_of_the_results_root(name: str) -> None:
    with pytest.raises(UsageError, match="names a folder"):
        study.compare({"a": Loaded(), "b": Loaded()}, 2, name=name, instruments=fake.TOOLS)  # type: ignore[dict-item]


def test_a_link_out_of_the_results_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "fake").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match="leads out"):
        stored(tmp_path / "results")


def test_a_results_root_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="name a writable folder"):
        stored(tmp_path / "file")
