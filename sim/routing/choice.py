"""Ways of choosing that several rules share; no rule is registered here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import INFINITY, Router, Signals, View, longest_idle
from sim.model.queue import Lane
from sim.model.reason import Reason
from sim.registry import Params

Quality = Literal["resolution", "qa"]
Table = list[list[float]]


def highest(agents: Iterable[Agent], score: Callable[[Agent], float]) -> Agent | None:
    """The agent with the highest score; among equals the idle before the partly busy, then the longest idle."""
    return min(agents, key=lambda agent: (-score(agent), agent.used > 0, agent.rank), default=None)


def idle_or_partly(view: View, contact: Contact) -> list[Agent]:
    """The idle agents who may serve the contact; where there is none, those with a free slot."""
    free = list(view.free_agents(contact))
    return [agent for agent in free if agent.used == 0] or free


def estimate(signals: Signals, quality: Quality) -> tuple[Table, Table, Table]:
    """Mean, standard error and count of a signal of quality, each by agent and intent."""
    if quality == "resolution":
        return signals.resolution, signals.resolution_error, signals.resolution_count
    return signals.qa, signals.qa_error, signals.qa_count


def pool(lane: Lane) -> str:
    """The name by which parameters know agents alike in skills: `billing`, or `billing+moving` for both skills."""
    return "+".join(sorted(lane.skills))


def colleagues(view: View, contact: Contact) -> list[Agent]:
    """Everybody who may serve the contact, on duty or not."""
    return [agent for lane in view.lanes(contact) for agent in lane.agents]


class HoldingRouter(Router):
    """A contact is held for agents it is wanted by, up to `hold` seconds after it came to the queue; then for nobody.

    It is held only while one of them is on duty, and nobody else's work waits behind it. A rule says who is wanted.
    Selecting a contact costs a look at each line, and at the contacts in it that are held for others.
    """

    def __init__(self, params: Params, hold: float) -> None:
        super().__init__(params)
        self._hold = hold

    def wanted(self, view: View, contact: Contact) -> Sequence[Agent]:
        """The agents for whom the contact is held; empty: it is not."""
        raise NotImplementedError

    def is_wanted(self, view: View, contact: Contact, agent: Agent) -> bool:
        """Whether `agent` is one of them."""
        return any(agent is other for other in self.wanted(view, contact))

    def prefer(self, view: View, contact: Contact, agents: Iterable[Agent]) -> Agent | None:
        """Whom to take of several who could; by default the longest idle."""
        return longest_idle(iter(agents))

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """Somebody wanted who has room; nobody while the contact is held; then anybody."""
        whole = contact.channel.whole
        mine = self.prefer(view, contact, (who for who in self.wanted(view, contact) if who.has_room(whole)))
        if mine is not None or self._held(view, contact):
            return mine
        return self.prefer(view, contact, view.free_agents(contact))

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The most urgent of those held for this agent; else of those held for nobody."""
        own: Contact | None = None
        free: Contact | None = None
        for head in view.heads(agent):
            contact: Contact | None = head
            while contact is not None:
                if not self._held(view, contact):
                    free = view.more_urgent(free, contact)
                    break
                if self.is_wanted(view, contact, agent):
                    own = view.more_urgent(own, contact)
                    break
                contact = contact.behind
        return own if own is not None else free

    def reconsider(self, view: View, contact: Contact) -> float:
        """When the time is up."""
        due = contact.since + self._hold
        return due if view.now < due else INFINITY

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        wanted = self.wanted(view, contact)
        if chosen is None:
            names = ", ".join(agent.name for agent in wanted[:3]) + (", …" if len(wanted) > 3 else "")
            return Reason(f"it is held for {names} until {self._hold:g} s after it came to the queue")
        if self.is_wanted(view, contact, chosen):
            return self.preferred(view, contact, chosen, [who for who in wanted if who.has_room(contact.channel.whole)])
        return self.preferred(view, contact, chosen, list(view.free_agents(contact)))

    def preferred(self, view: View, contact: Contact, chosen: Agent, agents: Sequence[Agent]) -> Reason:
        """Why `prefer` took this one of these agents; by default the longest idle."""
        mine = (
            "the contact is wanted by the agent" if self.is_wanted(view, contact, chosen) else "it is held for nobody"
        )
        longest = "" if len(agents) < 2 else f", who had been free longest of {len(agents)}"
        return Reason(mine + longest)

    def explain_contact(self, view: View, agent: Agent, chosen: Contact | None) -> Reason:
        """See `Router.explain_contact`."""
        if chosen is None:
            return Reason("all who wait are held for others")
        if self._held(view, chosen):
            return Reason("it was held for this agent, and came first of those by priority and waiting time")
        return Reason("none is held for this agent, and of those held for nobody it came first by priority and waiting")

    def _held(self, view: View, contact: Contact) -> bool:
        if view.now >= contact.since + self._hold:
            return False
        return any(agent.on_duty() for agent in self.wanted(view, contact))


class RecentOccupancy:
    """Share of the last one to two windows that agents spent handling; who was on duty for less counts as rested.

    Looks at all agents once a window, and at one agent in constant time otherwise.
    """

    def __init__(self, window: float) -> None:
        self._window = window
        self._number = 0
        self._before: list[float] = []  # busy time at the beginning of the window before this one
        self._begun: list[float] = []  # and of this one
        self._duty_before: list[float] = []
        self._duty_begun: list[float] = []

    def of(self, view: View, agent: Agent) -> float:
        """Between 0 and 1."""
        number = int(view.now // self._window)
        if number != self._number or not self._begun:
            self._turn(view, number)
        busy = view.ledger.busy_time(agent) - self._before[agent.index]
        duty = view.ledger.duty_time(agent) - self._duty_before[agent.index]
        return busy / max(duty, self._window)

    def peek(self, view: View, agent: Agent) -> float:
        """What `of` says or would say, without turning to a new window: for explanations."""
        same = int(view.now // self._window) == self._number and bool(self._begun)
        before, duty_before = (
            (self._before, self._duty_before) if same else (self._begun, self._duty_begun)
        )  # on turning, the window that had begun is the one before
        at = agent.index
        busy, duty = view.ledger.busy_time(agent), view.ledger.duty_time(agent)
        return (busy - before[at]) / max(duty - duty_before[at], self._window) if before else 0.0

    def _turn(self, view: View, number: int) -> None:
        self._number = number
        busy = [view.ledger.busy_time(agent) for agent in view.agents]
        duty = [view.ledger.duty_time(agent) for agent in view.agents]
        self._before, self._begun = self._begun or busy, busy
        self._duty_before, self._duty_begun = self._duty_begun or duty, duty
