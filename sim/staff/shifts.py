"""Agents come and go: ordinary SimPy processes, the same on every environment."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import groupby
from typing import Any

import simpy

from sim.model.agent import Agent
from sim.model.journal import AgentState
from sim.model.simpy_calendar import until
from sim.staff.absence import Coming, Presence
from sim.staff.people import Duty, Person

Steps = Generator[simpy.Event, Any, None]
INFINITY = float("inf")


class Stay:
    """One agent's present stay on duty, and what ends it: a break, or the end of the shift (`home`).

    `planned`: when the roster has it end; `due`: when it will end, which a floor manager may move; `latest`: later than
    this the next thing on the roster would be in the way. Seconds since the start.
    """

    __slots__ = ("agent", "due", "home", "latest", "planned", "process")

    process: simpy.Process

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.home = False
        self.planned = self.due = self.latest = -INFINITY

    def plan(self, end: float, latest: float, home: bool) -> None:
        """The next stay, as the roster has it."""
        self.planned = self.due = end
        self.latest = max(end, latest)
        self.home = home

    def bring_forward(self, now: float) -> None:
        """It ends now, and not when it was due."""
        self.due = now
        self.process.interrupt()

    def put_off(self, due: float) -> None:
        """It ends later than it was due."""
        self.due = due

    def last(self, env: simpy.Environment) -> Steps:
        """Wait until it is over."""
        while env.now < self.due:
            try:
                yield from until(env, self.due)
            except simpy.Interrupt:
                continue  # the floor manager has moved it


def start(
    env: simpy.Environment, agents: list[Agent], people: Iterable[Person], presence: Presence | None = None
) -> list[Stay]:
    """Put every agent on the planned duties; at one instant, agents act in the order of `agents` (by name).

    Those without shifts, who are there for the whole run, need no process of their own: one serves all that follow one
    another by name. `presence`: who of the others comes to which duty; all where nobody asks. Returns the stays of the
    others.
    """
    stays: list[Stay] = []
    pairs = zip(agents, people, strict=True)
    for duties, crew in groupby(pairs, key=lambda pair: pair[1].duties):
        members = [agent for agent, _ in crew]
        if always(duties):
            env.process(_remain(env, members, duties[0].end))
        elif duties:
            stays.extend(_start_work(env, agent, duties, presence) for agent in members)
    return stays


def always(duties: tuple[Duty, ...]) -> bool:
    """Whether these are the duties of somebody without shifts; a shift as long as the run is a shift all the same."""
    return len(duties) == 1 and duties[0].always


def _remain(env: simpy.Environment, agents: list[Agent], end: float) -> Steps:
    for agent in agents:
        agent.plan(True)
        agent.sign_on()
    yield from until(env, end)
    for agent in agents:
        agent.plan(False)
        agent.sign_off(AgentState.OFF, _nothing_follows)


def _nothing_follows() -> None:
    """Whoever goes home for good is not waited for."""


def _start_work(env: simpy.Environment, agent: Agent, duties: tuple[Duty, ...], presence: Presence | None) -> Stay:
    stay = Stay(agent)
    stay.process = env.process(_work(env, stay, duties, presence))
    return stay


def _work(env: simpy.Environment, stay: Stay, duties: tuple[Duty, ...], presence: Presence | None) -> Steps:
    starts = [duty.start for duty in duties[1:]]
    for duty, next_start in zip(duties, [*starts, INFINITY], strict=True):
        if duty.end <= env.now:
            continue
        yield from until(env, duty.start)
        coming = Coming.COMES if presence is None else presence.coming(stay.agent.index, duty.start)
        if coming is Coming.COMES:
            yield from _serve(env, stay, duty, next_start)
        elif coming is Coming.ABSENT:
            yield from _miss(env, stay.agent, duty)


def _miss(env: simpy.Environment, agent: Agent, duty: Duty) -> Steps:
    """Planned on duty, breaks left out, and not there."""
    borders = [env.now, *(moment for pause in duty.breaks for moment in pause), duty.end]
    for begins, ends in zip(borders[::2], borders[1::2], strict=True):
        if ends > max(begins, env.now):
            yield from until(env, begins)
            agent.plan(True)
            yield from until(env, ends)
            agent.plan(False)


def _serve(env: simpy.Environment, stay: Stay, duty: Duty, next_start: float) -> Steps:
    """From the duty's start to its end; between breaks the agent is on duty, and away at the top of the loop."""
    agent = stay.agent
    following = [*(begins for begins, _ in duty.breaks[1:]), duty.end]
    for (begins, ends), after in zip(duty.breaks, following, strict=False):
        if begins > env.now:
            stay.plan(begins, after - (ends - begins), home=False)
            yield from _be_on_duty(env, stay, AgentState.BREAK)
            # a break that begins late, after the contact in hand, is taken in full
            yield env.timeout(ends - begins)
        elif ends > env.now:
            agent.rest(AgentState.BREAK)
            yield from until(env, ends)
    if env.now < duty.end:
        stay.plan(duty.end, next_start, home=True)
        yield from _be_on_duty(env, stay, AgentState.OFF)
    else:
        agent.rest(AgentState.OFF)


def _be_on_duty(env: simpy.Environment, stay: Stay, away: AgentState) -> Steps:
    agent = stay.agent
    agent.plan(True)
    agent.sign_on()
    yield from stay.last(env)
    agent.plan(False)
    left = env.event()
    if not agent.sign_off(away, left.succeed):
        yield left
