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
from sim.quality.condition import Condition
from sim.quality.expectation import expect
from sim.quality.feedback import Feedback
from sim.quality.scorecard import scale
from sim.quality.signals import QUEUE_SIGNALS, Measured, Oracle

PASSED_ON = (LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR)
HANDLED = (LegEnd.RESOLVED, LegEnd.UNRESOLVED, *PASSED_ON)


class Measurement:
    """Feeds released evaluations, handle times and matured repeats to the signals."""

    def __init__(self, centre: Centre, signals: Measured, feedback: Feedback) -> None:
        """`feedback` gives the evaluations of contacts, and fills in the surveys of a copy of them."""
        self._centre = centre
        self._signals = signals
        self._feedback = feedback
        quality = centre.blueprint.scenario.quality
        self._survey_lag, self._half_life = quality.survey.lag, quality.signals.half_life
        self._legs_read = 0
        self._contacts_read = 0
        self._handle_times: list[NDArray[np.float64]] = []
        self._outcomes: list[NDArray[np.float64]] = []
        self._scores: list[NDArray[np.float64]] = []
        self._marks: list[NDArray[np.float64]] = []
        self._escalations: list[NDArray[np.float64]] = []
        self._moods: list[NDArray[np.float64]] = []
        self._found: list[NDArray[np.float64]] = []
        self._of_queues: dict[str, list[NDArray[np.float64]]] = {name: [] for name in QUEUE_SIGNALS}

    def run(self, env: simpy.Environment, every: float) -> Generator[simpy.Event, Any, None]:
        """The process: refresh every so many seconds."""
        while True:
            yield env.timeout(every)
            if self._half_life is not None:
                self._signals.fade(0.5 ** (every / self._half_life))
            self.take_in()
            self._signals.refresh()
            self._centre.router.refresh(self._centre.view)
            self._centre.offer_who_waits()

    def take_in(self) -> None:
        """Move what is known by now into the tallies."""
        now = self._centre.calendar.now
        self.read()
        self._handle_times = self._release(self._handle_times, now, self._signals.handle_tally.add)
        self._outcomes = self._release(self._outcomes, now, self._signals.resolution_tally.add)
        self._scores = self._release(self._scores, now, self._signals.qa_tally.add)
        if self._signals.csat_tally is not None:
            self._marks = self._release(self._marks, now, self._signals.csat_tally.add)
        if self._signals.escalation_tally is not None:
            self._escalations = self._release(self._escalations, now, self._signals.escalation_tally.add)
        if self._signals.sentiment_tally is not None:
            self._moods = self._release(self._moods, now, self._signals.sentiment_tally.add)
        for name, tally in self._signals.queue_tallies.items():
            self._of_queues[name] = self._release(self._of_queues[name], now, tally.add)
        self._found = self._release(self._found, now, self._signals.findings.add)

    def read(self) -> None:
        """Note what the recorder holds and this has not read yet, for the next refresh."""
        self._read_legs()
        self._read_contacts()

    def forget(self) -> None:
        """The recorder has been emptied."""
        self._legs_read = self._contacts_read = 0

    def forget_agent(self, agent: int) -> None:
        """Someone new takes the agent's seat: what was observed and is not known yet is not about them."""
        self.read()
        for name in ("_handle_times", "_outcomes", "_scores", "_marks", "_escalations", "_moods", "_found"):
            setattr(self, name, [rows[rows[:, 1] != agent] for rows in getattr(self, name)])

    def _read_legs(self) -> None:
        legs = self._centre.recorder.legs(self._legs_read)
        self._legs_read += legs.size
        if self._signals.queue_tallies:
            self._read_queues(legs[legs["queue"] >= 0])
        legs = legs[np.isin(legs["end"], HANDLED)]
        handle = legs["ended"] - legs["answered"] + legs["wrap_up"]
        self._handle_times.append(_table(legs["ended"], legs["agent"], legs["intent"], handle))
        if self._signals.escalation_tally is not None:
            passed_on = np.isin(legs["end"], PASSED_ON)
            self._escalations.append(_table(legs["ended"], legs["agent"], legs["intent"], passed_on))

    def _read_queues(self, legs: NDArray[np.void]) -> None:
        """Of every visit to a queue its wait; of the handled ones handle time and whether they were passed on."""
        begun = np.where(np.isnan(legs["answered"]), legs["ended"], legs["answered"])
        none = np.zeros(legs.size)
        self._of_queues["queue_wait"].append(_table(legs["ended"], legs["queue"], none, begun - legs["entered"]))
        legs = legs[np.isin(legs["end"], HANDLED)]
        none, handle = none[: legs.size], legs["ended"] - legs["answered"] + legs["wrap_up"]
        self._of_queues["queue_handle_time"].append(_table(legs["ended"], legs["queue"], none, handle))
        passed_on = np.isin(legs["end"], PASSED_ON)
        self._of_queues["queue_escalation"].append(_table(legs["ended"], legs["queue"], none, passed_on))

    def _read_contacts(self) -> None:
        contacts = self._centre.recorder.contacts(self._contacts_read)
        self._contacts_read += contacts.size
        judged = contacts[by_agent(contacts)]
        known, came_back = matured(judged, self._centre.blueprint.scenario.measures.repeat_window)
        self._outcomes.append(_table(known, judged["agent"], judged["intent"], ~came_back))
        if self._signals.csat_tally is not None or self._signals.sentiment_tally is not None:
            self._read_surveys(contacts)
        scored = self._feedback.evaluate(contacts)
        self._scores.append(_table(scored["released"], scored["agent"], np.zeros(scored.size), scored["score"]))
        self._found.append(_table(scored["released"], scored["agent"], scored["intent"], scored["found"]))

    def _read_surveys(self, contacts: NDArray[np.void]) -> None:
        told = contacts.copy()
        self._feedback.answer(told)
        if self._signals.sentiment_tally is not None:
            served = told[by_agent(told)]
            mood = self._feedback.sentiment(served)
            self._moods.append(_table(served["ended"], served["agent"], np.zeros(served.size), mood))
        told = told[(told["csat"] > 0) & (told["agent"] >= 0)]
        self._marks.append(_table(told["ended"] + self._survey_lag, told["agent"], np.zeros(told.size), told["csat"]))

    @staticmethod
    def _release(pending: list[NDArray[np.float64]], now: float, add: Callable[..., None]) -> list[NDArray[np.float64]]:
        rows = np.concatenate(pending)
        known = rows[:, 0] <= now
        due = rows[known]
        add(due[:, 1].astype(np.int64), due[:, 2].astype(np.int64), due[:, 3])
        return [rows[~known]]


def by_agent(contacts: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which contacts ended with an agent, resolved or believed so: those that are judged."""
    by_human = (contacts["end"] == ContactEnd.RESOLVED) | (contacts["end"] == ContactEnd.UNRESOLVED)
    return np.asarray(by_human & (contacts["agent"] >= 0))


def matured(judged: NDArray[np.void], window: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """When contacts count, and whether each was followed by another within `window` seconds.

    A failure could be known when the customer comes back, a success only when the window is over. Both count at its
    end: else a young signal knows failures alone.
    """
    end = judged["ended"] + window
    return end, judged["next_due"] <= end  # NaN, never, compares as False


def _table(*columns: NDArray[Any]) -> NDArray[np.float64]:
    """Rows of (known at, agent, column, value)."""
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


class Following:
    """For an oracle while agents change: at each refresh, the truth as it is then."""

    def __init__(self, centre: Centre, oracle: Oracle, condition: Condition) -> None:
        self._centre, self._oracle, self._condition = centre, oracle, condition

    def run(self, env: simpy.Environment, every: float) -> Generator[simpy.Event, Any, None]:
        """The process: look at the start, and every so many seconds."""
        while True:
            self.look()
            yield env.timeout(every)

    def look(self) -> None:
        """Tell the oracle how agents are now, and the router."""
        centre, change = self._centre, self._condition.present
        expected = expect(centre.blueprint, centre.agents, centre.truth, change)
        quality, card = centre.blueprint.scenario.quality, scale(centre.blueprint.scenario.quality)
        qa = card.level + card.slope * (quality.evaluation.mean + np.array(centre.truth.qa) + change.qa)
        self._oracle.know(expected.handle, expected.resolution, qa)
        self._oracle.refresh()
        centre.router.refresh(centre.view)
        centre.offer_who_waits()
