"""The ports of policies: what a rule is asked, and what it may see. A policy decides; only the model acts.

To add a router, write one file in `sim/routing/`::

    from sim.model.policy import Router
    from sim.registry import Params, register

    @register("router", "shortest_name")
    class ShortestName(Router):
        "The idle agent with the shortest name."

        def choose_agent(self, view, contact):
            return min(view.free_agents(contact), key=lambda agent: (len(agent.name), agent.name), default=None)

The contract tests find it by themselves. The model checks every choice (skills, tier, free slots, still waiting) and
raises ModelError for one that is impossible.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from sim.registry import Params

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.contact import Contact
    from sim.model.queue import Lane

INFINITY = float("inf")


class Signals(Protocol):
    """Estimates made from measurements, by `[agent.index][intent.index]`; never the truth.

    `handle_time`: seconds · `resolution`: share without a further contact · `qa`: points, 0 to 100.
    `*_error` are their standard errors; `*_count` the number of observations behind them.
    """

    handle_time: list[list[float]]
    handle_time_count: list[list[float]]
    resolution: list[list[float]]
    resolution_error: list[list[float]]
    resolution_count: list[list[float]]
    qa: list[list[float]]
    qa_error: list[list[float]]
    qa_count: list[list[float]]


class View(Protocol):
    """The read-only window through which a policy sees the centre."""

    @property
    def now(self) -> float:
        """Seconds since the scenario's start."""

    @property
    def signals(self) -> Signals:
        """Estimates per agent and intent, as last refreshed."""

    @property
    def agents(self) -> list[Agent]:
        """Everybody on the payroll, on duty or not."""

    def lanes(self, contact: Contact) -> list[Lane]:
        """Groups of agents alike in skills who may serve the contact's queue."""

    def free_agents(self, contact: Contact) -> Iterator[Agent]:
        """Agents who could take the contact now: idle ones first, each lane by longest idle."""

    def heads(self, agent: Agent) -> Iterator[Contact]:
        """The first contact of each line that the agent may serve and has room for."""

    def urgency(self, contact: Contact) -> float:
        """Priority level of a waiting contact, raised by aging where its queue says so."""


class Router:
    """Agent selection (a contact arrived: which agent?) and contact selection (an agent freed: which contact?)."""

    uses_signals = False

    def __init__(self, params: Params) -> None:
        self.params = params

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """One of `view.free_agents(contact)`, or None: the contact waits."""
        raise NotImplementedError

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """One of the waiting contacts the agent may serve, or None: the agent stays idle.

        By default the most urgent, among equals the one that has waited longest.
        """
        return most_urgent(view, view.heads(agent))

    def reconsider(self, view: View, contact: Contact) -> float:
        """When to ask `choose_agent` again for a contact that has to wait: later than now; infinity: when one frees."""
        return INFINITY

    def refresh(self, view: View) -> None:
        """Signals have been refreshed; also called once before the first contact."""


def most_urgent(view: View, contacts: Iterator[Contact]) -> Contact | None:
    """Highest urgency; among equals the longest wait; among those the first that began to wait."""
    best: Contact | None = None
    best_key = (0.0, 0.0, 0)
    for contact in contacts:
        key = (-view.urgency(contact), contact.since, contact.place)
        if best is None or key < best_key:
            best, best_key = contact, key
    return best


def longest_idle(agents: Iterator[Agent]) -> Agent | None:
    """The agent who has been free longest."""
    return min(agents, key=_rank, default=None)


def _rank(agent: Agent) -> tuple[bool, int]:
    """Idle agents before partly busy ones."""
    return agent.used > 0, agent.rank


class ScoreRouter(Router):
    """A router that is a score: the free agent with the highest one; among equals the longest idle."""

    uses_signals = True

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Higher is better."""
        raise NotImplementedError

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        best: Agent | None = None
        best_key = (0.0, False, 0)
        for agent in view.free_agents(contact):
            key = (-self.score(view, agent, contact), agent.used > 0, agent.rank)
            if best is None or key < best_key:
                best, best_key = agent, key
        return best


class EscalationRule:
    """Asked for each contact that a tier did not resolve and that has a higher tier to go to."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def escalates(self, view: View, contact: Contact, agent: Agent) -> bool:
        """True: escalate by rule; False: leave it to the agent and the customer."""
        raise NotImplementedError


class BotPolicy:
    """Asked at the beginning of each contact whose intent the bot knows."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        """True: bot first. `choice` is the customer's own uniform, for policies that let the customer choose."""
        raise NotImplementedError
