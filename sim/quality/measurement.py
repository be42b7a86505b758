"""Measurement during the run: at each refresh, what has become known since the last one enters the signals.

An ordinary SimPy process. It reads the journal's rows and writes to the signals' tallies alone, so it cannot change
the path but through a router that looks at signals.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.centre import Centre
from sim.model.journal import ContactEnd, LegEnd
from sim.quality.signals import Measured

Evaluate = Callable[[NDArray[np.void]], NDArray[np.void]]
HANDLED = (LegEnd.RESOLVED, LegEnd.UNRESOLVED, LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR)


class Measurement:
    """Feeds released evaluations, handle times and matured repeats to the signals."""

    def __init__(self, centre: Centre, signals: Measured, evaluate: Evaluate) -> None:
        self._centre = centre
        self._signals = signals
        self._evaluate = evaluate
        self._legs_read = 0
        self._contacts_read = 0
        self._handle_times: list[NDArray[np.float64]] = []
        self._outcomes: list[NDArray[np.float64]] = []
        self._scores: list[NDArray[np.float64]] = []

    def run(self, env: simpy.Environment, every: float) -> Generator[simpy.Event, Any, None]:
        """The process: refresh every so many seconds."""
        while True:
            yield env.timeout(every)
            self.take_in()
            self._signals.refresh()
            self._centre.router.refresh(self._centre.view)

    def take_in(self) -> None:
        """Move what is known by now into the tallies."""
        now = self._centre.calendar.now
        self.read()
        self._handle_times = self._release(self._handle_times, now, self._signals.handle_tally.add)
        self._outcomes = self._release(self._outcomes, now, self._signals.resolution_tally.add)
        self._scores = self._release(self._scores, now, self._signals.qa_tally.add)

    def read(self) -> None:
        """Note what the recorder holds and this has not read yet, for the next refresh."""
        self._read_legs()
        self._read_contacts()

    def forget(self) -> None:
        """The recorder has been emptied."""
        self._legs_read = self._contacts_read = 0

    def _read_legs(self) -> None:
        legs = self._centre.recorder.legs(self._legs_read)
        self._legs_read += legs.size
        legs = legs[np.isin(legs["end"], HANDLED)]
        handle = legs["ended"] - legs["answered"] + legs["wrap_up"]
        self._handle_times.append(_table(legs["ended"], legs["agent"], legs["intent"], handle))

    def _read_contacts(self) -> None:
        contacts = self._centre.recorder.contacts(self._contacts_read)
        self._contacts_read += contacts.size
        judged = contacts[_judged(contacts)]
        window = judged["ended"] + self._centre.blueprint.scenario.measures.repeat_window
        came_back = judged["next_due"] < window  # NaN, never, compares as False
        known = np.where(came_back, judged["next_due"], window)
        self._outcomes.append(_table(known, judged["agent"], judged["intent"], ~came_back))
        scored = self._evaluate(contacts)
        self._scores.append(_table(scored["released"], scored["agent"], np.zeros(scored.size), scored["score"]))

    @staticmethod
    def _release(pending: list[NDArray[np.float64]], now: float, add: Callable[..., None]) -> list[NDArray[np.float64]]:
        rows = np.concatenate(pending)
        known = rows[:, 0] <= now
        due = rows[known]
        add(due[:, 1].astype(np.int64), due[:, 2].astype(np.int64), due[:, 3])
        return [rows[~known]]


def _judged(contacts: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which contacts ended with an agent, resolved or believed so."""
    by_human = (contacts["end"] == ContactEnd.RESOLVED) | (contacts["end"] == ContactEnd.UNRESOLVED)
    return np.asarray(by_human & (contacts["agent"] >= 0))


def _table(*columns: NDArray[Any]) -> NDArray[np.float64]:
    """Rows of (known at, agent, column, value)."""
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
