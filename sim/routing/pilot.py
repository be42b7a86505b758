"""Two sets of rules at work in one centre, as a live test has them: routers, escalation rules and bot policies.

Each decision goes to one of the two, by the design's sides. No rule is registered here: a rehearsal builds these.

* By time: whoever is in charge at the moment decides; who waits is offered again when the other one takes over.
* By customer, contact or queue: each router sees all agents, but of the waiting contacts only its own. When an agent
  frees, both are asked, and the more urgent of the two contacts is served.
* By agent: each router sees all contacts, but only its own agents, who stand in lanes of their own. A contact is
  offered to both; if both have somebody, the one who has been idle longer gets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import BotPolicy, EscalationRule, Router, View, longest_idle
from sim.model.queue import Queue
from sim.registry import Params
from sim.routing.sides import Sides

NONE = Params()


class PilotRouter(Router):
    """Base of the routers of a pilot: holds both, and keeps their rankings apart."""

    def __init__(self, sides: Sides, rules: Sequence[Router], kinds: int) -> None:
        """`rules`: the control's and the treated one's; `kinds`: how many kinds of contact the centre knows."""
        super().__init__(NONE)
        self._sides = sides
        self._rules = tuple(rules)
        self._kinds = kinds
        self.uses_signals = any(rule.uses_signals for rule in rules)
        self.uses_ledger = any(getattr(rule, "uses_ledger", False) for rule in rules)

    def refresh(self, view: View) -> None:
        """Both take in the news, if they read it."""
        for side, rule in enumerate(self._rules):
            if rule.uses_signals:
                self._ask(view, side).refresh(view)

    def _ask(self, view: Any, side: int) -> Router:
        """The rule of a side, with the view set for it."""
        view.shift = side * self._kinds
        return self._rules[side]


class ByTime(PilotRouter):
    """One router at a time is in charge of the whole centre."""

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """By the rule in charge."""
        return self._in_charge(view).choose_agent(view, contact)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """By the rule in charge."""
        return self._in_charge(view).choose_contact(view, agent)

    def reconsider(self, view: View, contact: Contact) -> float:
        """When the rule in charge says so, at the latest when the other one may take over."""
        return min(self._in_charge(view).reconsider(view, contact), self._sides.next_switch(view.now))

    def _in_charge(self, view: View) -> Router:
        return self._ask(view, self._sides.at(view.now))


class ByContact(PilotRouter):
    """Each router decides on its own contacts; the agents are common to both."""

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """By the rule whose contact it is."""
        return self._ask(view, contact.side).choose_agent(view, contact)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The more urgent of what the two rules choose among their own."""
        best: Contact | None = None
        for side in range(2):
            with _lines_of(agent.lane.queues, side):
                mine = self._ask(view, side).choose_contact(view, agent)
            if mine is not None:
                best = view.more_urgent(best, mine)
        return best

    def reconsider(self, view: View, contact: Contact) -> float:
        """When the rule says whose contact it is."""
        return self._ask(view, contact.side).reconsider(view, contact)


class ByAgent(PilotRouter):
    """Each router decides for its own agents; the contacts are common to both."""

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """The longer idle of the two agents that the rules choose among their own."""
        found = []
        for side in range(2):
            with _lanes_of(contact.queue, side):
                found.append(self._ask(view, side).choose_agent(view, contact))
        return longest_idle(agent for agent in found if agent is not None)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """By the rule whose agent it is."""
        return self._ask(view, agent.lane.side).choose_contact(view, agent)

    def reconsider(self, view: View, contact: Contact) -> float:
        """As soon as either rule wants to be asked."""
        due = []
        for side in range(2):
            with _lanes_of(contact.queue, side):
                due.append(self._ask(view, side).reconsider(view, contact))
        return min(due)


class PilotEscalation(EscalationRule):
    """Both escalation rules; by agent, it is the agent's."""

    def __init__(self, sides: Sides, rules: Sequence[EscalationRule]) -> None:
        super().__init__(NONE)
        self._sides = sides
        self._rules = tuple(rules)

    def escalates(self, view: View, contact: Contact, agent: Agent) -> bool:
        """By the rule of the side."""
        return self._rules[_side(self._sides, view, contact, agent)].escalates(view, contact, agent)


class PilotBot(BotPolicy):
    """Both bot policies."""

    def __init__(self, sides: Sides, rules: Sequence[BotPolicy]) -> None:
        super().__init__(NONE)
        self._sides = sides
        self._rules = tuple(rules)
        self.uses_signals = any(rule.uses_signals for rule in rules)

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        """By the rule of the side."""
        return self._rules[_side(self._sides, view, contact, None)].sends_to_bot(view, contact, choice)


def router(sides: Sides, rules: Sequence[Router], kinds: int) -> PilotRouter:
    """The router of a pilot with this design."""
    made = {"time": ByTime, "agent": ByAgent}.get(sides.design.by, ByContact)
    return made(sides, rules, kinds)


def _side(sides: Sides, view: View, contact: Contact, agent: Agent | None) -> int:
    if sides.design.by == "time":
        return sides.at(view.now)
    return agent.lane.side if sides.design.by == "agent" and agent is not None else contact.side


@contextmanager
def _lines_of(queues: Sequence[Queue], side: int) -> Iterator[None]:
    """For the length of a question the waiting lines of one side are all there are."""
    whole = [queue.lines for queue in queues]
    for queue, lines in zip(queues, whole, strict=True):
        queue.lines = [line for line in lines if line.side == side]
    try:
        yield
    finally:
        for queue, lines in zip(queues, whole, strict=True):
            queue.lines = lines


@contextmanager
def _lanes_of(queue: Queue | None, side: int) -> Iterator[None]:
    """For the length of a question the lanes of one side are all there are."""
    assert queue is not None
    whole = queue.lanes
    queue.lanes = [lane for lane in whole if lane.side == side]
    try:
        yield
    finally:
        queue.lanes = whole
