"""Ray: a cluster that starts by itself on this machine, or one that is there, by its address.

The job is put into Ray's object store once; a worker process takes it from there at its first bundle. Retries are
the loop's affair, so Ray is told not to try again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sim.errors import CcsimError
from sim.experiment.engines import travel
from sim.experiment.engines.port import Job, Placed, Report, Where, missing


class Ray:
    """A pool of one slot a CPU of the cluster, or of as many as `workers` says."""

    depth = 2  # the way there and back is long: the next bundle waits beside the worker
    grain = 1.5

    def __init__(self, job: Job, where: Where) -> None:
        self._ray = ray = _imported()
        self._started = not ray.is_initialized()
        if self._started:
            _start(ray, where)
        self.slots = _slots(ray, where)
        self._token, self._job = job.token, ray.put(travel.packed(job))
        self._task = ray.remote(num_cpus=1, max_retries=0)(_bundle)
        self._flying: dict[Any, int] = {}

    def submit(self, bundle: int, items: Sequence[Placed]) -> None:
        self._flying[self._task.remote(self._token, [self._job], list(items))] = bundle

    def wait(self) -> Sequence[Report]:
        done, _rest = self._ray.wait(list(self._flying), num_returns=1)
        return [self._report(one) for one in done]

    def close(self, at_once: bool) -> None:
        if at_once:
            for one in self._flying:
                with suppress(Exception):
                    self._ray.cancel(one, force=True)
        if self._started:
            self._ray.shutdown()

    def _report(self, one: Any) -> Report:
        bundle = self._flying.pop(one)
        try:
            return Report(bundle, self._ray.get(one), over=True)
        except self._ray.exceptions.RayTaskError as error:
            raise CcsimError(f"engine=ray: a worker cannot run the package: {error}") from error
        except self._ray.exceptions.RayError:
            return Report(bundle, (), died=True)


def _bundle(token: str, job: list[Any], items: list[Placed]) -> list[Placed]:
    """What runs on the cluster; the job comes in a list, as Ray would otherwise unpack it for every bundle."""
    if not travel.has(token):
        import ray

        travel.adopt(token, ray.get(job[0]))
    return travel.work(token, items)


def _imported() -> Any:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise missing("ray", "ray") from None
    return ray


def _start(ray: Any, where: Where) -> None:
    """Start a cluster on this machine, or join the one at the address."""
    common = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
    if where.address is None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(address="local", num_cpus=where.workers, include_dashboard=False, **common)
        return
    try:
        ray.init(address=where.address, **common)
    except Exception as error:
        raise CcsimError(f"ray.address={where.address}: cannot join this cluster: {error}") from error


def _slots(ray: Any, where: Where) -> int:
    there = max(1, int(ray.cluster_resources().get("CPU", 1)))
    return there if where.workers is None else min(there, where.workers)
