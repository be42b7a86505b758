"""Coaching on the floor: leaders plan sessions at a cadence, and agents leave the floor for them.

Ordinary SimPy processes: one that asks the rule, and one a session. A session has a window. An agent who is idle when
it begins goes at once; one with a contact finishes it first, and the session is shorter. A session that is called off
or missed gets another window before the next plan, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.coaching.port import CoachingRule, Request
from sim.errors import ModelError
from sim.model.journal import SESSION, AgentState, SessionEnd
from sim.model.simpy_calendar import At, until
from sim.staff.leaders import Leaders
from sim.staff.windows import Window, Windows

if TYPE_CHECKING:
    from sim.config.schema import Coaching as Spec
    from sim.model.centre import Centre
    from sim.model.queue import Lane
    from sim.quality.coached import Coached

Steps = Generator[simpy.Event, Any, None]
AWAY = int(AgentState.COACHING)
NEVER = float("nan")


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the log: what was done about an agent's coaching, when, and why.

    `agent` is empty where it is about nobody; `about`: the intent, empty for the work in general; `due`: when the
    session begins or was to begin, None where it has no window.
    """

    at: float
    agent: str
    what: str
    why: str
    about: str = ""
    due: float | None = None


@dataclass(slots=True, eq=False)
class Session:
    """One session with a window; `end` in seconds, `before`: it must be over by then, also if it is moved."""

    request: Request
    window: Window
    booked: float
    end: float
    before: float
    began: float = NEVER
    leaving: bool = False
    process: simpy.Process | None = None


class Coaching:
    """The sessions of one replication."""

    def __init__(self, env: simpy.Environment, spec: Spec, centre: Centre, rule: CoachingRule, leaders: Leaders,
                 windows: Windows, coached: Coached) -> None:  # fmt: skip
        """`coached`: the effect, which is told of every session that took place."""
        self._env, self._spec, self._centre = env, spec, centre
        self._rule, self._leaders, self._windows = rule, leaders, windows
        self._coached = coached
        self._open: list[Session] = []
        self._closed: list[tuple[Any, ...]] = []
        self.log: list[Note] = []
        self.told: Callable[[Note], object] | None = None

    def run(self, horizon: float) -> Steps:
        """The process: plan until the horizon."""
        while self._env.now < horizon:
            self._plan(min(self._env.now + self._spec.every, horizon))
            yield self._env.timeout(self._spec.every)

    def call_off(self, lane: Lane, before: float, call_back: bool, why: str) -> None:
        """The team is busy: no session of it begins before this time; with `call_back`, those away come back."""
        for session in [one for one in self._open if self._centre.agents[one.request.agent].lane is lane]:
            if session.leaving:
                if call_back and session.process is not None:
                    session.process.interrupt(why)
            elif session.window.start < before:
                self._close(session, SessionEnd.CALLED_OFF, why)
                self._again(session)

    def close(self) -> None:
        """The run is over: whoever is still in a session has had it so far."""
        for session in [one for one in self._open if one.began == one.began]:
            early = self._env.now < session.end
            self._close(session, SessionEnd.CUT_SHORT if early else SessionEnd.HELD, "the run ended")

    def forget(self, agent: int) -> None:
        """Someone new is on the seat, who was never coached."""
        self._coached.forget(agent)
        self._leaders.forget(agent)

    def take(self) -> NDArray[np.void]:
        """Records of dtype SESSION since the last call, which are forgotten here."""
        taken = np.array(self._closed, SESSION)
        self._closed.clear()
        return taken

    def _plan(self, before: float) -> None:
        left = self._leaders.room
        known = self._leaders.known(self._env.now + self._spec.every)
        for remark in self._rule.remarks(known):
            self._tell(Note(self._env.now, "", "nobody", remark))
        for request in self._rule.choose(known):
            if left == 0:
                return
            self._check(request)
            if self._book(request, self._env.now, before):
                left -= 1
            else:
                self._note(request, "no window", "no slack, no leader or not at work")

    def _check(self, request: Request) -> None:
        agents, intents = len(self._centre.agents), len(self._centre.blueprint.intents)
        known = isinstance(request, Request) and 0 <= request.agent < agents
        if not known or not (request.intent is None or 0 <= request.intent < intents):
            raise ModelError(
                f"{type(self._rule).__name__} asked for {request!r} at {self._env.now} s; agents are numbered 0 to "
                f"{agents - 1}, intents 0 to {intents - 1}, and None stands for the work in general"
            )

    def _book(self, request: Request, after: float, before: float) -> bool:
        window = self._windows.find(request.agent, after, before)
        if window is None:
            return False
        self._windows.take(window)
        session = Session(request, window, self._env.now, window.start + self._spec.session, before)
        self._open.append(session)
        session.process = self._env.process(self._hold(session))
        self._note(request, "booked", request.reason, window.start)
        return True

    def _again(self, session: Session) -> None:
        """Another window, later than the one that was lost."""
        if not self._book(session.request, max(self._env.now, session.end), session.before):
            self._note(session.request, "dropped", "no other window before the next plan")

    def _hold(self, session: Session) -> Steps:
        agent = self._centre.agents[session.request.agent]
        yield from until(self._env, session.window.start)
        yield self._env.timeout(0.0)  # whoever comes or goes at this moment has come or gone
        if session not in self._open:
            return
        if not agent.on_duty():
            self._close(session, SessionEnd.MISSED, "not on the floor")
            self._again(session)
            return
        session.leaving = True
        try:
            yield from self._leave(session)
            if session.began == session.began:
                yield from until(self._env, session.end)
                end, why = SessionEnd.HELD, ""
            else:
                end, why = SessionEnd.MISSED, "on a contact for all of the window"
        except simpy.Interrupt as interrupt:
            end = SessionEnd.CUT_SHORT if session.began == session.began else SessionEnd.CALLED_OFF
            why = str(interrupt.cause)
        if agent.is_away_for(AWAY):
            agent.sign_on()
        self._close(session, end, why)
        if end in (SessionEnd.MISSED, SessionEnd.CALLED_OFF):
            self._again(session)

    def _leave(self, session: Session) -> Steps:
        """Off the floor, after the contact in hand, or not before the window is over."""
        left = self._env.event()
        if not self._centre.agents[session.request.agent].sign_off(AgentState.COACHING, left.succeed):
            yield left | self._env.timeout(At(session.end))
            if not left.triggered:
                return
        session.began = self._env.now

    def _close(self, session: Session, end: SessionEnd, why: str) -> None:
        self._open.remove(session)
        request, now = session.request, self._env.now
        took_place = session.began == session.began
        if took_place:
            self._leaders.note(request.agent, request.intent, now - session.began, now)
            self._coached.taught(request.agent, request.intent, now - session.began, now)
        else:
            self._windows.give_back(session.window)
        tier, intent = self._centre.agents[request.agent].tier, -1 if request.intent is None else request.intent
        ended, cost = (now, self._leaders.price(request.agent, now - session.began)) if took_place else (NEVER, 0.0)
        self._closed.append(
            (request.agent, tier, intent, end, session.booked, session.window.start, session.began, ended, cost)
        )
        self._note(request, end.name.lower().replace("_", " "), why, session.window.start)

    def _note(self, request: Request, what: str, why: str, due: float | None = None) -> None:
        about = "" if request.intent is None else self._centre.blueprint.intents[request.intent].name
        self._tell(Note(self._env.now, self._centre.agents[request.agent].name, what, why, about, due))

    def _tell(self, note: Note) -> None:
        self.log.append(note)
        if self.told is not None:
            self.told(note)
