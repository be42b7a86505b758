"""`ccsim results` and `ccsim status`: they say what is there, read only, and remove nothing outside the root."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sim import cli
from sim.errors import UsageError
from sim.experiment import study
from sim.experiment.store import inventory
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    setting = study.Setting("serial", None, tmp_path / "results", None, fake.TOOLS)
    made = study.compare_plan(fake.comparison_plan(5, a=Loaded(), b=Loaded(effect=0.05)), setting).folder
    assert made is not None
    return made


def ccsim(folder: Path, *words: str) -> int:
    return cli.main([words[0], *words[1:], f"results={folder.parents[1]}"])


def test_the_list_says_what_is_complete(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ccsim(folder, "results") == 0
    assert f"fake/{folder.name}" in (shown := capsys.readouterr().out)
    assert "complete  10 of 10 shards" in shown


def test_a_folder_without_a_verdict_is_partial(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "comparison.csv").unlink()
    ccsim(folder, "results")
    assert "partial" in capsys.readouterr().out


def test_verify_finds_the_damaged_shard_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ccsim(folder, "results", "verify") == 0
    shard = folder / "shards" / "b" / "3.parquet"
    content = bytearray(shard.read_bytes())
    content[200] ^= 1
    shard.write_bytes(content)
    assert ccsim(folder, "results", "verify", "fake") == 1
    shown = capsys.readouterr().out
    assert "9 of 10 files whole" in shown
    assert f"{shard}: its checksum does not fit" in shown


def test_a_query_answers_over_sound_shards_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("duckdb", reason="pip install 'ccsim[duckdb]'")
    (folder / "shards" / "b" / "3.parquet").write_bytes(b"torn")
    sql = "SELECT arm, count(DISTINCT replication) AS n FROM kpi GROUP BY arm ORDER BY arm"
    assert ccsim(folder, "results", "query", sql) == 0
    assert capsys.readouterr().out.split() == ["arm,n", "a,5", "b,4"]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP VIEW kpi",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO 'x.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "ATTACH 'x.db'",
        "SELEC 1",
    ],
)
def test_a_query_only_reads_and_only_results(folder: Path, sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("duckdb", reason="pip install 'ccsim[duckdb]'")
    assert ccsim(folder, "results", "query", sql) == 2
    assert "query: " in capsys.readouterr().err


def test_prune_takes_what_was_set_aside_and_leaves_the_rest(folder: Path) -> None:
    aside = folder / "shards" / "a" / "0.parquet.bad"
    aside.write_bytes(b"torn")
    assert ccsim(folder, "results", "prune", "--yes") == 0
    assert not aside.exists()
    assert len(list(folder.glob("shards/*/*.parquet"))) == 10


def test_prune_removes_named_results_when_told_so_and_asks_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ccsim(folder, "results", "prune", f"fake/{folder.name}") == 2
    assert "say --yes" in capsys.readouterr().err
    assert folder.exists()
    assert ccsim(folder, "results", "prune", f"fake/{folder.name}", "--yes") == 0
    assert not folder.exists()


def test_nothing_outside_the_root_is_ever_removed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = folder.parent / "0123456789ab"
    link.symlink_to(outside)
    root = folder.parents[1]
    assert link not in inventory.folders(root)
    for target in (outside, link, root, root / ".." / "outside"):
        with pytest.raises(UsageError, match="nothing was removed"):
            inventory.remove(root, target)
    assert outside.exists()


def test_status_tells_running_from_dead(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = json.loads((folder / "status.json").read_text())
    assert (status["state"], status["done"], status["replications"]) == ("finished", 10, 10)
    for process, said in (
        (os.getpid(), "running · 4 of 10 replications · about 1 min 30 s left"),
        (99999999, "partial"),
    ):
        told = status | {"state": "running", "done": 4, "seconds_left": 90.0, "process": process}
        (folder / "status.json").write_text(json.dumps(told))
        assert ccsim(folder, "status") == 0
        assert said in capsys.readouterr().out


def test_what_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["results", "list", f"results={tmp_path / 'none'}"]) == 2
    assert "there is no such folder" in capsys.readouterr().err
