"""Where replications run: in this process or in workers. The order of results never depends on it.

A worker that dies (killed, out of memory) takes its pool along; the unfinished tasks get a fresh pool, and
after a second death each of them runs alone, so that only the task that kills its worker is recorded as
failed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from sim.errors import UsageError
from sim.experiment.plan import ENGINES, whole

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Any, Item], Result]
Step = Callable[[], None]


class Killed(Generic[Item]):
    """Stands where a result would be: the process that worked on `item` died without an answer."""

    def __init__(self, item: Item) -> None:
        self.item = item


_adopted: Any = None  # what this worker process shares with every task it gets


def run(
    work: Work[Item, Result], shared: Any, items: Sequence[Item], engine: str, workers: int, step: Step
) -> list[Result | Killed[Item]]:
    """`work(shared, item)` for every item; results in the order of the items. `step` is called once an item.

    `shared` travels to each worker once (by fork where that is safe, else pickled).
    """
    if engine == "serial" or (workers == 1 and engine == "local"):
        return list(_serial(work, shared, items, step))
    return _local(work, shared, items, workers, step)


def chosen(engine: str, workers: int | None) -> tuple[str, int]:
    """The engine and number of workers to use; raises UsageError for one we do not have."""
    if engine not in ENGINES:
        raise UsageError(f"engine: {engine!r} is not known; one of {', '.join(ENGINES)}")
    if engine == "serial":
        return engine, 1
    return engine, (os.cpu_count() or 1) if workers is None else whole("workers", workers, 1, 4096)


def _serial(work: Work[Item, Result], shared: Any, items: Sequence[Item], step: Step) -> Iterator[Result]:
    for item in items:
        yield work(shared, item)
        step()


def _local(
    work: Work[Item, Result], shared: Any, items: Sequence[Item], workers: int, step: Step
) -> list[Result | Killed[Item]]:
    done: dict[int, Result] = {}
    for _attempt in range(2):
        left = [place for place in range(len(items)) if place not in done]
        if left:
            _batch(work, shared, items, left, min(workers, len(left)), done, step)
    for place in [place for place in range(len(items)) if place not in done]:
        _batch(work, shared, items, [place], 1, done, step)
    return [done[place] if place in done else Killed(item) for place, item in enumerate(items)]


def _batch(
    work: Work[Item, Result],
    shared: Any,
    items: Sequence[Item],
    places: Sequence[int],
    workers: int,
    done: dict[int, Result],
    step: Step,
) -> None:
    """Run some items in one pool and enter what came back; a dead worker ends the batch early."""
    with _pool(workers, shared) as pool:
        futures: dict[Future[Result], int] = {pool.submit(_call, work, items[i]): i for i in places}
        for future in as_completed(futures):
            try:
                done[futures[future]] = future.result()
            except BrokenProcessPool:
                continue
            step()


@contextmanager
def _pool(workers: int, shared: Any) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(workers, _context(), initializer=_adopt, initargs=(shared,))
    try:
        yield pool
    except BaseException:  # Ctrl-C above all: do not wait for replications nobody wants any more
        processes, results = list((pool._processes or {}).values()), pool._result_queue
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        if results is not None:  # who was ended in the middle of a result: nobody must wait for its other half
            results._writer.close()  # type: ignore[attr-defined]
        raise
    pool.shutdown()


def _context() -> Any:
    """Fork on Linux: rules that a user's script registered exist in the workers, which start at once.

    Elsewhere system libraries do not survive a fork (macOS) or there is none.
    """
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def _adopt(shared: Any) -> None:
    """First act of a worker. Ctrl-C is for the main process, which then ends the workers."""
    global _adopted  # noqa: PLW0603
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _adopted = shared


def _call(work: Work[Item, Result], item: Item) -> Result:
    return work(_adopted, item)
