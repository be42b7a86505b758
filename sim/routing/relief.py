"""Best first, until they tire: top performers above a cap of recent occupancy hand over to the middle.

Source of the reason: KC and Terwiesch 2009, Impact of workload on service time and patient safety, Management Science
55(9); Tan and Netessine 2014, When does the devil make work?, Management Science 60(6).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.config.schema import Duration
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.registry import Params, register
from sim.routing.choice import Quality, RecentOccupancy, colleagues, estimate, highest

TIRED, REST, MIDDLE, TOP = range(4)  # rising


class ReliefParams(Params):
    """`top_share` and, below them, `mid_share` of those who may serve a contact are the top and the middle, by
    `signal`; `cap`: occupancy over the last one to two `window`s above which a top performer comes last."""

    signal: Quality = "resolution"
    top_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.3
    mid_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.4
    cap: Annotated[float, Field(gt=0.0, le=1.0)] = 0.8
    window: Annotated[Duration, Field(gt=0.0)] = 1800.0


@register("router", "relief", ReliefParams)
class Relief(Router):
    """Top performers first while they are rested, then the middle, then the rest; looks at every idle agent."""

    uses_signals = True
    uses_ledger = True

    def __init__(self, params: ReliefParams) -> None:
        super().__init__(params)
        self._spec = params
        self._recent = RecentOccupancy(params.window)
        self._tiers: dict[int, dict[int, int]] = {}  # by kind of contact and agent

    def refresh(self, view: View) -> None:
        """Top and middle are found anew when next needed."""
        self._tiers = {}

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """The best rested tier that has somebody free; in it the longest idle."""
        kind = view.kind(contact)
        if kind not in self._tiers:
            self._tiers[kind] = self._rank(view, contact)
        tiers = self._tiers[kind]

        def standing(agent: Agent) -> float:
            tier = tiers[agent.index]
            return TIRED if tier == TOP and self._recent.of(view, agent) > self._spec.cap else tier

        return highest(view.free_agents(contact), standing)

    def _rank(self, view: View, contact: Contact) -> dict[int, int]:
        mean, _, _ = estimate(view.signals, self._spec.signal)
        intent, agents = contact.intent.index, colleagues(view, contact)
        agents.sort(key=lambda agent: (-mean[agent.index][intent], agent.name))
        top = max(1, round(self._spec.top_share * len(agents)))
        middle = top + round(self._spec.mid_share * len(agents))
        return {
            agent.index: TOP if place < top else MIDDLE if place < middle else REST
            for place, agent in enumerate(agents)
        }
