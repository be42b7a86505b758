# cython: nonecheck=False, wraparound=False
"""The life of a contact. Read from `Contact.begin` downwards: each handler is one event.

A *case* is one customer's need; a *contact* is one attempt of it on one channel; a *leg* is one stay of a contact with
the bot or in one queue, answered or not. Exactly one transition leaves WAITING: answered, abandoned or overflowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import ModelError
from sim.ext.recycle import recycle
from sim.model import bot, outcome
from sim.model.clock import (
    BOT,
    HANDLED,
    HANDOVER,
    ORDER_BOT,
    ORDER_HANDLED,
    ORDER_HANDOVER,
    ORDER_OVERFLOW,
    ORDER_PATIENCE,
    ORDER_RECONSIDER,
    OVERFLOW,
    PATIENCE,
    RECONSIDER,
)
from sim.model.codes import (
    BY_CUSTOMER,
    BY_NONE,
    BY_RULE,
    CONTACT_ABANDONED,
    CONTACT_BLOCKED,
    CONTACT_CONTAINED,
    CONTACT_HUNG_UP,
    CONTACT_RESOLVED,
    CONTACT_UNFINISHED,
    CONTACT_UNRESOLVED,
    LEG_ABANDONED,
    LEG_BLOCKED,
    LEG_CONTAINED,
    LEG_ESCALATED,
    LEG_HANDED_OFF,
    LEG_OVERFLOWED,
    LEG_RESOLVED,
    LEG_TO_SUPERVISOR,
    LEG_UNFINISHED,
    ORIGIN_FIRST,
    VISITS,
)
from sim.model.port import Entity

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.case import Case
    from sim.model.queue import Line, Queue
    from sim.model.spec import ChannelSpec, StepSpec

COMPILED = not __file__.endswith(".py")
NEVER = float("nan")
INFINITY = float("inf")

# states of a contact
NEW, IN_BOT, WAITING, TALKING, CLOSED = range(5)


class Contact(Entity):
    """One attempt of a case. Policies read everything here that has no leading underscore."""

    __slots__ = (
        "_answer_at",
        "_bot_end",
        "_bot_passed_on",
        "_bot_resolved",
        "_hand",
        "_hold",
        "_initiator",
        "_leg",
        "_overflow_ticket",
        "_patience_ticket",
        "_reconsider_ticket",
        "_sender",
        "_started",
        "_u_patience",
        "_u_resolve",
        "_u_talk",
        "_u_wrap_up",
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
        "earlier",
        "intent",
        "later",
        "level",
        "line",
        "origin",
        "place",
        "position",
        "queue",
        "segment",
        "side",
        "since",
        "state",
        "step",
        "transfers",
        "waited",
        "was_cold",
    )

    def setup(self, case: Case, attempt: int, origin: int) -> None:
        """What `__init__` would do, without the cost of a Python call: `Contact.__new__(Contact)`, then this."""
        if not COMPILED:
            self._blank()
        centre = case.centre
        self.centre = centre
        self.case = case
        self.attempt = attempt
        self.origin = origin
        self.intent = case.intent
        self.segment = case.segment
        self.channel: ChannelSpec = centre.blueprint.channels[case.intent.channel]
        self.position = -1  # place on the intent's path; len(path) = with a supervisor
        self.deadline = INFINITY  # patience runs out
        if centre.sides is not None:
            self.side = centre.sides.of_contact(case.number, attempt, case.born, self.intent.steps[0].queue)
        self._started = centre.calendar.now
        self._answer_at = NEVER
        self._hand = -1

    def _blank(self) -> None:
        """What a compiled object is born with: zero and None."""
        self.state = NEW
        self.side = 0
        self.queue: Queue | None = None
        self.step: StepSpec | None = None
        self.level = 0
        self.since = 0.0  # entered the present leg
        self.place = 0  # grows with each contact that begins to wait
        self.line: Line | None = None
        self.ahead: Contact | None = None
        self.behind: Contact | None = None
        self.earlier: Contact | None = None  # among the open contacts
        self.later: Contact | None = None
        self.agent: Agent | None = None
        self.transfers = 0
        self.waited = 0.0
        self.bot_used = False
        self.context = outcome.CONTEXT_NONE
        self.was_cold = False
        self._sender: Handover | None = None
        self._leg = 0
        self._visit = 0
        self._hold = self._wrap_up = 0.0
        self._initiator = BY_NONE
        self._bot_end = -1
        self._bot_resolved = self._bot_passed_on = False
        self._patience_ticket = self._overflow_ticket = self._reconsider_ticket = 0

    # --- events ------------------------------------------------------------------------------------------------------

    def fire(self, kind: int, ticket: int) -> None:
        """A timer of this contact is due; one whose ticket was forgotten does nothing."""
        if kind == HANDLED:
            self._handled()
        elif kind == PATIENCE:
            if ticket == self._patience_ticket:
                self._give_up()
        elif kind == BOT:
            if self.state == IN_BOT:  # else the bot broke off before
                self._bot_ended()
        elif kind == RECONSIDER:
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
            self.centre.bot_sessions += 1
            length = bot.session(self)
            self.centre.calendar.at(self.since + length, ORDER_BOT, BOT, self)
        else:
            self._enter_path(0)

    def lose_bot(self) -> None:
        """The bot has stopped working; nothing to whom it is not talking to."""
        if self.state == IN_BOT:
            bot.breaks_off(self)
            self._bot_ended()

    def _bot_ended(self) -> None:
        self.centre.bot_sessions -= 1
        self._close_leg(self._bot_end, self._initiator, False)
        if self._bot_end == LEG_HANDED_OFF:
            self.context = outcome.CONTEXT_PASSED if self._bot_passed_on else outcome.CONTEXT_LOST
            self._enter_path(0)
        elif self._bot_end == LEG_CONTAINED:
            self._close(CONTACT_CONTAINED, self._bot_resolved)
        else:
            self._close(CONTACT_HUNG_UP, False)

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
        if self.origin != ORIGIN_FIRST:
            self.level += centre.blueprint.priority_boost
        self._draw_visit()
        agent = centre.choose_agent(self)
        if agent is not None:
            self._answer(agent)
        elif 0 <= queue.spec.capacity <= queue.waiting:
            self._blocked()
        else:
            self._set_patience()
            self._wait(queue)

    def _draw_visit(self) -> None:
        """The uniforms of this visit to a queue: the customer's own, whoever answers."""
        self._visit += 1
        if self._visit > VISITS:  # the next contact's draws begin here
            raise ModelError(
                f"a contact of {self.intent.name} came to its queue number {self._visit} at "
                f"{self.centre.calendar.now} s; {VISITS} is the most, so let queues not overflow in circles"
            )
        self._u_patience, self._u_talk, self._u_wrap_up, self._u_resolve = self.centre.draws.visit.block(
            self.intent.key, self.case.k, self.attempt * VISITS + self._visit
        )

    def _set_patience(self) -> None:
        law = self.intent.patience
        self.deadline = INFINITY
        if law is not None:
            u = self.case._patience_u if self.centre.blueprint.patience_per_case else self._u_patience
            self.deadline = self.since + law.quantile(u) * self.segment.patience_factor

    def _wait(self, queue: Queue) -> None:
        centre = self.centre
        self.state = WAITING
        self.place = centre.next_place()
        queue.append(self)
        if self.deadline < INFINITY:
            self._patience_ticket = centre.calendar.at(self.deadline, ORDER_PATIENCE, PATIENCE, self)
        if queue.spec.overflow_to >= 0:
            due = self.since + queue.spec.overflow_after
            self._overflow_ticket = centre.calendar.at(due, ORDER_OVERFLOW, OVERFLOW, self)
        self._ask_when_to_reconsider()

    def _ask_when_to_reconsider(self) -> None:
        due = self.centre.reconsider(self)
        if due < INFINITY:
            self._reconsider_ticket = self.centre.calendar.at(due, ORDER_RECONSIDER, RECONSIDER, self)

    def _offer_again(self) -> None:
        self._reconsider_ticket = 0
        agent = self.centre.choose_agent(self)
        if agent is not None:
            self._leave_line()
            self._answer(agent)
        else:
            self._ask_when_to_reconsider()

    def offer_soon(self) -> None:
        """Be offered again at this instant, after whoever comes or goes at it."""
        calendar = self.centre.calendar
        self._reconsider_ticket = calendar.at(calendar.now, ORDER_RECONSIDER, RECONSIDER, self)

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
        self._close_leg(LEG_ABANDONED, BY_CUSTOMER, False)
        self._close(CONTACT_ABANDONED, False)

    def _blocked(self) -> None:
        self._release_sender()
        self._close_leg(LEG_BLOCKED, BY_NONE, False)
        self._close(CONTACT_BLOCKED, False)

    def _overflow(self) -> None:
        """Waited too long: on to wider skills or a higher tier; patience goes on running."""
        assert self.queue is not None and self.step is not None
        self._leave_line()
        self._close_leg(LEG_OVERFLOWED, BY_RULE, False)
        self.transfers += 1
        queue = self.centre.queues[self.queue.spec.overflow_to]
        step = self._step_in(queue, self.step)
        self._draw_visit()
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
        talk = outcome.durations(self, agent)
        if self._sender is not None:
            talk += self._sender.brief(outcome.handover(self))
            self._sender = None
        centre.calendar.at(now + (talk + self._hold), ORDER_HANDLED, HANDLED, self)

    def _handled(self) -> None:
        """Talk ends: resolved, passed on, or believed done."""
        agent = self.agent
        assert agent is not None
        end = outcome.settle(self, agent)
        passed_on = end in (LEG_ESCALATED, LEG_TO_SUPERVISOR)
        warm = passed_on and outcome.is_warm(self, agent, self._next_step(end))
        self._close_leg(end, self._initiator, warm)
        self.state = NEW
        if warm:
            self._sender = Handover(agent, self._wrap_up)
            agent.stay_on_line()
        else:
            agent.let_go(self._wrap_up)
        if passed_on:
            self._pass_on(end, warm)
        else:
            resolved = end == LEG_RESOLVED
            self._close(CONTACT_RESOLVED if resolved else CONTACT_UNRESOLVED, resolved)

    def _pass_on(self, end: int, warm: bool) -> None:
        step = self._next_step(end)
        self.transfers += 1
        self.was_cold = not warm
        self.position = self.position + 1 if end == LEG_ESCALATED else len(self.intent.steps)
        self._enter(step, self.centre.queues[step.queue])

    def _next_step(self, end: int) -> StepSpec:
        """Where a leg that ended so passes the contact on to."""
        if end == LEG_ESCALATED:
            return self.intent.steps[self.position + 1]
        assert self.intent.supervisor is not None
        return self.intent.supervisor

    # --- closing -----------------------------------------------------------------------------------------------------

    def cut_off(self) -> None:
        """The run is over and this contact is not. Nobody acts any more: a sender on the line stays there."""
        if self.state == WAITING:
            self._leave_line()
        self._close_leg(LEG_UNFINISHED, BY_NONE, False)
        self._close(CONTACT_UNFINISHED, False)

    def _release_sender(self) -> None:
        if self._sender is not None:
            self._sender.brief(0.0)
            self._sender = None

    def _close_leg(self, end: int, initiator: int, warm: bool) -> None:
        now = self.centre.calendar.now
        queue = self.queue
        answered = self._answer_at >= 0.0  # NaN: nobody has
        if answered:
            assert self.agent is not None
            self._hand = self.agent.index
        self.centre.recorder.leg(
            self.case.number,
            self.attempt,
            self._leg,
            self.intent.index,
            self.segment.index,
            self.channel.index,
            0 if queue is None else queue.tier,
            -1 if queue is None else queue.index,
            self._hand if answered else -1,
            self._visit == 1,
            end,
            initiator,
            warm,
            self.since,
            self._answer_at,
            now,
            min(self._hold, now - self._answer_at) if answered else 0.0,
            self._wrap_up if answered and end != LEG_UNFINISHED else 0.0,
        )
        self._leg += 1
        self._answer_at = NEVER

    def _close(self, end: int, resolved: bool) -> None:
        """The contact's one end. What surveys and evaluations add is filled in afterwards."""
        self.state = CLOSED
        centre = self.centre
        centre.closed(self)
        due = self.case.after(self.attempt, end, resolved)
        centre.recorder.contact(
            self.case.number,
            self.attempt,
            self.intent.index,
            self.segment.index,
            self.channel.index,
            self.origin,
            end,
            resolved,
            self._leg,
            self.transfers,
            self.bot_used,
            self._hand,
            0 if self.queue is None else self.queue.tier,
            self._started,
            centre.calendar.now,
            self.waited,
            due,
        )


recycle(Contact)


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
            calendar.at(calendar.now + length, ORDER_HANDOVER, HANDOVER, self)
        else:
            self.agent.handed_over(self.wrap_up)
        return length

    def fire(self, kind: int, ticket: int) -> None:
        """The handover is over."""
        self.agent.handed_over(self.wrap_up)
