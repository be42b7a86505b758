# cython: nonecheck=False, wraparound=False
"""A case: one customer's need, from its first contact to resolved or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ext.recycle import recycle
from sim.model.clock import ORDER_RETURN, REPEAT, RETURN
from sim.model.codes import (
    CASE_DUE_LATER,
    CASE_GIVEN_UP,
    CASE_RESOLVED,
    CASE_UNFINISHED,
    CONTACT_CONTAINED,
    CONTACT_RESOLVED,
    CONTACT_UNFINISHED,
    CONTACT_UNRESOLVED,
    ORIGIN_REPEAT,
    ORIGIN_RETRIAL,
)
from sim.model.contact import Contact
from sim.model.port import Entity

if TYPE_CHECKING:
    from sim.model.centre import Centre
    from sim.model.spec import IntentSpec, ReturnSpec, SegmentSpec

NEVER = float("nan")


class Case(Entity):
    """Who comes back, when, and when it is over. What is latent about the case starts with `_`."""

    __slots__ = (
        "_difficulty",
        "_first_ended",
        "_first_handled",
        "_first_resolved",
        "_next_contact",
        "_patience_u",
        "_sentiment_u",
        "born",
        "centre",
        "contacts",
        "intent",
        "k",
        "number",
        "segment",
    )

    def setup(
        self,
        centre: Centre,
        number: int,
        intent: IntentSpec,
        k: int,
        segment: SegmentSpec,
        difficulty: float,
        sentiment_u: float,
        patience_u: float,
    ) -> None:
        """What `__init__` would do, without the cost of a Python call: `Case.__new__(Case)`, then this."""
        self.centre = centre
        self.number = number
        self.intent = intent
        self.k = k  # the k-th birth of its intent: with the intent's name, the address of every draw of this case
        self.segment = segment
        self._difficulty = difficulty
        self._sentiment_u = sentiment_u
        self._patience_u = patience_u
        self.born = centre.calendar.now
        self.contacts = 0
        self._first_handled = False
        self._first_resolved = False
        self._first_ended = NEVER
        self._next_contact = NEVER

    def begin(self, origin: int) -> None:
        """The customer makes contact."""
        contact = Contact.__new__(Contact)
        contact.setup(self, self.contacts, origin)
        self.contacts += 1
        self.centre.open(contact)
        contact.begin()

    def fire(self, kind: int, ticket: int) -> None:
        """The customer comes back; `kind` tells why."""
        self.begin(ORIGIN_RETRIAL if kind == RETURN else ORIGIN_REPEAT)

    def after(self, attempt: int, end: int, resolved: bool) -> float:
        """What follows a contact's end. Returns when the next contact is due, NaN if there is none."""
        now = self.centre.calendar.now
        due = NEVER if resolved or end == CONTACT_UNFINISHED else self._comes_back(end, attempt)
        if attempt == 0:
            self._first_handled = end in (CONTACT_RESOLVED, CONTACT_UNRESOLVED, CONTACT_CONTAINED)
            self._first_resolved = resolved
            self._first_ended = now
            self._next_contact = due
        if resolved:
            self._close(CASE_RESOLVED, now, NEVER)
        elif end == CONTACT_UNFINISHED:
            self._close(CASE_UNFINISHED, NEVER, NEVER)
        elif due >= self.centre.blueprint.horizon:
            self._close(CASE_DUE_LATER, NEVER, due)
        elif not due >= now:  # NaN: never
            self._close(CASE_GIVEN_UP, NEVER, NEVER)
        return due

    def _comes_back(self, end: int, attempt: int) -> float:
        spec = self._return_spec(end)
        if spec is None or attempt + 1 >= self.centre.blueprint.max_contacts:
            return NEVER
        whether, delay, _, _ = self.centre.draws.returns.block(self.intent.key, self.k, attempt)
        if whether >= spec.probability:
            return NEVER
        due: float = self.centre.calendar.now + spec.delay.quantile(delay)
        if due < self.centre.blueprint.horizon:
            kind = REPEAT if end in (CONTACT_UNRESOLVED, CONTACT_CONTAINED) else RETURN
            self.centre.calendar.at(due, ORDER_RETURN, kind, self)
        return due

    def _return_spec(self, end: int) -> ReturnSpec | None:
        blueprint = self.centre.blueprint
        if end == CONTACT_UNRESOLVED:
            return blueprint.repeat
        return blueprint.false_containment if end == CONTACT_CONTAINED else blueprint.retrial

    def _close(self, end: int, resolved_at: float, due: float) -> None:
        self.centre.recorder.case(
            self.number,
            self.intent.index,
            self.segment.index,
            self.contacts,
            end,
            self._first_handled,
            self._first_resolved,
            self.born,
            self._first_ended,
            self._next_contact,
            resolved_at,
            due,
            self._difficulty,
        )


recycle(Case)
