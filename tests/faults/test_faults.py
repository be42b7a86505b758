"""Quick versions of the faults, each against a real process; `python -m tests.faults` runs them at length."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import harness

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the faults are injected by Linux's means")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an experiment that nobody disturbs leaves."""
    root = tmp_path_factory.mktemp("whole")
    ended = harness.run(root)
    assert ended.code == 0, ended.err
    assert "12 replications, 0 failed, 1 cards" in ended.out
    return harness.final(root)


def test_kill_9_loses_what_runs_and_nothing_else(tmp_path: Path, whole: dict[str, bytes]) -> None:
    child, killed = harness.hit_at(tmp_path, 4, harness.KILL, "pause=0.05")
    assert killed.code == -harness.KILL
    assert child.gone()
    assert 4 <= harness.stored(tmp_path) < 12
    assert not [name for name in harness.final(tmp_path) if not name.startswith("shards")]
    assert harness.run(tmp_path).code == 0
    assert harness.final(tmp_path) == whole
    assert not harness.litter(tmp_path)


def test_ctrl_c_is_130_says_how_to_go_on_and_goes_on(tmp_path: Path, whole: dict[str, bytes]) -> None:
    child, stopped = harness.hit_at(tmp_path, 4, harness.INTERRUPT, "pause=0.05")
    assert stopped.code == 130
    assert "of 12 replications are stored in" in stopped.err
    assert "the same command goes on from there" in stopped.err
    assert child.gone()
    assert harness.run(tmp_path).code == 0
    assert harness.final(tmp_path) == whole


def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path, whole: dict[str, bytes]) -> None:
    root = tmp_path / "results"
    assert harness.run(root, f"killed={tmp_path / 'flag'}").code == 0
    assert (tmp_path / "flag").exists()
    assert harness.final(root) == whole


@pytest.mark.parametrize("number", [2, 15])
def test_a_full_disk_is_said_and_mended_by_room(tmp_path: Path, whole: dict[str, bytes], number: int) -> None:
    full = harness.run(tmp_path / "results", f"write={number}")
    assert (full.code, full.clean) == (1, True)
    assert "No space left on device" in full.err
    assert not harness.litter(tmp_path)
    assert harness.run(tmp_path / "results").code == 0
    assert harness.final(tmp_path / "results") == whole


@pytest.mark.parametrize("fault", ["memory", "raises"])
def test_a_replication_that_fails_is_recorded_and_withholds_the_verdict(tmp_path: Path, fault: str) -> None:
    ended = harness.run(tmp_path, f"{fault}=yes")
    assert "11 replications, 1 failed, 0 cards" in ended.out
    (folder,) = tmp_path.glob("*/*")
    told = (folder / "run.json").read_text()
    assert "ccsim run scenario=/elsewhere/fake.yaml replication=3 seed=1" in told
    assert ("MemoryError" if fault == "memory" else "no agents at all") in told
    assert not (folder / "comparison.csv").exists()


def test_two_processes_in_one_folder_do_no_harm_and_share_the_work(tmp_path: Path, whole: dict[str, bytes]) -> None:
    both = [harness.start(tmp_path, "pause=0.05", "workers=1") for _ in range(2)]
    assert [child.end().code for child in both] == [0, 0]
    assert harness.final(tmp_path) == whole
    assert not list(tmp_path.rglob("*.bad"))


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path, whole: dict[str, bytes]) -> None:
    assert harness.run(tmp_path, "clock=yes").code == 0
    assert harness.final(tmp_path) == whole


def test_results_that_cannot_be_written_are_refused_before_the_work() -> None:
    refused = harness.run(Path("/sys/ccsim"))  # not even root writes there
    assert (refused.code, refused.clean) == (2, True)
    assert "name a writable folder" in refused.err


@pytest.mark.slow
def test_a_reader_that_leaves_early_costs_no_result(tmp_path: Path) -> None:
    short = "calendar.length='1 h' calendar.warmup='10 min' replications=5"
    command = f"{sys.executable} -m sim.cli run single_queue {short} results={tmp_path} | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=harness.ROOT,
    )
    assert "Traceback" not in done.stderr
    assert len(list(tmp_path.glob("single_queue/*/kpi.csv"))) == 1
