"""Steady-quality agents for high-risk intents, with overflow to everybody after a delay."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema import RISKS, Duration, Risk
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import INFINITY, Router, View
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.wording import does


class QualityTierParams(Params):
    """`signal`: what quality is read from; `top_share` of each lane's agents form the tier; `caution`: standard errors
    taken off an estimate before agents are ranked (steady beats lucky); `min_count`: observations an agent needs."""

    signal: Literal["resolution", "qa"] = "resolution"
    top_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.4
    overflow_after: Annotated[Duration, Field(ge=0.0)] = 30.0
    risk: Risk = "high"
    caution: Annotated[float, Field(ge=0.0, le=5.0)] = 1.0
    min_count: Annotated[float, Field(ge=0.0)] = 3.0


class QualityTier(Router):
    """High-risk intents go to the steadiest agents; after a delay to anybody. The rest goes to the longest idle."""

    uses_signals = True

    def __init__(self, params: QualityTierParams) -> None:
        super().__init__(params)
        self._spec = params
        self._overflow_after = params.overflow_after
        self._risk = RISKS.index(params.risk)
        self._on_call: list[list[list[Agent]]] = []  # by lane and intent: the members of the tier
        self._members: list[bytearray] = []  # by intent, then by agent: 1 for a member
        self._anywhere = bytearray()  # by agent: 1 for a member for any intent

    def refresh(self, view: View) -> None:
        """Choose the tier's members anew from the signals: the best of each lane, intent by intent."""
        intents = range(len(view.signals.resolution[0]) if view.agents else 0)
        self._on_call = [[self._best(view, lane.agents, intent) for intent in intents] for lane in view.all_lanes()]
        self._members = [bytearray(len(view.agents)) for _ in intents]
        self._anywhere = bytearray(len(view.agents))
        for by_intent in self._on_call:
            for intent, agents in enumerate(by_intent):
                for agent in agents:
                    self._members[intent][agent.index] = self._anywhere[agent.index] = 1

    def _best(self, view: View, agents: list[Agent], intent: int) -> list[Agent]:
        signals, spec = view.signals, self._spec
        mean, error, count = (
            (signals.resolution, signals.resolution_error, signals.resolution_count)
            if spec.signal == "resolution"
            else (signals.qa, signals.qa_error, signals.qa_count)
        )
        known = [
            (spec.caution * error[agent.index][intent] - mean[agent.index][intent], agent.name, agent)
            for agent in agents
            if count[agent.index][intent] >= spec.min_count
        ]
        known.sort(key=_by_merit)
        return [agent for _, _, agent in known[: max(1, round(spec.top_share * len(agents)))]]

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """Members only for a reserved contact; otherwise members last, so that they stay free for high risk."""
        if contact.intent.risk >= self._risk:
            if not self._reserved(view, contact):
                return self._first(view, contact, self._anywhere, -1)
            return self._first(view, contact, self._members[contact.intent.index], 1)
        others = self._first(view, contact, self._anywhere, 0)
        return others if others is not None else self._first(view, contact, self._anywhere, -1)

    def _first(self, view: View, contact: Contact, marks: bytearray, mark: int) -> Agent | None:
        """The longest idle agent with this mark (-1: any), idle before partly busy; each roll is in that order."""
        best: Agent | None = None
        for lane in view.lanes(contact):
            agent = lane.idle.head
            while agent is not None and mark >= 0 and marks[agent.index] != mark:
                agent = agent.after
            if agent is not None and (best is None or agent.rank < best.rank):
                best = agent
        return best if best is not None or contact.channel.whole else self._first_partly(view, contact, marks, mark)

    def _first_partly(self, view: View, contact: Contact, marks: bytearray, mark: int) -> Agent | None:
        best: Agent | None = None
        for lane in view.lanes(contact):
            agent = lane.partly.head
            while agent is not None and ((mark >= 0 and marks[agent.index] != mark) or not agent.has_room(False)):
                agent = agent.after
            if agent is not None and (best is None or agent.rank < best.rank):
                best = agent
        return best

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The most urgent contact the agent may have; a member takes high risk before others."""
        mine: Contact | None = None
        best: Contact | None = None
        for queue in agent.lane.queues:
            if queue.waiting:
                for line in queue.lines:
                    head = line.head
                    if head is not None and agent.has_room(head.channel.whole):
                        members = self._members[head.intent.index]
                        if head.intent.risk >= self._risk and members[agent.index]:
                            mine = view.more_urgent(mine, head)
                        elif mine is None and not self._reserved(view, head):
                            best = view.more_urgent(best, head)
        return mine if mine is not None else best

    def reconsider(self, view: View, contact: Contact) -> float:
        """When a reservation ends, also one that begins only when a member comes on duty."""
        due = contact.since + self._overflow_after
        return due if contact.intent.risk >= self._risk and view.now < due else INFINITY

    def _reserved(self, view: View, contact: Contact) -> bool:
        """Within the delay, as long as some member who may serve the contact is on duty."""
        if contact.intent.risk < self._risk or view.now >= contact.since + self._overflow_after:
            return False
        for lane in view.lanes(contact):
            by_intent = self._on_call[lane.index]
            members = by_intent[contact.intent.index]
            for agent in members:
                if agent.on_duty():
                    return True
        return False

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        read: str = self._spec.signal
        high = contact.intent.risk >= self._risk
        if chosen is None:
            left = contact.since + self._overflow_after - view.now
            return Reason(
                f"it is of high risk and kept for the steadiest agents for {left:.0f} s more", signals=(read,)
            )
        if high and not self._reserved(view, contact):
            return Reason("it is of high risk, is kept for nobody any more, and the agent had been idle longest")
        if high:
            merit = f"the agent is of the steadiest tier and {does(view.signals, read, chosen, contact)}"
            return Reason(f"it is of high risk: {merit}; of those the agent had been idle longest", signals=(read,))
        if self._anywhere[chosen.index] == 0:
            return Reason("the agent had been idle longest of those who are not kept for high risk", signals=(read,))
        return Reason(
            "only agents of the steadiest tier were free, and the agent had been idle longest", signals=(read,)
        )

    def explain_contact(self, view: View, agent: Agent, chosen: Contact | None) -> Reason:
        """See `Router.explain_contact`."""
        if chosen is None:
            return Reason("all who wait are kept for the steadiest agents, and this one is none of them")
        if chosen.intent.risk >= self._risk and self._members[chosen.intent.index][agent.index]:
            return Reason("it is of high risk and this agent is of the steadiest tier; it came first of those")
        return Reason("of those that are not kept for others it came first by priority and waiting time")


def _by_merit(entry: tuple[float, str, Agent]) -> tuple[float, str]:
    return entry[0], entry[1]


register("router", "quality_tier", QualityTierParams)(QualityTier)  # by a call: a compiled class takes no decorator
