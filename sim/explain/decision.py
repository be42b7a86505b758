"""One decision of a router as people read it: who could have been chosen, who was, and the sentence. Plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Signals, View
from sim.model.reason import Reason, named
from sim.routing.wording import subject

MOST = 8  # candidates that are kept of a decision
AGENT, CONTACT = "agent selection", "contact selection"


@dataclass(frozen=True, slots=True)
class Evidence:
    """An estimate that a rule saw: its value, standard error, and the observations behind it (None: no limit)."""

    signal: str
    value: float
    error: float
    count: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who could have been chosen. `since`: seconds idle, or seconds of waiting; `busy`: the agent has something else in
    hand; `score`: None where the rule has none."""

    name: str
    since: float
    busy: bool
    score: float | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """`about`: the contact or the agent that was asked about; `chosen`: None where the contact waits, or the agent
    stays idle; `could`: how many could have been chosen, of whom `candidates` are the foremost."""

    at: float
    time: str
    question: str
    rule: str
    about: str
    intent: str
    queue: str
    waited: float
    chosen: str | None
    sentence: str
    score: str
    could: int
    candidates: tuple[Candidate, ...]


def clock(start: datetime, at: float) -> str:
    """A moment of the run as the scenario's calendar shows it."""
    return (start + timedelta(seconds=at)).isoformat(sep=" ", timespec="seconds")


def of_agents(
    view: View, contact: Contact, free: Sequence[Agent], chosen: Agent | None, reason: Reason, rule: str, time: str
) -> Decision:
    """A contact came, or was offered again."""
    queue = contact.queue
    assert queue is not None
    ordered = sorted(free, key=lambda who: (who is not chosen, -reason.scores.get(who.name, 0.0), who.used, who.rank))
    return Decision(
        at=view.now,
        time=time,
        question=AGENT,
        rule=rule,
        about=named(contact),
        intent=contact.intent.name,
        queue=queue.name,
        waited=view.now - contact.since,
        chosen=None if chosen is None else chosen.name,
        sentence=_agent_sentence(contact, free, chosen, reason),
        score=reason.score,
        could=len(free),
        candidates=tuple(
            Candidate(
                who.name, view.now - who.idle_since, who.used > 0, reason.scores.get(who.name),
                _evidence(view, reason, who, contact),
            )
            for who in ordered[:MOST]
        ),
    )  # fmt: skip


def of_contacts(
    view: View, agent: Agent, heads: Sequence[Contact], chosen: Contact | None, reason: Reason, rule: str, time: str
) -> Decision:
    """An agent freed while contacts waited."""
    waiting = [*heads, *([chosen] if chosen is not None and all(chosen is not head for head in heads) else [])]
    ordered = sorted(waiting, key=lambda one: (one is not chosen, -reason.scores.get(named(one), 0.0), one.since))
    return Decision(
        at=view.now,
        time=time,
        question=CONTACT,
        rule=rule,
        about=agent.name,
        intent="" if chosen is None else chosen.intent.name,
        queue="" if chosen is None or chosen.queue is None else chosen.queue.name,
        waited=0.0 if chosen is None else view.now - chosen.since,
        chosen=None if chosen is None else named(chosen),
        sentence=_contact_sentence(view, agent, waiting, chosen, reason),
        score=reason.score,
        could=len(waiting),
        candidates=tuple(
            Candidate(
                named(one), view.now - one.since, False, reason.scores.get(named(one)),
                _evidence(view, reason, agent, one),
            )
            for one in ordered[:MOST]
        ),
    )  # fmt: skip


def _agent_sentence(contact: Contact, free: Sequence[Agent], chosen: Agent | None, reason: Reason) -> str:
    one = f"this {subject(contact)}"
    if chosen is None:
        return f"{one.capitalize()} waits because {reason.because}."
    longer = sum(who.used == 0 and who.rank < chosen.rank for who in free) if chosen.used == 0 else 0
    others = f"; {longer} {'other' if longer == 1 else 'others'} had been idle longer" if longer else ""
    return f"{chosen.name} took {one} because {reason.because}{others}."


def _contact_sentence(
    view: View, agent: Agent, waiting: Sequence[Contact], chosen: Contact | None, reason: Reason
) -> str:
    if chosen is None:
        return f"{agent.name} took none of the contacts that wait because {reason.because}."
    longer = sum(one.since < chosen.since for one in waiting)
    others = f"; in {longer} other {'line' if longer == 1 else 'lines'} somebody waits longer" if longer else ""
    took = f"{agent.name} took {named(chosen)}, {subject(chosen)}, after a wait of {view.now - chosen.since:.0f} s,"
    return f"{took} because {reason.because}{others}."


def _evidence(view: View, reason: Reason, agent: Agent, contact: Contact) -> tuple[Evidence, ...]:
    if not reason.signals:
        return ()
    signals = reason.seen if reason.seen is not None else view.signals
    return tuple(_estimate(signals, name, agent.index, contact.intent.index) for name in reason.signals)


def _estimate(signals: Signals, name: str, row: int, column: int) -> Evidence:
    value, error, count = (getattr(signals, f"{name}{part}")[row][column] for part in ("", "_error", "_count"))
    return Evidence(name, value, error, count if count < float("inf") else None)
