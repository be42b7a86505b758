"""Agents of two skills, queues with priorities, aging, limits and overflow, and callers who give up: an event loop.

Written from the definitions in the scenario's schema and the table of what comes first at one instant; it shares no
code with the simulator and imports nothing from `sim`. What callers bring comes in a table, so it draws nothing.

* An agent may serve a queue who has every skill of it. A caller takes the able agent who has been idle longest.
* A caller whom nobody can serve waits, or is blocked where as many wait as the queue holds; who comes by overflow is
  let in. Patience runs from the arrival, through every overflow.
* An agent who frees takes the most urgent caller: the level and, where the queue ages, the wait in this queue divided
  by the aging time; then the longest wait in this queue; then who began to wait first.
* A caller's level is the queue's and the caller's own priority together; an overflow never lowers it.
* At one instant: talks end, wrap-ups end, overflows, patience, arrivals; timers of one kind in the order they were set.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

TALK_ENDS, WRAP_UP_ENDS, OVERFLOWS, GIVES_UP, ARRIVES = range(5)


@dataclass(frozen=True)
class Queue:
    """A waiting line. `aging` in seconds a level, inf: none; `after` in seconds, with `to` the queue to go on to."""

    name: str
    skills: frozenset[str]
    priority: int = 0
    aging: float = inf
    capacity: float = inf
    after: float = inf
    to: str | None = None


class Work(NamedTuple):
    """Seconds of an agent of factor 1."""

    talk: float
    hold: float
    wrap_up: float


@dataclass(frozen=True)
class Caller:
    """`works`: by the number of the queue visited, 0 for the first. `patience` in seconds, inf: endless."""

    number: int
    intent: str
    arrival: float
    queue: str
    priority: int
    patience: float
    works: Sequence[Work]


@dataclass(frozen=True)
class Agent:
    """`factors[queue, intent]`: what this agent's durations are multiplied by."""

    name: str
    skills: frozenset[str]
    factors: Mapping[tuple[str, str], float]


class Stay(NamedTuple):
    """One caller in one queue; `answered` and `agent` are None where nobody answered."""

    caller: int
    visit: int
    queue: str
    entered: float
    answered: float | None
    agent: str | None
    ended: float
    end: str  # served, abandoned, blocked, overflowed or unfinished


@dataclass(eq=False)
class Visit:
    """A caller at a queue; `place` says who began to wait first."""

    caller: Caller
    number: int
    queue: Queue
    level: int
    since: float
    place: int = 0
    answered: float | None = None
    agent: Agent | None = None
    over: bool = field(default=False)


class Centre:
    """`run` plays it all; nobody begins anything at `limit` or later, and whoever is there then is unfinished."""

    def __init__(
        self, queues: Sequence[Queue], agents: Sequence[Agent], callers: Sequence[Caller], limit: float
    ) -> None:
        self.queues = {queue.name: queue for queue in queues}
        self.idle = sorted(agents, key=lambda agent: agent.name)
        self.limit = limit
        self.now = 0.0
        self.waiting: list[Visit] = []
        self.open: list[Visit] = []
        self.stays: list[Stay] = []
        self.timers: list[tuple[float, int, int, Callable[[], None]]] = []
        self.timers_set = self.places = 0
        for caller in callers:
            self.at(caller.arrival, ARRIVES, lambda caller=caller: self.arrive(caller))

    def run(self) -> list[Stay]:
        """Everybody's stays, in order of caller and visit."""
        while self.timers and self.timers[0][0] <= self.limit:
            self.now, _, _, happen = heapq.heappop(self.timers)
            happen()
        self.now = self.limit
        for visit in list(self.open):
            self.close(visit, "unfinished")
        return sorted(self.stays, key=lambda stay: (stay.caller, stay.visit))

    def at(self, time: float, order: int, happen: Callable[[], None]) -> None:
        """Set a timer."""
        self.timers_set += 1
        heapq.heappush(self.timers, (time, order, self.timers_set, happen))

    # --- callers -----------------------------------------------------------------------------------------------------

    def arrive(self, caller: Caller) -> None:
        """A new caller: served at once, blocked, or waiting."""
        queue = self.queues[caller.queue]
        visit = self.visit(caller, 0, queue, queue.priority + caller.priority)
        if not self.served_at_once(visit):
            if sum(other.queue is queue for other in self.waiting) >= queue.capacity:
                self.close(visit, "blocked")
            else:
                self.wait(visit)

    def visit(self, caller: Caller, number: int, queue: Queue, level: int) -> Visit:
        """A caller comes to a queue."""
        visit = Visit(caller, number, queue, level, self.now)
        self.open.append(visit)
        return visit

    def wait(self, visit: Visit) -> None:
        """Stand in the line, with patience and overflow running."""
        self.places += 1
        visit.place = self.places
        self.waiting.append(visit)
        deadline = visit.caller.arrival + visit.caller.patience
        if deadline < inf:
            self.at(deadline, GIVES_UP, lambda: self.give_up(visit))
        if visit.queue.to is not None:
            self.at(visit.since + visit.queue.after, OVERFLOWS, lambda: self.overflow(visit))

    def give_up(self, visit: Visit) -> None:
        """Patience is over."""
        if visit in self.waiting:
            self.waiting.remove(visit)
            self.close(visit, "abandoned")

    def overflow(self, visit: Visit) -> None:
        """Waited so long: on to the next queue, however long its line is."""
        if visit in self.waiting:
            self.waiting.remove(visit)
            self.close(visit, "overflowed")
            queue = self.queues[str(visit.queue.to)]
            level = max(visit.level, queue.priority + visit.caller.priority)
            following = self.visit(visit.caller, visit.number + 1, queue, level)
            if not self.served_at_once(following):
                self.wait(following)

    def close(self, visit: Visit, end: str) -> None:
        """A stay is over."""
        self.open.remove(visit)
        name = None if visit.agent is None else visit.agent.name
        stay = (visit.caller.number, visit.number, visit.queue.name, visit.since, visit.answered, name, self.now, end)
        self.stays.append(Stay(*stay))

    # --- agents ------------------------------------------------------------------------------------------------------

    def served_at_once(self, visit: Visit) -> bool:
        """Whether an idle agent took the caller."""
        able = [agent for agent in self.idle if visit.queue.skills <= agent.skills]
        if not able or self.now >= self.limit:
            return False
        agent = self.pick_agent(able)
        self.idle.remove(agent)
        self.serve(agent, visit)
        return True

    def serve(self, agent: Agent, visit: Visit) -> None:
        """Talk begins."""
        visit.answered, visit.agent = self.now, agent
        factor, work = self.work(agent, visit)
        self.at(self.now + (work.talk * factor + work.hold * factor), TALK_ENDS, lambda: self.hang_up(agent, visit))

    def work(self, agent: Agent, visit: Visit) -> tuple[float, Work]:
        """What this visit asks of this agent."""
        return agent.factors[visit.queue.name, visit.caller.intent], visit.caller.works[visit.number]

    def hang_up(self, agent: Agent, visit: Visit) -> None:
        """Talk ends; wrap-up, if any, begins."""
        self.close(visit, "served")
        factor, work = self.work(agent, visit)
        if work.wrap_up * factor > 0.0:
            self.at(self.now + work.wrap_up * factor, WRAP_UP_ENDS, lambda: self.free(agent))
        else:
            self.free(agent)

    def free(self, agent: Agent) -> None:
        """Take the most urgent caller, or be idle."""
        mine = [visit for visit in self.waiting if visit.queue.skills <= agent.skills and self.now < self.limit]
        if mine:
            visit = self.pick_visit(mine)
            self.waiting.remove(visit)
            self.serve(agent, visit)
        else:
            self.idle.append(agent)

    def pick_agent(self, able: list[Agent]) -> Agent:
        """The longest idle."""
        return able[0]

    def pick_visit(self, mine: list[Visit]) -> Visit:
        """The most urgent."""
        return min(mine, key=lambda visit: (-self.urgency(visit), visit.since, visit.place))

    def urgency(self, visit: Visit) -> float:
        """Levels of priority."""
        return visit.level + (self.now - visit.since) / visit.queue.aging
