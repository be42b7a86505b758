"""How benchmarks measure: alternatives take turns in one process (A B A B …), medians, processor seconds.

Processor time of this process, since what else a shared machine does should not count; it still feels other programs
through caches and memory. Where several processes work together (workers, start of a command), wall time is used.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
Work = Callable[[], Any]


class Turns:
    """Several pieces of work that take turns, and the seconds that each of them took in each round."""

    def __init__(self, work: Mapping[str, Work], clock: Callable[[], float] = time.process_time) -> None:
        self.work = work
        self.clock = clock
        self.seconds: dict[str, list[float]] = {name: [] for name in work}

    def round(self) -> None:
        """Each piece once."""
        for name, work in self.work.items():
            gc.collect()
            began = self.clock()
            work()
            self.seconds[name].append(self.clock() - began)

    def forget(self) -> None:
        """What was measured so far was a warm-up."""
        for seconds in self.seconds.values():
            seconds.clear()

    def median(self, name: str) -> float:
        """Median seconds of one piece."""
        return median(self.seconds[name])

    def ratio(self, slow: str, fast: str) -> float:
        """How many times as long the first took: ratio of medians."""
        return self.median(slow) / self.median(fast)


def child(*words: object, pure: bool = False) -> Any:
    """Run `tests/bench/child.py` in a fresh interpreter and return what it printed."""
    env = {**os.environ, "SIM_PURE": "1" if pure else "0"}
    command = [sys.executable, "-m", "tests.bench.child", *map(str, words)]
    return json.loads(subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout)
