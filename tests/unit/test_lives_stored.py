"""What became of each case lies beside its shard: who gains and who pays reads the same after a resume."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.config.load import Loaded
from sim.experiment import study
from tests.scenarios import build, centre, exponential

CALL = {
    "channel": "voice",
    "arrivals": {"kind": "constant", "per_hour": 60},
    "patience": exponential(60),
    "path": {"front": {"talk": exponential(100), "resolution": 0.7}},
}


@pytest.fixture(scope="module")
def arms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loaded]:
    made = {}
    for name, count in (("two", 2), ("three", 3)):
        staff = {"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": count}}}
        data = centre(intents={"call": CALL, "other": CALL}, staff=staff)
        made[name] = build(tmp_path_factory.mktemp(name), data)
    return made


def compared(arms: dict[str, Loaded], results: Path | None) -> study.Comparison:
    return study.compare(arms, 5, 1, "serial", primary="wait_all", results=results)


def test_a_resumed_comparison_says_the_same_of_everybody(arms: dict[str, Loaded], tmp_path: Path) -> None:
    first = compared(arms, tmp_path)
    assert first.folder is not None
    said = (first.folder / "who.csv").read_bytes()
    assert b"intent" in said
    again = compared(arms, tmp_path)
    assert again.finished.facts["replication_seconds"] == 0.0
    assert (first.folder / "who.csv").read_bytes() == said
    assert again.card == first.card == compared(arms, None).card


def test_a_damaged_file_of_lives_is_made_anew(arms: dict[str, Loaded], tmp_path: Path) -> None:
    first = compared(arms, tmp_path)
    assert first.folder is not None
    said = (first.folder / "who.csv").read_bytes()
    damaged = first.folder / "shards" / "two" / "3.lives.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-40])
    again = compared(arms, tmp_path)
    assert again.finished.facts["replication_seconds"] > 0.0
    assert (first.folder / "who.csv").read_bytes() == said


def test_a_recorded_volume_is_calibrated_and_kept_with_cases_that_are_followed(tmp_path: Path) -> None:
    made = {name: build(tmp_path / name, centre(intents={"call": CALL}, volume="offered")) for name in ("a", "b")}
    first = study.compare(made, 5, 1, "serial", primary="wait_all", results=tmp_path)
    assert first.folder is not None
    assert (first.folder / "calibration.json").is_file()
    assert (first.folder / "who.csv").is_file()


def test_one_more_agent_leaves_nobody_waiting_longer_on_average(arms: dict[str, Loaded]) -> None:
    (card,) = compared(arms, None).card
    assert not any("time waited" in one for one in card["who"]["loses"])
    assert card["who"]["tested"] > 0
