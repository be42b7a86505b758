"""Fastest server first, by measured handle time (Armony 2005: asymptotically best for waiting, hard on the fast)."""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import ScoreRouter, View
from sim.registry import register
from sim.routing.wording import takes


@register("router", "fastest_first")
class FastestFirst(ScoreRouter):
    """The agent with the shortest measured handle time for the contact's intent."""

    score_name = "speed"
    reads = ("handle_time",)

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Minus the estimated seconds of one contact."""
        return -view.signals.handle_time[agent.index][contact.intent.index]

    def merit(self, view: View, agent: Agent, contact: Contact) -> str:
        """See `ScoreRouter.merit`."""
        return takes(view.signals, agent, contact)
