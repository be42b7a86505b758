"""One replication, from a loaded scenario to its records: the place where all rooms of the house meet.

Stock SimPy runs the staff's processes and the flow's timers; everything random is addressed by (seed, replication).
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import registry
from sim.model.births import Births, Source
from sim.model.blueprint import draft
from sim.model.centre import UNSEEN, Centre
from sim.model.environment import make
from sim.model.journal import CONDITION, STREAMS, Journal, Lexicon
from sim.model.ledger import Ledger
from sim.model.spec import Blueprint
from sim.model.truth import Truth
from sim.quality import ability, careers, effects, first_signals
from sim.quality.bot_condition import BotCondition
from sim.quality.bot_review import BotReview
from sim.quality.bot_signals import BotMeasured, BotMeasurement
from sim.quality.coached import Coached
from sim.quality.condition import Condition, Diary
from sim.quality.defects import Propensity
from sim.quality.expectation import Expectation, expect
from sim.quality.feedback import Feedback
from sim.quality.measurement import Following, Measurement
from sim.quality.raters import Severity
from sim.quality.scorecard import Card
from sim.quality.signals import Measured, Oracle
from sim.routing import pilot
from sim.routing.sides import Days, Design, Member, Sides
from sim.sampling.streams import Streams
from sim.staff import outages, people, shifts
from sim.staff.coaching import Coaching
from sim.staff.floor_manager import FloorManager
from sim.staff.leaders import Leaders
from sim.staff.person import Person
from sim.staff.windows import Windows
from sim.staffing.slack import Slack, slack

if TYPE_CHECKING:
    from sim.coaching.port import CoachingRule
    from sim.config.load import Loaded
    from sim.config.schema import Rule, Scenario
    from sim.explain.observer import Observer


@dataclass(frozen=True, slots=True)
class Trial:
    """A pilot: the rules of another arm side by side with the scenario's own, by a design over days."""

    treated: Loaded
    design: Design
    days: Days

    def sides(self, prepared: Prepared, seed: int, replication: int) -> Sides:
        """Who is treated in one replication."""
        members = [Member(person.key, (person.tier, frozenset(person.skills))) for person in prepared.staff]
        first = [intent.steps[0].queue for intent in prepared.blueprint.intents]
        return Sides(self.design, self.days, seed, replication, members, first)


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
        return _joined(pieces)

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
    coaching = loaded.scenario.coaching
    coached = coaching is not None and effects.takes_place(coaching)
    prepared = Prepared(blueprint, staff, _lexicon(blueprint, staff), slack(loaded, staff) if coached else None)
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
        self.trial = trial
        self.sides = None if trial is None else trial.sides(prepared, seed, replication)
        self.lexicon = prepared.lexicon
        self.blueprint = prepared.blueprint
        self.staff = prepared.staff
        self.streams = Streams(seed, replication)
        self.truth = _truth(prepared, self.streams)
        self.keys = [person.key for person in self.staff]
        self.severity = Severity(self.blueprint.scenario.quality.evaluation, self.keys, self.streams)
        self.births = Births(self.blueprint, self.streams, births_factor)
        self.env, self.calendar = make()
        self.centre = self._centre()
        self.careers = careers.begin(self.centre, self.staff, self.streams)
        self.effects = effects.of(self.centre, self.staff, self.streams)
        if self.careers is not None:
            self.effects = [*self.careers.effects, *self.effects]
        self.review = _review(self.centre, self.births, self.streams)
        self.bot_effects = effects.of_bot(self.centre, self.review)
        self.diary = Diary(kept=bool(self.effects))
        self.feedback = self._feedback()
        self.condition: Condition | None = None
        self.signals: Measured | None = None
        self.measurement: Measurement | None = None
        self.bot_measurement: BotMeasurement | None = None
        self.ledger: Ledger | None = None
        self.observer: Observer | None = None
        self.coaching: Coaching | None = None
        self.slack = prepared.slack

    def _feedback(self) -> Feedback:
        quality, streams = self.blueprint.scenario.quality, self.streams
        propensity = Propensity(quality, self.blueprint.intents, self.keys, self.truth, streams, self.diary)
        known = self.truth, streams, self.severity, self.diary, propensity, Card(quality, streams)
        return Feedback(self.blueprint, self.births.k, *known)

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
        self._start_changing()
        self._start_measuring()
        self._start_measuring_bot()
        self._start_staff()
        outages.start(self.env, self.centre, self.streams)
        Source(self.centre, self.births)
        if self.observer is not None:
            self.observer.attach(self.centre, self.streams)
        for until in self._stops():
            self.env.run(until=until)
            take(self._piece())
        self._drain()
        take(self._piece())

    def _stops(self) -> NDArray[np.float64]:
        """Moments within the measured time at which to look at what has closed; they change nothing."""
        count = self.births.k.size // PIECE
        return np.linspace(0.0, self.blueprint.horizon, count + 2)[1:-1]

    def _centre(self) -> Centre:
        router, escalation_rule, bot_policy = self._policies()
        return Centre(
            blueprint=self.blueprint,
            calendar=self.calendar,
            streams=self.streams,
            workers=self.staff,
            truth=self.truth,
            router=router,
            escalation_rule=escalation_rule,
            bot_policy=bot_policy,
            sides=self.sides,
        )

    def _start_changing(self) -> None:
        """Let agents and the bot change while it runs, where anything makes them."""
        if self.effects:
            self.condition = Condition(self.centre, self.effects, self.diary)
            self.env.process(self.condition.run(self.env, self.blueprint.scenario.quality.changes_every))
        if self.bot_effects:
            bot = BotCondition(self.centre, self.bot_effects)
            self.env.process(bot.run(self.env, self.blueprint.scenario.quality.changes_every))

    def _policies(self) -> tuple[Any, Any, Any]:
        """Router, escalation rule and bot policy: the scenario's, or both arms' in a pilot."""
        own = _rules(self.blueprint.scenario)
        if self.trial is None or self.sides is None:
            return own
        routers, escalations, bots = zip(own, _rules(self.trial.treated.scenario), strict=True)
        kinds = len(self.blueprint.queues) * len(self.blueprint.intents)
        bot = None if bots[0] is None else pilot.PilotBot(self.sides, bots)
        return pilot.router(self.sides, routers, kinds), pilot.PilotEscalation(self.sides, escalations), bot

    def _start_measuring(self) -> None:
        """Give the centre its signals, and refresh them while it runs; a router that reads none costs nothing."""
        centre, spec = self.centre, self.blueprint.scenario.quality.signals
        if centre.router.uses_ledger:
            self.ledger = Ledger(centre)
            centre.view.lend(self.ledger)
        coach = self._coach()
        if not centre.router.uses_signals and not (coach is not None and (coach.uses_signals or coach.uses_findings)):
            self._start_coaching(coach, UNSEEN)
            return
        known = self.truth, self.streams, self.severity, self.careers
        self.signals = signals = first_signals.of(self.blueprint, centre, self.keys, *known)
        if centre.router.uses_signals:
            centre.signals = signals
            centre.router.refresh(centre.view)
        if isinstance(signals, Oracle):
            if self.condition is not None:
                following = Following(centre, signals, self.condition)
                self.env.process(following.run(self.env, spec.refresh))
        elif spec.refresh < self.blueprint.limit:
            self.measurement = Measurement(centre, signals, self.feedback)
            self.env.process(self.measurement.run(self.env, spec.refresh))
        self._start_coaching(coach, signals)

    def _coach(self) -> CoachingRule | None:
        """The rule that says whom to coach, where anybody is."""
        spec = self.blueprint.scenario.coaching
        return _build("coaching", spec.rule) if spec is not None and self.slack is not None else None

    def _start_coaching(self, rule: CoachingRule | None, signals: Any) -> None:
        spec = self.blueprint.scenario.coaching
        if rule is None or spec is None or self.slack is None:
            return
        leaders = Leaders(self.centre, self.staff, signals, rule, spec)
        windows = Windows(spec, self.slack, self.staff)
        coached = next(effect for effect in self.effects if isinstance(effect, Coached))
        self.coaching = Coaching(self.env, spec, self.centre, rule, leaders, windows, coached)

    def _start_measuring_bot(self) -> None:
        """Measure bot and people by intent, where the bot's policy reads it."""
        policy, refresh = self.centre.bot_policy, self.blueprint.scenario.quality.signals.refresh
        if policy is None or not policy.uses_signals:
            return
        signals = BotMeasured(len(self.blueprint.intents))
        self.centre.bot_signals = signals
        if refresh < self.blueprint.limit:
            self.bot_measurement = BotMeasurement(self.centre, signals, self.lexicon.agent_hourly_costs)
            self.env.process(self.bot_measurement.run(self.env, refresh))

    def _start_staff(self) -> None:
        presence = None
        if self.careers is not None:
            presence = self.careers.presence
            self.careers.seats.on_join.append(self._joined)
            self.careers.start(self.env)
        stays = shifts.start(self.env, self.centre.agents, self.staff, self.blueprint.limit, presence)
        if self.coaching is not None:
            self.env.process(self.coaching.run(self.blueprint.horizon))
        spec = self.blueprint.scenario.staff.floor_manager
        if spec is not None:
            manager = FloorManager(spec, self.centre.lanes, stays, self.coaching)
            manager.log = None if self.observer is None else self.observer.moved
            self.env.process(manager.run(self.env))

    def _joined(self, agent: int) -> None:
        """Someone new on a seat works, and is known, as a stranger from now on."""
        if self.coaching is not None:
            self.coaching.forget(agent)
        if self.condition is not None:
            self.condition.refresh()
        if self.signals is not None:
            if self.measurement is not None:
                self.measurement.forget_agent(agent)
            self.signals.restart(agent)
            self.signals.refresh()
            self.centre.router.refresh(self.centre.view)

    def _drain(self) -> None:
        """Run the measured time, then let everybody who arrived in it leave, for at most `max_drain`."""
        env, limit = self.env, self.blueprint.limit
        env.run(until=self.blueprint.horizon)
        while self.centre.oldest_open is not None and env.peek() <= limit:
            env.step()
        if self.centre.oldest_open is not None and env.now < limit:
            env.run(until=limit)  # whoever still waits has waited to the end, whatever else happened last
        if self.coaching is not None:
            self.coaching.close()
        self.centre.close()

    def _piece(self) -> Journal:
        """What has closed since the last piece, with surveys, defects and evaluations."""
        if self.measurement is not None:
            self.measurement.read()
            self.measurement.forget()
        if self.ledger is not None:
            self.ledger.read()
            self.ledger.forget()
        for reader in (self.review, self.bot_measurement):
            if reader is not None:
                reader.read()
                reader.forget()
        if self.careers is not None:
            self.careers.read()
        legs, contacts, cases, states = self.centre.recorder.take()
        evaluations = self.feedback.fill_in(contacts)
        conditions = self.careers.take() if self.careers is not None else np.zeros(0, CONDITION)
        journal = Journal(self.lexicon, legs, contacts, cases, states, evaluations, conditions)
        return journal if self.coaching is None else replace(journal, sessions=self.coaching.take())


def _joined(pieces: list[Journal]) -> Journal:
    """One journal of all pieces, which are let go one stream after the other."""
    names = (*STREAMS, "conditions", "sessions")
    streams = [[getattr(piece, stream) for piece in pieces] for stream in names]
    lexicon = pieces[0].lexicon
    pieces.clear()
    return Journal(lexicon, *(_end_to_end(streams.pop(0)) for _ in names))


def _end_to_end(records: list[NDArray[np.void]]) -> NDArray[np.void]:
    """Joined as bytes: field by field takes longer, and leaves what lies between fields to chance."""
    return np.concatenate([part.view(np.uint8) for part in records]).view(records[0].dtype)


def _rules(scenario: Scenario) -> tuple[Any, Any, Any]:
    bot = None if scenario.bot is None else _build("bot", scenario.bot.policy)
    return _build("router", scenario.routing), _build("escalation", scenario.escalation.rule), bot


def _build(kind: str, rule: Rule) -> Any:
    return registry.build(kind, rule.rule, rule.params)


def _truth(prepared: Prepared, streams: Streams) -> Truth:
    spec = prepared.blueprint.scenario.quality.truth
    keys = [person.key for person in prepared.staff]
    return ability.draw(spec, keys, prepared.blueprint.intents, ability.source(spec, streams))


def _review(centre: Centre, births: Births, streams: Streams) -> BotReview | None:
    bot = centre.blueprint.scenario.bot
    return BotReview(bot.review, centre, births.k, streams) if bot is not None and bot.review is not None else None


def _lexicon(blueprint: Blueprint, staff: tuple[Person, ...]) -> Lexicon:
    scenario = blueprint.scenario
    return Lexicon(
        intents=tuple(scenario.intents),
        segments=tuple(scenario.segments),
        channels=tuple(scenario.channels),
        queues=tuple(scenario.queues),
        queue_tiers=tuple(queue.tier for queue in blueprint.queues),
        agents=tuple(person.shown for person in staff),
        agent_tiers=tuple(person.tier for person in staff),
        agent_hourly_costs=tuple(person.hourly_cost for person in staff),
        start=scenario.calendar.start.isoformat(),
        horizon=blueprint.horizon,
        warmup=scenario.calendar.warmup,
        interval=scenario.calendar.interval,
        answer_within=scenario.measures.answer_within,
        repeat_window=scenario.measures.repeat_window,
        bot_session_cost=scenario.costs.bot_session,
        line_minute_cost=scenario.costs.line_minute,
    )
