# cython: nonecheck=False, wraparound=False
"""Waiting lines of contacts, and lanes of agents who have room: linked lists, so that joining and leaving cost O(1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.model.ranking import Ranking

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.contact import Contact
    from sim.model.spec import QueueSpec


class Line:
    """Contacts of one queue that are alike in priority level, intent and side of a pilot, first come first served."""

    __slots__ = ("head", "intent", "level", "queue", "side", "tail")

    def __init__(self, queue: Queue, level: int, intent: int, side: int) -> None:
        self.queue = queue
        self.level = level
        self.intent = intent
        self.side = side
        self.head: Contact | None = None
        self.tail: Contact | None = None

    def append(self, contact: Contact) -> None:
        """Join at the end; who stands in no line has nobody ahead or behind."""
        contact.ahead = self.tail
        if self.tail is None:
            self.head = contact
        else:
            self.tail.behind = contact
        self.tail = contact

    def remove(self, contact: Contact) -> None:
        """Leave from anywhere."""
        if contact.ahead is None:
            self.head = contact.behind
        else:
            contact.ahead.behind = contact.behind
        if contact.behind is None:
            self.tail = contact.ahead
        else:
            contact.behind.ahead = contact.ahead
        contact.ahead = contact.behind = None


class Queue:
    """One queue of a tier: its lines, and the lanes of agents who can serve it."""

    __slots__ = ("index", "lanes", "lines", "name", "served_by", "spec", "tier", "waiting")

    def __init__(self, spec: QueueSpec) -> None:
        self.spec = spec
        self.index = spec.index
        self.name = spec.name
        self.tier = spec.tier
        self.lines: list[Line] = []
        self.lanes: list[Lane] = []
        self.served_by = bytearray()  # by lane of the centre: 1 where its agents may take this queue's contacts
        self.waiting = 0

    def append(self, contact: Contact) -> None:
        """Join the line of the contact's level, intent and side."""
        line = self._line(contact.level, contact.intent.index, contact.side)
        contact.line = line
        line.append(contact)
        self.waiting += 1
        for lane in self.lanes:
            lane.waiting += 1

    def remove(self, contact: Contact) -> None:
        """Leave the line, for whatever reason."""
        assert contact.line is not None
        contact.line.remove(contact)
        contact.line = None
        self.waiting -= 1
        for lane in self.lanes:
            lane.waiting -= 1

    def is_served_by(self, lane: Lane) -> bool:
        """Whether agents of a lane may take contacts of this queue."""
        return lane.index < len(self.served_by) and self.served_by[lane.index] != 0

    def _line(self, level: int, intent: int, side: int) -> Line:
        for line in self.lines:
            if line.level == level and line.intent == intent and line.side == side:
                return line
        line = Line(self, level, intent, side)
        self.lines.append(line)
        return line


class Roll:
    """Agents in the order in which they joined: the first has been there longest."""

    __slots__ = ("head", "tail")

    def __init__(self) -> None:
        self.head: Agent | None = None
        self.tail: Agent | None = None

    def __iter__(self) -> Iterator[Agent]:
        agent = self.head
        while agent is not None:
            yield agent
            agent = agent.after

    def append(self, agent: Agent) -> None:
        """Join at the end; who is in no roll has nobody before or after."""
        agent.before = self.tail
        if self.tail is None:
            self.head = agent
        else:
            self.tail.after = agent
        self.tail = agent

    def remove(self, agent: Agent) -> None:
        """Leave from anywhere."""
        if agent.before is None:
            self.head = agent.after
        else:
            agent.before.after = agent.after
        if agent.after is None:
            self.tail = agent.before
        else:
            agent.after.before = agent.before
        agent.before = agent.after = None


class Lane:
    """Agents alike in tier, skills and side of a pilot. `idle`: nothing in hand; `partly`: some slots taken, some free.

    `rankings`: where a router orders agents by a score, the idle ones in that order, by kind of contact; made when
    first asked for, forgotten when the scores change. `agents`: everybody, by seat.
    """

    __slots__ = (
        "_used",
        "agents",
        "idle",
        "index",
        "partly",
        "queues",
        "rankings",
        "side",
        "skills",
        "tier",
        "waiting",
    )

    def __init__(self, index: int, tier: int, skills: frozenset[str], kinds: int, side: int = 0) -> None:
        self.index = index
        self.side = side
        self.tier = tier
        self.skills = skills
        self.idle = Roll()
        self.partly = Roll()
        self.queues: list[Queue] = []
        self.agents: list[Agent] = []  # by seat
        self.rankings: list[Ranking | None] = [None] * kinds
        self._used: list[Ranking] = []
        self.waiting = 0

    def now_idle(self, agent: Agent) -> None:
        """An agent has nothing in hand."""
        self.idle.append(agent)
        for ranking in self._used:
            ranking.add(agent.seat)

    def not_idle(self, agent: Agent) -> None:
        """An idle agent takes something, or leaves."""
        self.idle.remove(agent)
        for ranking in self._used:
            ranking.discard(agent.seat)

    def rank(self, kind: int, scores: list[float]) -> Ranking:
        """Keep the idle agents in the order of these scores (by seat) for one kind of contact."""
        ranking = Ranking(self.agents, scores)
        for agent in self.idle:
            ranking.add(agent.seat)
        self.rankings[kind] = ranking
        self._used.append(ranking)
        return ranking

    def forget_rankings(self) -> None:
        """The scores have changed."""
        self.rankings = [None] * len(self.rankings)
        self._used = []

    def serves(self, queue: QueueSpec) -> bool:
        """Whether agents of this lane may take contacts of that queue."""
        return self.tier == queue.tier and queue.skills <= self.skills
