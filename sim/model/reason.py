"""What a rule says of one of its decisions, for people. `sim.explain` asks; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.model.contact import Contact
    from sim.model.policy import Signals


@dataclass(frozen=True, slots=True)
class Reason:
    """`because`: completes "… took the contact because" or "the contact waits because". `score`: what the scores are.

    `scores`: of each candidate, by an agent's name or by `named` of a contact; the rule takes the highest. `signals`:
    the estimates it rests on, as in `seen` where the rule saw others than the view's.
    """

    because: str
    score: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    signals: tuple[str, ...] = ()
    seen: Signals | None = None


def named(contact: Contact) -> str:
    """A contact as explanations call it: its case, and from the second contact of a case on its number."""
    return f"case {contact.case.number}" + (f", contact {contact.attempt + 1}" if contact.attempt else "")


def summary(rule: object) -> str:
    """The first line of a rule's own description."""
    return (type(rule).__doc__ or type(rule).__name__).strip().split("\n")[0]
