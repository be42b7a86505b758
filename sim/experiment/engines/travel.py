"""What a worker on another machine needs beside its job: the rules that a user's script registered here.

A forked worker has them already. Elsewhere they travel by value, so the other machine needs the package only.
"""

from __future__ import annotations

import sys
from typing import Any

from sim.experiment.engines.port import Job, Placed, answers

_known: dict[str, Job] = {}  # jobs that this worker process has; the last one is enough


def packed(job: Job) -> bytes:
    """The job, with foreign rules, as bytes."""
    import cloudpickle

    rules = _foreign()
    for entry in rules.values():
        if entry.build.__module__ != "__main__":  # of a script everything travels by value as it is
            cloudpickle.register_pickle_by_value(sys.modules[entry.build.__module__])
    return bytes(cloudpickle.dumps((job, rules)))


def adopt(token: str, content: bytes) -> None:
    """Make a job known to this process."""
    import cloudpickle

    from sim import registry

    job, rules = cloudpickle.loads(content)
    for kind in registry.PACKAGES:
        registry.names(kind)
    registry._entries.update(rules)
    _known.clear()
    _known[token] = job


def has(token: str) -> bool:
    """Whether this process knows the job."""
    return token in _known


def work(token: str, items: list[Placed]) -> list[Placed]:
    """One bundle's results."""
    return answers(_known[token], items)


def _foreign() -> dict[tuple[str, str], Any]:
    from sim import registry

    return {key: entry for key, entry in registry._entries.items() if not entry.build.__module__.startswith("sim.")}
