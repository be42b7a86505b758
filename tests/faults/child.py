"""An experiment that costs nothing, carried out in a process that is there to be broken.

Words: `replications=`, `workers=`, `engine=`, `pause=` (seconds a replication sleeps), and a fault: `write=N` (the N-th
write finds the disk full), `limit=BYTES` (no file may grow above), `killed=FLAG` (a worker kills itself once,
at replication 3), `memory=yes` (replication 3 wants more than a worker may have), `raises=yes` (replication 3
fails), `clock=yes` (the clock of the wall jumps a day back at each look).
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.experiment import study
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded

WORDS: dict[str, str] = {}


def simulate(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """The fake centre, with a pause and the worker's faults."""
    time.sleep(float(WORDS.get("pause", "0")))
    if replication == 3 and loaded.effect:
        _in_a_worker()
    return fake.simulate(loaded, seed, replication, births_factor)


def _in_a_worker() -> None:
    if "raises" in WORDS:
        raise ZeroDivisionError("no agents at all")
    if "memory" in WORDS:
        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
        bytearray(2**33)
    flag = Path(WORDS.get("killed", os.devnull))
    if "killed" in WORDS and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def carry_out(argv: Sequence[str]) -> int:
    """Compare two arms; the first word is the results root."""
    root, *words = argv
    WORDS.update(word.split("=", 1) for word in words)
    _break_this_process()
    setting = study.Setting(
        WORDS.get("engine", "local"), int(WORDS.get("workers", "2")), root, instruments=fake.tools(simulate)
    )
    plan = fake.comparison_plan(int(WORDS.get("replications", "6")), a=Loaded(), b=Loaded(effect=0.05))
    warnings.simplefilter("ignore")
    found = study.compare_plan(plan, setting)
    print(f"{len(found.finished.outcomes)} replications, {len(found.failures)} failed, {len(found.card)} cards")
    return 0


def _break_this_process() -> None:
    if "limit" in WORDS:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(WORDS["limit"]), int(WORDS["limit"])))
    if "write" in WORDS:
        _fail_write(int(WORDS["write"]))
    if "clock" in WORDS:
        began = time.time()
        time.time = lambda: began - 86400.0 * next(_COUNTED)


_COUNTED = iter(range(10**9))


def _fail_write(number: int) -> None:
    """The N-th file to be flushed finds the disk full, and so do all after it."""
    flush, left = os.fsync, [number]

    def full(file: int) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(file)

    os.fsync = full
