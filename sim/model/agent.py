# cython: nonecheck=False, wraparound=False
"""An agent at work: slots, states and the search for the next contact. What agents really are stands in `truth.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.errors import ModelError
from sim.model.clock import ORDER_WRAP_UP, WRAP_UP
from sim.model.codes import AGENT_AVAILABLE, AGENT_BUSY, AGENT_HANDOVER, AGENT_OFF, AGENT_WRAP_UP
from sim.model.port import Entity

if TYPE_CHECKING:
    from sim.model.centre import Centre
    from sim.model.contact import Contact
    from sim.model.journal import AgentState
    from sim.model.queue import Lane, Roll


class Agent(Entity):
    """A named agent. Policies read `name`, `tier`, `lane`, `slots`, `in_hand`, `idle_since`, `rank`, `proficiency`."""

    __slots__ = (
        "_duty_state",
        "_marked_load",
        "_marked_scheduled",
        "_marked_since",
        "_on_left",
        "_roll",
        "after",
        "before",
        "centre",
        "handing_over",
        "idle_since",
        "in_hand",
        "index",
        "lane",
        "leaving",
        "marked_state",
        "name",
        "proficiency",
        "rank",
        "scheduled",
        "seat",
        "slots",
        "tier",
        "used",
        "whole",
        "wrapping",
    )

    def __init__(self, centre: Centre, index: int, name: str, lane: Lane, slots: int, proficiency: list[float]) -> None:
        self.centre = centre
        self.index = index
        self.name = name
        self.tier = lane.tier
        self.lane = lane
        self.seat = len(lane.agents)
        lane.agents.append(self)
        self.slots = slots
        self.proficiency = proficiency  # by queue; 0 where the agent cannot serve
        self.used = 0
        self.in_hand = 0
        self.wrapping = 0
        self.handing_over = 0
        self.whole = False
        self.leaving = False
        self.scheduled = False
        self.idle_since = 0.0
        self.rank = 0  # grows with each agent who becomes idle: the smaller, the longer idle
        self.before: Agent | None = None
        self.after: Agent | None = None
        self._roll: Roll | None = None
        self._on_left: Callable[[], object] | None = None
        self._duty_state = AGENT_OFF
        self.marked_state = AGENT_OFF  # as written down: what the agent does at this moment
        self._marked_load = 0
        self._marked_scheduled = False
        self._marked_since = centre.calendar.now

    # --- what policies may ask ---------------------------------------------------------------------------------------

    def on_duty(self) -> bool:
        """Signed on, free or not, and not about to leave."""
        return self._duty_state == AGENT_AVAILABLE

    def is_away_for(self, state: int) -> bool:
        """Whether the agent is off the floor in this state (an `AgentState`), or about to be after the work in hand."""
        return self._duty_state == state

    def has_room(self, whole: bool) -> bool:
        """Whether a contact that blocks its agent (`whole`), or that takes one slot, can be taken now."""
        if self._duty_state != AGENT_AVAILABLE or self.whole:
            return False
        return self.used == 0 if whole else self.used < self.slots

    # --- what contacts do --------------------------------------------------------------------------------------------

    def take(self, whole: bool) -> None:
        """A contact begins."""
        self.used = self.slots if whole else self.used + 1
        self.whole = whole
        self.in_hand += 1
        self._settle()

    def let_go(self, wrap_up: float) -> None:
        """A contact's talk has ended: wrap up, then look for the next one."""
        self.in_hand -= 1
        self._wrap(wrap_up)

    def stay_on_line(self) -> None:
        """A warm escalation: talk has ended, the agent waits for the receiver."""
        self.in_hand -= 1
        self.handing_over += 1
        self._settle()

    def handed_over(self, wrap_up: float) -> None:
        """The receiver has been told, or the customer has gone."""
        self.handing_over -= 1
        self._wrap(wrap_up)

    def fire(self, kind: int, ticket: int) -> None:
        """A wrap-up is over."""
        self.wrapping -= 1
        self._release()

    # --- what staff processes do -------------------------------------------------------------------------------------

    def plan(self, scheduled: bool) -> None:
        """The schedule has the agent on duty from now on, or not."""
        self.scheduled = scheduled
        self._mark()

    def sign_on(self) -> None:
        """Begin or resume duty."""
        if self._duty_state == AGENT_AVAILABLE and not self.leaving:
            raise ModelError(f"{self.name} signs on at {self.centre.calendar.now} but is on duty already")
        self.leaving = False
        self._on_left = None
        self._duty_state = AGENT_AVAILABLE
        self.seek()

    def sign_off(self, state: AgentState, on_left: Callable[[], object]) -> bool:
        """Leave for `state` (off, break, coaching). True: gone at once; False: `on_left` is called after the contact.

        An agent with work in hand finishes it, wrap-up included, and takes nothing new.
        """
        if self.used == 0:
            self._duty_state = int(state)
            self._settle()
            return True
        self.leaving = True
        self._on_left = on_left
        self._duty_state = int(state)
        self._settle()
        return False

    def rest(self, state: AgentState) -> None:
        """Go from one way of being away to another, without having been on duty."""
        self._duty_state = int(state)
        self._settle()

    def seek(self) -> None:
        """Take waiting contacts while there is room; otherwise wait for one."""
        lane = self.lane
        self._settle()
        while lane.waiting and self.has_room(False):
            contact = self.centre.next_contact(self)
            if contact is None:
                break
            contact.answered_by(self)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _wrap(self, wrap_up: float) -> None:
        if wrap_up > 0.0:
            self.wrapping += 1
            calendar = self.centre.calendar
            calendar.at(calendar.now + wrap_up, ORDER_WRAP_UP, WRAP_UP, self)
            self._settle()
        else:
            self._release()

    def _release(self) -> None:
        self.used = 0 if self.whole else self.used - 1
        self.whole = False
        if not self.leaving:
            self.seek()
        elif self.used == 0:
            self._leave()
        else:
            self._settle()

    def _leave(self) -> None:
        self.leaving = False
        self._settle()
        on_left, self._on_left = self._on_left, None
        if on_left is not None:
            on_left()

    def _settle(self) -> None:
        """Stand in the right roll, and write down a change of state."""
        roll = self._right_roll()
        if roll is not self._roll:
            self._change_roll(roll)
        self._mark()

    def _change_roll(self, roll: Roll | None) -> None:
        lane = self.lane
        if self._roll is lane.idle:
            lane.not_idle(self)
        elif self._roll is not None:
            self._roll.remove(self)
        self._roll = roll
        if roll is not None:
            self.idle_since = self.centre.calendar.now
            self.rank = self.centre.next_rank()
            if roll is lane.idle:
                lane.now_idle(self)
            else:
                roll.append(self)

    def _right_roll(self) -> Roll | None:
        if self._duty_state != AGENT_AVAILABLE:
            return None
        if self.used == 0:
            return self.lane.idle
        return self.lane.partly if self.used < self.slots else None

    def _state(self) -> int:
        if self.in_hand:
            return AGENT_BUSY
        if self.handing_over:
            return AGENT_HANDOVER
        return AGENT_WRAP_UP if self.wrapping else self._duty_state

    def _mark(self) -> None:
        state = self._state()
        if state != self.marked_state or self.in_hand != self._marked_load or self.scheduled != self._marked_scheduled:
            self.close_record(self.centre.calendar.now)
            self.marked_state = state
            self._marked_load = self.in_hand
            self._marked_scheduled = self.scheduled

    def close_record(self, now: float) -> None:
        """Write the interval since the last change; intervals of no length are not written."""
        if now > self._marked_since:
            self.centre.recorder.state(
                self.index,
                self.tier,
                self.marked_state,
                self._marked_load,
                self._marked_since,
                now,
                self._marked_scheduled,
            )
            self._marked_since = now

    def can_take(self, contact: Contact) -> bool:
        """Whether skills, tier and free slots allow this contact; the model checks every choice with it."""
        if contact is None:
            raise TypeError("can_take: there is no contact to ask about")
        queue = contact.queue
        return queue is not None and queue.is_served_by(self.lane) and self.has_room(contact.channel.whole)
