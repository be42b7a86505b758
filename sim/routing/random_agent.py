"""Any idle agent, all with the same chance: the rule that fair and clever ones are compared with.

Source of its use as a reference: Ward and Armony 2013, Operations Research 61(1) (randomised routing).
"""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.model.reason import Reason
from sim.registry import register
from sim.routing.choice import idle_or_partly


@register("router", "random_agent")
class RandomAgent(Router):
    """Any idle agent with equal chances; the customer's own draw decides, so arms stay paired; lists the idle."""

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        free = idle_or_partly(view, contact)
        return free[int(view.uniform(contact) * len(free))] if free else None

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        return Reason(f"the draw fell on the agent; all {len(idle_or_partly(view, contact))} had the same chance")
