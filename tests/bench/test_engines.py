"""What it costs to hand a job to a worker and get its result back; the bar is 5 ms a task on `local`."""

from __future__ import annotations

import time
from typing import Any

from sim.experiment import engines
from sim.experiment.engines import Where

JOBS = 2000
BAR = 0.005


def nothing(_shared: Any, item: int) -> int:
    """A job without work: all of its time is the engine's."""
    return item


def test_a_task_costs_less_than_five_milliseconds_on_local() -> None:
    began = time.perf_counter()
    assert engines.gather(nothing, None, range(JOBS), Where("local", 2)) == list(range(JOBS))
    spent = (time.perf_counter() - began) / JOBS
    print(f"\nlocal, 2 workers: {1e3 * spent:.3f} ms a job of no work ({JOBS} jobs, start of the workers included)")
    assert spent < BAR


def test_a_bundle_of_one_costs_less_than_five_milliseconds_too() -> None:
    """Long replications are bundles of their own; here each bundle is made to hold one job."""
    from sim.experiment.engines.local import Local
    from sim.experiment.engines.loop import Loop
    from sim.experiment.engines.port import Job

    pool = Local(Job(nothing, None, "bench"), Where("local", 2))
    pool.grain = 0.0
    began = time.perf_counter()
    assert len(list(Loop(pool, range(JOBS)).run())) == JOBS
    spent = (time.perf_counter() - began) / JOBS
    pool.close(False)
    print(f"\nlocal, 2 workers: {1e3 * spent:.3f} ms a bundle of one job")
    assert spent < BAR
