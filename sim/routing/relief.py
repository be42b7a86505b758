"""Best first, until they tire: top performers above a cap of recent occupancy hand over to the middle.

Source of the reason: KC and Terwiesch 2009, Impact of workload on service time and patient safety, Management Science
55(9); Tan and Netessine 2014, When does the devil make work?, Management Science 60(6).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from sim.config.schema import Duration
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import Quality, RecentOccupancy, colleagues, estimate, highest
from sim.routing.wording import does, highest_of

TIRED, REST, MIDDLE, TOP = range(4)  # rising
STANDINGS = ("a top performer who is tired", "one of the rest", "one of the middle", "a rested top performer")
Occupancy = Callable[[View, Agent], float]


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
        return highest(view.free_agents(contact), lambda agent: self._standing(view, agent, tiers, self._recent.of))

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        tiers = self._tiers.get(view.kind(contact), {})
        merit = ""
        if chosen is not None:
            standing = self._standing(view, chosen, tiers, self._recent.peek)
            merit = f"is {STANDINGS[standing]} and {does(view.signals, self._spec.signal, chosen, contact)}"
        return highest_of(
            chosen, view.free_agents(contact), lambda who: self._standing(view, who, tiers, self._recent.peek),
            "standing", merit, self._spec.signal,
        )  # fmt: skip

    def _standing(self, view: View, agent: Agent, tiers: dict[int, int], occupancy: Occupancy) -> int:
        tier = tiers[agent.index]
        return TIRED if tier == TOP and occupancy(view, agent) > self._spec.cap else tier

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
