"""Explore to learn: agents of whom little is known get a chance to show what they can do.

Two ways. `ucb`: the estimate plus some standard errors, optimism in the face of uncertainty (Auer, Cesa-Bianchi and
Fischer 2002, Machine Learning 47). `thompson`: one draw from each agent's posterior, the highest wins (Thompson 1933,
Biometrika 25; Chapelle and Li 2011, NIPS 24). The draw is addressed by customer and agent, so arms stay paired.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import Quality, estimate, highest
from sim.routing.wording import does, highest_of
from sim.sampling.streams import entity_key, normal


class BanditParams(Params):
    """`method`: how to explore; `signal`: what is to be learnt; `width`: standard errors added (`ucb`), or the scale of
    the posterior's (`thompson`); 0 explores nothing."""

    method: Literal["ucb", "thompson"] = "ucb"
    signal: Quality = "resolution"
    width: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0


@register("router", "bandit", BanditParams)
class Bandit(Router):
    """The agent with the best quality that the estimate and its error make plausible; looks at every idle agent."""

    uses_signals = True

    def __init__(self, params: BanditParams) -> None:
        super().__init__(params)
        self._spec = params
        self._keys: list[int] = []

    def refresh(self, view: View) -> None:
        """Draws are addressed by the agents' names."""
        self._keys = self._keys or [entity_key(agent.name) for agent in view.agents]

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        return highest(view.free_agents(contact), self._index(view, contact))

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        name = "plausible quality" if self._spec.method == "ucb" else "quality as drawn from what is plausible"
        merit = does(view.signals, self._spec.signal, chosen, contact) if chosen else ""
        return highest_of(chosen, view.free_agents(contact), self._index(view, contact), name, merit, self._spec.signal)

    def _index(self, view: View, contact: Contact) -> Callable[[Agent], float]:
        mean, error, _ = estimate(view.signals, self._spec.signal)
        intent, width, sampled = contact.intent.index, self._spec.width, self._spec.method == "thompson"

        def index(agent: Agent) -> float:
            by = normal(view.uniform(contact, self._keys[agent.index])) if sampled else 1.0
            return mean[agent.index][intent] + width * by * error[agent.index][intent]

        return index
