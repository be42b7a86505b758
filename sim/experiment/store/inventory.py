"""What stands under a results root: which folders, how far each is, whether its shards are whole. Reads only,
but for `remove`, which takes away what lies inside the root and nothing else.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.experiment.store.folder import SHARDS
from sim.experiment.store.seal import DamagedError
from sim.experiment.store.shards import read
from sim.experiment.store.write import alive, left_behind

_FINGERPRINT = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Held:
    """One result folder: what it is and how far."""

    folder: Path
    state: str  # complete, partial, running
    shards: int
    replications: int | None
    failed: int
    size: int

    @property
    def name(self) -> str:
        """`NAME/FINGERPRINT`."""
        return f"{self.folder.parent.name}/{self.folder.name}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A shard, and what is wrong with it (empty: nothing)."""

    path: Path
    wrong: str = ""
    platform: str = ""


def folders(root: Path, wanted: str = "") -> list[Path]:
    """The result folders under a root, in order of name; `wanted` names an experiment, or one folder of it.

    Raises UsageError where nothing is called so. Links are not followed.
    """
    found = [
        path
        for path in sorted(root.glob("*/*"))
        if _FINGERPRINT.fullmatch(path.name)
        and path.is_dir()
        and not path.is_symlink()
        and not path.parent.is_symlink()
    ]
    chosen = [path for path in found if wanted in ("", path.parent.name, f"{path.parent.name}/{path.name}", str(path))]
    if wanted and not chosen:
        known = ", ".join(dict.fromkeys(path.parent.name for path in found)) or "nothing"
        raise UsageError(f"{wanted}: no such results under {root}; there is: {known}")
    return chosen


def held(folder: Path) -> Held:
    """What a result folder is, from its names and small files alone."""
    status, run = said(folder / "status.json"), said(folder / "run.json")
    manifest = said(folder / "manifest.json")
    failures = run.get("failures")
    failed = len(failures) if isinstance(failures, list) else 0
    complete = bool(manifest) and (folder / "kpi.csv").is_file() and run.get("complete") is True
    complete = complete and status.get("state", "finished") == "finished"
    if manifest.get("kind") == "compare":
        complete = complete and (folder / "comparison.csv").is_file()
    state = "running" if _runs(status) else "complete" if complete else "partial"
    count = status.get("replications")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Held(folder, state, len(list(_main(folder))), count, failed, size)


def check(folder: Path) -> Iterator[Checked]:
    """Every shard of a folder, read to its last byte."""
    for path in sorted((folder / SHARDS).glob("*/*.parquet")):
        try:
            about = read(path.read_bytes())
        except (DamagedError, OSError) as error:
            yield Checked(path, str(error))
            continue
        key = about["key"]
        number = path.name.split(".")[0]
        if (key.get("fingerprint"), str(key.get("replication"))) != (folder.name, number):
            yield Checked(path, "it belongs to another experiment or replication")
        else:
            yield Checked(path, "", str(key.get("platform", "")))


def mixed(shards: list[Checked]) -> Counter[str]:
    """How many sound shards each platform made."""
    return Counter(shard.platform for shard in shards if not shard.wrong)


def litter(root: Path) -> list[Path]:
    """What nobody needs: shards that were set aside, and half-written files of processes that are gone."""
    aside = [path for folder in folders(root) for path in (folder / SHARDS).glob("*/*.bad")]
    return [*aside, *(path for folder in folders(root) for path in left_behind(folder))]


def remove(root: Path, target: Path) -> None:
    """Delete a result folder or a file in one; raises UsageError for anything outside the root."""
    if target.is_symlink() or not target.resolve().is_relative_to(root.resolve()) or target.resolve() == root.resolve():
        raise UsageError(f"{target}: this is not inside the results root {root}; nothing was removed")
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


def said(path: Path) -> dict[str, Any]:
    """A small JSON file; empty where there is none that can be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _runs(status: dict[str, Any]) -> bool:
    """Whether the process that wrote a status is at it still; on another host nobody can tell, so it is believed."""
    if status.get("state") != "running":
        return False
    process = status.get("process")
    return status.get("host") != socket.gethostname() or (isinstance(process, int) and alive(process))


def _main(folder: Path) -> Iterator[Path]:
    """The shards themselves, without the contact records and cases beside them."""
    return (path for path in (folder / SHARDS).glob("*/*.parquet") if path.name.count(".") == 1)
