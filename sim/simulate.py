"""One replication, from a loaded scenario to its records: the place where all rooms of the house meet.

Stock SimPy runs the staff's processes and the flow's timers; everything random is addressed by (seed, replication).
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.model.births import Births, Source
from sim.model.blueprint import draft
from sim.model.centre import Centre
from sim.model.environment import make
from sim.model.journal import Journal, Lexicon
from sim.model.spec import Blueprint
from sim.model.truth import Truth
from sim.quality import ability, effects, first_signals
from sim.quality.defects import Propensity
from sim.quality.expectation import Expectation, expect
from sim.quality.feedback import Feedback
from sim.quality.raters import Severity
from sim.quality.scorecard import Card
from sim.replication import rules
from sim.replication.changing import Changing
from sim.replication.measuring import Measuring
from sim.replication.pieces import joined, lexicon
from sim.replication.working import Working
from sim.sampling.streams import Streams
from sim.staff import outages, people
from sim.staff.person import Person
from sim.staffing.slack import Slack, slack

if TYPE_CHECKING:
    from sim.config.load import Loaded
    from sim.explain.observer import Observer
    from sim.quality.signals import Measured
    from sim.replication.rules import Trial
    from sim.routing.sides import Sides


@dataclass(frozen=True, slots=True)
class Prepared:
    """An arm's blueprint and staff: built once, run any number of times."""

    blueprint: Blueprint
    staff: tuple[Person, ...]
    lexicon: Lexicon
    slack: Slack | None = None  # where there is room for coaching

    def run(self, seed: int, replication: int, births_factor: float = 1.0, trial: Trial | None = None) -> Journal:
        """Run one replication, as a pilot if told so; see `simulate`."""
        pieces: list[Journal] = []
        _Replication(self, seed, replication, births_factor, trial).run(pieces.append)
        return joined(pieces)

    def stream(
        self,
        seed: int,
        replication: int,
        births_factor: float,
        take: Callable[[Journal], object],
        observer: Observer | None = None,
    ) -> None:
        """Run one replication and hand its records on, a piece at a time; none is kept. See `simulate`."""
        one = _Replication(self, seed, replication, births_factor)
        one.observer = observer
        one.run(take)


PIECE = 4096  # births between two looks at what has closed: its records stay in a processor's cache

_running: dict[int, Any] = {}  # the environment of the replication that a thread runs
_recent: deque[tuple[Loaded, Prepared]] = deque(maxlen=8)  # an arm's replications follow one another in a worker


def now(thread: int) -> float | None:
    """Simulated time of the replication that a thread runs, for whoever watches it; None where it runs none."""
    env = _running.get(thread)
    return None if env is None else env.now


def prepare(loaded: Loaded) -> Prepared:
    """Blueprint and staff of an arm, kept for its next replications."""
    for known, prepared in _recent:
        if known is loaded:
            return prepared
    blueprint, staff = draft(loaded), people.hire(loaded)
    rules.hired(loaded, staff)
    coaching = loaded.scenario.coaching
    coached = coaching is not None and effects.takes_place(coaching)
    prepared = Prepared(blueprint, staff, lexicon(blueprint, staff), slack(loaded, staff) if coached else None)
    _recent.append((loaded, prepared))
    return prepared


def simulate(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Journal:
    """Run one replication of a scenario.

    `births_factor` multiplies every arrival rate: with `volume: offered` it turns recorded into first contacts.
    Raises ScenarioError when the staff cannot be hired, ModelError when a rule makes an impossible choice.
    """
    return prepare(loaded).run(seed, replication, births_factor)


def known(loaded: Loaded, seed: int, replication: int) -> tuple[Truth, Expectation]:
    """What a simulation alone knows of the agents of a replication, and what measuring them for ever would show.

    For researchers who set signals against the truth; no rule may read it.
    """
    one = _Replication(prepare(loaded), seed, replication, 1.0)
    return one.truth, expect(one.blueprint, one.centre.agents, one.truth)


class _Replication:
    """The parts of one replication while it is being built and run."""

    def __init__(
        self, prepared: Prepared, seed: int, replication: int, births_factor: float, trial: Trial | None = None
    ) -> None:
        self.lexicon, self.blueprint, self.staff = prepared.lexicon, prepared.blueprint, prepared.staff
        self.slack, scenario = prepared.slack, prepared.blueprint.scenario
        self.streams = Streams(seed, replication)
        self.keys = [person.key for person in self.staff]
        self.truth = self._truth()
        self.severity = Severity(scenario.quality.evaluation, self.keys, self.streams)
        self.births = Births(self.blueprint, self.streams, births_factor)
        self.env, self.calendar = make()
        sides = None if trial is None else trial.sides(prepared, seed, replication)
        self.centre = self._centre(rules.deciding(self.blueprint, trial, sides), sides)
        self.coach = rules.coaching(scenario, self.slack)
        self.changing = Changing(self.centre, self.staff, self.births, self.streams)
        self.measuring = Measuring(self.env, self.centre, self.coach, self.lexicon.agent_hourly_costs)
        self.working = Working(self.centre, self.staff, self.changing, self.measuring)
        self.feedback = self._feedback()
        self.observer: Observer | None = None

    def _truth(self) -> Truth:
        spec = self.blueprint.scenario.quality.truth
        return ability.draw(spec, self.keys, self.blueprint.intents, ability.source(spec, self.streams))

    def _centre(self, deciding: rules.Rules, sides: Sides | None) -> Centre:
        router, escalation_rule, bot_policy = deciding
        return Centre(
            blueprint=self.blueprint,
            calendar=self.calendar,
            streams=self.streams,
            workers=self.staff,
            truth=self.truth,
            router=router,
            escalation_rule=escalation_rule,
            bot_policy=bot_policy,
            sides=sides,
        )

    def _feedback(self) -> Feedback:
        quality, streams, diary = self.blueprint.scenario.quality, self.streams, self.changing.diary
        propensity = Propensity(quality, self.blueprint.intents, self.keys, self.truth, streams, diary)
        known = self.truth, streams, self.severity, diary, propensity, Card(quality, streams)
        return Feedback(self.blueprint, self.births.k, *known)

    def _first_signals(self) -> Measured:
        known = self.truth, self.streams, self.severity, self.changing.careers
        return first_signals.of(self.blueprint, self.centre, self.keys, *known)

    def run(self, take: Callable[[Journal], object]) -> None:
        """Run it, and hand on what closed, piece by piece.

        A replication makes millions of objects and no garbage that only the collector finds: it can wait.
        """
        collecting = gc.isenabled()
        gc.disable()
        _running[threading.get_ident()] = self.env
        try:
            self._run(take)
        finally:
            del _running[threading.get_ident()]
            if collecting:
                gc.enable()

    def _run(self, take: Callable[[Journal], object]) -> None:
        self._start()
        for until in self._stops():
            self.env.run(until=until)
            take(self._piece())
        self._drain()
        take(self._piece())

    def _start(self) -> None:
        """Set everything going that goes on by itself, in the order in which it acts at one instant."""
        self.changing.start(self.env)
        self.measuring.start(self._first_signals, self.feedback, self.changing.condition)
        self.working.start(self.env, self.coach, self.slack, self.observer)
        outages.start(self.env, self.centre, self.streams)
        Source(self.centre, self.births)
        if self.observer is not None:
            self.observer.attach(self.centre, self.streams)

    def _stops(self) -> NDArray[np.float64]:
        """Moments within the measured time at which to look at what has closed; they change nothing."""
        count = self.births.k.size // PIECE
        return np.linspace(0.0, self.blueprint.horizon, count + 2)[1:-1]

    def _drain(self) -> None:
        """Run the measured time, then let everybody who arrived in it leave, for at most `max_drain`."""
        env, limit = self.env, self.blueprint.limit
        env.run(until=self.blueprint.horizon)
        while self.centre.oldest_open is not None and env.peek() <= limit:
            env.step()
        if self.centre.oldest_open is not None and env.now < limit:
            env.run(until=limit)  # whoever still waits has waited to the end, whatever else happened last
        self.working.close()
        self.centre.close()

    def _piece(self) -> Journal:
        """What has closed since the last piece, with surveys, defects and evaluations."""
        self.measuring.read()
        self.changing.read()
        legs, contacts, cases, states = self.centre.recorder.take()
        evaluations = self.feedback.fill_in(contacts)
        others = self.changing.take(), self.working.take()
        return Journal(self.lexicon, legs, contacts, cases, states, evaluations, *others)
