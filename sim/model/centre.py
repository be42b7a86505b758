# cython: nonecheck=False, wraparound=False
"""A contact centre in motion: entities, policies and draws of one replication, wired together.

The centre asks the policies and checks what they answer; contacts and agents act. It knows no kernel: time comes
through the calendar port, and whoever builds a centre runs it (`sim.simulate`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Real
from types import FunctionType, NoneType
from typing import TYPE_CHECKING, Any, Protocol

from sim.errors import ModelError
from sim.ext.journal import Recorder
from sim.ext.reals import Reals
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.draws import Draws
from sim.model.queue import Lane, Queue
from sim.model.view import CentreView

if TYPE_CHECKING:
    from sim.model.policy import BotPolicy, BotSignals, EscalationRule, Router, Signals
    from sim.model.port import Calendar
    from sim.model.spec import Blueprint, BotTierSpec
    from sim.model.truth import Truth
    from sim.sampling.streams import Streams


class Worker(Protocol):
    """What the centre needs to know of a person."""

    @property
    def name(self) -> str: ...
    @property
    def tier(self) -> int: ...
    @property
    def skills(self) -> dict[str, float]: ...
    @property
    def slots(self) -> int: ...


class Watch(Protocol):
    """Told of each decision of the router once it was checked, before anything moves; it must change nothing."""

    def agent_asked(self, contact: Contact, chosen: Agent | None) -> object:
        """A contact came, or was offered again: `chosen` is to take it, or it waits."""

    def contact_asked(self, agent: Agent, chosen: Contact | None) -> object:
        """An agent freed while contacts waited: `chosen` is the next one."""


class _NoSignals:
    """Stands in where a rule reads no signals; whoever asks for one all the same is told so."""

    def __init__(self, who: str) -> None:
        self._who = who

    def __getattr__(self, name: str) -> Any:
        raise ModelError(f"{self._who} asked for the signal {name!r} but does not say so; set uses_signals = True")


class Sides(Protocol):
    """A pilot within one centre: which of two sets of rules is whose, 0 or 1."""

    def of_agent(self, index: int) -> int:
        """The side of the person in this place of the staff."""

    def of_contact(self, case: int, attempt: int, born: float, queue: int) -> int:
        """The side of a contact: its case's number and birth, which attempt, the first human queue of its intent."""


UNSEEN: Any = _NoSignals("this router")
BOT_UNSEEN: Any = _NoSignals("this bot policy")
QUESTIONS = ("choose_agent", "choose_contact", "reconsider")  # what a router is asked while the centre runs


def _somebody_is_free(queue: Queue) -> bool:
    return any(lane.idle.head is not None or lane.partly.head is not None for lane in queue.lanes)


def _standing(queue: Queue) -> Iterator[Contact]:
    """Everybody who waits in a queue."""
    for line in queue.lines:
        contact = line.head
        while contact is not None:
            yield contact
            contact = contact.behind


class Centre:
    """Everything that moves in one replication."""

    __slots__ = (
        "_places",
        "_ranks",
        "_router_in_python",
        "ability",
        "agents",
        "blueprint",
        "bot_down",
        "bot_policy",
        "bot_sessions",
        "bot_shift",
        "bot_signals",
        "bot_tier",
        "calendar",
        "draws",
        "escalation_rule",
        "lanes",
        "newest_open",
        "oldest_open",
        "proficiency",
        "queues",
        "recorder",
        "router",
        "shift",
        "sides",
        "signals",
        "speed",
        "truth",
        "view",
        "watch",
    )

    def __init__(
        self,
        blueprint: Blueprint,
        calendar: Calendar,
        streams: Streams,
        workers: Sequence[Worker],
        truth: Truth,
        router: Router,
        escalation_rule: EscalationRule,
        bot_policy: BotPolicy | None,
        sides: Sides | None = None,
    ) -> None:
        self.blueprint = blueprint
        self.sides = sides
        self.calendar = calendar
        self.draws = Draws(streams)
        self.recorder = Recorder()
        self.truth = truth
        self.router = router
        self._router_in_python = any(isinstance(getattr(type(router), name), FunctionType) for name in QUESTIONS)
        self.escalation_rule = escalation_rule
        self.bot_policy = bot_policy
        self.bot_tier: BotTierSpec = blueprint.bot  # type: ignore[assignment]  # read only where a bot was used
        self.bot_down = False
        self.bot_sessions = 0  # under way
        self.signals: Signals = UNSEEN
        self.bot_signals: BotSignals = BOT_UNSEEN
        self.view = CentreView(self)
        self.watch: Watch | None = None
        self.queues = [Queue(spec) for spec in blueprint.queues]
        self.lanes: list[Lane] = []
        self.agents = [self._hire(index, worker) for index, worker in enumerate(workers)]
        self.speed = Reals(truth.speed)  # by agent and intent, as is the ability
        self.ability = Reals(truth.ability)
        self.shift = Reals([[0.0] * len(blueprint.intents) for _ in workers])  # logits that time adds to the ability
        self.bot_shift = Reals([[0.0] * len(blueprint.intents)])  # logits that time adds to what the bot can do
        self.proficiency = Reals([agent.proficiency for agent in self.agents])  # by agent and queue
        self.oldest_open: Contact | None = None
        self.newest_open: Contact | None = None
        self._places = 0
        self._ranks = 0

    # --- people and queues -------------------------------------------------------------------------------------------

    def _hire(self, index: int, worker: Worker) -> Agent:
        side = 0 if self.sides is None else self.sides.of_agent(index)
        lane = self._lane(worker.tier, frozenset(worker.skills), side)
        proficiency = [
            min(worker.skills[skill] for skill in queue.spec.skills) if lane.serves(queue.spec) else 0.0
            for queue in self.queues
        ]
        return Agent(self, index, worker.name, lane, worker.slots, proficiency)

    def _lane(self, tier: int, skills: frozenset[str], side: int) -> Lane:
        for lane in self.lanes:
            if lane.tier == tier and lane.skills == skills and lane.side == side:
                return lane
        kinds = len(self.queues) * len(self.blueprint.intents) * (1 if self.sides is None else 2)
        lane = Lane(len(self.lanes), tier, skills, kinds, side)
        self.lanes.append(lane)
        for queue in self.queues:
            serves = lane.serves(queue.spec)
            queue.served_by.append(serves)
            if serves:
                queue.lanes.append(lane)
                lane.queues.append(queue)
        return lane

    def next_rank(self) -> int:
        """A number that grows with each agent who becomes free."""
        self._ranks += 1
        return self._ranks

    def next_place(self) -> int:
        """A number that grows with each contact that begins to wait."""
        self._places += 1
        return self._places

    # --- contacts under way ------------------------------------------------------------------------------------------

    def open(self, contact: Contact) -> None:
        """A contact begins."""
        contact.earlier = self.newest_open
        if self.newest_open is None:
            self.oldest_open = contact
        else:
            self.newest_open.later = contact
        self.newest_open = contact

    def closed(self, contact: Contact) -> None:
        """A contact has ended."""
        if contact.earlier is None:
            self.oldest_open = contact.later
        else:
            contact.earlier.later = contact.later
        if contact.later is None:
            self.newest_open = contact.earlier
        else:
            contact.later.earlier = contact.earlier
        contact.earlier = contact.later = None

    def stop_bot(self) -> None:
        """The bot is down: sessions under way break off, the oldest first, and none begins until it is up again."""
        self.bot_down = True
        contact = self.oldest_open
        while contact is not None:
            following = contact.later  # breaking off may close the contact
            contact.lose_bot()
            contact = following

    # --- decisions, checked ------------------------------------------------------------------------------------------

    def _answer(self, question: str, about: Contact | Agent, wanted: Any) -> Any:
        """What a router written in Python says, which may be anything; raises ModelError unless it is as wanted."""
        answer = getattr(self.router, question)(self.view, about)
        if not isinstance(answer, wanted):
            kinds = wanted if isinstance(wanted, tuple) else (wanted,)
            names = " or ".join(kind.__name__ for kind in kinds)
            raise ModelError(f"{type(self.router).__name__}.{question} answered {answer!r}; it must be {names}")
        return answer

    def choose_agent(self, contact: Contact) -> Agent | None:
        """Agent selection by the router; raises ModelError for a choice that is impossible."""
        if self._router_in_python:
            agent: Agent | None = self._answer("choose_agent", contact, (Agent, NoneType))
        else:
            agent = self.router.choose_agent(self.view, contact)
        if agent is not None and not (agent.centre is self and agent.can_take(contact)):
            raise ModelError(
                f"{type(self.router).__name__} chose {agent.name} for a contact of {contact.intent.name} at "
                f"{self.calendar.now} s, who cannot take it; choose from view.free_agents(contact)"
            )
        if self.watch is not None:
            self.watch.agent_asked(contact, agent)
        return agent

    def reconsider(self, contact: Contact) -> float:
        """When to ask `choose_agent` again for a waiting contact; raises ModelError for a time that is not ahead."""
        if self._router_in_python:
            due: float = self._answer("reconsider", contact, Real)
        else:
            due = self.router.reconsider(self.view, contact)
        if not due > self.calendar.now:
            raise ModelError(
                f"{type(self.router).__name__} would reconsider a contact of {contact.intent.name} at {due} s, but it "
                f"is {self.calendar.now} s already; return a later time, or infinity for never"
            )
        return due

    def next_contact(self, agent: Agent) -> Contact | None:
        """Contact selection by the router; raises ModelError for a choice that is impossible."""
        if self._router_in_python:
            contact: Contact | None = self._answer("choose_contact", agent, (Contact, NoneType))
        else:
            contact = self.router.choose_contact(self.view, agent)
        if contact is not None and (contact.line is None or not agent.can_take(contact)):
            raise ModelError(
                f"{type(self.router).__name__} chose a contact of {contact.intent.name} for {agent.name} at "
                f"{self.calendar.now} s that is not waiting for this agent; choose from view.heads(agent)"
            )
        if self.watch is not None:
            self.watch.contact_asked(agent, contact)
        return contact

    def offer_who_waits(self) -> None:
        """Signals were refreshed: who waits is offered to whoever is free, as on arriving, the most urgent first."""
        waiting = [contact for queue in self.queues if _somebody_is_free(queue) for contact in _standing(queue)]
        waiting.sort(key=lambda contact: (-self.view.urgency(contact), contact.since, contact.place))
        for contact in waiting:
            contact.offer_soon()

    # --- the end -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Cut off what is still open and close every agent's last record."""
        contact = self.oldest_open  # held here: nothing else may hold a contact that is leaving its line
        while contact is not None:
            contact.cut_off()
            contact = self.oldest_open
        for agent in self.agents:
            agent.close_record(self.calendar.now)
