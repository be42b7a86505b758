"""Why somebody is coached, or is not: a line of the coaching log as a sentence. Plain data; nothing is decided here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sim.explain.decision import clock

if TYPE_CHECKING:
    from sim.staff.coaching import Note

ROUTINE = "held"  # took place as planned: nothing was decided


def told(note: Note, start: datetime) -> dict[str, Any]:
    """The note with its moment on the scenario's calendar, and the sentence."""
    return {**asdict(note), "time": clock(start, note.at), "sentence": sentence(note, start)}


def sentence(note: Note, start: datetime) -> str:
    """Who, about what, for when, what was done, and why."""
    if not note.agent:
        return f"{note.why[0].upper()}{note.why[1:]}."
    about = f" about {note.about}" if note.about else ""
    when = "" if note.due is None else f" {'for' if note.what == 'booked' else 'of'} {clock(start, note.due)[:16]}"
    return f"Coaching of {note.agent}{about}{_done(note.what, when)} because {_reason(note)}."


def _done(what: str, when: str) -> str:
    if what == "booked":
        return f" booked{when}"
    if what == "no window":
        return " found no window"
    return f"{when} {what}"


def _reason(note: Note) -> str:
    return {
        "no window": "there was no slack, no leader, or the agent is not at work",
        "dropped": "no other window is left before the next plan",
    }.get(note.what, note.why)
