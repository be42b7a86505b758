"""Everybody in turn: coaching that needs no measurement."""

from __future__ import annotations

from sim.coaching.port import CoachingRule, Known, Request
from sim.registry import register


def in_turn(known: Known) -> list[int]:
    """Agents, those who have gone longest without a session first."""
    return sorted(range(len(known.agents)), key=lambda agent: (float(known.last[agent]), agent))


def since(known: Known, agent: int) -> str:
    """In words, how long ago an agent was coached."""
    days = known.days_since(agent)
    return "not coached yet" if days == float("inf") else f"not coached for {days:.0f} days"


@register("coaching", "round_robin")
class RoundRobin(CoachingRule):
    """Who has gone longest without coaching comes first, about the work in general."""

    def choose(self, known: Known) -> list[Request]:
        return [Request(agent, None, f"{since(known, agent)}: next in turn") for agent in in_turn(known)]
