"""c-mu: the waiting contact that saves most cost of waiting per second of work.

Source: Cox and Smith 1961, Queues, chapter 3; with several kinds of servers Mandelbaum and Stolyar 2004, Scheduling
flexible servers with convex delay costs, Operations Research 52(6), of which this is the case of linear costs.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from sim.config.schema import NonNegative, Risk
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import INFINITY, View
from sim.model.reason import Reason, named
from sim.registry import Params, Place, register
from sim.routing.longest_idle import LongestIdle
from sim.routing.wording import takes


class CMuParams(Params):
    """Cost of a minute's wait: the product of what stands under the contact's intent, risk class and segment.

    What is not named costs 1.
    """

    intent_cost: dict[str, NonNegative] = Field(default_factory=dict)
    risk_cost: dict[Risk, NonNegative] = Field(default_factory=dict)
    segment_cost: dict[str, NonNegative] = Field(default_factory=dict)

    def named_parts(self) -> Iterator[tuple[Place, str, str]]:
        """The intents and segments whose waiting has a cost of its own."""
        yield from ((("intent_cost", name), "intent", name) for name in self.intent_cost)
        yield from ((("segment_cost", name), "segment", name) for name in self.segment_cost)


RISK_NAMES: tuple[Risk, ...] = ("low", "medium", "high")


@register("router", "c_mu", CMuParams)
class CMu(LongestIdle):
    """A freed agent takes the contact with the highest cost of waiting over the agent's measured handle time.

    It looks at the head of each line. Contacts that find several idle agents go to the longest idle.
    """

    uses_signals = True

    def __init__(self, params: CMuParams) -> None:
        super().__init__(params)
        self._spec = params

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The highest index; among equals the most urgent."""
        best: Contact | None = None
        highest = -1.0
        for head in view.heads(agent):
            index = self._index(view, agent, head)
            if index > highest or (index == highest and view.more_urgent(best, head) is head):
                best, highest = head, index
        return best

    def explain_contact(self, view: View, agent: Agent, chosen: Contact | None) -> Reason:
        """See `Router.explain_contact`."""
        index = {named(head): self._index(view, agent, head) for head in view.heads(agent)}
        name = "cost of waiting for each second of work"
        if chosen is None:
            return Reason("the rule gave it to nobody", name, index, ("handle_time",))
        because = f"none had a higher {name}: {takes(view.signals, agent, chosen).replace('takes', 'the agent takes')}"
        return Reason(because, name, index, ("handle_time",))

    def marginal_cost(self, cost: float, wait: float) -> float:
        """Cost of one more minute for a contact that has waited `wait` seconds."""
        return cost

    def _index(self, view: View, agent: Agent, contact: Contact) -> float:
        seconds = view.signals.handle_time[agent.index][contact.intent.index]
        cost = self.marginal_cost(self._cost(contact), view.now - contact.since)
        return cost / seconds if seconds > 0.0 else INFINITY

    def _cost(self, contact: Contact) -> float:
        spec = self._spec
        by_risk = spec.risk_cost.get(RISK_NAMES[contact.intent.risk], 1.0)
        return (
            by_risk * spec.intent_cost.get(contact.intent.name, 1.0) * spec.segment_cost.get(contact.segment.name, 1.0)
        )
