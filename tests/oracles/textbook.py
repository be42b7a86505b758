"""The base flow as SimPy's own documentation teaches it: a generator a contact, a pool of agents, `get | timeout`.

It shares no code with the simulator and imports nothing from `sim`. Arrivals, durations and fates come in a table, so
it draws nothing: what it decides is who serves whom and when. In scope: skills, priority, first come first served,
patience, the longest idle agent, wrap-up, cold escalation, retrials, repeats, and a run that is cut off.

The pool is not a `simpy.Store`: its `get`, once granted, loses an agent whose customer gives up at that instant. Here
a request tells whether it was granted, and whoever asked looks before leaving.

What comes first at one instant is stated as SimPy priorities, lower first, by the table that the simulator documents.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple

import simpy

TALK_ENDS, WRAP_UP_ENDS, PATIENCE_ENDS, COMES_BACK, ARRIVES = 2, 4, 8, 9, 10  # SimPy's own events are 0 and 1

Steps = Generator[simpy.Event, Any, Any]


@dataclass(frozen=True)
class Visit:
    """What one visit to a queue would be like: durations in seconds of an agent of factor 1."""

    queue: str
    level: int
    patience: float  # inf: none
    talk: float
    hold: float
    wrap_up: float
    end: str  # of a talk: resolved, unresolved or escalated (to the next visit)


@dataclass(frozen=True)
class Fate:
    """One contact of a case; delays of None: the customer does not come back."""

    visits: Sequence[Visit]
    retrial: float | None  # after giving up
    repeat: float | None  # after an unresolved end


@dataclass(frozen=True)
class Case:
    """One customer: the first contact's moment, and what each contact would be like."""

    number: int
    intent: str
    arrival: float
    contacts: Sequence[Fate]


@dataclass(eq=False)
class Agent:
    """`factors[queue, intent]`: what durations are multiplied by; queues that are missing cannot be served."""

    name: str
    factors: Mapping[tuple[str, str], float]
    queues: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.queues = frozenset(queue for queue, _ in self.factors)


class Leg(NamedTuple):
    """One stay in a queue; `answered` and `agent` are None where nobody answered."""

    case: int
    attempt: int
    leg: int
    queue: str
    entered: float
    answered: float | None
    agent: str | None
    ended: float
    end: str


class Timer(simpy.Event):
    """A timeout that says what it comes before and after at its instant."""

    def __init__(self, env: simpy.Environment, delay: float, priority: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, priority, delay)


class Request(simpy.Event):
    """Somebody who waits for an agent; succeeds with the agent."""

    def __init__(self, env: simpy.Environment, visit: Visit, place: int) -> None:
        super().__init__(env)
        self.visit = visit
        self.since = env.now
        self.place = place


class Pool:
    """Idle agents, longest idle first, and requests in the order in which they came. At `until` everybody goes home."""

    def __init__(self, env: simpy.Environment, agents: Sequence[Agent], until: float) -> None:
        self.env = env
        self.until = until
        self.idle = list(agents)
        self.waiting: list[Request] = []
        self.requests = 0

    def get(self, visit: Visit) -> Request:
        """Ask for an agent; granted at once if one is idle."""
        self.requests += 1
        request = Request(self.env, visit, self.requests)
        able = [agent for agent in self.idle if visit.queue in agent.queues and self.env.now < self.until]
        if able:
            agent = self.pick_agent(able)
            self.idle.remove(agent)
            request.succeed(agent)
        else:
            self.waiting.append(request)
        return request

    def put(self, agent: Agent) -> None:
        """An agent is free: for the next who waits, or idle."""
        if self.env.now >= self.until:
            return
        mine = [request for request in self.waiting if request.visit.queue in agent.queues]
        if mine:
            request = self.pick_request(mine)
            self.waiting.remove(request)
            request.succeed(agent)
        else:
            self.idle.append(agent)

    def leave(self, request: Request) -> None:
        """Give up waiting."""
        self.waiting.remove(request)

    def pick_agent(self, able: list[Agent]) -> Agent:
        """The longest idle."""
        return able[0]

    def pick_request(self, mine: list[Request]) -> Request:
        """The highest level, then the longest wait, then whoever came first."""
        return min(mine, key=lambda request: (-request.visit.level, request.since, request.place))


class Centre:
    """Everything together; `legs` is what happened."""

    pool_class = Pool

    def __init__(self, agents: Sequence[Agent], cases: Sequence[Case], horizon: float, limit: float) -> None:
        """Nobody who would come back at the horizon or later is served; the run is cut off at `limit`."""
        self.env = simpy.Environment()
        self.pool = self.pool_class(self.env, sorted(agents, key=lambda agent: agent.name), limit)
        self.horizon = horizon
        self.limit = limit
        self.legs: list[Leg] = []
        self.open: dict[tuple[int, int], Leg] = {}
        for case in cases:
            self.env.process(self.case(case))

    def run(self) -> list[Leg]:
        """Run to the end, or to the limit; what is open then is unfinished."""
        while self.env.peek() <= self.limit:
            self.env.step()
        return self.legs + [leg._replace(ended=self.limit, end="unfinished") for leg in self.open.values()]

    def case(self, case: Case) -> Steps:
        """A customer who may come back."""
        yield Timer(self.env, case.arrival, ARRIVES)
        for attempt, fate in enumerate(case.contacts):
            end = yield from self.contact(case, attempt, fate)
            delay = {"abandoned": fate.retrial, "unresolved": fate.repeat}.get(end)
            if delay is None or self.env.now + delay >= self.horizon:
                return
            yield Timer(self.env, delay, COMES_BACK)

    def contact(self, case: Case, attempt: int, fate: Fate) -> Steps:
        """From queue to queue, as long as each passes the contact on; returns how it ended."""
        for number, visit in enumerate(fate.visits):
            here = case.number, attempt
            self.open[here] = leg = Leg(*here, number, visit.queue, self.env.now, None, None, inf, "")
            end = yield from self.visit(visit, case.intent, here, leg)
            if end != "escalated":
                return end
        raise ValueError(f"the last visit of case {case.number} was passed on")

    def visit(self, visit: Visit, intent: str, here: tuple[int, int], leg: Leg) -> Steps:
        """Wait, talk, and let the agent wrap up."""
        env = self.env
        request = self.pool.get(visit)
        yield request if visit.patience == inf else request | Timer(env, visit.patience, PATIENCE_ENDS)
        if not request.triggered:
            self.pool.leave(request)
            self.close(here, leg, "abandoned")
            return "abandoned"
        agent = request.value
        self.open[here] = leg = leg._replace(answered=env.now, agent=agent.name)
        factor = agent.factors[visit.queue, intent]
        yield Timer(env, visit.talk * factor + visit.hold * factor, TALK_ENDS)
        self.close(here, leg, visit.end)
        if visit.wrap_up * factor > 0.0:
            env.process(self.wrap_up(agent, visit.wrap_up * factor))
        else:
            self.pool.put(agent)
        return visit.end

    def wrap_up(self, agent: Agent, length: float) -> Steps:
        """The agent's work after the talk."""
        yield Timer(self.env, length, WRAP_UP_ENDS)
        self.pool.put(agent)

    def close(self, here: tuple[int, int], leg: Leg, end: str) -> None:
        """A leg is over."""
        del self.open[here]
        self.legs.append(leg._replace(ended=self.env.now, end=end))


def by_contact(legs: Sequence[Leg]) -> Iterator[Leg]:
    """Legs in an order that does not depend on when they were written."""
    return iter(sorted(legs, key=lambda leg: (leg.case, leg.attempt, leg.leg)))
