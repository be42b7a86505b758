"""Dask: a cluster of processes on this machine, or the one of a scheduler, by its address.

The job goes to the workers as a plug-in, so that a worker that joins later or is started again has it too.
Retries are the loop's affair, so Dask is told not to try again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sim.errors import CcsimError
from sim.experiment.engines import travel
from sim.experiment.engines.port import Job, Placed, Report, Where, missing


class Dask:
    """A pool of one slot a thread of the cluster, or of as many as `workers` says."""

    depth = 2  # the way there and back is long: the next bundle waits beside the worker
    grain = 1.5

    def __init__(self, job: Job, where: Where) -> None:
        self._dask = dask = _imported()
        self._cluster = None if where.address is not None else _cluster(dask, where)
        self._client = _client(dask, where, self._cluster)
        self._token, self._name = job.token, f"ccsim-{job.token}"
        self._client.register_plugin(_plugin(dask, job), name=self._name)
        self.slots = _slots(self._client, where)
        self._flying: dict[str, tuple[int, Any]] = {}
        self._done = dask.as_completed(with_results=False)

    def submit(self, bundle: int, items: Sequence[Placed]) -> None:
        key = f"{self._name}-{bundle}"
        future = self._client.submit(travel.work, self._token, list(items), key=key, pure=False, retries=0)
        self._flying[key] = bundle, future
        self._done.add(future)

    def wait(self) -> Sequence[Report]:
        return [self._report(next(self._done))]

    def close(self, at_once: bool) -> None:
        with suppress(Exception):
            self._client.cancel([future for _bundle, future in self._flying.values()])
        with suppress(Exception):
            self._client.unregister_worker_plugin(name=self._name)
        with suppress(Exception):
            self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def _report(self, future: Any) -> Report:
        bundle, _future = self._flying.pop(future.key)
        if future.status == "finished":
            return Report(bundle, future.result(), over=True)
        error = future.exception() if future.status == "error" else None
        if error is None or isinstance(error, self._dask.KilledWorker):
            return Report(bundle, (), died=True)
        raise CcsimError(f"engine=dask: a worker cannot run the package: {error!r}") from error


def _imported() -> Any:
    try:
        import distributed
    except ImportError:
        raise missing("dask", "dask") from None
    return distributed


def _cluster(dask: Any, where: Where) -> Any:
    """Processes of one thread each on this machine; a killed one is replaced and its bundle comes back at once."""
    import dask as core

    core.config.set({"distributed.scheduler.allowed-failures": 0})
    return dask.LocalCluster(
        n_workers=where.workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def _client(dask: Any, where: Where, cluster: Any) -> Any:
    try:
        return dask.Client(where.address if cluster is None else cluster, timeout="20s")
    except (OSError, ValueError) as error:
        raise CcsimError(f"dask.address={where.address}: cannot join this cluster: {error}") from error


def _plugin(dask: Any, job: Job) -> Any:
    """The plug-in that makes a job known to a worker when it starts."""

    class Adopts(dask.WorkerPlugin):  # type: ignore[misc]
        def __init__(self, token: str, content: bytes) -> None:
            self.token, self.content = token, content

        def setup(self, worker: Any) -> None:
            from sim.experiment.engines import travel

            travel.adopt(self.token, self.content)

    return Adopts(job.token, travel.packed(job))


def _slots(client: Any, where: Where) -> int:
    client.wait_for_workers(1, timeout=60)
    there: int = max(1, sum(client.nthreads().values()))
    return there if where.workers is None else min(there, where.workers)
