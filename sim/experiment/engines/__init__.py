"""Where replications run: here, in workers on this machine, or on a cluster. The order of results never depends on it.

One file an engine behind one port (`port`); bundling, retries and bounds are the same for all of them (`loop`).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import uuid
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

from sim.errors import UsageError
from sim.experiment.engines.loop import Loop
from sim.experiment.engines.port import Job, Killed, Placed, Pool, Where, missing
from sim.experiment.plan import ENGINES, whole

__all__ = ["Killed", "Where", "asked", "chosen", "gather", "run", "stream"]

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Any, Item], Result]
Step = Callable[[], None]


def _no_step() -> None:
    """Nobody counts."""


_POOLS = {
    "serial": ("serial", "Serial"),
    "local": ("local", "Local"),
    "ray": ("ray_cluster", "Ray"),
    "dask": ("dask_cluster", "Dask"),
}
_PACKAGE = {"ray": "ray", "dask": "distributed"}  # what an engine needs to be installed


def run(
    work: Work[Item, Result], shared: Any, items: Sequence[Item], engine: str, workers: int | None, step: Step
) -> list[Result | Killed[Item]]:
    """`gather` on an engine that starts here."""
    return gather(work, shared, items, Where(engine, workers), step)


def gather(
    work: Work[Item, Result], shared: Any, items: Sequence[Item], where: Where, step: Step = _no_step
) -> list[Result | Killed[Item]]:
    """`work(shared, item)` for every item; results in the order of the items. `step` is called once an item."""
    done: dict[int, Any] = {}
    for place, result in stream(work, shared, items, where):
        done[place] = result
        step()
    return [done[place] for place in range(len(items))]


def stream(work: Work[Item, Result], shared: Any, items: Sequence[Item], where: Where) -> Generator[Placed, None, None]:
    """The same as they come in, each with its item's place. Whoever stops listening ends the workers."""
    if not items:
        return
    pool = _pool(Job(work, shared, uuid.uuid4().hex), where)
    at_once = True
    try:
        yield from Loop(pool, items).run()
        at_once = False
    finally:
        pool.close(at_once)


def chosen(engine: str, workers: int | None) -> tuple[str, int]:
    """The engine and number of workers to use, where no cluster is joined; see `asked`."""
    found = asked(engine, workers)
    return found.engine, found.workers or os.cpu_count() or 1


def asked(engine: str, workers: int | None, address: str | None = None) -> Where:
    """The engine and number of workers to use; raises UsageError for one we do not have.

    A cluster says itself how many workers it has, so none is filled in for it.
    """
    if engine not in ENGINES:
        raise UsageError(f"engine: {engine!r} is not known; one of {', '.join(ENGINES)}")
    if address is not None and engine not in _PACKAGE:
        raise UsageError(f"address {address}: engine={engine} has no address; choose engine=ray or engine=dask")
    if engine in _PACKAGE and importlib.util.find_spec(_PACKAGE[engine]) is None:
        raise missing(engine, engine)
    if workers is not None:
        workers = whole("workers", workers, 1, 4096)
    if engine == "serial":
        return Where(engine, 1)
    if engine == "local" or (engine == "dask" and address is None):
        return Where(engine, workers or os.cpu_count() or 1)
    return Where(engine, workers, address)


def _pool(job: Job, where: Where) -> Pool:
    """The engine's workers; one worker on this machine is this process."""
    alone = where.engine == "local" and where.workers == 1
    module, name = _POOLS["serial" if alone else where.engine]
    made: Pool = getattr(importlib.import_module(f"{__name__}.{module}"), name)(job, where)
    return made
