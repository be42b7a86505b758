"""Resolution while there is time for it, speed when there is not: one threshold that trades waiting for resolution.

Source: Zhan and Ward 2014, Threshold routing to trade off waiting and call resolution in call centers, M&SOM 16(2):
agents with the higher resolution first while few contacts are in the system, the faster ones first above a threshold.
Moving the threshold from 0 (`fastest_first`) upwards (best resolver first) traces the frontier between the two.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import colleagues, highest
from sim.routing.wording import highest_of, resolves, takes


class WaitOrResolveParams(Params):
    """`threshold`: contacts present, in hand or waiting, for each agent on duty; from there on speed is preferred."""

    threshold: Annotated[float, Field(ge=0.0)] = 0.9


@register("router", "wait_or_resolve", WaitOrResolveParams)
class WaitOrResolve(Router):
    """Below a threshold of load the best measured resolution first, above it the shortest measured handle time.

    Looks at every agent who may serve the contact.
    """

    uses_signals = True

    def __init__(self, params: WaitOrResolveParams) -> None:
        super().__init__(params)
        self._threshold = params.threshold

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        signals, intent = view.signals, contact.intent.index
        if self._load(view, contact) < self._threshold:
            return highest(view.free_agents(contact), lambda agent: signals.resolution[agent.index][intent])
        return highest(view.free_agents(contact), lambda agent: -signals.handle_time[agent.index][intent])

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        signals, intent, load = view.signals, contact.intent.index, self._load(view, contact)
        now = f"{load:.2f} contacts for each agent on duty, {{}} the threshold of {self._threshold:g}"
        if load < self._threshold:
            merit = (
                f"{resolves(signals, chosen, contact)}; with {now.format('below')} it goes by that" if chosen else ""
            )
            return highest_of(
                chosen, view.free_agents(contact), lambda agent: signals.resolution[agent.index][intent],
                "resolution", merit, "resolution",
            )  # fmt: skip
        merit = f"{takes(signals, chosen, contact)}; with {now.format('not below')} it goes by that" if chosen else ""
        return highest_of(
            chosen, view.free_agents(contact), lambda agent: -signals.handle_time[agent.index][intent],
            "speed", merit, "handle_time",
        )  # fmt: skip

    def _load(self, view: View, contact: Contact) -> float:
        on_duty = [agent for agent in colleagues(view, contact) if agent.on_duty()]
        waiting = contact.queue.waiting if contact.queue is not None else 0
        present = waiting + sum(agent.used > 0 for agent in on_duty)
        return present / len(on_duty) if on_duty else 0.0
