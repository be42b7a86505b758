"""What benchmarks run in a fresh interpreter: `python -m tests.bench.child WHAT …` prints one JSON value."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def bare() -> float:
    """Peak memory of an interpreter that did nothing, in bytes."""
    return _peak()


def imported() -> float:
    """Peak memory once everything a run needs is imported."""
    import sim

    sim.run("bench_mm50m", 1, 1, "serial", overrides=["calendar.length='100 min'"], progress=False)
    return _peak()


def memory(replications: str, *overrides: str) -> float:
    """Peak memory of `bench_mm50m` with KPIs only, in bytes."""
    import sim

    sim.run("bench_mm50m", int(replications), 1, "serial", overrides=overrides, progress=False)
    return _peak()


def simulated(name: str, *overrides: str) -> dict[str, float]:
    """Processor seconds of the second of two replications, and its contacts."""
    import sim
    from sim.simulate import simulate

    loaded = sim.load(name, overrides)
    simulate(loaded, 1, 1)
    began = time.process_time()
    journal = simulate(loaded, 1, 0)
    return {"seconds": time.process_time() - began, "contacts": len(journal.contacts)}


def repeated(name: str, seconds: str) -> int:
    """Simulate one replication after another for so many seconds; how many there were."""
    import sim
    from sim.simulate import simulate

    loaded = sim.load(name)
    simulate(loaded, 1, 0)
    end, done = time.monotonic() + float(seconds), 0
    while time.monotonic() < end:
        done += 1
        simulate(loaded, 1, done)
    return done


def _peak() -> float:
    """Of this program alone: `ru_maxrss` would begin with what the parent had before it became this one."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(status.read_text().split("VmHWM:")[1].split()[0]) * 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def main(words: Sequence[str]) -> Any:
    """Dispatch by name."""
    known = {"bare": bare, "imported": imported, "memory": memory, "simulated": simulated, "repeated": repeated}
    return known[words[0]](*words[1:])


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
