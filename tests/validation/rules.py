"""Rules that published cases need and that nobody would run a centre by: written on the public port, in one file.

They are known within `known()` alone: `ccsim` does not know them, `python -m tests.validation NAME` does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from struct import pack, unpack

from sim.config.schema import Duration
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import EscalationRule, Router, ScoreRouter, View
from sim.registry import Params
from tests.contracts.rules import added

MASK = (1 << 64) - 1
DAY = 86400.0


class PoolOrderParams(Params):
    """`order`: for a queue, the beginnings of the names of the groups to be asked, in order."""

    order: dict[str, list[str]]


class PoolOrder(ScoreRouter):
    """The first pool that has somebody idle; within a pool the longest idle."""

    uses_signals = False

    def __init__(self, params: PoolOrderParams) -> None:
        super().__init__(params)
        self._order = params.order

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Minus the agent's place in the order of the contact's queue; all alike where none is stated."""
        order = self._order.get(_queue(contact))
        return -float(_place(order, agent)) if order is not None else 0.0


class RandomIdle(Router):
    """Any idle agent, all with the same chance; the contact's own number decides, so arms share the choice."""

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        return _any_of(list(view.free_agents(contact)), contact)


class Specialists(Router):
    """Listed queues ask their pools in order, others anybody; a freed agent serves the own queue first."""

    def __init__(self, params: PoolOrderParams) -> None:
        super().__init__(params)
        self._order = params.order

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        free = list(view.free_agents(contact))
        order = self._order.get(_queue(contact))
        if order is None or not free:
            return _any_of(free, contact)
        return min(free, key=lambda agent: (_place(order, agent), agent.rank))

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """See `Router.choose_contact`."""
        own = [head for head in view.heads(agent) if agent.name.startswith(_queue(head))]
        return own[0] if own else view.most_urgent(agent)


class AnyWaiting(Router):
    """An agent who frees takes any of those who wait, all with the same chance; agents are asked by longest idle."""

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        return min(view.free_agents(contact), key=lambda agent: agent.rank, default=None)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """See `Router.choose_contact`."""
        waiting = [contact for head in view.heads(agent) for contact in _behind(head)]
        return waiting[_mixed(_bits(view.now)) % len(waiting)] if waiting else None


class LastCome(AnyWaiting):
    """An agent who frees takes the last who came."""

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """See `Router.choose_contact`."""
        lines = [head.line for head in view.heads(agent) if head.line is not None]
        tails = [line.tail for line in lines if line.tail is not None]
        return max(tails, key=lambda contact: contact.since, default=None)


class FallingHeadsParams(Params):
    """`order` as of `pool_order`; `heads` of each pool by period, the first of which begins `first` after midnight."""

    order: dict[str, list[str]] = {}  # noqa: RUF012  # a model's field: each instance has its own
    heads: dict[str, list[int]]
    first: Duration = 0.0
    every: Duration


class FallingHeads(Router):
    """Where heads fall, nobody of the pool takes a contact until fewer are busy than the pool now has.

    An agent who is to leave and still talks counts as busy, so those who stay wait for it; whoever waits is offered
    again every second meanwhile, the longest wait first.
    """

    def __init__(self, params: FallingHeadsParams) -> None:
        super().__init__(params)
        self._params = params

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        order = self._params.order.get(_queue(contact), [""])
        free = sorted(view.free_agents(contact), key=lambda agent: (_place(order, agent), agent.rank))
        if not free or not self._falling(view):
            return free[0] if free else None
        return next((agent for agent in free if self._open(view, agent) and _next(view, agent, contact)), None)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """See `Router.choose_contact`."""
        return view.most_urgent(agent) if not self._falling(view) or self._open(view, agent) else None

    def reconsider(self, view: View, contact: Contact) -> float:
        """See `Router.reconsider`: soon while agents leave, else when they next do."""
        if self._falling(view):
            return view.now + 1.0
        since = view.now % DAY - self._params.first
        following = max(math.floor(since / self._params.every) + 1, 1)
        drops = [k for k in range(following, self._periods) if self._falls(k)]
        return view.now - since + drops[0] * self._params.every + 0.5 if drops else math.inf

    @property
    def _periods(self) -> int:
        return max(map(len, self._params.heads.values()))

    def _period(self, view: View) -> int:
        since = view.now % DAY - self._params.first
        return min(max(math.floor(since / self._params.every), 0), self._periods - 1)

    def _falls(self, period: int) -> bool:
        return period > 0 and any(heads[period] < heads[period - 1] for heads in self._params.heads.values())

    def _falling(self, view: View) -> bool:
        """Whether somebody who should have left still talks."""
        return self._falls(self._period(view)) and any(agent.leaving for agent in view.agents)

    def _open(self, view: View, agent: Agent) -> bool:
        """Whether the agent's pool has fewer busy than heads."""
        pool = next(pool for pool in self._params.heads if agent.name.startswith(pool))
        busy = sum(one.in_hand > 0 for one in view.agents if one.name.startswith(pool))
        return busy < self._params.heads[pool][self._period(view)]


class SecondLookParams(Params):
    """`group`: the beginning of the names of those whose unresolved contacts get a second look."""

    group: str


class SecondLook(EscalationRule):
    """Whatever the named group did not resolve goes on to the next step of the path."""

    def __init__(self, params: SecondLookParams) -> None:
        super().__init__(params)
        self._group = params.group

    def escalates(self, view: View, contact: Contact, agent: Agent) -> bool:
        """See `EscalationRule.escalates`."""
        return agent.name.startswith(self._group)


RULES: tuple[tuple[str, str, type, type[Params]], ...] = (
    ("router", "pool_order", PoolOrder, PoolOrderParams),
    ("router", "random_idle", RandomIdle, Params),
    ("router", "specialists", Specialists, PoolOrderParams),
    ("router", "any_waiting", AnyWaiting, Params),
    ("router", "last_come", LastCome, Params),
    ("router", "falling_heads", FallingHeads, FallingHeadsParams),
    ("escalation", "second_look", SecondLook, SecondLookParams),
)


@contextmanager
def known() -> Iterator[None]:
    """Register the rules, and take them out again."""
    with ExitStack() as stack:
        for kind, name, rule, params in RULES:
            stack.enter_context(added(kind, name, rule, params))
        yield


def _queue(contact: Contact) -> str:
    assert contact.queue is not None
    return contact.queue.name


def _behind(head: Contact) -> Iterator[Contact]:
    """A line from its head to its tail."""
    contact: Contact | None = head
    while contact is not None:
        yield contact
        contact = contact.behind


def _next(view: View, agent: Agent, contact: Contact) -> bool:
    """Whether nobody whom the agent might serve has waited longer."""
    return view.most_urgent(agent) in (None, contact)


def _place(order: Iterable[str], agent: Agent) -> int:
    return next(place for place, pool in enumerate(order) if agent.name.startswith(pool))


def _any_of(agents: list[Agent], contact: Contact) -> Agent | None:
    return agents[_mixed(contact.case.number * 64 + contact.attempt) % len(agents)] if agents else None


def _bits(moment: float) -> int:
    """The bits of a time: the choice at one moment says nothing of that at another, nor of the customers."""
    return int(unpack("<Q", pack("<d", moment))[0])


def _mixed(number: int) -> int:
    """A number that looks random, from one that does not (splitmix64, Steele, Lea and Flood 2014)."""
    z = (number + 1) * 0x9E3779B97F4A7C15 & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)
