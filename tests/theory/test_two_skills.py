"""The journal against a second event loop (tests/oracles/two_skills.py): every stay of every caller in a queue.

Two skills, up to three queues, priorities, aging, limits, overflow, abandonment. What callers bring is read from the
draws by address; who is served, when, by whom and where, the two decide apart. By their number, scenarios have no
forced times, only times of 0, 1, 5 and 900 s, or half of them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import Journal, LegEnd
from sim.simulate import simulate
from sim.staff import people
from tests.oracles import two_skills
from tests.oracles.two_skills import Agent, Caller, Centre, Queue, Stay, Visit, Work
from tests.scenarios import FORCED, Data, build, exponential, fixed, seconds, traced
from tests.theory.test_textbook import Customers

ENDS = {
    LegEnd.RESOLVED: "served",
    LegEnd.UNRESOLVED: "served",
    LegEnd.ABANDONED: "abandoned",
    LegEnd.BLOCKED: "blocked",
    LegEnd.OVERFLOWED: "overflowed",
    LegEnd.UNFINISHED: "unfinished",
}
FORCED_SHARE = (0.0, 1.0, 0.5)  # by the number modulo 3: how many of the times are of FORCED
FEW, MANY = range(18), range(18, 330)
numbers = pytest.mark.parametrize("number", [*FEW, *(pytest.param(n, marks=pytest.mark.slow) for n in MANY)])


class Crossed:
    """A random scenario: queues a and b of one skill each, perhaps c of both, with overflow from left to right.

    In every fourth, from each queue to the next.
    """

    def __init__(self, number: int) -> None:
        self.random = random.Random(f"two skills {number}")
        self.forced = FORCED_SHARE[number % 3]
        self.chain = number % 4 == 1
        self.tables: dict[str, dict[str, list[Any]]] = {}
        pick = self.random.choice
        self.data: Data = {
            "title": f"Two skills {number}",
            "calendar": {
                "start": "2026-03-02T08:00",
                "length": "2 h",
                "interval": "30 min",
                "max_drain": pick(["0 s", "900 s", "40 h", "40 h"]),
            },
            "segments": {
                "plain": {"share": 0.7},
                "vip": {"share": 0.3, "priority": pick([0, 1, 2]), "patience_factor": 2.0},
            },
            "queues": self.queues(),
            "intents": {f"intent_{n}": self.intent(n) for n in range(pick([2, 3, 4]))},
            "returns": {"max_contacts": 1, "patience": pick(["per_case", "per_attempt"])},
            "staff": {"groups": self.groups()},
            "quality": {"truth": {"speed_sd": pick([0.0, 0.3])}, "history": {"weeks": 0}},
        }

    def load(self, folder: Path) -> Loaded:
        return build(folder, self.data, self.tables)

    def law(self, mean: float) -> Data:
        if self.random.random() < self.forced:
            return fixed(self.random.choice(FORCED))
        return self.random.choice([exponential(mean), {"law": "lognormal", "mean": seconds(mean), "cv": 1.2}])

    def queues(self) -> Data:
        pick = self.random.choice
        skills = {"a": ["left"], "b": ["right"]}
        if self.chain or pick([True, False]):
            skills["c"] = ["left", "right"]
        return {name: self.queue(needed, [to for to in skills if to > name]) for name, needed in skills.items()}

    def queue(self, skills: list[str], further: list[str]) -> Data:
        pick = self.random.choice
        queue: Data = {"tier": 1, "skills": skills, "priority": pick([0, 0, 1, 2])}
        if pick([True, False, False]):
            queue["aging"] = seconds(pick([5, 60]))
        if pick([True, False, False, False]):
            queue["capacity"] = pick([0, 1, 5])
        if further and (self.chain or pick([True, True, False])):
            after = pick([0, 1, 5, 60] if self.chain else [0, 1, 5, 60, 900])
            queue["overflow"] = {"after": seconds(after), "to": further[0] if self.chain else pick(further)}
        return queue

    def intent(self, n: int) -> Data:
        step = {"talk": self.law(150), "resolution": 0.5}
        if self.random.random() < 0.6:
            step["wrap_up"] = self.law(40)
        if self.random.random() < 0.3:
            step |= {"hold": self.law(30), "hold_share": 0.5}
        intent: Data = {"channel": "voice", "arrivals": self.arrivals(n), "path": {"ab"[n % 2]: step}}
        return intent | ({"patience": self.law(150)} if self.random.random() < 0.8 else {})

    def arrivals(self, n: int) -> Data:
        if self.random.random() >= self.forced:
            return {"kind": "constant", "per_hour": self.random.choice([30, 60, 90])}
        moments = sorted(self.random.choice([0, 1, 5, 10, 900, 905, 1800, 3600, 7195]) for _ in range(60))
        self.tables[f"trace-{n}.csv"] = {"moment": traced([float(moment) for moment in moments])}
        return {"kind": "trace", "file": f"trace-{n}.csv", "column": "moment"}

    def groups(self) -> Data:
        able: dict[str, dict[str, float]] = {
            "lefts": {"left": 1.0},
            "rights": {"right": 1.0},
            "both": {"left": 1.25, "right": 0.8},
        }
        return {
            name: {"tier": 1, "skills": skills, "count": self.random.randint(1, 3)} for name, skills in able.items()
        }


class Compared:
    """One scenario in both."""

    def __init__(self, folder: Path, number: int, seed: int = 5) -> None:
        self.loaded = Crossed(number).load(folder)
        self.journal = simulate(self.loaded, seed, number)
        self.customers = Customers(self.loaded, self.journal, seed, number)
        self.simulated = list(journal_stays(self.journal))

    def queues(self) -> list[Queue]:
        return [
            Queue(
                name,
                frozenset(queue.skills),
                queue.priority,
                inf if queue.aging is None else queue.aging,
                inf if queue.capacity is None else queue.capacity,
                *((inf, None) if queue.overflow is None else (queue.overflow.after, queue.overflow.to)),
            )
            for name, queue in self.loaded.scenario.queues.items()
        ]

    def agents(self) -> list[Agent]:
        factors = {agent.name: agent.factors for agent in self.customers.agents(self.loaded)}
        return [
            Agent(person.name, frozenset(person.skills), factors[person.name]) for person in people.hire(self.loaded)
        ]

    def callers(self) -> list[Caller]:
        births: Counter[int] = Counter()
        callers = []
        for case in np.sort(self.journal.cases, order="case"):
            callers.append(self.caller(case, births[int(case["intent"])]))
            births[int(case["intent"])] += 1
        return callers

    def caller(self, case: Any, k: int) -> Caller:
        blueprint, segment = self.customers.blueprint, int(case["segment"])
        intent = blueprint.intents[case["intent"]]
        visits = [
            self.customers.visit(intent, intent.steps[0], True, k, 0, number + 1, segment, float(case["difficulty"]))
            for number in range(len(blueprint.queues))
        ]
        return Caller(
            int(case["case"]),
            intent.name,
            float(case["born"]),
            visits[0].queue,
            blueprint.segments[segment].priority,
            visits[0].patience,
            [Work(visit.talk, visit.hold, visit.wrap_up) for visit in visits],
        )

    def oracle(self, centre: type[Centre] = Centre) -> list[Stay]:
        return centre(self.queues(), self.agents(), self.callers(), self.customers.blueprint.limit).run()


def journal_stays(journal: Journal) -> Iterator[Stay]:
    """The journal's legs in the oracle's words."""
    lexicon = journal.lexicon
    for row in np.sort(journal.legs, order=["case", "leg"]):
        answered = bool(row["agent"] >= 0)
        yield Stay(
            int(row["case"]),
            int(row["leg"]),
            lexicon.queues[row["queue"]],
            float(row["entered"]),
            float(row["answered"]) if answered else None,
            lexicon.agents[row["agent"]] if answered else None,
            float(row["ended"]),
            ENDS[LegEnd(row["end"])],
        )


def same(one: Stay, two: Stay) -> bool:
    """The same people, places and ends, and times to 1e-9 s."""
    times = [(one.entered, two.entered), (one.ended, two.ended)]
    if one.answered is not None and two.answered is not None:
        times.append((one.answered, two.answered))
    blind = {"entered": 0.0, "ended": 0.0}
    kept = [stay._replace(**blind, answered=stay.answered and 0.0) for stay in (one, two)]
    return kept[0] == kept[1] and all(abs(a - b) <= 1e-9 for a, b in times)


def differing(ones: Sequence[Stay], twos: Sequence[Stay]) -> list[tuple[Stay, Stay]]:
    """Pairs of stays that differ, the first ones only; a missing stay shows as one with the next."""
    return [(one, two) for one, two in zip(ones, twos, strict=False) if not same(one, two)][:3]


@numbers
def test_every_stay_is_the_event_loops(tmp_path: Path, number: int) -> None:
    compared = Compared(tmp_path, number)
    expected = compared.oracle()
    assert differing(compared.simulated, expected) == []
    assert len(compared.simulated) == len(expected) >= 60


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> list[Compared]:
    """Scenarios of the default run."""
    return [Compared(tmp_path_factory.mktemp("few"), number) for number in FEW]


def test_scenarios_show_everything_that_is_compared(few: list[Compared]) -> None:
    """Else agreement says little."""
    stays = [stay for compared in few for stay in compared.simulated]
    assert set(ENDS.values()) == {stay.end for stay in stays}
    assert min(Counter(stay.end for stay in stays).values()) >= 30
    assert max(stay.visit for stay in stays) == 2
    for end in ("abandoned", "served"):
        assert sum(stay.end == end and stay.visit > 0 for stay in stays) > 100
    moments = [Counter(stay.ended for stay in compared.simulated) for compared in few]
    tied = [sum(n for n in ends.values() if n > 1) / ends.total() for ends in moments]
    assert np.mean(tied[1::3]) > 0.5 and max(tied[0::3]) < 0.3


# --- planted: what the comparison must notice ------------------------------------------------------------------------


class ShortestIdle(Centre):
    def pick_agent(self, able: list[Agent]) -> Agent:
        return able[-1]


class LastComeFirstServed(Centre):
    def pick_visit(self, mine: list[Visit]) -> Visit:
        return min(mine, key=lambda visit: (-self.urgency(visit), -visit.place))


class LongestWaitSinceArrival(Centre):
    """Counts the wait before an overflow."""

    def pick_visit(self, mine: list[Visit]) -> Visit:
        return min(mine, key=lambda visit: (-self.urgency(visit), visit.caller.arrival, visit.place))


class BlindToAging(Centre):
    def urgency(self, visit: Visit) -> float:
        return visit.level


class FreshPatience(Centre):
    """Patience begins anew with an overflow."""

    def visit(self, caller: Caller, number: int, queue: Queue, level: int) -> Visit:
        return super().visit(replace(caller, arrival=self.now), number, queue, level)


class LowersTheLevel(Centre):
    """An overflow takes the new queue's priority, whatever the old one's was."""

    def visit(self, caller: Caller, number: int, queue: Queue, level: int) -> Visit:
        return super().visit(caller, number, queue, queue.priority + caller.priority)


class BlocksOverflow(Centre):
    """A full line is closed to those who overflow as well."""

    def overflow(self, visit: Visit) -> None:
        following = self.queues[str(visit.queue.to)]
        if sum(other.queue is following for other in self.waiting) < following.capacity:
            super().overflow(visit)


class NeverOverflows(Centre):
    def overflow(self, visit: Visit) -> None:
        pass


class NobodyGivesUp(Centre):
    def give_up(self, visit: Visit) -> None:
        pass


def noticed(compared: Compared, centre: type[Centre] = Centre) -> bool:
    """Whether the two differ."""
    expected = compared.oracle(centre)
    return len(compared.simulated) != len(expected) or differing(compared.simulated, expected) != []


WRONG = [
    ShortestIdle,
    LastComeFirstServed,
    LongestWaitSinceArrival,
    BlindToAging,
    FreshPatience,
    LowersTheLevel,
    BlocksOverflow,
    NeverOverflows,
    NobodyGivesUp,
]


@pytest.mark.parametrize("wrong", WRONG)
def test_another_rule_is_noticed(few: list[Compared], wrong: type[Centre]) -> None:
    assert any(noticed(compared, wrong) for compared in few)


@pytest.mark.parametrize(
    ("timer", "place"), [("TALK_ENDS", 9), ("WRAP_UP_ENDS", 9), ("OVERFLOWS", 9), ("GIVES_UP", -1), ("ARRIVES", -1)]
)
def test_another_order_at_one_instant_is_noticed(
    few: list[Compared], monkeypatch: pytest.MonkeyPatch, timer: str, place: int
) -> None:
    """Ties really are decided by the table: with one timer moved to the other end of it, journals differ."""
    monkeypatch.setattr(two_skills, timer, place)
    assert any(noticed(compared) for compared in few)


def test_an_answer_a_microsecond_late_is_noticed(few: list[Compared]) -> None:
    stays = few[0].simulated
    late = [stay._replace(answered=stay.answered and stay.answered + 1e-6) for stay in stays]
    assert differing(stays, late)
