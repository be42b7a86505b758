"""Longest idle first: fair in the short run, blind to who is good or fast. The baseline everybody knows."""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.model.reason import Reason
from sim.registry import register


class LongestIdle(Router):
    """The agent who has been idle longest; an idle agent before one who is partly busy."""

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`; costs one look a lane."""
        lanes = view.lanes(contact)
        best: Agent | None = None
        for lane in lanes:
            agent = lane.idle.head
            if agent is not None and (best is None or agent.rank < best.rank):
                best = agent
        if best is not None or contact.channel.whole:
            return best
        for lane in lanes:
            agent = lane.partly.head
            if agent is not None and agent.has_room(False) and (best is None or agent.rank < best.rank):
                best = agent
        return best

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        free = sum(agent.used == 0 for agent in view.free_agents(contact))
        if free == 0:
            return Reason("nobody was idle, and of those with a free slot the agent had been so longest")
        return Reason(f"the agent had been idle longest of the {free} who were")


register("router", "longest_idle")(LongestIdle)  # by a call: a compiled class takes no decorator
