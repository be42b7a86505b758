"""The result folder: what names it, who may write in it, and what is taken away from it. It computes nothing.

`<root>/<name>/<fingerprint>/` where the fingerprint hashes what fixes the numbers: resolved scenarios,
contents of their CSV files, rules from outside the package, the question, the seed and the version; not how
many replications or workers.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import sim
from sim.errors import UsageError
from sim.experiment.own_rules import DIGEST
from sim.experiment.plan import Arm, Plan, folder_name
from sim.experiment.store.write import left_behind, plain

KPI_COLUMNS = ("arm", "replication", "scope", "interval", "kpi", "numerator", "denominator", "value")
FLOW_COLUMNS = ("arm", "replication", "source", "target", "count")
DERIVED = ("comparison.csv", "card.json", "who.csv", "selection.json", "report.html")
SHARDS = "shards"
PASSING = ("status.json", "run.log", ".lock", "calibration.json")  # worth nothing without shards


def fingerprint(plan: Plan) -> str:
    """12 hexadecimal digits that stand for everything that fixes this experiment's numbers."""
    said = {
        "version": sim.__version__,
        "kind": plan.kind,
        "name": plan.name,
        "seed": plan.seed,
        "question": plain(asdict(plan.question)),
        "arms": [[arm.name, resolved(arm), arm.loaded.fingerprint_parts()] for arm in plan.arms],
        "rules": _foreign_rules(),
    }
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, allow_nan=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def folder(root: str | os.PathLike[str], plan: Plan) -> Path:
    """Make and return the folder of this plan's results, under `root` and nowhere else."""
    return made(root, Path(root) / folder_name(plan.name) / fingerprint(plan))


def made(root: str | os.PathLike[str], place: Path) -> Path:
    """Make a folder under the results root; raises UsageError where it cannot be made, or is a link that leads out."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"results={root}: cannot make {place}: {error.strerror}; name a writable folder") from error
    if not os.access(place, os.W_OK):
        raise UsageError(f"results={root}: {place} cannot be written; name a writable folder")
    if not place.resolve().is_relative_to(Path(root).resolve()):
        raise UsageError(f"results={root}: {place} is a link that leads out of the results root; remove it")
    return place


@contextmanager
def place(root: str | os.PathLike[str] | None, plan: Plan) -> Iterator[Path | None]:
    """The folder of this plan's results, made before the work so that a wrong one costs none; None stores nothing.

    Folders made for work that then failed or was interrupted are taken away again, if no number is in them.
    """
    if root is None:
        yield None
        return
    new = not Path(root).exists()
    made = folder(root, plan)
    try:
        yield made
    except BaseException:
        with suppress(OSError):
            _take_away(made)
            made.parent.rmdir()
            if new:
                Path(root).rmdir()
        raise


@contextmanager
def entered(place: Path) -> Iterator[bool]:
    """Work in a result folder; gives whether another process of this machine works there too.

    Two do no harm, since every file is written all or nothing and both write the same bytes. Who knows of the
    other can begin at the other end. What a killed process left half written is taken away.
    """
    for path in left_behind(place):
        with suppress(OSError):
            path.unlink()
    with (place / ".lock").open("a") as lock:
        yield not _locked(lock)


def resolved(arm: Arm) -> dict[str, Any]:
    """The arm's scenario as plain data, every default filled in."""
    return arm.loaded.resolved()


def drop_derived(place: Path) -> None:
    """Take away what was concluded from earlier numbers, before new numbers are written."""
    for name in DERIVED:
        with suppress(FileNotFoundError):
            (place / name).unlink()


def _take_away(made: Path) -> None:
    """Remove a folder that holds no number; raises OSError for one that does."""
    for path in sorted((made / SHARDS).glob("*")):
        path.rmdir()
    if (made / SHARDS).exists():
        (made / SHARDS).rmdir()
    if {path.name for path in made.iterdir()} <= set(PASSING):
        for path in made.iterdir():
            path.unlink()
    made.rmdir()


def _locked(file: IO[str]) -> bool:
    """Lock the file until it is closed or this process ends; False where another process holds it."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system: nobody knows of the other
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _foreign_rules() -> list[list[str]]:
    """Source digests of registered rules that are not the package's own."""
    from sim import registry

    found = []
    for (kind, name), entry in sorted(registry._entries.items()):
        module = sys.modules.get(entry.build.__module__)
        source = getattr(module, "__file__", None)
        if entry.build.__module__.split(".")[0] != "sim":
            content = Path(source).read_bytes() if source and Path(source).is_file() else b""
            found.append([kind, name, getattr(module, DIGEST, hashlib.sha256(content).hexdigest())])
    return found
