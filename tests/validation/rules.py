"""Rules that published cases need and that nobody would run a centre by: written on the public port, in one file.

They are known within `known()` alone: `ccsim` does not know them, `python -m tests.validation NAME` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import EscalationRule, Router, ScoreRouter, View
from sim.registry import Params
from tests.contracts.rules import added

MASK = (1 << 64) - 1


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


def _place(order: Iterable[str], agent: Agent) -> int:
    return next(place for place, pool in enumerate(order) if agent.name.startswith(pool))


def _any_of(agents: list[Agent], contact: Contact) -> Agent | None:
    return agents[_mixed(contact.case.number * 64 + contact.attempt) % len(agents)] if agents else None


def _mixed(number: int) -> int:
    """A number that looks random, from one that does not (splitmix64, Steele, Lea and Flood 2014)."""
    z = (number + 1) * 0x9E3779B97F4A7C15 & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)
