"""`make faults`: every fault at length, a row each; ends with 1 where one of them left something wrong.

`python -m tests.faults NAME …` runs those whose functions are called so.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.experiment import engines
from sim.experiment.engines import Where
from tests.faults import harness, sweeps

Fault = Callable[[Path, dict[str, bytes]], str]
KILLS, RUNS = 20, ("replications=20", "pause=0.02")
JOBS = 10_000


def sound(root: Path, whole: dict[str, bytes], *words: str) -> None:
    """Whoever goes on from here ends with the bytes of an experiment that nobody disturbed."""
    ended = harness.run(root, *words)
    assert ended.code == 0, ended.err
    assert harness.final(root) == whole, "other bytes than an undisturbed run"
    assert not harness.litter(root), "temporary files are left"


def kill_parent(root: Path, whole: dict[str, bytes]) -> str:
    """kill -9 of the parent at twenty random moments"""
    draw, usual = random.Random(20260302), harness.run(root / "timed", *RUNS).seconds
    kept = []
    for number in range(KILLS):
        place = root / str(number)
        broken, ended = harness.hit_after(place, draw.uniform(0.0, usual), harness.KILL, *RUNS)
        assert ended.code in (-harness.KILL, 0), ended.err
        assert broken.gone(), "workers outlive their parent"
        kept.append(harness.stored(place))
        sound(place, whole, *RUNS)
    return f"{min(kept)} to {max(kept)} of 40 replications were kept; same bytes {KILLS} times"


def kill_again_and_again(root: Path, whole: dict[str, bytes]) -> str:
    """kill -9 of one experiment after another on the same folder, five times"""
    kept = []
    for part in range(1, 6):
        harness.hit_at(root, 7 * part, harness.KILL, *RUNS)
        kept.append(harness.stored(root))
    sound(root, whole, *RUNS)
    return f"kept after each: {', '.join(map(str, kept))}; same bytes"


def kill_worker(root: Path, whole: dict[str, bytes]) -> str:
    """kill -9 of a worker"""
    sound(root / "results", whole, *RUNS, f"killed={root / 'flag'}")
    return "its replication ran again; same bytes, nothing failed"


def out_of_memory(root: Path, whole: dict[str, bytes]) -> str:
    """a worker that runs out of memory (RLIMIT_AS)"""
    ended = harness.run(root, *RUNS, "memory=yes")
    assert "39 replications, 1 failed, 0 cards" in ended.out, ended.err
    sound(root, whole, *RUNS)
    return "39 of 40, 1 failed (MemoryError), no verdict; the next run mends it"


def full_disk(root: Path, _whole: dict[str, bytes]) -> str:
    """the N-th write finds the disk full, N = 1, 2, 3 … until all writes pass"""
    few = ("replications=5",)
    assert harness.run(root / "whole", *few).code == 0
    whole, number = harness.final(root / "whole"), 0
    while True:
        number += 1
        ended = harness.run(root / str(number), *few, f"write={number}")
        if ended.code == 0:
            return f"{number - 1} places to fail, each said in a line, exit 1, then same bytes"
        assert (ended.code, ended.clean) == (1, True), ended.err
        assert not harness.litter(root / str(number))
        sound(root / str(number), whole, *few)


def real_full_disk(root: Path, whole: dict[str, bytes]) -> str:
    """a disk that is really full (a small tmpfs)"""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(root)], capture_output=True, check=False
    )
    if done.returncode:
        return "skipped: no right to mount a tmpfs"
    try:
        ended = harness.run(root / "results", *RUNS)
        assert (ended.code, ended.clean) == (1, True), ended.err
        assert "No space left" in ended.err, ended.err
        kept = harness.stored(root / "results")
        subprocess.run(["mount", "-o", "remount,size=20m", str(root)], check=True)
        sound(root / "results", whole, *RUNS)
    finally:
        subprocess.run(["umount", "-l", str(root)], check=True)
    return f"{kept} of 40 replications fitted; said in a line, exit 1; with room, same bytes"


def file_limit(root: Path, whole: dict[str, bytes]) -> str:
    """files that may not grow above 3 kB (RLIMIT_FSIZE)"""
    ended = harness.run(root, *RUNS, "limit=3000")
    assert (ended.code, ended.clean) == (1, True), ended.err
    sound(root, whole, *RUNS)
    return "said in a line, exit 1; then same bytes"


def interrupted(root: Path, whole: dict[str, bytes]) -> str:
    """Ctrl-C"""
    broken, ended = harness.hit_at(root, 10, harness.INTERRUPT, *RUNS)
    assert ended.code == 130, ended
    assert broken.gone()
    assert "the same command goes on from there" in ended.err
    sound(root, whole, *RUNS)
    return f"exit 130; {ended.err.strip()[:60]}…; then same bytes"


def closed_output(root: Path, _whole: dict[str, bytes]) -> str:
    """a reader that leaves after one line (| head -1)"""
    short = "calendar.length='1 h' calendar.warmup='10 min' replications=5"
    command = f"{sys.executable} -m sim.cli run single_queue {short} results={root} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=harness.ROOT)
    assert "Traceback" not in done.stderr, done.stderr
    assert len(list(root.glob("single_queue/*/kpi.csv"))) == 1
    return "no traceback, results complete"


def read_only(_root: Path, _whole: dict[str, bytes]) -> str:
    """results that cannot be written"""
    ended = harness.run(Path("/sys/ccsim"))
    assert (ended.code, ended.clean) == (2, True), ended.err
    return "exit 2 before any work"


def clock(root: Path, whole: dict[str, bytes]) -> str:
    """the clock of the wall jumps a day back at every look"""
    sound(root, whole, *RUNS, "clock=yes")
    return "same bytes"


def raises(root: Path, whole: dict[str, bytes]) -> str:
    """an exception in one replication"""
    ended = harness.run(root, *RUNS, "raises=yes")
    assert "39 replications, 1 failed, 0 cards" in ended.out, ended.err
    (folder,) = root.glob("*/*")
    assert "ccsim run scenario=/elsewhere/fake.yaml replication=3 seed=1" in (folder / "run.json").read_text()
    assert not (folder / "comparison.csv").exists()
    sound(root, whole, *RUNS)
    return "39 of 40, 1 failed, no verdict, the line that repeats it stands in run.json"


def damaged(root: Path, whole: dict[str, bytes]) -> str:
    """torn, cut, bit-flipped and foreign shards"""
    harness.run(root, *RUNS)
    shards = sorted(root.glob("*/*/shards/*/*.parquet"))
    contents = [path.read_bytes() for path in shards]
    broken = {
        0: contents[0][:100],
        1: contents[1][:500] + bytes(len(contents[1]) - 500),
        2: contents[2][:700] + bytes([contents[2][700] ^ 4]) + contents[2][701:],
        3: contents[4],
    }
    for place, content in broken.items():
        shards[place].write_bytes(content)
    sound(root, whole, *RUNS)
    aside = list(root.rglob("*.bad"))
    assert len(aside) == len(broken), aside
    return f"{len(aside)} of {len(broken)} set aside and computed anew; same bytes"


def endless(_root: Path, _whole: dict[str, bytes]) -> str:
    """a loop without delay in one replication (watchdog)"""
    from sim.config.load import load
    from sim.experiment import plan
    from sim.experiment.plan import Task
    from sim.experiment.replication import perform
    from tests.unit import test_watchdog as watch

    made = plan.of_scenario(load("single_queue", watch.SHORT), 3, 1)
    failure = perform(made, watch.tools(), Task("single_queue", 1), watch.QUICK).failure
    assert failure is not None
    assert "stands still at 900 s" in failure.message
    return failure.message[:70]


def two_processes(root: Path, whole: dict[str, bytes]) -> str:
    """two processes on one folder"""
    began = time.monotonic()
    both = [harness.start(root, *RUNS, "workers=1") for _ in range(2)]
    assert [child.end().code for child in both] == [0, 0]
    seconds = time.monotonic() - began
    assert harness.final(root) == whole
    sound(root, whole, *RUNS)
    return f"both end well after {seconds:.1f} s; same bytes"


def many_jobs(_root: Path, _whole: dict[str, bytes]) -> str:
    """10,000 jobs: memory and file descriptors"""
    seen: list[tuple[int, int]] = []
    began = time.monotonic()
    for place, _result in engines.stream(nothing, None, range(JOBS), Where("local", 2)):
        if place % 1000 == 999:
            seen.append((_resident(), len(os.listdir("/proc/self/fd"))))
    seconds = time.monotonic() - began
    grown, files = seen[-1][0] - seen[0][0], seen[-1][1] - seen[0][1]
    assert grown < 2_000_000, f"memory grew by {grown} bytes"
    assert files == 0, f"{files} descriptors leaked"
    return f"memory +{grown / 1024:.0f} kB, descriptors +{files}, {1e3 * seconds / JOBS:.2f} ms a job"


def killed_sweep(root: Path, _whole: dict[str, bytes]) -> str:
    """kill -9 of a sweep of 200 points x 20 replications, five times"""
    return sweeps.killed(root)


def sweep_everywhere(root: Path, _whole: dict[str, bytes]) -> str:
    """the same sweep on serial, local, Ray and Dask"""
    found = sweeps.everywhere(root)
    assert len(set(found.values())) == 1, found
    missing = "".join(f"; {one} is not installed" for one in sweeps.CLUSTERS if one not in found)
    return f"{', '.join(found)}: hash {found['serial']}{missing}"


def nothing(_shared: Any, item: int) -> int:
    """A job without work."""
    return item


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


FAULTS: tuple[Fault, ...] = (
    kill_parent, kill_again_and_again, kill_worker, out_of_memory, full_disk, real_full_disk, file_limit, interrupted,
    closed_output, read_only, clock, raises, damaged, endless, two_processes, many_jobs,
    killed_sweep, sweep_everywhere,
)  # fmt: skip


def main(names: Sequence[str]) -> int:
    """Run every fault, or those named, in a folder of its own."""
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        whole_root = Path(folder) / "whole"
        assert harness.run(whole_root, *RUNS).code == 0
        whole = harness.final(whole_root)
        for fault in (fault for fault in FAULTS if not names or fault.__name__ in names):
            root = Path(folder) / fault.__name__
            root.mkdir()
            try:
                verdict, said = "ok", fault(root, whole)
            except AssertionError as error:
                verdict, said, worst = "WRONG", str(error), 1
            print(f"{verdict:<6} {(fault.__doc__ or '').strip():<78} {said}", flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
