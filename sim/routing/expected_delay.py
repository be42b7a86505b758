"""The group with the least expected delay first, so that groups that others depend on stay free.

A contact that finds agents of several groups idle takes one where the work at hand, in hand and waiting, is least for
each agent on duty. Source of joining by least expected delay, and of when it is not best: Whitt 1986, Deciding which
queue to join: some counterexamples, Operations Research 34(1).
"""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import INFINITY, View
from sim.model.queue import Lane
from sim.registry import register
from sim.routing.longest_idle import LongestIdle


@register("router", "expected_delay")
class ExpectedDelay(LongestIdle):
    """The longest idle agent of the group with the least measured work at hand for each agent on duty.

    Looks at every agent of those groups. Contacts that would find nobody idle wait as under `longest_idle`.
    """

    uses_signals = True

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        best: Agent | None = None
        least = (INFINITY, 0)
        for lane in view.lanes(contact):
            agent = lane.idle.head
            if agent is not None:
                delay = (_delay(view, lane), agent.rank)
                if best is None or delay < least:
                    best, least = agent, delay
        return best if best is not None else super().choose_agent(view, contact)


def _delay(view: View, lane: Lane) -> float:
    """Seconds of work in hand and waiting, for each agent of the group who is on duty."""
    on_duty = [agent for agent in lane.agents if agent.on_duty()]
    seconds = view.signals.handle_time
    mean = [sum(seconds[agent.index]) / len(seconds[agent.index]) for agent in on_duty]
    busy = sum(own for agent, own in zip(on_duty, mean, strict=True) if agent.used)
    return (busy + lane.waiting * sum(mean) / len(mean)) / len(mean) if mean else INFINITY
