"""A second book-keeping of a run: who held whom when, recomputed from a journal's legs, the roster and the draws.

Agents' states in the journal come from the agents; here they are derived from contacts' legs and planned duties.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from itertools import pairwise
from math import inf, isnan
from typing import Any, NamedTuple

import numpy as np

from sim.config.load import Loaded
from sim.model.blueprint import draft
from sim.model.codes import VISITS
from sim.model.journal import AgentState, Journal, LegEnd, Origin
from sim.sampling.streams import Streams
from sim.staff import people
from sim.staff.person import Duty, Person

PASSED_ON = (LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR)
SERVED = (LegEnd.RESOLVED, LegEnd.UNRESOLVED, *PASSED_ON)


class Hold(NamedTuple):
    """One contact's claim on an agent: talk [start, ended), on the line until `told`, wrap-up until `free`."""

    start: float
    ended: float
    told: float
    free: float
    whole: bool


class Came(Enum):
    """How a contact came to a queue. Of those who came one way at one instant, the order is known."""

    NEW = 0
    BACK = 1
    ON = 2  # from the bot or another queue


class Wait(NamedTuple):
    """One stay in a line: [entered, left); `served`: left it for an agent.

    `deadline`: when patience ends. `turn`: order of entering among those who entered at that instant and `came` alike.
    """

    entered: float
    left: float
    served: bool
    queue: int
    level: int
    intent: int
    deadline: float
    came: Came
    turn: int
    end: LegEnd

    def before(self, other: Wait) -> bool:
        """Whether this one is known to have entered first."""
        if self.entered == other.entered:
            return self.came == other.came and self.turn < other.turn
        return self.entered < other.entered


class Post(Enum):
    """Where an agent is. Whoever is nowhere is off."""

    ON = 0  # takes contacts
    LEAVING = 1  # finishes what is in hand
    BREAK = 2
    CALLED = 3  # finishes what is in hand, to be coached then
    COACHED = 4
    ABSENT = 5  # planned on duty, and not there


PLANNED = (Post.ON, Post.CALLED, Post.COACHED, Post.ABSENT)


class Stretch(NamedTuple):
    """An agent at one post, in [start, end)."""

    start: float
    end: float
    post: Post


Record = dict[str, Any]


def records(array: Any) -> list[Record]:
    """A journal's stream as plain dicts: much faster to read one by one than NumPy's records."""
    return [dict(zip(array.dtype.names, row, strict=True)) for row in array.tolist()]


class Account:
    """A journal together with the scenario it came from, and the seed and number of the replication.

    `handover`: seconds that a handover takes, a constant in these scenarios.
    """

    def __init__(self, loaded: Loaded, journal: Journal, seed: int, replication: int, handover: float) -> None:
        self.loaded = loaded
        self.journal = journal
        self.seed, self.replication = seed, replication
        self.handover = handover
        self.legs = records(journal.legs)
        self.ends = records(journal.contacts)
        self.outcomes = records(journal.cases)
        self.states = records(journal.states)
        self.sessions = records(journal.sessions)
        self.conditions = records(journal.conditions)

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
        """Legs by (case, attempt), in order of their number; `row` is a leg's place in the journal."""
        legs: dict[tuple[int, int], list[Record]] = defaultdict(list)
        for row, leg in enumerate(self.legs):
            legs[leg["case"], leg["attempt"]].append({**leg, "row": row})
        return {key: sorted(of, key=lambda leg: leg["leg"]) for key, of in legs.items()}

    @cached_property
    def cases(self) -> dict[int, list[Record]]:
        """Contacts by case, in order of their attempt; `row` is a contact's place in the journal."""
        contacts: dict[int, list[Record]] = defaultdict(list)
        for row, contact in enumerate(self.ends):
            contacts[contact["case"]].append({**contact, "row": row})
        return {case: sorted(of, key=lambda contact: contact["attempt"]) for case, of in contacts.items()}

    def whole(self, intent: int) -> bool:
        """Whether a contact of this intent blocks its agent."""
        scenario = self.loaded.scenario
        channel = scenario.intents[self.journal.lexicon.intents[intent]].channel
        return scenario.channels[channel].takes == "whole"

    # --- agents ------------------------------------------------------------------------------------------------------

    @cached_property
    def holds(self) -> dict[int, list[Hold]]:
        """By agent: every contact it had."""
        holds: dict[int, list[Hold]] = defaultdict(list)
        for legs in self.contacts.values():
            for place, leg in enumerate(legs):
                if not isnan(leg["answered"]):
                    told = _told(leg, legs[place + 1 :], self.handover)
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
    def stretches(self) -> list[list[Stretch]]:
        """By agent: where it must have been by the plan and by what it had in hand, up to the end of the run."""
        return [
            [s._replace(end=min(s.end, self.end_of_run)) for s in self._day(agent) if s.start < self.end_of_run]
            for agent in range(len(self.staff))
        ]

    def _day(self, agent: int) -> Iterator[Stretch]:
        now = 0.0
        for duty in self.staff[agent].duties:
            if duty.end > now:
                begins = max(now, duty.start)
                course = self._missed(duty, begins) if self._absent(agent, duty) else self._duty(agent, duty, begins)
                for stretch in course:
                    now = stretch.end
                    yield stretch

    def _duty(self, agent: int, duty: Duty, now: float) -> Iterator[Stretch]:
        """A break waits for the contacts in hand and is then taken in full; one that falls into another ends as due."""
        holds = self.holds[agent]
        for begins, ends in duty.breaks:
            if begins > now:
                left = _left(holds, begins)
                yield from self._floor(agent, now, begins)
                yield Stretch(begins, left, Post.LEAVING)
                yield Stretch(left, left + (ends - begins), Post.BREAK)
                now = left + (ends - begins)
            elif ends > now:
                yield Stretch(now, ends, Post.BREAK)
                now = ends
        if now < duty.end:
            yield from self._floor(agent, now, duty.end)
            yield Stretch(duty.end, _left(holds, duty.end), Post.LEAVING)

    def _floor(self, agent: int, now: float, end: float) -> Iterator[Stretch]:
        """Between breaks. A session waits for the contacts in hand, and ends as due; whoever is away misses it."""
        for due in sorted(session["due"] for session in self.sessions if session["agent"] == agent):
            if now <= due < end:
                over = due + self._session
                left = min(over, max([due, *(hold.free for hold in self.holds[agent] if hold.start <= due)]))
                yield Stretch(now, due, Post.ON)
                yield Stretch(due, left, Post.CALLED)
                yield Stretch(left, over, Post.COACHED)
                now = over
        yield Stretch(now, end, Post.ON)

    @property
    def _session(self) -> float:
        """Seconds that a session lasts."""
        coaching = self.loaded.scenario.coaching
        return 0.0 if coaching is None else coaching.session

    @staticmethod
    def _missed(duty: Duty, now: float) -> Iterator[Stretch]:
        """A duty without the agent: planned but for its breaks."""
        borders = [duty.start, *(moment for pause in duty.breaks for moment in pause), duty.end]
        for begins, ends in zip(borders[::2], borders[1::2], strict=True):
            if ends > max(begins, now):
                yield Stretch(max(begins, now), ends, Post.ABSENT)

    def _absent(self, agent: int, duty: Duty) -> bool:
        """By the address of the agent's and the day's own draw; who has no shift always comes."""
        scenario, person = self.loaded.scenario, self.staff[agent]
        spec, group = scenario.staff.absence, scenario.staff.groups.get(person.group)
        if spec is None or (group is not None and group.shift is None and group.plan is None):
            return False
        start = scenario.calendar.start
        day = int((3600.0 * start.hour + 60.0 * start.minute + start.second + duty.start) // 86400.0)
        return bool(self._streams["absence"].block(person.key, day, 0)[0] < spec.share)

    def post(self, agent: int, moment: float) -> Post | None:
        """Where the agent is; None: off."""
        return next((s.post for s in self.stretches[agent] if s.start <= moment < s.end), None)

    def takes(self, agent: int, moment: float) -> bool:
        """Whether the agent takes contacts, if only at this instant: come back, and called to a session at once."""
        stretches = self.stretches[agent]
        return any(s.post == Post.ON and (s.start <= moment < s.end or s.start == moment == s.end) for s in stretches)

    # --- lines -------------------------------------------------------------------------------------------------------

    @cached_property
    def waits(self) -> list[Wait]:
        """Every stay in a line, of positive length or not, in no order; who was blocked never stood in one."""
        return [wait for legs in self.contacts.values() for wait in self._waits(legs) if wait.end != LegEnd.BLOCKED]

    def _waits(self, legs: list[Record]) -> Iterator[Wait]:
        scenario, lexicon = self.loaded.scenario, self.journal.lexicon
        boost = scenario.returns.priority_boost if legs[0]["attempt"] else 0
        level, visit, deadline = 0, 0, inf
        for before, leg in pairwise([None, *legs]):
            if leg["queue"] < 0:
                continue
            visit += 1
            queue = scenario.queues[lexicon.queues[leg["queue"]]]
            own = queue.priority + scenario.segments[lexicon.segments[leg["segment"]]].priority
            moved = before is not None and before["end"] == LegEnd.OVERFLOWED
            level = max(level, own) if moved else own + boost
            deadline = deadline if moved else leg["entered"] + self._patience(leg, visit)
            served = not isnan(leg["answered"])
            left = float(leg["answered"] if served else leg["ended"])
            how = leg["queue"], level, leg["intent"], deadline, *self._turn(before, leg), LegEnd(leg["end"])
            yield Wait(leg["entered"], left, served, *how)

    def _turn(self, before: Record | None, leg: Record) -> tuple[Came, int]:
        """Records stand in the order of closing, and who closes one leg or contact comes to the next in that order."""
        if before is not None:
            return Came.ON, before["row"]
        if leg["attempt"]:
            return Came.BACK, self.cases[leg["case"]][leg["attempt"] - 1]["row"]
        return Came.NEW, leg["case"]

    def _patience(self, leg: Record, visit: int) -> float:
        """Seconds, by the address of the customer's own draw."""
        intent, segment = self._blueprint.intents[leg["intent"]], self._blueprint.segments[leg["segment"]]
        if intent.patience is None:
            return inf
        k, streams = self._births[leg["case"]], self._streams
        if self._blueprint.patience_per_case:
            u = streams["case"].block(intent.key, k, 0)[3]
        else:
            u = streams["visit"].block(intent.key, k, leg["attempt"] * VISITS + visit)[0]
        return float(intent.patience.quantile(u) * segment.patience_factor)

    @cached_property
    def _blueprint(self) -> Any:
        return draft(self.loaded)

    @cached_property
    def _streams(self) -> dict[str, Any]:
        streams = Streams(self.seed, self.replication)
        return {name: streams.purpose(name) for name in ("case", "visit", "absence")}

    @cached_property
    def _births(self) -> dict[int, int]:
        """By case: how many cases of its intent were born before it."""
        seen: Counter[int] = Counter()
        births = {}
        for case in sorted(self.outcomes, key=lambda case: case["case"]):
            births[case["case"]] = seen[case["intent"]]
            seen[case["intent"]] += 1
        return births

    # --- sums --------------------------------------------------------------------------------------------------------

    def inside(self, moment: float) -> bool:
        """Whether KPIs count what begins then."""
        return self.journal.lexicon.warmup <= moment < self.journal.lexicon.horizon

    @cached_property
    def firsts(self) -> list[Record]:
        """The first contact of each case."""
        return [contact for contact in self.ends if contact["origin"] == Origin.FIRST]

    @cached_property
    def borders(self) -> list[float]:
        """Borders of intervals, from 0 to the horizon."""
        lexicon = self.journal.lexicon
        return [*np.arange(0.0, lexicon.horizon, lexicon.interval).tolist(), lexicon.horizon]


def _left(holds: list[Hold], due: float) -> float:
    """When an agent who is to leave at `due` has nothing in hand any more."""
    return max([due, *(hold.free for hold in holds if hold.start < due)])


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
