"""Resolution rate first: p times mu, the needs an agent settles per hour of work.

Source: de Véricourt and Zhou 2005, Managing response time in a call-routing problem with service failure, Operations
Research 53(6); Mehrotra, Ross, Ryder and Zhou 2012, M&SOM 14(1). Reads measured resolution and handle time, not QA.
"""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import INFINITY, ScoreRouter, View
from sim.registry import register
from sim.routing.wording import resolves, takes


@register("router", "p_mu")
class PMu(ScoreRouter):
    """The agent with the highest measured resolution per hour of handling (p times mu)."""

    score_name = "resolution rate"
    reads = ("resolution", "handle_time")

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Estimated share resolved over estimated seconds of one contact."""
        signals, intent = view.signals, contact.intent.index
        seconds = signals.handle_time[agent.index][intent]
        return signals.resolution[agent.index][intent] / seconds if seconds > 0.0 else INFINITY

    def merit(self, view: View, agent: Agent, contact: Contact) -> str:
        """See `ScoreRouter.merit`."""
        return f"{resolves(view.signals, agent, contact)} and {takes(view.signals, agent, contact)}"
