"""Weights on waiting and on idle times: an index for each pair of queue and pool, and a match when it is not negative.

Source: Chan, Koole and L'Ecuyer 2014, Dynamic call center routing policies using call waiting and agent idle times,
M&SOM 16(4). Their index is a_ij + b_i (wait) + c_j (idle time); a negative a_ij delays the overflow from queue i to
pool j.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from sim.config.schema import NonNegative
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import INFINITY, Router, View
from sim.model.queue import Lane
from sim.model.reason import Reason, named
from sim.registry import Params, Place, register
from sim.routing.choice import pool

Affinity = Annotated[float, Field(ge=-86_400.0, le=86_400.0)]


class WaitingAndIdleParams(Params):
    """All in seconds of index. `affinity`: by queue, then by pool (an agent's skills: `billing`, `billing+moving`), 0
    where not named; `waiting_weight` by queue, `idle_weight` by pool: points a second, 1 where not named.

    A match needs affinity + waiting_weight * wait >= 0; idle time then decides between pools.
    """

    affinity: dict[str, dict[str, Affinity]] = Field(default_factory=dict)
    waiting_weight: dict[str, NonNegative] = Field(default_factory=dict)
    idle_weight: dict[str, NonNegative] = Field(default_factory=dict)

    def named_parts(self) -> Iterator[tuple[Place, str, str]]:
        """The queues that have an affinity or a weight of their own."""
        yield from ((("affinity", name), "queue", name) for name in self.affinity)
        yield from ((("waiting_weight", name), "queue", name) for name in self.waiting_weight)


@register("router", "waiting_and_idle", WaitingAndIdleParams)
class WaitingAndIdle(Router):
    """The pair of queue and pool with the highest weighted sum of affinity, waiting and idle time; one look a pool."""

    def __init__(self, params: WaitingAndIdleParams) -> None:
        super().__init__(params)
        self._spec = params

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """The longest idle agent of the pool with the highest index; nobody where none may have the contact yet."""
        best: Agent | None = None
        highest = (-INFINITY, 0)
        for lane in view.lanes(contact):
            agent = lane.idle.head
            if agent is None and not contact.channel.whole:
                agent = next((other for other in lane.partly if other.has_room(False)), None)
            if agent is None or self._match(view, contact, lane) < 0.0:
                continue
            idle = self._spec.idle_weight.get(pool(lane), 1.0) * (view.now - agent.idle_since)
            index = (self._match(view, contact, lane) + idle, -agent.rank)
            if best is None or index > highest:
                best, highest = agent, index
        return best

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The head with the highest index, among equals the most urgent; none where all are to wait for others."""
        best: Contact | None = None
        highest = 0.0
        for head in view.heads(agent):
            index = self._match(view, head, agent.lane)
            if index > highest or (index == highest and view.more_urgent(best, head) is head):
                best, highest = head, index
        return best

    def reconsider(self, view: View, contact: Contact) -> float:
        """When the next pool may have the contact."""
        queue = _queue(contact)
        weight = self._spec.waiting_weight.get(queue, 1.0)
        if weight == 0.0:
            return INFINITY
        opens = [contact.since - self._affinity(queue, lane) / weight for lane in view.lanes(contact)]
        return min((due for due in opens if due > view.now), default=INFINITY)

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        if chosen is None:
            return Reason(
                "no pool that has somebody free may have it yet: its affinity is negative for so short a wait"
            )
        lane = chosen.lane
        idle = self._spec.idle_weight.get(pool(lane), 1.0) * (view.now - chosen.idle_since)
        index = f"{self._match(view, contact, lane):.0f} for match and wait, {idle:.0f} for idle time"
        return Reason(
            f"no pool had a higher index than {pool(lane)} ({index}), and in it the agent had been free longest"
        )

    def explain_contact(self, view: View, agent: Agent, chosen: Contact | None) -> Reason:
        """See `Router.explain_contact`."""
        index = {named(head): self._match(view, head, agent.lane) for head in view.heads(agent)}
        if chosen is None:
            return Reason("all who wait are to wait longer for other pools", "index", index)
        return Reason("none had a higher index of affinity and waiting time", "index", index)

    def _match(self, view: View, contact: Contact, lane: Lane) -> float:
        """Affinity and waiting time; never below 0 once the moment given by `reconsider` has come."""
        queue = _queue(contact)
        weight, affinity = self._spec.waiting_weight.get(queue, 1.0), self._affinity(queue, lane)
        if affinity < 0.0 and weight > 0.0 and view.now >= contact.since - affinity / weight:
            return max(0.0, affinity + weight * (view.now - contact.since))
        return affinity + weight * (view.now - contact.since)

    def _affinity(self, queue: str, lane: Lane) -> float:
        return self._spec.affinity.get(queue, {}).get(pool(lane), 0.0)


def _queue(contact: Contact) -> str:
    assert contact.queue is not None
    return contact.queue.name
