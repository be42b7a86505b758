"""Most proficient first: the ranked skill lists of classic automatic call distributors."""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import ScoreRouter, View
from sim.registry import register


@register("router", "skill_rank")
class SkillRank(ScoreRouter):
    """The agent with the highest proficiency in the queue's skills, among equals the longest idle."""

    uses_signals = False
    score_name = "stated proficiency"

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Stated proficiency; higher is better."""
        assert contact.queue is not None
        return agent.proficiency[contact.queue.index]

    def merit(self, view: View, agent: Agent, contact: Contact) -> str:
        """See `ScoreRouter.merit`."""
        return f"has a stated proficiency of {self.score(view, agent, contact):g}"
