"""A second book-keeping of a run: who held whom when, recomputed from a journal's legs alone.

Agents' states in the journal come from the agents; here they are derived from the contacts' legs, by another route.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from math import inf, isnan
from typing import Any, NamedTuple

from sim.config.load import Loaded
from sim.model.journal import AgentState, Journal, LegEnd
from sim.staff import people
from sim.staff.person import Person

PASSED_ON = (LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR)
SERVED = (LegEnd.RESOLVED, LegEnd.UNRESOLVED, *PASSED_ON)


class Hold(NamedTuple):
    """One contact's claim on an agent: talk [start, ended), on the line until `told`, wrap-up until `free`."""

    start: float
    ended: float
    told: float
    free: float
    whole: bool


class Wait(NamedTuple):
    """One stay in a line: [entered, left); `served`: left it for an agent."""

    entered: float
    left: float
    served: bool
    queue: int
    level: int
    intent: int
    leg: int


Record = dict[str, Any]


def records(array: Any) -> list[Record]:
    """A journal's stream as plain dicts: much faster to read one by one than NumPy's records."""
    return [dict(zip(array.dtype.names, row, strict=True)) for row in array.tolist()]


class Account:
    """A journal together with the scenario it came from."""

    def __init__(self, loaded: Loaded, journal: Journal) -> None:
        self.loaded = loaded
        self.journal = journal
        self.legs = records(journal.legs)
        self.ends = records(journal.contacts)
        self.outcomes = records(journal.cases)
        self.states = records(journal.states)

    @cached_property
    def staff(self) -> tuple[Person, ...]:
        """Everybody who works, in the journal's order."""
        return people.hire(self.loaded)

    @property
    def end_of_run(self) -> float:
        """When the last record of an agent ends; the horizon where nobody works."""
        return max((record["end"] for record in self.states), default=self.journal.lexicon.horizon)

    @cached_property
    def contacts(self) -> dict[tuple[int, int], list[Record]]:
        """Legs by (case, attempt), in order of their number."""
        legs: dict[tuple[int, int], list[Record]] = defaultdict(list)
        for leg in self.legs:
            legs[leg["case"], leg["attempt"]].append(leg)
        return {key: sorted(of, key=lambda leg: leg["leg"]) for key, of in legs.items()}

    @cached_property
    def cases(self) -> dict[int, list[Record]]:
        """Contacts by case, in order of their attempt."""
        contacts: dict[int, list[Record]] = defaultdict(list)
        for contact in self.ends:
            contacts[contact["case"]].append(contact)
        return {case: sorted(of, key=lambda contact: contact["attempt"]) for case, of in contacts.items()}

    def whole(self, intent: int) -> bool:
        """Whether a contact of this intent blocks its agent."""
        scenario = self.loaded.scenario
        channel = scenario.intents[self.journal.lexicon.intents[intent]].channel
        return scenario.channels[channel].takes == "whole"

    def holds(self, handover: float) -> dict[int, list[Hold]]:
        """By agent: every contact it had, with handovers of the stated constant length."""
        holds: dict[int, list[Hold]] = defaultdict(list)
        for legs in self.contacts.values():
            for place, leg in enumerate(legs):
                if not isnan(leg["answered"]):
                    told = _told(leg, legs[place + 1 :], handover)
                    free = inf if leg["end"] == LegEnd.UNFINISHED else told + leg["wrap_up"]
                    ended = inf if leg["end"] == LegEnd.UNFINISHED else leg["ended"]
                    whole = self.whole(leg["intent"])
                    holds[leg["agent"]].append(Hold(leg["answered"], ended, max(told, ended), free, whole))
        return holds

    def eligible(self, agent: int, queue: int) -> bool:
        """Whether tier and skills allow it."""
        person, wanted = self.staff[agent], self.loaded.scenario.queues[self.journal.lexicon.queues[queue]]
        return person.tier == wanted.tier and set(wanted.skills) <= set(person.skills)

    @cached_property
    def waits(self) -> list[Wait]:
        """Every stay in a line, in no order."""
        return list(self._waits())

    def _waits(self) -> Iterator[Wait]:
        """Every stay in a line, of positive length or not; who was answered or blocked at once never stood in one."""
        scenario, lexicon = self.loaded.scenario, self.journal.lexicon
        boost = scenario.returns.priority_boost
        for (_, attempt), legs in self.contacts.items():
            level = 0
            for before, leg in pairwise([None, *legs]):
                if leg["queue"] < 0:
                    continue
                queue = scenario.queues[lexicon.queues[leg["queue"]]]
                own = queue.priority + scenario.segments[lexicon.segments[leg["segment"]]].priority
                moved = before is not None and before["end"] == LegEnd.OVERFLOWED
                level = max(level, own) if moved else own + (boost if attempt else 0)
                served = not isnan(leg["answered"])
                left = float(leg["answered"] if served else leg["ended"])
                if leg["end"] != LegEnd.BLOCKED:
                    entered, at = leg["entered"], leg["queue"]
                    yield Wait(entered, left, served, at, level, leg["intent"], leg["leg"])


def _told(leg: Record, later: list[Record], handover: float) -> float:
    """When the sender of a warm escalation was let go; the leg's own end where it was not warm."""
    if not leg["warm"]:
        return leg["ended"]
    for following in later:
        if not isnan(following["answered"]):
            return following["answered"] + handover
        if following["end"] == LegEnd.UNFINISHED:
            return inf
        if following["end"] != LegEnd.OVERFLOWED:
            return following["ended"]
    raise AssertionError("a warm escalation led nowhere")


def state_of(holds: list[Hold], moment: float) -> tuple[AgentState | None, int, int]:
    """State as far as contacts decide it (None: nothing in hand), contacts in hand, and contacts that take slots."""
    present = [hold for hold in holds if hold.start <= moment < hold.free]
    talking = sum(moment < hold.ended for hold in present)
    if talking:
        return AgentState.BUSY, talking, len(present)
    if any(moment < hold.told for hold in present):
        return AgentState.HANDOVER, 0, len(present)
    return (AgentState.WRAP_UP if present else None), 0, len(present)
