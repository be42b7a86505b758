"""Customers with a history to the best: repeat contacts, escalated ones, and those who sound angry.

Sentiment is what is heard at the start of the contact, with an error, never the truth. A practice of service recovery;
the worth of a recovered customer: Smith and Bolton 1998, An experimental investigation of customer reactions to service
failure and recovery encounters, Journal of Service Research 1(1).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import View
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import Quality, estimate, highest
from sim.routing.longest_idle import LongestIdle
from sim.routing.wording import does, highest_of


class HistoryAwareParams(Params):
    """A contact counts from `after_contacts` earlier ones on, after an escalation if `escalated`, or where the
    sentiment heard is below `angry_below` (standard units). `signal`, `caution`: who is best, errors taken off the
    estimate."""

    after_contacts: Annotated[int, Field(ge=1, le=50)] = 1
    escalated: bool = True
    angry_below: float = -1.0
    signal: Quality = "resolution"
    caution: Annotated[float, Field(ge=0.0, le=5.0)] = 0.5


@register("router", "history_aware", HistoryAwareParams)
class HistoryAware(LongestIdle):
    """Repeat, escalated or angry customers to the agent with the best measured quality; others to the longest idle.

    Looks at every idle agent for the former, at the first of each group for the latter.
    """

    uses_signals = True

    def __init__(self, params: HistoryAwareParams) -> None:
        super().__init__(params)
        self._spec = params

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        if not self._has_history(view, contact):
            return super().choose_agent(view, contact)
        mean, error, _ = estimate(view.signals, self._spec.signal)
        intent, caution = contact.intent.index, self._spec.caution
        return highest(
            view.free_agents(contact), lambda agent: mean[agent.index][intent] - caution * error[agent.index][intent]
        )

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        if chosen is None or not self._has_history(view, contact):
            return super().explain(view, contact, chosen)
        mean, error, _ = estimate(view.signals, self._spec.signal)
        intent, caution = contact.intent.index, self._spec.caution
        merit = f"{does(view.signals, self._spec.signal, chosen, contact)}; {self._history(contact)}"
        return highest_of(
            chosen, view.free_agents(contact),
            lambda agent: mean[agent.index][intent] - caution * error[agent.index][intent],
            "careful estimate of quality", merit, self._spec.signal,
        )  # fmt: skip

    def _history(self, contact: Contact) -> str:
        if contact.attempt >= self._spec.after_contacts:
            return f"it is the customer's contact number {contact.attempt + 1} about this"
        return "it was escalated" if self._spec.escalated and contact.position > 0 else "the customer sounded angry"

    def _has_history(self, view: View, contact: Contact) -> bool:
        spec = self._spec
        if contact.attempt >= spec.after_contacts or (spec.escalated and contact.position > 0):
            return True
        return view.sentiment(contact) < spec.angry_below
