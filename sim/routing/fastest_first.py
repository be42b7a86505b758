"""Fastest server first, by measured handle time (Armony 2005: asymptotically best for waiting, hard on the fast)."""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import ScoreRouter, View
from sim.registry import register


@register("router", "fastest_first")
class FastestFirst(ScoreRouter):
    """The agent with the shortest measured handle time for the contact's intent."""

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Minus the estimated seconds of one contact."""
        return -view.signals.handle_time[agent.index][contact.intent.index]
