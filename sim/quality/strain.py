"""Strain: how worn agents are by their work, and what it does to it.

Strain s is a number from 0 to 1 for each agent. At work it moves towards 1, idle towards 0, both with time constant
`builds`; in breaks and off duty it falls with `recovers`. So it is the occupancy of about the last hour, lowered by
rest, in the unit of occupancy. A hard contact adds a share of what is missing to 1. The **load** is the occupancy of
many hours on duty, an exponential mean whose memory is `memory`; hard contacts weigh in it as they do, in the long run,
in strain. Absence and attrition depend on it. Both are exact between one record of an agent's state and the next; what
strain does to speed and quality takes hold at the next refresh.

It reads what the recorder wrote, and draws nothing.
"""

from __future__ import annotations

from math import exp, log1p
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import RISKS, HardContacts
from sim.config.schema import Strain as Spec
from sim.model.journal import CONDITION, AgentState, LegEnd, Moment
from sim.quality.condition import Change

if TYPE_CHECKING:
    from sim.model.centre import Centre

Array = NDArray[np.float64]
WORKING = (AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER)
IDLE = (AgentState.AVAILABLE, AgentState.COACHING)
TARGETS = [1.0 if state in WORKING else 0.0 for state in AgentState]  # what strain moves towards
ON_DUTY = [state in WORKING or state in IDLE for state in AgentState]
USUAL = 0.75  # load of those of whom nothing is known: below all limits at which it acts
HARD = len(AgentState)  # stands for a hard contact among an agent's states


def course(spec: Spec, state: int, seconds: float, strain: float, load: float) -> tuple[float, float, float]:
    """What so many seconds of one state lead to: strain and load after them, and the integral of strain on duty.

    Exact: ds/dt = (target - s) / tau, and on duty dm/dt = (target - m) / memory.
    """
    if not ON_DUTY[state]:
        return strain * exp(-seconds / spec.recovers), load, 0.0
    target = TARGETS[state]
    apart, left = strain - target, exp(-seconds / spec.builds)
    return (
        target + apart * left,
        target + (load - target) * exp(-seconds / spec.memory),
        target * seconds + apart * spec.builds * (1.0 - left),
    )


class Strain:
    """The strain of all agents of one replication, and its effect."""

    def __init__(self, centre: Centre, spec: Spec, logits_per_share: Array) -> None:
        """`logits_per_share`: by agent and intent, logits that raise P(resolve) by 1 where it is not saturated."""
        agents = len(centre.agents)
        self._centre, self._spec, self._logits = centre, spec, logits_per_share
        self._is_hard = np.array([RISKS[intent.risk] in spec.hard.risks for intent in centre.blueprint.intents])
        self.present = [0.0] * agents
        self._load = [USUAL] * agents
        self._until = [0.0] * agents
        self._duty = [0.0] * agents  # seconds on duty since the last look, and the strain's integral over them
        self._integral = [0.0] * agents
        self._read = [0, 0]
        self._pending: list[Array] = []
        self._records: list[tuple[int, int, float, float, float]] = []

    def load(self, agent: int) -> float:
        """The occupancy of many hours on duty, hard contacts included, as of the last refresh."""
        return self._load[agent]

    def joined(self, agent: int) -> None:
        """A fresh agent takes the seat."""
        self.present[agent], self._load[agent] = 0.0, USUAL

    def change(self, now: float) -> Change:
        """What strain does from now on; see `Effect`."""
        self.read()
        self._live_through()
        for agent in self._centre.agents:
            self._pass(agent.index, now, agent.marked_state)
        self._note(now)
        return effect(self._spec, np.array(self.present), self._logits)

    def read(self) -> None:
        """Note what the recorder holds and this has not read yet."""
        recorder = self._centre.recorder
        states, legs = recorder.states(self._read[0]), recorder.legs(self._read[1])
        self._read = [self._read[0] + states.size, self._read[1] + legs.size]
        self._pending.append(_events(states["agent"], states["end"], states["state"]))
        hard = legs[hard_ones(legs, self._is_hard, self._spec.hard)]
        self._pending.append(_events(hard["agent"], hard["ended"], np.full(hard.size, HARD)))

    def forget(self) -> None:
        """The recorder has been emptied."""
        self._read = [0, 0]

    def take(self) -> NDArray[np.void]:
        """Records of dtype CONDITION since the last call, which are forgotten here."""
        records = np.array(self._records, CONDITION)
        self._records.clear()
        return records

    def _live_through(self) -> None:
        """All events up to now in order of time; at one instant the state that ends comes before the hard contact."""
        events = np.concatenate(self._pending)
        self._pending.clear()
        adds = self._spec.hard.adds
        weighs = adds * self._spec.builds / self._spec.memory
        for agent, time, state in events[np.lexsort((events[:, 2], events[:, 1]))].tolist():
            if state == HARD:
                self.present[int(agent)] += adds * (1.0 - self.present[int(agent)])
                self._load[int(agent)] += weighs * (1.0 - self._load[int(agent)])
            else:
                self._pass(int(agent), time, int(state))

    def _pass(self, agent: int, until: float, state: int) -> None:
        seconds = until - self._until[agent]
        if seconds <= 0.0:
            return
        strain, load, integral = course(self._spec, state, seconds, self.present[agent], self._load[agent])
        self.present[agent], self._load[agent], self._until[agent] = strain, load, until
        if ON_DUTY[state]:
            self._duty[agent] += seconds
            self._integral[agent] += integral

    def _note(self, now: float) -> None:
        for agent, seconds in enumerate(self._duty):
            if seconds > 0.0:
                self._records.append((agent, Moment.LOOK, now, seconds, self._integral[agent] / seconds))
        self._duty = [0.0] * len(self._duty)
        self._integral = [0.0] * len(self._integral)


def hard_ones(legs: NDArray[np.void], by_intent: NDArray[np.bool_], spec: HardContacts) -> NDArray[np.bool_]:
    """Which legs wore down the agent who had them."""
    hard = by_intent[legs["intent"]]
    if spec.passed_on:
        hard = hard | (legs["end"] == LegEnd.ESCALATED) | (legs["end"] == LegEnd.TO_SUPERVISOR)
    return np.asarray(hard & (legs["agent"] >= 0))


def effect(spec: Spec, strain: Array, logits_per_share: Array) -> Change:
    """What strain does to agents' work."""
    size = spec.effects
    change = Change.none(*logits_per_share.shape)
    above = np.maximum(strain - size.limit, 0.0)
    slower = size.slower * (strain - spec.reference) + log1p(size.step) * (strain > size.step_above)
    change.handle[...] = slower[:, None]
    change.resolution[...] = -size.resolution * above[:, None] * logits_per_share
    change.empathy[...] = -size.empathy * above
    change.defects[...] = size.defects * above
    return change


def _events(agents: NDArray[np.int_], times: Array, states: NDArray[np.int_]) -> Array:
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in (agents, times, states)])
