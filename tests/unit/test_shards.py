"""Shards: what is finished is never computed again, and nothing wrong is ever read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.experiment import study
from sim.experiment.store import seal, shards, stamp
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded

FINAL = ("kpi.csv", "agents.csv", "flows.csv", "comparison.csv", "card.json", "manifest.json")
CALLS: list[tuple[float, int]] = []


def counted(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """`fake.simulate` that says it was called."""
    CALLS.append((loaded.effect, replication))
    return fake.simulate(loaded, seed, replication, births_factor)


def breaks_off(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """Ctrl-C in the middle of replication 3."""
    if replication == 3 and not STOPPED:
        STOPPED.append(True)
        raise KeyboardInterrupt
    return fake.simulate(loaded, seed, replication, births_factor)


STOPPED: list[bool] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    CALLS.clear()
    STOPPED.clear()


def compared(root: Path, replications: int = 5, simulate: Callable[..., Any] = counted, **arms: Loaded) -> Path:
    setting = study.Setting("serial", None, root, None, fake.tools(simulate))
    plan = fake.comparison_plan(replications, **(arms or {"a": Loaded(), "b": Loaded(effect=0.05)}))
    folder = study.compare_plan(plan, setting).folder
    assert folder is not None
    return folder


def final(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FINAL}


def test_what_is_finished_is_not_computed_again_and_the_final_bytes_are_the_same(tmp_path: Path) -> None:
    first = final(compared(tmp_path))
    assert len(CALLS) == 10
    assert final(compared(tmp_path)) == first
    assert len(CALLS) == 10


def test_more_replications_compute_the_new_ones_only(tmp_path: Path) -> None:
    compared(tmp_path / "grown", 5)
    CALLS.clear()
    grown = compared(tmp_path / "grown", 8)
    assert {replication for _effect, replication in CALLS} == {5, 6, 7}
    assert final(grown) == final(compared(tmp_path / "whole", 8))


def test_fewer_replications_read_theirs_and_leave_the_others(tmp_path: Path) -> None:
    folder = compared(tmp_path, 8)
    CALLS.clear()
    compared(tmp_path, 5)
    assert not CALLS
    assert set(pd.read_csv(folder / "kpi.csv")["replication"]) == set(range(5))
    assert len(list((folder / "shards" / "a").glob("*.parquet"))) == 8


def test_an_interrupted_experiment_looks_partial_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match=r"6 of 10 replications are stored in .*; the same command goes on"):
        compared(tmp_path, 5, breaks_off)
    (folder,) = (tmp_path / "fake").iterdir()
    assert not [name for name in FINAL if (folder / name).exists()]
    assert '"state": "interrupted"' in (folder / "status.json").read_text()
    assert final(compared(tmp_path, 5, breaks_off)) == final(compared(tmp_path / "whole", 5, breaks_off))


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _torn(content: bytes) -> bytes:
    return content[: len(content) // 2] + bytes(len(content) - len(content) // 2)


def _flipped(place: float) -> Callable[[bytes], bytes]:
    def flip(content: bytes) -> bytes:
        at = min(int(place * len(content)), len(content) - 1)
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return flip


@pytest.mark.parametrize(
    "damage",
    [_cut, _torn, lambda _c: b"", lambda _c: b"PAR1 no shard PAR1", *map(_flipped, (0.0, 0.3, 0.6, 0.9, 1.0))],
)
def test_a_damaged_shard_is_set_aside_and_computed_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    folder = compared(tmp_path)
    whole, shard = final(folder), folder / "shards" / "b" / "2.parquet"
    sound = shard.read_bytes()
    shard.write_bytes(damage(sound))
    CALLS.clear()
    compared(tmp_path)
    assert CALLS == [(0.05, 2)]
    assert shard.read_bytes() == sound
    assert shard.with_name("2.parquet.bad").read_bytes() == damage(sound)
    assert final(folder) == whole
    assert "1 shards damaged or foreign" in (folder / "run.log").read_text()


def test_every_single_bit_of_a_shard_is_watched(tmp_path: Path) -> None:
    sound = (compared(tmp_path) / "shards" / "a" / "0.parquet").read_bytes()
    seal.check(sound)
    for place in range(len(sound)):
        flipped = bytearray(sound)
        flipped[place] ^= 1 << place % 8
        with pytest.raises(seal.DamagedError):
            seal.check(bytes(flipped))


@pytest.mark.parametrize("other", ["arm", "replication", "experiment"])
def test_a_shard_from_elsewhere_is_set_aside(tmp_path: Path, other: str) -> None:
    folder = compared(tmp_path)
    whole, shard = final(folder), folder / "shards" / "b" / "2.parquet"
    origin = {
        "arm": folder / "shards" / "a" / "2.parquet",
        "replication": folder / "shards" / "b" / "3.parquet",
        "experiment": compared(tmp_path, a=Loaded(), b=Loaded(effect=0.5)) / "shards" / "b" / "2.parquet",
    }[other]
    shard.write_bytes(origin.read_bytes())
    assert final(compared(tmp_path)) == whole
    assert shard.with_name("2.parquet.bad").exists()


@pytest.mark.parametrize("what", ["code", "platform"])
def test_a_shard_of_other_code_or_another_platform_is_never_mixed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    folder = compared(tmp_path)
    CALLS.clear()
    monkeypatch.setattr(stamp, what, lambda: "another")
    compared(tmp_path)
    assert len(CALLS) == 10
    assert "10 shards made with another" in (folder / "run.log").read_text()


def test_another_factor_on_births_makes_other_shards(tmp_path: Path) -> None:
    setting = study.Setting("serial", None, tmp_path, None, fake.tools(counted))
    plan = fake.comparison_plan(5)
    for factor, calls in ((1.0, 10), (0.9, 20), (0.9, 20)):
        study.carry_out(plan, setting, factor)
        assert len(CALLS) == calls


def test_shards_are_the_same_bytes_whatever_engine_wrote_them(tmp_path: Path) -> None:
    plan = fake.comparison_plan(4, a=Loaded(), b=Loaded(effect=0.05))
    written = []
    for name, setting in (("one", study.Setting("serial")), ("other", study.Setting("local", 2))):
        study.carry_out(plan, replace(setting, results=tmp_path / name, instruments=fake.TOOLS))
        files = sorted((tmp_path / name).rglob("*.parquet"))
        written.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
    assert len(written[0]) == 8
    assert written[0] == written[1]


def test_a_shard_is_parquet_that_anybody_reads_and_tells_its_parts_apart(tmp_path: Path) -> None:
    folder = compared(tmp_path)
    rows = pq.read_table(folder / "shards" / "b" / "2.parquet").to_pandas()
    stored = pd.read_csv(folder / "kpi.csv", dtype={"scope": "str"})
    mine = stored[(stored["arm"] == "b") & (stored["replication"] == 2)]
    kpis = rows[rows["part"] == "kpi"]
    assert list(kpis["numerator"]) == list(mine["numerator"])
    assert set(rows["arm"]) == {"b"}
    assert set(rows["replication"]) == {2}
    assert rows["part"].value_counts().to_dict() == {"kpi": len(mine), "agent": 1, "flow": 1}


def test_names_of_arms_that_differ_in_case_or_signs_only_have_folders_of_their_own() -> None:
    names = ["a", "A", "a b", "a-b", "../up", "", "ä", "x" * 80]
    folders = [shards.arm_folder(name) for name in names]
    assert len({folder.lower() for folder in folders}) == len(names)
    assert all("/" not in folder and not folder.startswith(".") and len(folder) <= 64 for folder in folders)


def test_what_a_killed_process_left_half_written_is_taken_away(tmp_path: Path) -> None:
    import socket

    folder = compared(tmp_path)
    gone = folder / "shards" / "a" / f".9.parquet.{socket.gethostname()}.99999999.tmp"
    mine = gone.with_name(f".9.parquet.{socket.gethostname()}.{os.getpid()}.tmp")
    gone.write_bytes(b"half")
    mine.write_bytes(b"being written")
    compared(tmp_path)
    assert not gone.exists()
    assert mine.exists()


def test_contact_records_survive_a_resume_to_the_last_byte(tmp_path: Path) -> None:
    def made(root: Path) -> Path:
        short = ["calendar.length='2 h'", "calendar.warmup='30 min'"]
        folder = study.run("single_queue", 2, 1, "serial", contacts=True, results=root, overrides=short).folder
        assert folder is not None
        return folder

    whole, resumed = made(tmp_path / "whole"), made(tmp_path / "resumed")
    records = "contacts/single_queue.parquet"
    (resumed / "shards" / "single_queue" / "1.contacts.parquet").write_bytes(b"torn")
    (resumed / records).unlink()
    made(tmp_path / "resumed")
    assert (resumed / records).read_bytes() == (whole / records).read_bytes()
    assert (resumed / "kpi.csv").read_bytes() == (whole / "kpi.csv").read_bytes()
