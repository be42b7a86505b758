"""Agents come and go: one ordinary SimPy process an agent, the same on every environment."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.model.agent import Agent
from sim.model.journal import AgentState
from sim.model.simpy_calendar import until
from sim.staff.people import Duty, Person

Steps = Generator[simpy.Event, Any, None]


def start(env: simpy.Environment, agents: list[Agent], people: tuple[Person, ...]) -> None:
    """Put every agent on the planned duties; at one instant, agents act in the order of `agents` (by name)."""
    for agent, person in zip(agents, people, strict=True):
        if person.duties:
            env.process(_work(env, agent, person.duties))


def _work(env: simpy.Environment, agent: Agent, duties: tuple[Duty, ...]) -> Steps:
    for duty in duties:
        if duty.end <= env.now:
            continue
        yield from until(env, duty.start)
        yield from _serve(env, agent, duty)


def _serve(env: simpy.Environment, agent: Agent, duty: Duty) -> Steps:
    """From the duty's start to its end; between breaks the agent is on duty, and away at the top of the loop."""
    for begins, ends in duty.breaks:
        if begins > env.now:
            yield from _be_on_duty(env, agent, begins, AgentState.BREAK)
            # a break that begins late, after the contact in hand, is taken in full
            yield env.timeout(ends - begins)
        elif ends > env.now:
            agent.rest(AgentState.BREAK)
            yield from until(env, ends)
    if env.now < duty.end:
        yield from _be_on_duty(env, agent, duty.end, AgentState.OFF)
    else:
        agent.rest(AgentState.OFF)


def _be_on_duty(env: simpy.Environment, agent: Agent, end: float, away: AgentState) -> Steps:
    agent.plan(True)
    agent.sign_on()
    yield from until(env, end)
    agent.plan(False)
    left = env.event()
    if not agent.sign_off(away, left.succeed):
        yield left
