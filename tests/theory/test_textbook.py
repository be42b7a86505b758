"""The journal against the textbook model (tests/oracles/textbook.py): every leg of every contact, bit for bit.

What customers bring is read from the draws by address and handed over as a table; who serves whom, when, and who gives
up, the two models decide apart. Every other scenario has times of 0, 1, 5 and 900 s, so that all happens at once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.blueprint import draft
from sim.model.journal import Journal, LegEnd
from sim.model.spec import Blueprint, IntentSpec, StepSpec
from sim.quality import ability
from sim.sampling.streams import Purpose, Streams, logistic
from sim.simulate import simulate
from sim.staff import people
from tests.oracles import textbook
from tests.oracles.textbook import Agent, Case, Centre, Fate, Leg, Pool, Request, Visit
from tests.scenarios import FORCED, Data, build, exponential, fixed, seconds, traced

ADDRESSES_A_CONTACT = 64  # queue visits: part of a draw's address
ENDS = {
    LegEnd.RESOLVED: "resolved",
    LegEnd.UNRESOLVED: "unresolved",
    LegEnd.ESCALATED: "escalated",
    LegEnd.ABANDONED: "abandoned",
    LegEnd.UNFINISHED: "unfinished",
}
FEW, MANY = range(20), range(20, 320)
numbers = pytest.mark.parametrize("number", [*FEW, *(pytest.param(n, marks=pytest.mark.slow) for n in MANY)])


# --- scenarios of the base flow --------------------------------------------------------------------------------------


class Plain:
    """A random scenario without bot, overflow, limits of a line, slots and warm handovers; odd numbers are all ties."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(f"textbook {number}")
        self.ties = number % 2 == 1
        self.tables: dict[str, dict[str, list[Any]]] = {}
        self.tiers = self.random.choice([1, 2, 2, 3])
        pick = self.random.choice
        self.data: Data = {
            "title": f"Plain {number}",
            "calendar": {
                "start": "2026-03-02T08:00",
                "length": "2 h",
                "interval": "30 min",
                "max_drain": pick(["0 s", "900 s", "40 h"]),
            },
            "segments": {
                "plain": {"share": 0.8},
                "vip": {"share": 0.2, "priority": pick([0, 2]), "patience_factor": 1.5},
            },
            "queues": {
                f"queue_{tier}_{side}": {"tier": tier, "skills": [f"skill_{side}"], "priority": pick([0, 0, 1])}
                for tier in range(1, self.tiers + 1)
                for side in range(2)
            },
            "intents": {f"intent_{n}": self.intent(n) for n in range(pick([1, 2, 3]))},
            "returns": self.returns(),
            "escalation": {"agent_notices": pick([0.0, 0.5]), "customer_asks": pick([0.1, 0.5])},
            "staff": {"groups": self.groups()},
            "quality": {"truth": {"speed_sd": pick([0.0, 0.0 if self.ties else 0.3])}, "history": {"weeks": 0}},
        }

    def load(self, folder: Path) -> Loaded:
        return build(folder, self.data, self.tables)

    def law(self, mean: float) -> Data:
        if self.ties:
            return fixed(self.random.choice(FORCED))
        return self.random.choice([exponential(mean), {"law": "lognormal", "mean": seconds(mean), "cv": 1.2}])

    def intent(self, n: int) -> Data:
        pick = self.random.choice
        side = pick([0, 1])
        intent: Data = {
            "channel": "voice",
            "difficulty_sd": pick([0.0, 1.0]),
            "arrivals": self.arrivals(n),
            "path": {f"queue_{tier}_{side}": self.step() for tier in range(1, pick(range(self.tiers)) + 2)},
        }
        return intent | ({"patience": self.law(150)} if pick([True, True, False]) else {})

    def arrivals(self, n: int) -> Data:
        if not self.ties:
            return {"kind": "constant", "per_hour": self.random.choice([30, 60, 90])}
        moments = sorted(self.random.choice([0, 1, 5, 10, 900, 905, 1800, 3600, 7195]) for _ in range(60))
        self.tables[f"trace-{n}.csv"] = {"moment": traced([float(moment) for moment in moments])}
        return {"kind": "trace", "file": f"trace-{n}.csv", "column": "moment"}

    def step(self) -> Data:
        step: Data = {"talk": self.law(150), "resolution": self.random.choice([0.0, 0.5, 1.0])}
        if self.random.random() < 0.7:
            step["wrap_up"] = self.law(40)
        if self.random.random() < 0.3:
            step |= {"hold": self.law(30), "hold_share": 0.5}
        return step

    def returns(self) -> Data:
        returns: Data = {
            "max_contacts": self.random.randint(1, 4),
            "patience": self.random.choice(["per_case", "per_attempt"]),
            "priority_boost": self.random.randint(0, 1),
        }
        for name in ("retrial", "repeat"):
            if self.random.random() < 0.7:
                returns[name] = {"probability": self.random.choice([0.6, 1.0]), "delay": self.law(400)}
        return returns

    def groups(self) -> Data:
        able: list[dict[str, float]] = [{"skill_0": 1.0}, {"skill_1": 1.0}, {"skill_0": 1.25, "skill_1": 0.8}]
        return {
            f"team_{tier}_{n}": {"tier": tier, "skills": skills, "count": self.random.randint(1, 3)}
            for tier in range(1, self.tiers + 1)
            for n, skills in enumerate(able)
        }


# --- the table: what customers bring ---------------------------------------------------------------------------------


class Customers:
    """Reads the draws of one replication by address."""

    def __init__(self, loaded: Loaded, journal: Journal, seed: int, replication: int) -> None:
        self.blueprint: Blueprint = draft(loaded)
        self.journal = journal
        self.streams = Streams(seed, replication)
        self.draws: dict[str, Purpose] = {
            name: self.streams.purpose(name) for name in ("case", "visit", "visit_more", "returns")
        }

    def agents(self, loaded: Loaded) -> list[Agent]:
        staff, blueprint = people.hire(loaded), self.blueprint
        keys = [person.key for person in staff]
        truth = ability.draw(loaded.scenario.quality.truth, keys, blueprint.intents, self.streams)
        return [
            Agent(
                person.name,
                {
                    (queue.name, intent.name): truth.speed[place][intent.index]
                    / min(person.skills[skill] for skill in queue.skills)
                    for queue in blueprint.queues
                    if queue.tier == person.tier and queue.skills <= set(person.skills)
                    for intent in blueprint.intents
                },
            )
            for place, person in enumerate(staff)
        ]

    def cases(self) -> list[Case]:
        births: Counter[int] = Counter()
        cases = []
        for row in np.sort(self.journal.cases, order="case"):
            k = births[int(row["intent"])]
            births[int(row["intent"])] += 1
            intent = self.blueprint.intents[row["intent"]]
            contacts = [
                self.fate(intent, k, attempt, int(row["segment"]), float(row["difficulty"]))
                for attempt in range(self.blueprint.max_contacts)
            ]
            cases.append(Case(int(row["case"]), intent.name, float(row["born"]), contacts))
        return cases

    def fate(self, intent: IntentSpec, k: int, attempt: int, segment: int, difficulty: float) -> Fate:
        visits = [
            self.visit(intent, step, place == len(intent.steps) - 1, k, attempt, place + 1, segment, difficulty)
            for place, step in enumerate(intent.steps)
        ]
        whether, delay, _, _ = self.draws["returns"].block(intent.key, k, attempt)
        last = attempt + 1 >= self.blueprint.max_contacts
        retrial, repeat = (
            None if spec is None or last or whether >= spec.probability else spec.delay.quantile(delay)
            for spec in (self.blueprint.retrial, self.blueprint.repeat)
        )
        return Fate(visits, retrial, repeat)

    def visit(
        self,
        intent: IntentSpec,
        step: StepSpec,
        last: bool,
        k: int,
        attempt: int,
        visit: int,
        segment: int,
        hard: float,
    ) -> Visit:
        blueprint, address = self.blueprint, attempt * ADDRESSES_A_CONTACT + visit
        queue = blueprint.queues[step.queue]
        waits, talk, wrap_up, resolves = self.draws["visit"].block(intent.key, k, address)
        holds, passes, _, _ = self.draws["visit_more"].block(intent.key, k, address)
        if blueprint.patience_per_case:
            waits = self.draws["case"].block(intent.key, k, 0)[3]
        kind = blueprint.segments[segment]
        none = 1.0 - step.hold_share
        hold = 0.0
        if step.hold is not None and holds > none:
            hold = step.hold.quantile((holds - none) / step.hold_share)
        end = "unresolved"
        if resolves < logistic(step.intercept - hard):
            end = "resolved"
        elif not last and passes < blueprint.escalation.agent_notices + blueprint.escalation.customer_asks:
            end = "escalated"
        return Visit(
            queue=queue.name,
            level=queue.priority + kind.priority + (blueprint.priority_boost if attempt else 0),
            patience=inf if intent.patience is None else intent.patience.quantile(waits) * kind.patience_factor,
            talk=step.talk.quantile(talk),
            hold=hold,
            wrap_up=0.0 if step.wrap_up is None else step.wrap_up.quantile(wrap_up),
            end=end,
        )


# --- the comparison --------------------------------------------------------------------------------------------------


def journal_legs(journal: Journal) -> list[Leg]:
    """The journal's legs in the oracle's words."""
    lexicon = journal.lexicon
    return [
        Leg(
            int(row["case"]),
            int(row["attempt"]),
            int(row["leg"]),
            lexicon.queues[row["queue"]],
            float(row["entered"]),
            None if np.isnan(row["answered"]) else float(row["answered"]),
            lexicon.agents[row["agent"]] if row["agent"] >= 0 else None,
            float(row["ended"]),
            ENDS[LegEnd(row["end"])],
        )
        for row in np.sort(journal.legs, order=["case", "attempt", "leg"])
    ]


class Compared:
    """One scenario in both models."""

    def __init__(self, folder: Path, number: int, seed: int = 5) -> None:
        self.plain = Plain(number)
        loaded = self.plain.load(folder)
        self.journal = simulate(loaded, seed, number)
        self.simulated = journal_legs(self.journal)
        customers = Customers(loaded, self.journal, seed, number)
        self.cases, self.agents = customers.cases(), customers.agents(loaded)
        self.times = customers.blueprint.horizon, customers.blueprint.limit

    def textbook(self, centre: type[Centre] = Centre, agents: Sequence[Agent] | None = None) -> list[Leg]:
        run = centre(self.agents if agents is None else agents, self.cases, *self.times)
        return list(textbook.by_contact(run.run()))


@numbers
def test_every_leg_is_the_textbook_models(tmp_path: Path, number: int) -> None:
    compared = Compared(tmp_path, number)
    assert compared.simulated == compared.textbook()
    assert len(compared.simulated) >= 30


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_agree_as_well(tmp_path: Path, seed: int) -> None:
    compared = Compared(tmp_path, 4, seed)
    assert compared.simulated == compared.textbook()


def test_scenarios_show_the_whole_base_flow(tmp_path: Path) -> None:
    """Else agreement says little: all ends, waits, escalations, returns, and ties where they are meant."""
    both = [Compared(tmp_path / str(number), number) for number in FEW]
    legs = [leg for compared in both for leg in compared.simulated]
    assert {leg.end for leg in legs} == set(ENDS.values())
    assert min(Counter(leg.end for leg in legs).values()) > 20
    assert max(leg.attempt for leg in legs) == 3 and max(leg.leg for leg in legs) == 2
    assert sum(leg.answered is not None and leg.answered > leg.entered for leg in legs) > 200
    for compared in both:
        assert (_tied(compared.simulated) > 0.3) == compared.plain.ties


def _tied(legs: Sequence[Leg]) -> float:
    """Share of legs that end at an instant at which another one ends or begins."""
    moments = Counter(leg.ended for leg in legs) + Counter({leg.entered for leg in legs})
    limit = max(leg.ended for leg in legs)
    ends = [leg.ended for leg in legs if leg.ended < limit and leg.end != "escalated"]
    return sum(moments[end] > 1 for end in ends) / len(ends)


# --- planted: what the comparison must notice ------------------------------------------------------------------------


class ShortestIdle(Pool):
    def pick_agent(self, able: list[Agent]) -> Agent:
        return able[-1]


class LastComeFirstServed(Pool):
    def pick_request(self, mine: list[Request]) -> Request:
        return max(mine, key=lambda request: (request.visit.level, request.place))


class BlindToPriority(Pool):
    def pick_request(self, mine: list[Request]) -> Request:
        return mine[0]


@pytest.mark.parametrize("pool", [ShortestIdle, LastComeFirstServed, BlindToPriority])
def test_another_rule_is_noticed(tmp_path: Path, pool: type[Pool]) -> None:
    class Wrong(Centre):
        pool_class = pool

    differing = 0
    for number in range(0, 12, 2):
        compared = Compared(tmp_path / str(number), number)
        differing += compared.simulated != compared.textbook(Wrong)
    assert differing >= 3


def test_one_agent_less_is_noticed(tmp_path: Path) -> None:
    compared = Compared(tmp_path, 0)
    assert compared.simulated != compared.textbook(agents=compared.agents[1:])


@pytest.mark.parametrize("timer", ["TALK_ENDS", "PATIENCE_ENDS", "COMES_BACK", "ARRIVES"])
def test_another_order_at_one_instant_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, timer: str) -> None:
    """Ties really are decided by the table: with one timer moved to the other end of it, journals differ."""
    both = [Compared(tmp_path / str(number), number) for number in range(1, 20, 2)]
    monkeypatch.setattr(textbook, timer, 11 if timer == "TALK_ENDS" else 1.5)
    assert any(compared.simulated != compared.textbook() for compared in both)
