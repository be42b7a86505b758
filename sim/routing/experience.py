"""The experienced first; or easy contacts to new hires, so that they learn on them.

Experience is the number of contacts on record, the only trace of tenure that signals show; the pre-history gives all
agents equally many, so within a scenario they differ by the work of the run. Agents of this model do not learn. Source
of what experience is worth: Gans, Liu, Mandelbaum, Shen and Ye 2010, Service times in call centers: agent heterogeneity
and learning with some operational consequences, IMS Collections 6.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.config.schema import RISKS, Risk
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View, longest_idle
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import highest, idle_or_partly
from sim.routing.wording import highest_of


class ExperienceParams(Params):
    """`new_below`: contacts on record below which an agent is a new hire; `easy_share` of the contacts up to risk
    `easy_risk` go to new hires first."""

    new_below: Annotated[float, Field(ge=0.0)] = 500.0
    easy_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    easy_risk: Risk = "low"


@register("router", "experience", ExperienceParams)
class Experience(Router):
    """The agent with the most contacts on record first; a stated share of easy ones to new hires first.

    Looks at every idle agent. The customer's own draw says which easy contacts are for new hires.
    """

    uses_signals = True

    def __init__(self, params: ExperienceParams) -> None:
        super().__init__(params)
        self._spec = params
        self._risk = RISKS.index(params.easy_risk)
        self._seen: list[float] = []

    def refresh(self, view: View) -> None:
        """Count anew."""
        counts = view.signals.handle_time_count
        self._seen = [sum(counts[agent.index]) for agent in view.agents]

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        free = idle_or_partly(view, contact)
        if contact.intent.risk <= self._risk and view.uniform(contact) < self._spec.easy_share:
            new = longest_idle(agent for agent in free if self._seen[agent.index] < self._spec.new_below)
            if new is not None:
                return new
        return highest(free, lambda agent: self._seen[agent.index])

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        free = idle_or_partly(view, contact)
        new = [agent for agent in free if self._seen[agent.index] < self._spec.new_below]
        easy = contact.intent.risk <= self._risk and view.uniform(contact) < self._spec.easy_share
        if chosen is not None and easy and new:
            return Reason(
                f"it is an easy one for new hires, and the agent had been free longest of {len(new)} new hires"
            )
        merit = f"has {self._seen[chosen.index]:.0f} contacts on record" if chosen else ""
        return highest_of(chosen, free, lambda agent: self._seen[agent.index], "experience", merit)
