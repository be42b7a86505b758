"""Predictive routing: the agent with the highest predicted success; a contact is held a while for one of the best.

The prediction is the shrunk estimate of the agent's success with the contact's intent, no more; what vendors predict
from customers' traits is not modelled. Source of predicting before routing, and of what errors in it do: Ilk, Shang and
Goes 2020, Improving customer routing in contact centers, Journal of Operations Management 66(5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from sim.config.schema import Duration
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import View
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import HoldingRouter, Quality, colleagues, estimate, highest
from sim.routing.wording import does, highest_of


class PredictiveParams(Params):
    """`signal`: what success is; `top_share` of those who may serve a contact are the best, for whom it is held up to
    `hold`; `caution`: standard errors taken off a prediction."""

    signal: Quality = "resolution"
    top_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.2
    hold: Annotated[Duration, Field(ge=0.0)] = 10.0
    caution: Annotated[float, Field(ge=0.0, le=5.0)] = 0.0


@register("router", "predictive", PredictiveParams)
class Predictive(HoldingRouter):
    """The agent with the best predicted success for the intent; held for a top agent up to a time-out.

    Looks at every top agent, and at every idle one where none of them has room.
    """

    uses_signals = True

    def __init__(self, params: PredictiveParams) -> None:
        super().__init__(params, params.hold)
        self._spec = params
        self._top: dict[int, list[Agent]] = {}  # by kind of contact
        self._marks: dict[int, bytearray] = {}  # and by agent: 1 for a top agent

    def refresh(self, view: View) -> None:
        """The best are found anew when next needed."""
        self._top, self._marks = {}, {}

    def wanted(self, view: View, contact: Contact) -> Sequence[Agent]:
        """The agents with the best predictions for the contact's intent."""
        kind = view.kind(contact)
        if kind not in self._top:
            self._find(view, contact, kind)
        return self._top[kind]

    def is_wanted(self, view: View, contact: Contact, agent: Agent) -> bool:
        """Whether the agent is one of the best for the contact."""
        self.wanted(view, contact)
        return self._marks[view.kind(contact)][agent.index] == 1

    def prefer(self, view: View, contact: Contact, agents: Iterable[Agent]) -> Agent | None:
        """The one with the best prediction."""
        return highest(agents, lambda agent: self._prediction(view, contact, agent))

    def preferred(self, view: View, contact: Contact, chosen: Agent, agents: Sequence[Agent]) -> Reason:
        """See `HoldingRouter.preferred`."""
        merit = does(view.signals, self._spec.signal, chosen, contact)
        return highest_of(
            chosen, agents, lambda agent: self._prediction(view, contact, agent), "predicted success", merit,
            self._spec.signal,
        )  # fmt: skip

    def _prediction(self, view: View, contact: Contact, agent: Agent) -> float:
        mean, error, _ = estimate(view.signals, self._spec.signal)
        intent = contact.intent.index
        return mean[agent.index][intent] - self._spec.caution * error[agent.index][intent]

    def _find(self, view: View, contact: Contact, kind: int) -> None:
        agents = colleagues(view, contact)
        agents.sort(key=lambda agent: (-self._prediction(view, contact, agent), agent.name))
        self._top[kind] = agents[: max(1, round(self._spec.top_share * len(agents)))]
        self._marks[kind] = bytearray(len(view.agents))
        for agent in self._top[kind]:
            self._marks[kind][agent.index] = 1
