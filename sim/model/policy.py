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

from sim.errors import ModelError
from sim.model.reason import Reason, summary
from sim.registry import Params

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.contact import Contact
    from sim.model.queue import Lane

INFINITY = float("inf")
_NEVER = INFINITY  # as a C number, which no other module can import


class Signals(Protocol):
    """Estimates made from measurements, by `[agent.index][intent.index]`; never the truth.

    `handle_time`: seconds · `resolution`: share without a further contact · `qa`: points, 0 to 100.
    `*_error` are their standard errors; `*_count` the number of observations behind them. `names`: the signals that
    are kept; `csat` and `escalation` are only where the scenario asks for them.
    """

    names: tuple[str, ...]
    handle_time: list[list[float]]
    handle_time_count: list[list[float]]
    resolution: list[list[float]]
    resolution_error: list[list[float]]
    resolution_count: list[list[float]]
    qa: list[list[float]]
    qa_error: list[list[float]]
    qa_count: list[list[float]]


class BotSignals(Protocol):
    """What is measured of contacts by where they began, by `[intent.index]`; never the truth.

    `*_bot` of contacts that began with the bot, `*_human` of those that began with people. `resolution`: share without
    a further contact · `containment`: share that ended with the bot without a further contact · `cost`: money for the
    bot's session and the agents' handling · `*_error`: standard errors · `*_count`: observations behind them, 0 where
    nothing is known.
    """

    resolution_bot: list[float]
    resolution_bot_error: list[float]
    resolution_bot_count: list[float]
    resolution_human: list[float]
    resolution_human_error: list[float]
    resolution_human_count: list[float]
    containment_bot: list[float]
    containment_bot_error: list[float]
    containment_bot_count: list[float]
    cost_bot: list[float]
    cost_human: list[float]


class Ledger(Protocol):
    """What agents did so far in this run, exact to the moment; only for routers that say `uses_ledger = True`."""

    def taken(self, agent: Agent) -> int:
        """Contacts the agent has answered, those in hand included."""

    def busy_time(self, agent: Agent) -> float:
        """Seconds the agent has spent handling: talk, handover and wrap-up."""

    def duty_time(self, agent: Agent) -> float:
        """Seconds the agent has been on duty: handling, or free to."""

    def totals(self, agents: list[Agent]) -> tuple[int, float]:
        """Contacts that these agents took together, and their seconds on duty; much cheaper than asking for each."""

    def last_agent(self, contact: Contact) -> Agent | None:
        """Who handled the contact's case last; None where nobody has yet."""


class View(Protocol):
    """The read-only window through which a policy sees the centre."""

    @property
    def now(self) -> float:
        """Seconds since the scenario's start."""

    @property
    def signals(self) -> Signals:
        """Estimates per agent and intent, as last refreshed."""

    @property
    def bot_signals(self) -> BotSignals:
        """Estimates of bot and people per intent, as last refreshed; only for bot policies that say `uses_signals`."""

    @property
    def agents(self) -> list[Agent]:
        """Everybody on the payroll, on duty or not."""

    def lanes(self, contact: Contact) -> list[Lane]:
        """Groups of agents alike in skills who may serve the contact's queue."""

    def all_lanes(self) -> list[Lane]:
        """Every group of agents alike in tier and skills."""

    def kind(self, contact: Contact) -> int:
        """A number for the contact's queue and intent: contacts of one kind are alike to a score."""

    def most_urgent(self, agent: Agent) -> Contact | None:
        """Of the waiting contacts the agent may serve and has room for: highest urgency, then longest wait."""

    def more_urgent(self, best: Contact | None, other: Contact) -> Contact:
        """The one to be served first; `best` is None at the beginning of a search."""

    def free_agents(self, contact: Contact) -> Iterator[Agent]:
        """Agents who could take the contact now: idle ones first, each lane by longest idle."""

    def heads(self, agent: Agent) -> Iterator[Contact]:
        """The first contact of each line that the agent may serve and has room for."""

    def urgency(self, contact: Contact) -> float:
        """Priority level of a waiting contact, raised by aging where its queue says so."""

    def uniform(self, contact: Contact, whose: int = 0) -> float:
        """The customer's own uniform for this visit to a queue: the same in all arms, and however often it is asked.

        `whose`: a 64-bit number (`entity_key(agent.name)`), for a draw of its own for each agent.
        """

    def sentiment(self, contact: Contact) -> float:
        """The customer's sentiment as heard at the start of the contact, in standard units, with an error of hearing;
        below 0 is worse than usual."""

    @property
    def ledger(self) -> Ledger:
        """What agents did so far; raises ModelError unless the router says `uses_ledger = True`."""

    def with_signals(self, signals: Signals) -> View:
        """The same window with these signals instead, for a rule that asks another."""


class Router:
    """Agent selection (a contact arrived: which agent?) and contact selection (an agent freed: which contact?)."""

    uses_signals = False
    uses_ledger = False

    def __init__(self, params: Params) -> None:
        self.params = params

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """One of `view.free_agents(contact)`, or None: the contact waits."""
        raise NotImplementedError

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """One of the waiting contacts the agent may serve, or None: the agent stays idle.

        By default the most urgent, among equals the one that has waited longest.
        """
        return view.most_urgent(agent)

    def reconsider(self, view: View, contact: Contact) -> float:
        """When to ask `choose_agent` again for a contact that has to wait: later than now; infinity: when one frees."""
        return _NEVER

    def refresh(self, view: View) -> None:
        """Signals have been refreshed; also called once before the first contact."""

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """Why `choose_agent` has just answered so, where several were free or a free one was left; must change nothing.

        Says what the rule says of itself; a rule that knows better overrides it.
        """
        return Reason(f"the rule says: {summary(self)}")

    def explain_contact(self, view: View, agent: Agent, chosen: Contact | None) -> Reason:
        """Why `choose_contact` has just answered so, where a contact waited; must change nothing."""
        if chosen is not None and chosen is view.most_urgent(agent):
            return Reason("it came first by priority, and among equals by waiting time")
        return Reason(f"the rule says: {summary(self)}")


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
    """A router that is a score: the free agent with the highest one; among equals the longest idle.

    Scores of a kind of contact (its queue and intent) are asked for once and kept until signals are refreshed, so a
    score may read the agent, `contact.queue`, `contact.intent` and the signals, and nothing else of the contact.
    """

    uses_signals = True
    score_name = "score"
    reads: tuple[str, ...] = ()  # the signals that a score rests on, for its explanation

    def score(self, view: View, agent: Agent, contact: Contact) -> float:
        """Higher is better."""
        raise NotImplementedError

    def merit(self, view: View, agent: Agent, contact: Contact) -> str:
        """What the score rests on, for people; completes "the agent …"."""
        return f"scores {self.score(view, agent, contact):.4g}"

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """The scores of all who are free; see `Router.explain`."""
        scores = {agent.name: 1.0 * self.score(view, agent, contact) for agent in view.free_agents(contact)}
        if chosen is None:
            return Reason("the rule gave it to nobody", self.score_name, scores, self.reads)
        merit = self.merit(view, chosen, contact)
        because = f"nobody free had a higher {self.score_name}: the agent {merit}"
        return Reason(because, self.score_name, scores, self.reads)

    def refresh(self, view: View) -> None:
        """Scores are made anew when next needed."""
        for lane in view.all_lanes():
            lane.forget_rankings()

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`; costs one look a lane, however many agents are idle."""
        best: Agent | None = None
        highest = 0.0
        kind = view.kind(contact)
        for lane in view.lanes(contact):
            ranking = lane.rankings[kind]
            if ranking is None:
                ranking = lane.rank(kind, self._scores(view, lane, contact))
            agent = ranking.best()
            if agent is not None:
                score = ranking.scores[agent.seat]
                if best is None or score > highest or (score == highest and agent.rank < best.rank):
                    best, highest = agent, score
        return best if contact.channel.whole else self._or_partly(view, contact, kind, best, highest)

    def _scores(self, view: View, lane: Lane, contact: Contact) -> list[float]:
        """The scores of a lane's agents by seat; raises ModelError where one is no number."""
        try:
            return [1.0 * self.score(view, agent, contact) for agent in lane.agents]
        except TypeError as error:
            raise ModelError(f"{type(self).__name__}.score must give a number: {error}") from error

    def _or_partly(self, view: View, contact: Contact, kind: int, best: Agent | None, highest: float) -> Agent | None:
        """A contact that takes one slot: also agents who have some left, if they score higher than the idle."""
        for lane in view.lanes(contact):
            for agent in lane.partly:
                ranking = lane.rankings[kind]
                if ranking is None or not agent.has_room(False):
                    continue
                score = ranking.scores[agent.seat]
                if best is None or score > highest or (score == highest and best.used > 0 and agent.rank < best.rank):
                    best, highest = agent, score
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

    uses_signals = False

    def __init__(self, params: Params) -> None:
        self.params = params

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        """True: bot first. `choice` is the customer's own uniform, for policies that let the customer choose."""
        raise NotImplementedError
