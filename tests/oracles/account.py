"""A second book-keeping of a run: who held whom when, recomputed from a journal's legs alone.

Agents' states in the journal come from the agents; here they are derived from the contacts' legs, by another route.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Account:
    """A journal together with the scenario it came from."""

    loaded: Loaded
    journal: Journal

    @property
    def staff(self) -> tuple[Person, ...]:
        """Everybody who works, in the journal's order."""
        return people.hire(self.loaded)

    @property
    def end_of_run(self) -> float:
        """When the last record of an agent ends; the horizon where nobody works."""
        states = self.journal.states
        return float(states["end"].max()) if states.size else self.journal.lexicon.horizon

    def contacts(self) -> dict[tuple[int, int], list[Any]]:
        """Legs by (case, attempt), in order of their number."""
        legs: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for leg in self.journal.legs:
            legs[int(leg["case"]), int(leg["attempt"])].append(leg)
        return {key: sorted(of, key=lambda leg: int(leg["leg"])) for key, of in legs.items()}

    def cases(self) -> dict[int, list[Any]]:
        """Contacts by case, in order of their attempt."""
        contacts: dict[int, list[Any]] = defaultdict(list)
        for contact in self.journal.contacts:
            contacts[int(contact["case"])].append(contact)
        return {case: sorted(of, key=lambda contact: int(contact["attempt"])) for case, of in contacts.items()}

    def whole(self, intent: int) -> bool:
        """Whether a contact of this intent blocks its agent."""
        scenario = self.loaded.scenario
        channel = scenario.intents[self.journal.lexicon.intents[intent]].channel
        return scenario.channels[channel].takes == "whole"

    def holds(self, handover: float) -> dict[int, list[Hold]]:
        """By agent: every contact it had, with handovers of the stated constant length."""
        holds: dict[int, list[Hold]] = defaultdict(list)
        for legs in self.contacts().values():
            for place, leg in enumerate(legs):
                if not isnan(leg["answered"]):
                    told = _told(leg, legs[place + 1 :], handover)
                    free = inf if leg["end"] == LegEnd.UNFINISHED else told + float(leg["wrap_up"])
                    ended = inf if leg["end"] == LegEnd.UNFINISHED else float(leg["ended"])
                    whole = self.whole(int(leg["intent"]))
                    holds[int(leg["agent"])].append(Hold(float(leg["answered"]), ended, max(told, ended), free, whole))
        return holds

    def eligible(self, agent: int, queue: int) -> bool:
        """Whether tier and skills allow it."""
        person, wanted = self.staff[agent], self.loaded.scenario.queues[self.journal.lexicon.queues[queue]]
        return person.tier == wanted.tier and set(wanted.skills) <= set(person.skills)

    def waits(self) -> Iterator[Wait]:
        """Every stay in a line, of positive length or not; who was answered or blocked at once never stood in one."""
        scenario, lexicon = self.loaded.scenario, self.journal.lexicon
        boost = scenario.returns.priority_boost
        for (_, attempt), legs in self.contacts().items():
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
                    entered, at = float(leg["entered"]), int(leg["queue"])
                    yield Wait(entered, left, served, at, level, int(leg["intent"]), int(leg["leg"]))


def _told(leg: Any, later: list[Any], handover: float) -> float:
    """When the sender of a warm escalation was let go; the leg's own end where it was not warm."""
    if not leg["warm"]:
        return float(leg["ended"])
    for following in later:
        if not isnan(following["answered"]):
            return float(following["answered"]) + handover
        if following["end"] == LegEnd.UNFINISHED:
            return inf
        if following["end"] != LegEnd.OVERFLOWED:
            return float(following["ended"])
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
