"""Ctrl-C ends a run although a worker is in the middle of handing in a result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LARGE_RESULTS = """
from sim.experiment import engines

def work(shared, item):
    return bytes(20_000_000)  # takes a while to write: the others are ended in the middle of it

def step():
    raise KeyboardInterrupt

try:
    engines.gather(work, None, range(6), engines.Where("local", 3), step)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_half_a_result_keeps_nobody_waiting() -> None:
    command = [sys.executable, "-c", LARGE_RESULTS]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "interrupted\n"
