"""Least work per resolved need, where the follow-up contacts of a failure are the group's to serve.

An agent's contact takes t seconds and fails with probability 1 - p; a failure comes back with probability r and then
costs the group W = T / (1 - r (1 - P)) seconds on average, T and P being the group's means. So one need costs t + r (1
- p) W when it begins with this agent. `p_mu` ranks by t / p: that is the same sum with r = 1 and the agent's own
follow-ups sent back to the agent. Both agree on who is better than the group (t + (1 - p) W < W exactly if t / p < W);
they may differ among those. Source of the index t / p: de Véricourt and Zhou 2005, Operations Research 53(6).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import ScoreRouter, View
from sim.registry import Params, register
from sim.routing.choice import colleagues
from sim.routing.wording import resolves, takes


class AhtOverPParams(Params):
    """`returning`: share of the contacts not resolved that come back."""

    returning: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0


@register("router", "aht_over_p", AhtOverPParams)
class AhtOverP(ScoreRouter):
    """The agent with whom a need costs the least work, follow-up contacts at the group's mean included."""

    score_name = "score (seconds of work until a need is settled, negative)"
    reads = ("resolution", "handle_time")

    def __init__(self, params: AhtOverPParams) -> None:
        super().__init__(params)
        self._returning = params.returning
        self._follow_up: dict[int, float] = {}  # seconds of work that a return brings, by kind of contact

    def refresh(self, view: View) -> None:
        """The group's means are made anew, too."""
        self._follow_up = {}
        super().refresh(view)

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Minus the expected seconds of work until the need is settled."""
        signals, intent = view.signals, contact.intent.index
        kind = view.kind(contact)
        if kind not in self._follow_up:
            self._follow_up[kind] = self._group(view, contact)
        failed = 1.0 - signals.resolution[agent.index][intent]
        return -(signals.handle_time[agent.index][intent] + self._returning * failed * self._follow_up[kind])

    def merit(self, view: View, agent: Agent, contact: Contact) -> str:
        """See `ScoreRouter.merit`."""
        work = f"{-self.score(view, agent, contact):.0f} s of work a need"
        return f"{resolves(view.signals, agent, contact)} and {takes(view.signals, agent, contact)}, so {work}"

    def _group(self, view: View, contact: Contact) -> float:
        signals, intent, agents = view.signals, contact.intent.index, colleagues(view, contact)
        seconds = sum(signals.handle_time[agent.index][intent] for agent in agents) / len(agents)
        resolved = sum(signals.resolution[agent.index][intent] for agent in agents) / len(agents)
        settled = 1.0 - self._returning * (1.0 - resolved)
        return seconds / max(settled, 0.01)  # a group that settles next to nothing
