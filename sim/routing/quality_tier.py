"""Steady-quality agents for high-risk intents, with overflow to everybody after a delay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema import Duration, Risk
from sim.model.agent import Agent
from sim.model.blueprint import RISKS
from sim.model.contact import Contact
from sim.model.policy import INFINITY, Router, View, longest_idle, most_urgent
from sim.registry import Params, register


class QualityTierParams(Params):
    """`signal`: what quality is read from; `top_share` of each lane's agents form the tier; `caution`: standard errors
    taken off an estimate before agents are ranked (steady beats lucky); `min_count`: observations an agent needs."""

    signal: Literal["resolution", "qa"] = "resolution"
    top_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.4
    overflow_after: Annotated[Duration, Field(ge=0.0)] = 30.0
    risk: Risk = "high"
    caution: Annotated[float, Field(ge=0.0, le=5.0)] = 1.0
    min_count: Annotated[float, Field(ge=0.0)] = 3.0


@register("router", "quality_tier", QualityTierParams)
class QualityTier(Router):
    """High-risk intents go to the steadiest agents; after a delay to anybody. The rest goes to the longest idle."""

    uses_signals = True

    def __init__(self, params: QualityTierParams) -> None:
        super().__init__(params)
        self._spec = params
        self._risk = RISKS.index(params.risk)
        self._members: list[frozenset[int]] = []  # by intent: agents of the tier
        self._on_call: dict[tuple[int, int], list[Agent]] = {}  # by lane and intent: the same agents
        self._anywhere: frozenset[int] = frozenset()

    def refresh(self, view: View) -> None:
        """Choose the tier's members anew from the signals: the best of each lane, intent by intent."""
        intents = range(len(view.signals.resolution[0]) if view.agents else 0)
        lanes: dict[int, list[Agent]] = {}
        for agent in view.agents:
            lanes.setdefault(agent.lane.index, []).append(agent)
        self._on_call = {
            (lane, intent): self._best(view, agents, intent) for lane, agents in lanes.items() for intent in intents
        }
        self._members = [frozenset(a.index for lane in lanes for a in self._on_call[lane, i]) for i in intents]
        self._anywhere = frozenset().union(*self._members)

    def _best(self, view: View, agents: list[Agent], intent: int) -> list[Agent]:
        signals, spec = view.signals, self._spec
        mean, error, count = (
            (signals.resolution, signals.resolution_error, signals.resolution_count)
            if spec.signal == "resolution"
            else (signals.qa, signals.qa_error, signals.qa_count)
        )
        known = [agent for agent in agents if count[agent.index][intent] >= spec.min_count]
        known.sort(key=lambda a: (spec.caution * error[a.index][intent] - mean[a.index][intent], a.name))
        return known[: max(1, round(spec.top_share * len(agents)))]

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """Members only for a reserved contact; otherwise members last, so that they stay free for high risk."""
        if self._reserved(view, contact):
            members = self._members[contact.intent.index]
            return longest_idle(agent for agent in view.free_agents(contact) if agent.index in members)
        free = list(view.free_agents(contact))
        if contact.intent.risk >= self._risk:
            return longest_idle(iter(free))
        others = [agent for agent in free if agent.index not in self._anywhere]
        return longest_idle(iter(others or free))

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The most urgent contact the agent may have; a member takes reserved contacts before others."""
        reserved = most_urgent(view, (c for c in view.heads(agent) if self._mine(view, c, agent)))
        return reserved or most_urgent(view, self._open(view, agent))

    def reconsider(self, view: View, contact: Contact) -> float:
        """When a reservation ends, also one that begins only when a member comes on duty."""
        due = contact.since + self._spec.overflow_after
        return due if contact.intent.risk >= self._risk and view.now < due else INFINITY

    def _reserved(self, view: View, contact: Contact) -> bool:
        """Within the delay, as long as some member who may serve the contact is on duty."""
        if contact.intent.risk < self._risk or view.now >= contact.since + self._spec.overflow_after:
            return False
        intent = contact.intent.index
        return any(agent.on_duty for lane in view.lanes(contact) for agent in self._on_call[lane.index, intent])

    def _mine(self, view: View, contact: Contact, agent: Agent) -> bool:
        return contact.intent.risk >= self._risk and agent.index in self._members[contact.intent.index]

    def _open(self, view: View, agent: Agent) -> Iterator[Contact]:
        return (c for c in view.heads(agent) if not self._reserved(view, c))
