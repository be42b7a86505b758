"""Fast agents first as long as every group keeps its share of the idleness.

Source: Armony and Ward 2010, Fair dynamic routing in large-scale heterogeneous-server systems, Operations Research
58(3): minimise waiting under the constraint that idleness is shared out between groups of agents as stated. Their
rule has thresholds on the number of idle agents; so has this: a group may be used when its idle agents are at least its
share of all idle ones, and of those that may, the fastest is.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.config.schema import NonNegative
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View, longest_idle
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import colleagues, idle_or_partly


class FairIdlenessParams(Params):
    """`shares`: weights of idleness, the fastest group first. Their number is that of the groups, which are equally
    large and cut by measured handle time, intent by intent."""

    shares: Annotated[list[NonNegative], Field(min_length=1, max_length=20)] = Field(default=[1.0, 1.0])


@register("router", "fair_idleness", FairIdlenessParams)
class FairIdleness(Router):
    """The fastest group of agents that has at least its share of the idle ones; in it the longest idle.

    Looks at every idle agent.
    """

    uses_signals = True

    def __init__(self, params: FairIdlenessParams) -> None:
        super().__init__(params)
        scale = sum(params.shares)
        groups = len(params.shares)
        self._shares = [share / scale if scale > 0.0 else 1.0 / groups for share in params.shares]
        self._groups: dict[int, dict[int, int]] = {}  # by kind of contact: each agent's group, the fastest is 0

    def refresh(self, view: View) -> None:
        """Groups are cut anew when next needed."""
        self._groups = {}

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        kind = view.kind(contact)
        if kind not in self._groups:
            self._groups[kind] = self._cut(view, contact)
        group = self._groups[kind]
        idle: list[list[Agent]] = [[] for _ in self._shares]
        for agent in idle_or_partly(view, contact):
            idle[group[agent.index]].append(agent)
        total = sum(map(len, idle))
        for members, share in zip(idle, self._shares, strict=True):
            if members and len(members) >= share * total - 1e-9:  # rounding shuts nobody out
                return longest_idle(iter(members))
        return None

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        group = self._groups.get(view.kind(contact), {})
        if chosen is None or chosen.index not in group:
            return Reason("the rule gave it to nobody")
        mine = group[chosen.index]
        idle = [group[agent.index] for agent in idle_or_partly(view, contact)]
        return Reason(
            f"speed group {mine + 1} of {len(self._shares)} is the fastest that had its share of the idle "
            f"({idle.count(mine)} of {len(idle)}, share {self._shares[mine]:.2f}); the longest idle of it",
            signals=("handle_time",),
        )

    def _cut(self, view: View, contact: Contact) -> dict[int, int]:
        seconds, intent = view.signals.handle_time, contact.intent.index
        by_speed = sorted(colleagues(view, contact), key=lambda agent: (seconds[agent.index][intent], agent.name))
        return {agent.index: place * len(self._shares) // len(by_speed) for place, agent in enumerate(by_speed)}
