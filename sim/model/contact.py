"""The life of a case, contact by contact. Read from `Contact.begin` downwards: each handler is one event.

A *case* is one customer's need; a *contact* is one attempt of it on one channel; a *leg* is one stay of a contact with
the bot or in one queue, answered or not. Exactly one transition leaves WAITING: answered, abandoned or overflowed.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from sim.errors import ModelError
from sim.model import bot, outcome
from sim.model.clock import Kind, Order
from sim.model.journal import CaseEnd, ContactEnd, Initiator, LegEnd, Origin
from sim.model.port import Entity

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.blueprint import ChannelSpec, IntentSpec, ReturnSpec, SegmentSpec, StepSpec
    from sim.model.centre import Centre
    from sim.model.queue import Line, Queue

NEVER = float("nan")
INFINITY = float("inf")
VISITS = outcome.VISITS

# states of a contact
NEW, IN_BOT, WAITING, TALKING, CLOSED = range(5)


class Case(Entity):
    """One customer's need, from first contact to resolved or given up. What is latent about it starts with `_`."""

    __slots__ = (
        "_difficulty",
        "_first",
        "_next_contact",
        "_patience_u",
        "_sentiment",
        "born",
        "centre",
        "contacts",
        "intent",
        "k",
        "number",
        "segment",
    )

    def __init__(
        self,
        centre: Centre,
        number: int,
        intent: IntentSpec,
        k: int,
        segment: SegmentSpec,
        latent: tuple[float, ...],
    ) -> None:
        self.centre = centre
        self.number = number
        self.intent = intent
        self.k = k  # the k-th birth of its intent: with the intent's name, the address of every draw of this case
        self.segment = segment
        self._difficulty, self._sentiment, self._patience_u = latent
        self.born = centre.calendar.now
        self.contacts = 0
        self._first: tuple[bool, bool, float] = (False, False, NEVER)  # handled, resolved, ended
        self._next_contact = NEVER

    def begin(self, origin: Origin) -> None:
        """The customer makes contact."""
        contact = Contact(self, self.contacts, origin)
        self.contacts += 1
        self.centre.open_contacts[self.number] = contact
        contact.begin()

    def fire(self, kind: int, ticket: int) -> None:
        """The customer comes back; `kind` tells why."""
        self.begin(Origin.RETRIAL if kind == Kind.RETURN else Origin.REPEAT)

    def after(self, contact: Contact, end: ContactEnd, resolved: bool) -> float:
        """What follows a contact's end. Returns when the next contact is due, NaN if there is none."""
        now = self.centre.calendar.now
        if contact.attempt == 0:
            handled = end in (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED, ContactEnd.CONTAINED)
            self._first = (handled, resolved, now)
        due = NEVER if resolved or end == ContactEnd.UNFINISHED else self._comes_back(end, contact.attempt)
        if contact.attempt == 0:
            self._next_contact = due
        if resolved:
            self._close(CaseEnd.RESOLVED, now, NEVER)
        elif end == ContactEnd.UNFINISHED:
            self._close(CaseEnd.UNFINISHED, NEVER, NEVER)
        elif isnan(due):
            self._close(CaseEnd.GIVEN_UP, NEVER, NEVER)
        elif due >= self.centre.blueprint.horizon:
            self._close(CaseEnd.DUE_LATER, NEVER, due)
        return due

    def _comes_back(self, end: ContactEnd, attempt: int) -> float:
        spec = self._return_spec(end)
        if spec is None or attempt + 1 >= self.centre.blueprint.max_contacts:
            return NEVER
        whether, delay, _, _ = self.centre.draws.returns.block(self.intent.key, self.k, attempt)
        if whether >= spec.probability:
            return NEVER
        due = self.centre.calendar.now + spec.delay.quantile(delay)
        if due < self.centre.blueprint.horizon:
            repeat = end in (ContactEnd.UNRESOLVED, ContactEnd.CONTAINED)
            kind = Kind.REPEAT if repeat else Kind.RETURN
            self.centre.calendar.at(due, Order.RETURN, kind, self)
        return due

    def _return_spec(self, end: ContactEnd) -> ReturnSpec | None:
        blueprint = self.centre.blueprint
        if end == ContactEnd.UNRESOLVED:
            return blueprint.repeat
        return blueprint.false_containment if end == ContactEnd.CONTAINED else blueprint.retrial

    def _close(self, end: CaseEnd, resolved_at: float, due: float) -> None:
        handled, resolved, ended = self._first
        self.centre.recorder.cases.append(
            (
                self.number,
                self.intent.index,
                self.segment.index,
                self.contacts,
                int(end),
                handled,
                resolved,
                self.born,
                ended,
                self._next_contact,
                resolved_at,
                due,
                self._difficulty,
            )
        )


class Contact(Entity):
    """One attempt of a case. Policies read everything here that has no leading underscore."""

    __slots__ = (
        "_answer_at",
        "_bot_fate",
        "_hand",
        "_hold",
        "_leg",
        "_overflow_ticket",
        "_patience_ticket",
        "_reconsider_ticket",
        "_sender",
        "_started",
        "_uniforms",
        "_visit",
        "_wrap_up",
        "agent",
        "ahead",
        "attempt",
        "behind",
        "bot_used",
        "case",
        "centre",
        "channel",
        "context",
        "deadline",
        "intent",
        "level",
        "line",
        "origin",
        "place",
        "position",
        "queue",
        "segment",
        "since",
        "state",
        "step",
        "transfers",
        "waited",
        "warm",
        "was_cold",
    )

    def __init__(self, case: Case, attempt: int, origin: Origin) -> None:
        centre = case.centre
        self.centre = centre
        self.case = case
        self.attempt = attempt
        self.origin = origin
        self.intent = case.intent
        self.segment = case.segment
        self.channel: ChannelSpec = centre.blueprint.channels[case.intent.channel]
        self.state = NEW
        self.queue: Queue | None = None
        self.step: StepSpec | None = None
        self.position = -1  # place on the intent's path; len(path) = with a supervisor
        self.level = 0
        self.since = 0.0  # entered the present leg
        self.deadline = INFINITY  # patience runs out
        self.place = 0  # grows with each contact that begins to wait
        self.line: Line | None = None
        self.ahead: Contact | None = None
        self.behind: Contact | None = None
        self.agent: Agent | None = None
        self.transfers = 0
        self.waited = 0.0
        self.bot_used = False
        self.context = outcome.CONTEXT_NONE
        self.warm = False  # the sender of an escalation is on the line
        self.was_cold = False
        self._sender: Handover | None = None
        self._leg = 0
        self._visit = 0
        self._started = centre.calendar.now
        self._answer_at = NEVER
        self._hand = -1
        self._hold = 0.0
        self._wrap_up = 0.0
        self._uniforms: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
        self._bot_fate: bot.Fate | None = None
        self._patience_ticket = self._overflow_ticket = self._reconsider_ticket = 0

    # --- events ------------------------------------------------------------------------------------------------------

    def fire(self, kind: int, ticket: int) -> None:
        """A timer of this contact is due; one whose ticket was forgotten does nothing."""
        if kind == Kind.HANDLED:
            self._handled()
        elif kind == Kind.PATIENCE:
            if ticket == self._patience_ticket:
                self._give_up()
        elif kind == Kind.BOT:
            self._bot_ended()
        elif kind == Kind.RECONSIDER:
            if ticket == self._reconsider_ticket:
                self._offer_again()
        elif ticket == self._overflow_ticket:
            self._overflow()

    def begin(self) -> None:
        """First to the bot, or straight to people."""
        if bot.takes(self):
            self.state = IN_BOT
            self.bot_used = True
            self.since = self.centre.calendar.now
            self._bot_fate = fate = bot.session(self)
            self.centre.calendar.at(self.since + fate.length, Order.BOT, Kind.BOT, self)
        else:
            self._enter_path(0)

    def _bot_ended(self) -> None:
        fate = self._bot_fate
        assert fate is not None
        self._close_leg(fate.end, fate.initiator)
        if fate.end == LegEnd.HANDED_OFF:
            self.context = outcome.CONTEXT_PASSED if fate.context else outcome.CONTEXT_LOST
            self._enter_path(0)
        elif fate.end == LegEnd.CONTAINED:
            self._close(ContactEnd.CONTAINED, fate.resolved)
        else:
            self._close(ContactEnd.HUNG_UP, False)

    def _enter_path(self, position: int) -> None:
        self.position = position
        step = self.intent.steps[position]
        self._enter(step, self.centre.queues[step.queue])

    def _enter(self, step: StepSpec, queue: Queue) -> None:
        """Arrive at a queue: be answered at once, wait, or find the line full."""
        centre = self.centre
        self.step = step
        self.queue = queue
        self.since = centre.calendar.now
        self.level = queue.spec.priority + self.segment.priority
        if self.origin != Origin.FIRST:
            self.level += centre.blueprint.priority_boost
        self._visit = visit = self._visit + 1
        self._uniforms = centre.draws.visit.block(self.intent.key, self.case.k, self.attempt * VISITS + visit)
        agent = centre.choose_agent(self)
        if agent is not None:
            self._answer(agent)
        elif 0 <= queue.spec.capacity <= queue.waiting:
            self._blocked()
        else:
            self._set_patience()
            self._wait(queue)

    def _set_patience(self) -> None:
        law = self.intent.patience
        if law is None:
            self.deadline = INFINITY
            return
        u = self.case._patience_u if self.centre.blueprint.patience_per_case else self._uniforms[0]
        self.deadline = self.since + law.quantile(u) * self.segment.patience_factor

    def _wait(self, queue: Queue) -> None:
        centre = self.centre
        self.state = WAITING
        self.place = centre.next_place()
        queue.append(self)
        if self.deadline < INFINITY:
            self._patience_ticket = centre.calendar.at(self.deadline, Order.PATIENCE, Kind.PATIENCE, self)
        if queue.spec.overflow_to >= 0:
            due = self.since + queue.spec.overflow_after
            self._overflow_ticket = centre.calendar.at(due, Order.OVERFLOW, Kind.OVERFLOW, self)
        self._ask_when_to_reconsider()

    def _ask_when_to_reconsider(self) -> None:
        due = self.centre.reconsider(self)
        if due < INFINITY:
            self._reconsider_ticket = self.centre.calendar.at(due, Order.RECONSIDER, Kind.RECONSIDER, self)

    def _offer_again(self) -> None:
        self._reconsider_ticket = 0
        agent = self.centre.choose_agent(self)
        if agent is not None:
            self._leave_line()
            self._answer(agent)
        else:
            self._ask_when_to_reconsider()

    def answered_by(self, agent: Agent) -> None:
        """An agent who freed chose this waiting contact."""
        self._leave_line()
        self._answer(agent)

    def _leave_line(self) -> None:
        """The one way out of WAITING."""
        if self.state != WAITING or self.queue is None:
            raise ModelError(f"a contact of case {self.case.number} left a line at {self.centre.calendar.now} twice")
        self.queue.remove(self)
        self.state = NEW
        self._patience_ticket = self._overflow_ticket = self._reconsider_ticket = 0
        self.waited += self.centre.calendar.now - self.since

    def _give_up(self) -> None:
        self._leave_line()
        self._release_sender()
        self._close_leg(LegEnd.ABANDONED, Initiator.CUSTOMER)
        self._close(ContactEnd.ABANDONED, False)

    def _blocked(self) -> None:
        self._release_sender()
        self._close_leg(LegEnd.BLOCKED, Initiator.NONE)
        self._close(ContactEnd.BLOCKED, False)

    def _overflow(self) -> None:
        """Waited too long: on to wider skills or a higher tier; patience goes on running."""
        assert self.queue is not None and self.step is not None
        self._leave_line()
        self._close_leg(LegEnd.OVERFLOWED, Initiator.RULE)
        self.transfers += 1
        queue = self.centre.queues[self.queue.spec.overflow_to]
        step = self._step_in(queue, self.step)
        self._visit = visit = self._visit + 1
        self._uniforms = self.centre.draws.visit.block(self.intent.key, self.case.k, self.attempt * VISITS + visit)
        self.step, self.queue, self.since = step, queue, self.centre.calendar.now
        self.level = max(self.level, queue.spec.priority + self.segment.priority)
        agent = self.centre.choose_agent(self)
        if agent is not None:
            self._answer(agent)
        else:
            self._wait(queue)

    def _step_in(self, queue: Queue, present: StepSpec) -> StepSpec:
        """The intent's own step in that queue, if its path goes there; else the present one done by other people."""
        for position, step in enumerate(self.intent.steps):
            if step.queue == queue.index and position >= self.position:
                self.position = position
                return step
        return present

    def _answer(self, agent: Agent) -> None:
        """Talk begins; its length, the hold in it and the wrap-up after it are settled now."""
        centre = self.centre
        self.state = TALKING
        self.agent = agent
        self._answer_at = now = centre.calendar.now
        agent.take(self.channel.whole)
        talk, self._hold, self._wrap_up = outcome.durations(self, agent)
        if self._sender is not None:
            talk += self._sender.brief(outcome.handover(self))
            self._sender = None
        centre.calendar.at(now + (talk + self._hold), Order.HANDLED, Kind.HANDLED, self)

    def _handled(self) -> None:
        """Talk ends: resolved, passed on, or believed done."""
        agent = self.agent
        assert agent is not None
        end, initiator = outcome.settle(self, agent)
        passed_on = end in (LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR)
        warm = passed_on and outcome.is_warm(self)
        self._close_leg(end, initiator, warm=warm)
        self.state = NEW
        if warm:
            self._sender = Handover(agent, self._wrap_up)
            agent.stay_on_line()
        else:
            agent.let_go(self._wrap_up)
        if passed_on:
            self._pass_on(end, warm)
        else:
            self._close(
                ContactEnd.RESOLVED if end == LegEnd.RESOLVED else ContactEnd.UNRESOLVED,
                end == LegEnd.RESOLVED,
            )

    @property
    def is_first_answer(self) -> bool:
        """Whether nobody has talked to this contact before the present agent."""
        return self._hand < 0

    def _pass_on(self, end: LegEnd, warm: bool) -> None:
        self.transfers += 1
        self.was_cold = not warm
        if end == LegEnd.ESCALATED:
            self._enter_path(self.position + 1)
        else:
            step = self.intent.supervisor
            assert step is not None
            self.position = len(self.intent.steps)
            self._enter(step, self.centre.queues[step.queue])

    # --- closing -----------------------------------------------------------------------------------------------------

    def cut_off(self) -> None:
        """The run is over and this contact is not. Nobody acts any more: a sender on the line stays there."""
        end = LegEnd.UNFINISHED
        if self.state == WAITING:
            self._leave_line()
        self._close_leg(end, Initiator.NONE)
        self._close(ContactEnd.UNFINISHED, False)

    def _release_sender(self) -> None:
        if self._sender is not None:
            self._sender.brief(0.0)
            self._sender = None

    def _close_leg(self, end: LegEnd, initiator: Initiator, warm: bool = False) -> None:
        in_bot = self.queue is None
        answered = not isnan(self._answer_at)
        now = self.centre.calendar.now
        self.centre.recorder.legs.append(
            (
                self.case.number,
                self.attempt,
                self._leg,
                self.intent.index,
                self.segment.index,
                self.channel.index,
                0 if in_bot else self.queue.tier,  # type: ignore[union-attr]
                -1 if in_bot else self.queue.index,  # type: ignore[union-attr]
                self.agent.index if answered else -1,  # type: ignore[union-attr]
                self._visit == 1,
                int(end),
                int(initiator),
                warm,
                self.since,
                self._answer_at,
                now,
                min(self._hold, now - self._answer_at) if answered else 0.0,
                self._wrap_up if answered and end != LegEnd.UNFINISHED else 0.0,
            )
        )
        self._leg += 1
        if answered:
            self._hand = self.agent.index  # type: ignore[union-attr]
            self._answer_at = NEVER

    def _close(self, end: ContactEnd, resolved: bool) -> None:
        self.state = CLOSED
        centre = self.centre
        del centre.open_contacts[self.case.number]
        due = self.case.after(self, end, resolved)
        centre.recorder.contacts.append(
            (
                self.case.number,
                self.attempt,
                self.intent.index,
                self.segment.index,
                self.channel.index,
                int(self.origin),
                int(end),
                resolved,
                self._leg,
                self.transfers,
                self.bot_used,
                self._hand,
                0 if self.queue is None else self.queue.tier,
                0,
                -1,
                0,
                0,
                self._started,
                centre.calendar.now,
                self.waited,
                NEVER,
                due,
            )
        )


class Handover(Entity):
    """The sender of a warm escalation, on the line until the receiver knows what is needed."""

    __slots__ = ("agent", "wrap_up")

    def __init__(self, agent: Agent, wrap_up: float) -> None:
        self.agent = agent
        self.wrap_up = wrap_up

    def brief(self, length: float) -> float:
        """Start the handover (seconds); both agents spend it. Returns `length`."""
        if length > 0.0:
            calendar = self.agent.centre.calendar
            calendar.at(calendar.now + length, Order.HANDOVER, Kind.HANDOVER, self)
        else:
            self.agent.handed_over(self.wrap_up)
        return length

    def fire(self, kind: int, ticket: int) -> None:
        """The handover is over."""
        self.agent.handed_over(self.wrap_up)
