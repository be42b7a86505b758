"""Queue-and-idleness ratios: keep each queue's share of all waiting, and each pool's share of all idleness, as stated.

Source: Gurvich and Whitt 2009, Queue-and-idleness-ratio controls in many-server service systems, Mathematics of
Operations Research 34(2): a freed agent serves the queue that exceeds its share most, a contact goes to the pool whose
idleness exceeds its share most.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from sim.config.schema import NonNegative
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.model.queue import Lane, Queue
from sim.model.reason import Reason
from sim.registry import Params, Place, register
from sim.routing.choice import pool


class QueueAndIdlenessParams(Params):
    """Weights, brought to a sum of 1 over what is compared. `queue_share`: by queue, 1 where not named; `idle_share`:
    by pool (an agent's skills: `billing`, `billing+moving`), the number of its agents where not named."""

    queue_share: dict[str, NonNegative] = Field(default_factory=dict)
    idle_share: dict[str, NonNegative] = Field(default_factory=dict)

    def named_parts(self) -> Iterator[tuple[Place, str, str]]:
        """The queues that have a share of their own."""
        return ((("queue_share", name), "queue", name) for name in self.queue_share)


@register("router", "queue_and_idleness", QueueAndIdlenessParams)
class QueueAndIdleness(Router):
    """Holds the ratios of queue lengths and of idle pools at stated shares; counts the idle, one look a queue."""

    def __init__(self, params: QueueAndIdlenessParams) -> None:
        super().__init__(params)
        self._spec = params

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """The longest idle agent of the pool with the greatest surplus of idle agents; then of those partly free."""
        lanes = view.lanes(contact)
        idle = [sum(1 for _ in lane.idle) for lane in lanes]
        surplus = _surplus(idle, [self._idle_weight(lane) for lane in lanes])
        order = sorted(range(len(lanes)), key=lambda n: -surplus[n])  # stable: among equals the first pool
        for n in order:
            if lanes[n].idle.head is not None:
                return lanes[n].idle.head
        return min(view.free_agents(contact), key=lambda agent: agent.rank, default=None)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The most urgent of the queue with the greatest surplus of waiting contacts."""
        heads: dict[int, Contact] = {}
        for head in view.heads(agent):
            place = _queue(head).index
            heads[place] = view.more_urgent(heads.get(place), head)
        queues = [queue for queue in agent.lane.queues if queue.index in heads]
        if not queues:
            return None
        surplus = _surplus([queue.waiting for queue in queues], [self._queue_weight(queue) for queue in queues])
        best = max(surplus)
        tied = [heads[queue.index] for queue, over in zip(queues, surplus, strict=True) if over == best]
        chosen: Contact | None = None
        for contact in tied:
            chosen = view.more_urgent(chosen, contact)
        return chosen

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        if chosen is None:
            return Reason("the rule gave it to nobody")
        lanes = view.lanes(contact)
        surplus = _surplus([sum(1 for _ in lane.idle) for lane in lanes], [self._idle_weight(lane) for lane in lanes])
        over = next(extra for lane, extra in zip(lanes, surplus, strict=True) if lane is chosen.lane)
        if chosen.used:
            return Reason("nobody is idle, and of those partly busy the agent had been so longest")
        return Reason(
            f"no pool has more idle agents above its share than {pool(chosen.lane)} ({over:+.1f}), and in it the agent "
            "had been idle longest"
        )

    def explain_contact(self, view: View, agent: Agent, chosen: Contact | None) -> Reason:
        """See `Router.explain_contact`."""
        if chosen is None:
            return Reason("the rule gave it to nobody")
        queue = _queue(chosen)
        return Reason(
            f"no queue is further above its share of all who wait than {queue.name} ({queue.waiting} waiting), and it "
            "came first in it"
        )

    def _idle_weight(self, lane: Lane) -> float:
        return self._spec.idle_share.get(pool(lane), float(len(lane.agents)))

    def _queue_weight(self, queue: Queue) -> float:
        return self._spec.queue_share.get(queue.name, 1.0)


def _surplus(counts: list[int], weights: list[float]) -> list[float]:
    """How far each count exceeds its weight's share of the sum."""
    total, scale = sum(counts), sum(weights)
    return [
        count - (total * weight / scale if scale > 0.0 else 0.0) for count, weight in zip(counts, weights, strict=True)
    ]


def _queue(contact: Contact) -> Queue:
    assert contact.queue is not None
    return contact.queue
