"""Sweeps that are broken, and sweeps on every engine: what stands for numbers must not differ by a byte."""

from __future__ import annotations

import importlib.util
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.faults.harness import ROOT
from tests.scenarios import centre, write

MINUTES = {"start": "2026-03-02T08:00", "length": "10 min", "interval": "10 min", "max_drain": "10 min"}
POINTS = ("staff.groups.agents.count=range(1,11)", "intents.call.arrivals.per_hour=range(20,60,2)")  # 200
FEW = ("staff.groups.agents.count=1,2,3", "intents.call.arrivals.per_hour=20,50")
CLUSTERS = {"ray": "ray", "dask": "distributed"}  # the package that an engine needs


def killed(root: Path, points: tuple[str, ...] = POINTS, replications: int = 20, times: int = 5) -> str:
    """A sweep that is killed again and again, its workers and all that it left, beside one that is left alone."""
    alone = root / "alone"
    whole = _seconds(lambda: _ended(_begun(alone, *points, f"replications={replications}")))
    moments, kept, kills = random.Random(7), [], 0
    for _ in range(times):
        process = _begun(root / "killed", *points, f"replications={replications}")
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=whole * moments.uniform(0.1, 0.35))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        kept.append(len(list((root / "killed").rglob("*.parquet"))))
    assert kills >= times - 1, "it was over before it could be killed"
    assert kept[0] < kept[-1], "no kill left work to do"
    _ended(_begun(root / "killed", *points, f"replications={replications}"))
    assert contents(root / "killed") == contents(alone), "other bytes than a sweep that nobody disturbed"
    return f"kept after each: {', '.join(map(str, kept))} of {len(contents(alone)) - 1}; same bytes"


def everywhere(root: Path, engines: Sequence[str] = ("serial", "local", *CLUSTERS)) -> dict[str, str]:
    """The hash of the same small sweep on each of these engines that is installed."""
    found = {}
    for engine in engines:
        if engine not in CLUSTERS or importlib.util.find_spec(CLUSTERS[engine]):
            _ended(_begun(root / engine, *FEW, "replications=4", f"engine={engine}"))
            found[engine] = digest(root / engine)
    return found


def contents(root: Path) -> dict[str, bytes]:
    """Everything that stands for numbers, by its place under the root: the table and the shards."""
    paths = sorted((*root.rglob("points.csv"), *root.rglob("*.parquet")))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def digest(root: Path) -> str:
    """12 hexadecimal digits over the names and bytes of all that stands for numbers."""
    whole = sha256()
    for name, content in contents(root).items():
        whole.update(name.encode() + b"\0" + sha256(content).digest())
    return whole.hexdigest()[:12]


def _begun(root: Path, *words: str) -> subprocess.Popen[Any]:
    root.mkdir(exist_ok=True)
    scenario = root.parent / "made.yaml"
    if not scenario.exists():
        write(root.parent, centre(calendar=MINUTES))
    command = [sys.executable, "-m", "sim.cli", "sweep", str(scenario), "workers=2", *words, f"results={root}"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)


def _ended(process: subprocess.Popen[Any]) -> None:
    assert process.wait() == 0, f"exit {process.returncode}"


def _seconds(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
