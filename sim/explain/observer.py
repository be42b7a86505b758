"""The observer of a centre: told of each decision, it notes some of them with their reasons. It decides nothing.

What it asks of rules and of the view changes nothing and draws nothing that the model draws, so the journal is the same
with it and without it. It is asked for a sample of the decisions in which there was a choice, or for every decision
about one case, or from a moment on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.explain import sessions
from sim.explain.decision import Decision, clock, of_agents, of_contacts
from sim.explain.sampling import Reservoir
from sim.model.reason import Reason

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.centre import Centre
    from sim.model.contact import Contact
    from sim.sampling.streams import Streams
    from sim.staff.coaching import Note
    from sim.staff.moves import Move

KINDS = ("took", "next", "waits", "left")  # agent found, contact found, contact held, agent left idle
SHARES = {"took": 0.5, "next": 0.2, "waits": 0.2, "left": 0.1}  # of a sample, as far as there are so many
MOVES, COACHING = "moves", "coaching"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions: `sample` of all, or the first `sample` of case number `case`, or from second `at` on."""

    sample: int = 10
    case: int | None = None
    at: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.sample <= 10_000:
            raise UsageError(f"sample={self.sample}: not a whole number from 0 to 10000")


class Observer:
    """The `Watch` of one replication; see the module."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._sampled = wanted.case is None and wanted.at is None
        self._kept: dict[str, list[Any]] = {kind: [] for kind in (*KINDS, MOVES, COACHING)}
        self._chances: dict[str, Reservoir] = {}
        self._found = 0
        self.counted = dict.fromkeys((*KINDS, MOVES, COACHING), 0)

    def attach(self, centre: Centre, streams: Streams) -> None:
        """Watch this centre from now on."""
        scenario = centre.blueprint.scenario
        self._centre = centre
        self._rule = scenario.routing.rule
        self._start: datetime = scenario.calendar.start
        purpose = streams.purpose("explained")
        self._chances = {kind: Reservoir(self._wanted.sample, purpose, at) for at, kind in enumerate(self._kept)}
        centre.watch = self

    # --- what the centre tells ---------------------------------------------------------------------------------------

    def agent_asked(self, contact: Contact, chosen: Agent | None) -> None:
        """See `sim.model.centre.Watch`."""
        kind = "waits" if chosen is None else "took"
        if self._sampled:
            if _is_choice(self._centre.view.free_agents(contact), 1 if chosen is None else 2):
                self._sample(kind, contact, chosen)
        elif self._is_wanted(contact):
            self._keep(kind, self._agent_decision(contact, chosen))

    def contact_asked(self, agent: Agent, chosen: Contact | None) -> None:
        """See `sim.model.centre.Watch`."""
        kind = "left" if chosen is None else "next"
        if self._sampled:
            if _is_choice(self._centre.view.heads(agent), 1 if chosen is None else 2):
                self._sample(kind, agent, chosen)
        elif self._is_wanted(chosen):
            self._keep(kind, self._contact_decision(agent, chosen))

    def moved(self, move: Move) -> None:
        """A floor manager changed a schedule."""
        self._note(MOVES, move)

    def coached(self, note: Note) -> None:
        """Something was decided about a session of coaching."""
        if note.what != sessions.ROUTINE:
            self._note(COACHING, note)

    # --- which are kept ----------------------------------------------------------------------------------------------

    def _note(self, kind: str, what: Move | Note) -> None:
        self.counted[kind] += 1
        kept, at = self._kept[kind], self._wanted.at
        if self._sampled:
            place = self._chances[kind].place()
            if place >= 0:
                _put(kept, place, what)
        elif at is not None and what.at >= at and len(kept) < self._wanted.sample:
            kept.append(what)

    def _sample(self, kind: str, about: Any, chosen: Any) -> None:
        self.counted[kind] += 1
        place = self._chances[kind].place()
        if place >= 0:
            made = self._agent_decision if kind in ("took", "waits") else self._contact_decision
            _put(self._kept[kind], place, made(about, chosen))

    def _is_wanted(self, contact: Contact | None) -> bool:
        if self._found >= self._wanted.sample:
            return False
        if self._wanted.case is not None and (contact is None or contact.case.number != self._wanted.case):
            return False
        return self._wanted.at is None or self._centre.view.now >= self._wanted.at

    def _keep(self, kind: str, decision: Decision) -> None:
        self._found += 1
        self.counted[kind] += 1
        self._kept[kind].append(decision)

    # --- what is noted -----------------------------------------------------------------------------------------------

    def _agent_decision(self, contact: Contact, chosen: Agent | None) -> Decision:
        view, router = self._centre.view, self._centre.router
        free = list(view.free_agents(contact))
        if not free:
            reason = Reason("nobody who may take it is free")
        elif len(free) == 1 and chosen is not None:
            reason = Reason("nobody else who may take it was free")
        else:
            reason = router.explain(view, contact, chosen)
        return of_agents(view, contact, free, chosen, reason, self._rule, clock(self._start, view.now))

    def _contact_decision(self, agent: Agent, chosen: Contact | None) -> Decision:
        view, router = self._centre.view, self._centre.router
        heads = list(view.heads(agent))
        if not heads:
            reason = Reason("none of them has room with this agent now")
        elif len(heads) == 1 and chosen is heads[0]:
            reason = Reason("it was first in the only line that waits for this agent")
        else:
            reason = router.explain_contact(view, agent, chosen)
        return of_contacts(view, agent, heads, chosen, reason, self._rule, clock(self._start, view.now))

    # --- what is told ------------------------------------------------------------------------------------------------

    def told(self) -> dict[str, Any]:
        """Decisions in order of time, the moves of the floor manager, what was done about sessions of coaching, and how
        many of each there were; plain data.
        """
        decisions = [decision for part in self._chosen() for decision in part]
        decisions.sort(key=lambda decision: decision.at)
        return {
            "decisions": [asdict(decision) for decision in decisions],
            "moves": [self._move(move) for move in sorted(self._kept[MOVES], key=lambda move: move.at)],
            "coaching": [
                sessions.told(note, self._start) for note in sorted(self._kept[COACHING], key=lambda note: note.at)
            ],
            "counted": dict(self.counted),
        }

    def _chosen(self) -> Iterator[list[Decision]]:
        """Of a sample its share of each kind; what one kind lacks falls to the first that has more.

        Any fixed places of a reservoir are a sample themselves.
        """
        if not self._sampled:
            yield from (self._kept[kind] for kind in KINDS)
            return
        shares = {kind: min(len(self._kept[kind]), round(SHARES[kind] * self._wanted.sample)) for kind in KINDS}
        for kind in KINDS:
            spare = self._wanted.sample - sum(shares.values())
            shares[kind] += min(max(spare, 0), len(self._kept[kind]) - shares[kind])
        yield from (self._kept[kind][: shares[kind]] for kind in KINDS)

    def _move(self, move: Move) -> dict[str, Any]:
        was, becomes = (clock(self._start, at) for at in (move.was, move.becomes))
        how = "earlier" if move.becomes < move.was else "later"
        sentence = f"{move.what} of {move.agent} moved {how}, from {was[11:16]} to {becomes[11:16]}, as {move.reason}."
        return {**asdict(move), "time": clock(self._start, move.at), "sentence": sentence[0].upper() + sentence[1:]}


def _is_choice(candidates: Iterator[Any], least: int) -> bool:
    """Whether there are at least so many."""
    return sum(1 for _ in islice(candidates, least)) == least


def _put(kept: list[Any], place: int, what: Any) -> None:
    if place == len(kept):
        kept.append(what)
    else:
        kept[place] = what
