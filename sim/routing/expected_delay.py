"""The group with the least expected delay first, so that groups that pressed queues depend on stay free.

A queue's expected delay is the work at hand, in hand and waiting, of the agents who serve it, for each of them on duty;
a group's is that of the most pressed queue it serves. Source of joining by least expected delay, and of when it is not
best: Whitt 1986, Deciding which queue to join: some counterexamples, Operations Research 34(1).
"""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import INFINITY, View
from sim.model.queue import Lane, Queue
from sim.model.reason import Reason
from sim.registry import register
from sim.routing.choice import pool
from sim.routing.longest_idle import LongestIdle


@register("router", "expected_delay")
class ExpectedDelay(LongestIdle):
    """The longest idle agent of the group whose most pressed queue expects the least delay; of equals, the group with
    fewer queues.

    Looks at every agent of the queues concerned. Where nobody is idle, it does as `longest_idle`.
    """

    uses_signals = True

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        best: Agent | None = None
        least = (INFINITY, 0, 0)
        for lane in view.lanes(contact):
            agent = lane.idle.head
            if agent is not None:
                delay = (_delay(view, lane), len(lane.queues), agent.rank)
                if best is None or delay < least:
                    best, least = agent, delay
        return best if best is not None else super().choose_agent(view, contact)

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        if chosen is None or chosen.used:
            return super().explain(view, contact, chosen)
        delay = _delay(view, chosen.lane)
        return Reason(
            f"no group with somebody idle expects less delay in its most pressed queue than {pool(chosen.lane)} "
            f"({delay:.0f} s of work for each agent); in it the agent had been idle longest",
            signals=("handle_time",),
        )


def _delay(view: View, lane: Lane) -> float:
    return max(_pressure(view, queue) for queue in lane.queues)


def _pressure(view: View, queue: Queue) -> float:
    """Seconds of measured work in hand and waiting, for each agent of the queue who is on duty."""
    on_duty = [agent for lane in queue.lanes for agent in lane.agents if agent.on_duty()]
    if not on_duty:
        return INFINITY
    seconds = view.signals.handle_time
    mean = [sum(seconds[agent.index]) / len(seconds[agent.index]) for agent in on_duty]
    busy = sum(own for agent, own in zip(on_duty, mean, strict=True) if agent.used)
    return (busy + queue.waiting * sum(mean) / len(mean)) / len(mean)
