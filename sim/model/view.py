"""The read-only window on a running centre that policies get; its contract is `sim.model.policy.View`."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import TYPE_CHECKING

from sim.errors import ModelError
from sim.ext.draws import normal
from sim.model.codes import HEARD, VISITS

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.centre import Centre
    from sim.model.contact import Contact
    from sim.model.ledger import Ledger
    from sim.model.policy import BotSignals, Signals
    from sim.model.queue import Lane


class CentreView:
    """Looks at a centre, and holds nothing of its own but what it was lent."""

    __slots__ = ("_centre", "_ledger", "_signals", "shift")

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._ledger: Ledger | None = None
        self._signals: Signals | None = None
        self.shift = 0  # where the kinds of the set of rules begin that a pilot is asking

    @property
    def now(self) -> float:
        return self._centre.calendar.now

    @property
    def signals(self) -> Signals:
        return self._centre.signals if self._signals is None else self._signals

    @property
    def bot_signals(self) -> BotSignals:
        return self._centre.bot_signals

    @property
    def agents(self) -> list[Agent]:
        return self._centre.agents

    def lanes(self, contact: Contact) -> list[Lane]:
        assert contact.queue is not None
        return contact.queue.lanes

    def all_lanes(self) -> list[Lane]:
        return self._centre.lanes

    def kind(self, contact: Contact) -> int:
        assert contact.queue is not None
        return self.shift + contact.queue.index * len(self._centre.blueprint.intents) + contact.intent.index

    def most_urgent(self, agent: Agent) -> Contact | None:
        best: Contact | None = None
        for queue in agent.lane.queues:
            if queue.waiting:
                for line in queue.lines:
                    head = line.head
                    if head is not None and agent.has_room(head.channel.whole):
                        best = self.more_urgent(best, head)
        return best

    def more_urgent(self, best: Contact | None, other: Contact) -> Contact:
        if best is None:
            return other
        lead = self.urgency(other) - self.urgency(best)
        return other if lead > 0.0 or (lead == 0.0 and _came_first(other, best)) else best

    def free_agents(self, contact: Contact) -> Iterator[Agent]:
        assert contact.queue is not None
        for lane in contact.queue.lanes:
            yield from lane.idle
        if not contact.channel.whole:
            for lane in contact.queue.lanes:
                for agent in lane.partly:
                    if agent.has_room(False):
                        yield agent

    def heads(self, agent: Agent) -> Iterator[Contact]:
        for queue in agent.lane.queues:
            if queue.waiting:
                for line in queue.lines:
                    head = line.head
                    if head is not None and agent.has_room(head.channel.whole):
                        yield head

    def urgency(self, contact: Contact) -> float:
        assert contact.queue is not None
        aging = contact.queue.spec.aging
        return contact.level if aging == 0.0 else contact.level + (self._centre.calendar.now - contact.since) / aging

    def uniform(self, contact: Contact, whose: int = 0) -> float:
        visit = contact.attempt * VISITS + contact._visit
        u: float = self._centre.draws.routing.block(contact.intent.key ^ whose, contact.case.k, visit)[0]
        return u

    def sentiment(self, contact: Contact) -> float:
        case = contact.case
        error: float = normal(self._centre.draws.routing.block(contact.intent.key, case.k, contact.attempt * VISITS)[1])
        real: float = normal(case._sentiment_u)
        return HEARD * real + sqrt(1.0 - HEARD * HEARD) * error

    @property
    def ledger(self) -> Ledger:
        if self._ledger is None:
            raise ModelError("this router asked for the ledger but does not say so; set uses_ledger = True")
        return self._ledger

    def lend(self, ledger: Ledger) -> None:
        """Show rules this ledger from now on."""
        self._ledger = ledger

    def with_signals(self, signals: Signals) -> CentreView:
        view = CentreView(self._centre)
        view._ledger = self._ledger
        view._signals = signals
        view.shift = self.shift
        return view


def _came_first(one: Contact, other: Contact) -> bool:
    return one.since < other.since or (one.since == other.since and one.place < other.place)
