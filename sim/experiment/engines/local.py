"""Worker processes on this machine, each at the end of a pipe of its own.

Every result comes back by itself as soon as it is there, so an interruption loses only what is running; and
when a worker dies, what it was working on is known. A worker whose main process is gone ends too.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import pickle
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from sim.errors import CcsimError
from sim.experiment.engines.port import Job, Placed, Raised, Report, Where, answer

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


@dataclass
class _Worker:
    """A process, this end of its pipe, and the bundle it has."""

    process: Any
    pipe: Connection
    bundle: int | None = None
    since: float = 0.0  # when it was last heard of


class Local:
    """A pool of processes; each is started when there is work for it, and a dead one is replaced by a new one."""

    depth = 1
    grain = 1.5

    def __init__(self, job: Job, where: Where) -> None:
        self._job = job
        self.slots = where.workers or 1
        self._patience = where.patience
        self._context = _context()
        self._workers: list[_Worker] = []

    def submit(self, bundle: int, items: Sequence[Placed]) -> None:
        worker = next((worker for worker in self._workers if worker.bundle is None), None) or self._start()
        worker.bundle, worker.since = bundle, time.monotonic()
        with suppress(BrokenPipeError):  # it died while it was idle: `wait` reports that
            worker.pipe.send(list(items))

    def wait(self) -> Sequence[Report]:
        busy = [worker for worker in self._workers if worker.bundle is not None]
        ends = [one for worker in busy for one in (worker.pipe, worker.process.sentinel)]
        ready = set(wait(ends, None if self._patience is None else self._patience / 4))
        heard = [self._heard(worker) for worker in busy if worker.pipe in ready or worker.process.sentinel in ready]
        return heard + [self._end(worker) for worker in busy if worker.bundle is not None and self._late(worker)]

    def close(self, at_once: bool) -> None:
        for worker in self._workers:
            if at_once:
                worker.process.kill()
            else:
                with suppress(OSError):
                    worker.pipe.send(None)
        for worker in self._workers:
            self._let_go(worker)
        self._workers.clear()

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._job), daemon=True)
        process.start()
        theirs.close()  # only the worker holds it, so the pipe ends with the worker
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _heard(self, worker: _Worker) -> Report:
        """All that a worker has sent; a worker that is gone is taken off the list."""
        bundle, results = worker.bundle, list[Placed]()
        assert bundle is not None
        try:
            while worker.pipe.poll():
                told = worker.pipe.recv()
                if told is None:
                    worker.bundle = None
                    return Report(bundle, results, over=True)
                results.append(told)
                worker.since = time.monotonic()
        except (EOFError, OSError):
            pass
        else:
            if worker.process.is_alive() or worker.pipe.poll():
                return Report(bundle, results)
        self._drop(worker)
        return Report(bundle, results, died=True)

    def _late(self, worker: _Worker) -> bool:
        return self._patience is not None and time.monotonic() - worker.since > self._patience

    def _end(self, worker: _Worker) -> Report:
        bundle = worker.bundle
        assert bundle is not None
        worker.process.kill()
        self._drop(worker)
        return Report(bundle, (), died=True, ended=f"it took longer than {self._patience:g} s and was ended")

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.bundle = None
        self._let_go(worker)

    @staticmethod
    def _let_go(worker: _Worker) -> None:
        worker.process.join()
        worker.process.close()
        worker.pipe.close()


def _context() -> Any:
    """Fork on Linux: rules that a user's script registered exist in the workers, which start at once.

    Elsewhere system libraries do not survive a fork (macOS) or there is none.
    """
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def _serve(pipe: Connection, job: Job) -> None:
    """A worker's life. Ctrl-C is for the main process, which then ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    parent = multiprocessing.parent_process()
    while True:
        try:
            if parent is not None and pipe not in wait([pipe, parent.sentinel]):
                return
            items = pipe.recv()
            if items is None:
                return
            for place, item in items:
                _hand_over(pipe, place, answer(job, item))
            pipe.send(None)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def _hand_over(pipe: Connection, place: int, result: Any) -> None:
    try:
        pipe.send((place, result))
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        pipe.send((place, Raised(CcsimError(f"a result cannot travel between processes: {error}"))))


def _die_with_parent() -> None:
    """Ask Linux to end this process with its parent, even in the middle of a replication."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
