"""Journals built by hand, record by record, and random ones that hang together like a run's."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np

from sim.model.journal import (
    CASE,
    CONDITION,
    CONTACT,
    EVALUATION,
    LEG,
    SESSION,
    STATE,
    AgentState,
    CaseEnd,
    ContactEnd,
    Journal,
    LegEnd,
    Lexicon,
    Moment,
    Origin,
)

NEVER = float("nan")
Row = Mapping[str, Any]

LEXICON = Lexicon(
    intents=("bill", "move", "fault"),
    segments=("home", "firm"),
    channels=("voice", "chat"),
    queues=("front", "desk", "expert"),
    queue_tiers=(1, 1, 2),
    agents=("ann", "bob", "cem", "dee"),
    agent_tiers=(1, 1, 1, 2),
    agent_hourly_costs=(20.0, 24.0, 28.0, 40.0),
    start="2003-06-02T07:00",
    horizon=7200.0,
    warmup=0.0,
    interval=1800.0,
    answer_within=20.0,
    repeat_window=3600.0,
    bot_session_cost=0.5,
    line_minute_cost=0.03,
)

_LEG = {"agent": -1, "tier": 1, "first_human": 1, "end": LegEnd.RESOLVED, "answered": NEVER}
_CONTACT = {"agent": -1, "tier": 1, "nps": -1, "satisfaction": NEVER, "legs": 1, "next_due": NEVER}
_CASE = {"contacts": 1, "next_contact": NEVER, "resolved_at": NEVER, "due": NEVER, "first_ended": NEVER}
_STATE = {"tier": 1, "state": AgentState.AVAILABLE, "scheduled": 1}


def journal(
    lexicon: Lexicon = LEXICON,
    legs: Sequence[Row] = (),
    contacts: Sequence[Row] = (),
    cases: Sequence[Row] = (),
    states: Sequence[Row] = (),
    evaluations: Sequence[Row] = (),
    conditions: Sequence[Row] = (),
    sessions: Sequence[Row] = (),
) -> Journal:
    """A journal of the given records; fields left out take the plainest value."""
    return Journal(
        lexicon,
        _records(LEG, legs, _LEG),
        _records(CONTACT, contacts, _CONTACT),
        _records(CASE, cases, _CASE),
        _records(STATE, states, _STATE),
        _records(EVALUATION, evaluations, {}),
        _records(CONDITION, conditions, {}),
        _records(SESSION, sessions, {"tier": 1, "intent": -1}),
    )


def visit(entered: float, wait: float, talk: float | None = None, **fields: Any) -> dict[str, Any]:
    """A leg in a human queue: answered after `wait` and talked to for `talk`, or left after `wait`."""
    answered = NEVER if talk is None else entered + wait
    ended = entered + wait + (talk or 0.0)
    end = LegEnd.ABANDONED if talk is None else LegEnd.RESOLVED
    agent = -1 if talk is None else 0
    row = {"entered": entered, "answered": answered, "ended": ended, "end": end, "agent": agent}
    return {**row, **fields}


def _records(dtype: np.dtype[Any], rows: Sequence[Row], defaults: Row) -> np.ndarray:
    records = np.zeros(len(rows), dtype)
    for record, row in zip(records, rows, strict=True):
        for name, value in {**defaults, **row}.items():
            record[name] = value
    return records


def random_journal(seed: int, cases: int = 60, **lexicon: Any) -> Journal:
    """A journal of random cases, contacts, legs, agents' states and evaluations; the records agree with each other."""
    words = replace(LEXICON, **lexicon)
    dice = random.Random(seed)
    writer = _Writer(words, dice)
    for case in range(cases):
        writer.case(case)
    for agent in range(len(words.agents)):
        writer.agent(agent)
    for rows in (writer.legs, writer.contacts, writer.cases):
        dice.shuffle(rows)
    looks = random_conditions(words, random.Random(seed + 1))
    return journal(words, writer.legs, writer.contacts, writer.cases, writer.states, writer.evaluations, looks,
                   random_sessions(words, random.Random(seed + 2)))  # fmt: skip


def random_sessions(lexicon: Lexicon, dice: random.Random) -> list[Row]:
    """Sessions of coaching with every end, at any time."""
    return [
        {
            "agent": agent,
            "tier": lexicon.agent_tiers[agent],
            "end": dice.randrange(4),
            "due": dice.uniform(0.0, 1.2 * lexicon.horizon),
            "cost": dice.uniform(0.0, 50.0),
        }
        for agent in range(len(lexicon.agents))
        for _ in range(5)
    ]


def random_conditions(lexicon: Lexicon, dice: random.Random) -> list[Row]:
    """Half-hourly looks at every agent, of whom one leaves and is replaced."""
    moments = [1800.0 * number for number in range(1, int(lexicon.horizon // 1800.0) + 1)]
    looks: list[Row] = [
        {"agent": agent, "at": at, "on_duty": dice.uniform(1.0, 1800.0), "strain": dice.random()}
        for at in moments
        for agent in range(len(lexicon.agents))
    ]
    return [*looks, *({"agent": 1, "moment": moment, "at": 3600.0} for moment in (Moment.LEFT, Moment.JOINED))]


class _Writer:
    """Writes the life of one random case, or of one agent, after the other."""

    def __init__(self, lexicon: Lexicon, dice: random.Random) -> None:
        self.lexicon, self.dice = lexicon, dice
        self.legs: list[Row] = []
        self.contacts: list[Row] = []
        self.cases: list[Row] = []
        self.states: list[Row] = []
        self.evaluations: list[Row] = []
        self.stop = lexicon.horizon + 120.0  # the drain ends

    def case(self, case: int) -> None:
        """One case with its contacts; ids leave gaps, as births of several intents do."""
        dice = self.dice
        who = {"case": 3 * case, "intent": dice.randrange(3), "segment": dice.randrange(2)}
        born = start = dice.uniform(0.0, self.lexicon.horizon)
        made: list[dict[str, Any]] = []
        origin, due = Origin.FIRST, NEVER
        while True:
            made.append(self.contact(who, len(made), origin, start))
            last = made[-1]
            if last["resolved"] or last["end"] == ContactEnd.UNFINISHED or dice.random() < 0.3:
                break
            unserved = last["end"] in (ContactEnd.ABANDONED, ContactEnd.BLOCKED, ContactEnd.HUNG_UP)
            origin = Origin.RETRIAL if unserved else Origin.REPEAT
            start = last["ended"] + dice.choice([60.0, 900.0, 3600.0, 9000.0])
            if start >= self.lexicon.horizon and not (start < self.stop and dice.random() < 0.5):
                due = start
                break
        for contact, following in zip(made, [*(later["started"] for later in made[1:]), due], strict=True):
            contact["next_due"] = following
        self.contacts.extend(made)
        self.cases.append({**who, **self._case_facts(made, born, due)})

    def _case_facts(self, made: Sequence[Row], born: float, due: float) -> dict[str, Any]:
        first, last = made[0], made[-1]
        end = CaseEnd.RESOLVED if last["resolved"] else CaseEnd.GIVEN_UP
        if not isnan(due):
            end = CaseEnd.DUE_LATER
        elif last["end"] == ContactEnd.UNFINISHED:
            end = CaseEnd.UNFINISHED
        return {
            "contacts": len(made),
            "end": end,
            "first_handled": int(first["agent"] >= 0 or first["end"] == ContactEnd.CONTAINED),
            "first_resolved": first["resolved"],
            "born": born,
            "first_ended": first["ended"],
            "next_contact": made[1]["started"] if len(made) > 1 else due,
            "resolved_at": last["ended"] if last["resolved"] else NEVER,
            "due": due,
        }

    def contact(self, who: Row, attempt: int, origin: Origin, start: float) -> dict[str, Any]:
        """One contact with its legs."""
        dice = self.dice
        base = {**who, "attempt": attempt, "channel": dice.randrange(2)}
        legs = self.path(base, start)
        last = legs[-1]
        ends = {
            LegEnd.RESOLVED: ContactEnd.RESOLVED,
            LegEnd.UNRESOLVED: ContactEnd.UNRESOLVED,
            LegEnd.CONTAINED: ContactEnd.CONTAINED,
            LegEnd.HUNG_UP: ContactEnd.HUNG_UP,
            LegEnd.ABANDONED: ContactEnd.ABANDONED,
            LegEnd.BLOCKED: ContactEnd.BLOCKED,
            LegEnd.UNFINISHED: ContactEnd.UNFINISHED,
        }
        end = ends[LegEnd(last["end"])]
        agents = [leg["agent"] for leg in legs if leg["agent"] >= 0]
        resolved = end == ContactEnd.RESOLVED or (end == ContactEnd.CONTAINED and dice.random() < 0.7)
        answers = dice.random() < 0.5
        contact = {
            **base,
            "origin": origin,
            "end": end,
            "resolved": int(resolved),
            "legs": len(legs),
            "transfers": sum(leg["end"] in _MOVES for leg in legs),
            "bot": int(legs[0]["queue"] < 0),
            "agent": agents[-1] if agents else -1,
            "tier": last["tier"],
            "csat": dice.randint(1, 5) if answers else 0,
            "nps": dice.randint(0, 10) if answers else -1,
            "ces": dice.randint(1, 7) if answers else 0,
            "defects": dice.randrange(16) if agents else 0,
            "started": start,
            "ended": last["ended"],
            "satisfaction": NEVER if end == ContactEnd.UNFINISHED else dice.uniform(1.0, 5.0),
        }
        if agents and dice.random() < 0.4:
            self.evaluate(contact)
        return contact

    def evaluate(self, contact: Row) -> None:
        """One evaluation of a contact."""
        dice = self.dice
        shared = {name: contact[name] for name in ("agent", "case", "attempt", "intent")}
        marks = {"score": dice.uniform(50, 100), "true_score": dice.uniform(50, 100)}
        self.evaluations.append({**shared, **marks, "auto_fail": int(dice.random() < 0.2)})

    def path(self, base: Row, start: float) -> list[dict[str, Any]]:
        """Legs one after the other until one of them ends the contact."""
        dice = self.dice
        legs: list[dict[str, Any]] = []
        now, human = start, False
        queue = -1 if dice.random() < 0.4 else dice.randrange(2)
        while True:
            leg = self.bot_leg(now) if queue < 0 else self.human_leg(now, queue)
            leg["first_human"] = int(queue >= 0 and not human)
            human = human or queue >= 0
            legs.append({**base, **leg, "leg": len(legs)})
            if leg["end"] not in (*_MOVES, LegEnd.HANDED_OFF):
                break
            now, queue = leg["ended"], 2 if leg["end"] in _UPWARD else dice.randrange(2)
        self.legs.extend(legs)
        return legs

    def bot_leg(self, now: float) -> dict[str, Any]:
        """One session with the bot."""
        end = self.dice.choice([LegEnd.CONTAINED, LegEnd.HANDED_OFF, LegEnd.HANDED_OFF, LegEnd.HUNG_UP])
        place = {"tier": 0, "queue": -1, "agent": -1}
        return self.cut_off({**place, "entered": now, "ended": now + 45.0, "end": end})

    def human_leg(self, now: float, queue: int) -> dict[str, Any]:
        """One visit to a queue."""
        dice = self.dice
        wait, talk = dice.choice([0.0, 20.0, dice.uniform(0, 90)]), dice.uniform(30, 400)
        agent = 3 if queue == 2 else dice.randrange(3)
        unanswered = [LegEnd.ABANDONED, LegEnd.BLOCKED, LegEnd.OVERFLOWED]
        served = [LegEnd.RESOLVED, LegEnd.UNRESOLVED, LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR]
        place = {"queue": queue, "tier": self.lexicon.queue_tiers[queue]}
        if dice.random() < 0.3:
            end = dice.choice(unanswered)
            wait = 0.0 if end == LegEnd.BLOCKED else wait
            return self.cut_off({**place, **visit(now, wait, end=end)})
        work = {"hold": dice.uniform(0, 0.3) * talk, "wrap_up": dice.uniform(0, 60)}
        return self.cut_off({**place, **visit(now, wait, talk, agent=agent, end=dice.choice(served)), **work})

    def cut_off(self, leg: dict[str, Any]) -> dict[str, Any]:
        """The drain ends: what is open then is unfinished."""
        if leg["ended"] <= self.stop:
            return leg
        cut = {**leg, "ended": max(self.stop, leg["entered"]), "end": LegEnd.UNFINISHED}
        if not leg.get("answered", NEVER) < cut["ended"]:
            cut.update(answered=NEVER, agent=-1, hold=0.0, wrap_up=0.0)
        return cut

    def agent(self, agent: int) -> None:
        """States of one agent, which tile the run."""
        dice = self.dice
        now = 0.0
        while now < self.stop:
            end = min(self.stop, now + dice.choice([5.0, 300.0, 2500.0, dice.uniform(1, 700)]))
            state = dice.choice(list(AgentState))
            load = dice.randint(1, 3) if state == AgentState.BUSY else 0
            fact = {"agent": agent, "tier": self.lexicon.agent_tiers[agent], "state": state, "load": load}
            self.states.append({**fact, "start": now, "end": end, "scheduled": dice.randrange(2)})
            now = end


_UPWARD = (LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR)
_MOVES = (*_UPWARD, LegEnd.OVERFLOWED)
