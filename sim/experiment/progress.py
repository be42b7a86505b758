"""How far an experiment is: a bar for people at a terminal, a log and a small status file in the result folder.

Silent for pipes, files and callers that did not ask. `ccsim status` reads the status file from another terminal;
it is replaced at most once a second. All durations are by the monotonic clock: a clock that is put
forward or back changes a time stamp and nothing else.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment import estimate
from sim.experiment.store.write import write_json

EVERY = 1.0  # seconds between two status files
Headline = tuple[float, float]


@dataclass
class Precision:
    """The half-width of the primary KPI's interval so far: the widest over the arms' differences from the baseline."""

    kpi: str
    ratio: bool
    arms: tuple[str, ...]
    confidence: float
    seen: dict[str, dict[int, Headline]] = field(default_factory=dict)

    def add(self, arm: str, replication: int, headline: Headline) -> None:
        """Take one replication's numerator and denominator."""
        self.seen.setdefault(arm, {})[replication] = headline

    def half_width(self) -> float | None:
        """None while there are fewer than five replications of all arms."""
        common = sorted(set.intersection(*(set(self.seen.get(arm, ())) for arm in self.arms)))
        if len(common) < estimate.FEWEST:
            return None
        pseudo = [self._pseudo(arm, common) for arm in self.arms]
        found = [estimate.difference(one, pseudo[0])[0] for one in pseudo[1:]]
        width = max(float(estimate.half_width(one, self.confidence)[0]) for one in found)
        return width if np.isfinite(width) else None

    def _pseudo(self, arm: str, common: list[int]) -> tuple[Any, Any]:
        top, bottom = np.array([[self.seen[arm][k] for k in common]], dtype=np.float64).transpose(2, 0, 1)
        if self.ratio:
            return estimate.ratio_pseudo(top, bottom)
        with np.errstate(divide="ignore", invalid="ignore"):
            return estimate.mean_pseudo(top / bottom)


class Meter:
    """Counts what is done and tells it: to the bar, to the status file, to the log."""

    def __init__(self, name: str, total: int, points: int = 1, folder: Path | None = None) -> None:
        self.name, self.total, self.points, self.folder = name, total, points, folder
        self.done = self.reused = self.failed = self.contacts = 0
        self.precision: Precision | None = None
        self._began = time.monotonic()
        self._written = float("-inf")
        self._started = _stamp()
        self._advance: Callable[[Meter], None] = lambda _meter: None

    def reuse(self, count: int) -> None:
        """So many replications were there already."""
        self.reused += count
        self.done += count
        self._tell()

    def step(self, contacts: int = 0, failed: bool = False) -> None:
        """One more replication is done."""
        self.done += 1
        self.failed += failed
        self.contacts += contacts
        self._tell()

    def log(self, text: str) -> None:
        """A line in the result folder's `run.log`."""
        if self.folder is not None:
            with suppress(OSError), (self.folder / "run.log").open("a", encoding="utf-8") as file:
                file.write(f"{_stamp()} [{os.getpid()}] {text}\n")

    def status(self, state: str) -> dict[str, Any]:
        """What `status.json` says."""
        seconds = max(time.monotonic() - self._began, 1e-9)
        fresh = self.done - self.reused
        left = (self.total - self.done) * seconds / fresh if fresh else None
        half = self.precision.half_width() if self.precision is not None else None
        return {
            "name": self.name,
            "state": state,
            "points": self.points,
            "replications": self.total,
            "done": self.done,
            "reused": self.reused,
            "failed": self.failed,
            "contacts": self.contacts,
            "contacts_per_second": self.contacts / seconds,
            "seconds": seconds,
            "seconds_left": left if state == "running" else None,
            "primary": self.precision.kpi if self.precision is not None else None,
            "half_width": half,
            "started": self._started,
            "updated": _stamp(),
            "process": os.getpid(),
            "host": socket.gethostname(),
        }

    def write(self, state: str) -> None:
        """Replace the status file; a full disk here must not end an experiment that may yet finish."""
        self._written = time.monotonic()
        if self.folder is not None:
            with suppress(OSError):
                write_json(self.folder / "status.json", self.status(state))

    def _tell(self) -> None:
        self._advance(self)
        if time.monotonic() - self._written >= EVERY:
            self.write("running")


@contextmanager
def follow(name: str, total: int, wanted: bool | None, folder: Path | None = None, points: int = 1) -> Iterator[Meter]:
    """A meter with a bar where people look (`wanted=None`: only where both outputs are a terminal)."""
    meter = Meter(name, total, points, folder)
    with bar(name, total, wanted) as advance:
        meter._advance = advance
        meter.write("running")
        try:
            yield meter
        except KeyboardInterrupt:
            meter.write("interrupted")
            meter.log(f"interrupted: {meter.done} of {total} replications are there")
            raise
        except BaseException as error:
            meter.write("failed")
            meter.log(f"failed: {type(error).__name__}: {error}")
            raise
        meter.write("finished")


@contextmanager
def bar(name: str, total: int, wanted: bool | None) -> Iterator[Callable[[Meter], None]]:
    """What shows a meter's state on standard error; nothing where nobody looks."""
    shown = sys.stdout.isatty() and sys.stderr.isatty() if wanted is None else wanted
    if not shown or total < 2:
        yield lambda _meter: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[more]}"),
    )  # fmt: skip
    # No refresh thread: workers are forked from this process.
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as shown_bar:
        task = shown_bar.add_task(f"{name}: replications", total=total, more="")
        shown_bar.refresh()

        def advance(meter: Meter) -> None:
            shown_bar.update(task, completed=meter.done, more=said(meter.status("running")))
            shown_bar.refresh()

        yield advance


def said(status: dict[str, Any]) -> str:
    """Contacts a second, failures and the current half-width, in a few words."""
    parts = []
    if status["contacts"]:
        parts.append(f"{status['contacts_per_second']:,.0f} contacts/s")
    if status["half_width"] is not None:
        parts.append(f"{status['primary']} ±{status['half_width']:.3g}")
    if status["failed"]:
        parts.append(f"{status['failed']} failed")
    return " · ".join(parts)


def _stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
