"""What an engine is: workers that take bundles of items and report back. Everything else is the same for all.

An engine knows nothing of replications. It gets a job (a function and what every call of it shares), takes
bundles while it has room, and reports results, the ends of bundles, and bundles whose worker died.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sim.errors import CcsimError

Item = TypeVar("Item")

Placed = tuple[int, Any]  # an item with its place in the caller's order, or a result with that of its item


@dataclass(frozen=True, slots=True)
class Job:
    """`work(shared, item)`; `shared` travels to each worker once, and `token` is what it goes by there."""

    work: Callable[[Any, Any], Any]
    shared: Any
    token: str


@dataclass(frozen=True, slots=True)
class Where:
    """Which engine, how many workers (None: all there are), and the address of a cluster to join."""

    engine: str = "local"
    workers: int | None = None
    address: str | None = None
    patience: float | None = None  # seconds after which a worker that is still at one item is ended


class Report(NamedTuple):
    """News of one bundle: results that came in, and whether it is over or its worker died.

    `ended` says why its worker was ended on purpose: then nobody tries again.
    """

    bundle: int
    results: Sequence[Placed]
    over: bool = False
    died: bool = False
    ended: str = ""


class Pool(Protocol):
    """Workers somewhere. `close(True)` ends them at once, whatever they are doing."""

    slots: int  # bundles that run at the same time
    depth: int  # bundles a slot may have been given: more than one where the way is long
    grain: float  # seconds of work that a bundle should hold; 0: always one item

    def submit(self, bundle: int, items: Sequence[Placed]) -> None: ...

    def wait(self) -> Sequence[Report]:
        """What there is to report; blocks until there is something, or time to look at the clock."""
        ...

    def close(self, at_once: bool) -> None: ...


class Killed(Generic[Item]):
    """Stands where a result would be: the process that worked on `item` died without an answer, or was ended.

    `why` says so where it was ended on purpose.
    """

    def __init__(self, item: Item, why: str = "") -> None:
        self.item = item
        self.why = why


class Raised:
    """Stands where a result would be: the work raised, and the caller's process is to raise it again."""

    def __init__(self, error: Exception) -> None:
        error.add_note("in a worker:\n" + "".join(traceback.format_exception(error)))
        self.error = error


def answer(job: Job, item: Any) -> Any:
    """The result of one item, or what it raised."""
    try:
        return job.work(job.shared, item)
    except Exception as error:
        return Raised(error)


def answers(job: Job, items: Sequence[Placed]) -> list[Placed]:
    """The results of a bundle, as a worker of a cluster hands them over: all at once."""
    return [(place, answer(job, item)) for place, item in items]


def missing(name: str, extra: str) -> CcsimError:
    """What to say where the package behind an engine is not installed."""
    from sim.errors import UsageError

    return UsageError(f"engine={name}: the package {name} is not installed; pip install 'ccsim[{extra}]'")
