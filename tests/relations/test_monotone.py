"""More of this never makes less of that: claims about each customer, not about averages."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np

from sim.model.journal import ContactEnd, Journal, LegEnd
from sim.model.policy import Router
from sim.registry import Params
from tests.contracts.rules import added
from tests.relations.relation import Written, batches, partner, relation, written
from tests.scenarios import Data, centre, exponential, fixed, traced

ALIKE = {"speed_sd": 0.0, "resolution_sd": 0.0}


# --- one more agent --------------------------------------------------------------------------------------------------


def _single_line(number: int, agents: int, patience: Data | None = None) -> Written:
    """One line, first come first served, people who are alike; laws and load by the number."""
    dice = random.Random(number)
    talk = dice.choice(
        [exponential(100.0), fixed(100.0), {"law": "lognormal", "mean": "100 s", "cv": 2.0}, {"law": "gamma",
        "mean": "100 s", "cv": 0.5}]
    )  # fmt: skip
    intent: Data = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": dice.choice([60, 90, 120])},
        "path": {"front": {"talk": talk, "wrap_up": exponential(20.0), "resolution": 1.0}},
    }
    if patience is not None:
        intent["patience"] = patience
    data = centre(
        intents={"call": intent},
        calendar={"start": "2026-03-02T08:00", "length": "3 h", "max_drain": "24 h"},
        staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": agents}}},
        quality={"truth": ALIKE, "history": {"weeks": 0}},
    )
    return Written(data, {})


def _waits(journal: Journal) -> np.ndarray[Any, Any]:
    """Seconds in line by case, answered or not."""
    legs = np.sort(journal.legs, order="case")
    return np.where(np.isnan(legs["answered"]), legs["ended"], legs["answered"]) - legs["entered"]


@relation
@batches
def test_one_more_agent_lengthens_no_wait_where_nobody_gives_up(numbers: range) -> None:
    """One more agent lengthens no wait: one line, first come first served, infinite patience."""
    for number in numbers:
        ladder = [_waits(_single_line(number, agents).run(number)) for agents in (2, 3, 4, 5)]
        for fewer, more in pairwise(ladder):
            assert (more <= fewer + 1e-9).all(), number
        assert ladder[0].sum() > 1.1 * ladder[1].sum() > 0.0


def _customers(agents: int) -> dict[str, float]:
    """Waits by name of five customers: (arrival, patience, talk), each an intent of its own."""
    told = {
        "ann": (0.0, 1e6, 100.0),
        "bob": (1.0, 1e6, 20.0),
        "cem": (2.0, 110.0, 1000.0),
        "dee": (3.0, 110.0, 1000.0),
        "eva": (121.0, 1e6, 50.0),
    }
    base = _single_line(0, agents)
    for name, (arrival, patience, talk) in told.items():
        trace = {"kind": "trace", "file": f"{name}.csv", "column": "moment"}
        path = {"front": {"talk": fixed(talk), "resolution": 1.0}}
        intent = {"channel": "voice", "arrivals": trace, "patience": fixed(patience), "path": path}
        base = base.put(f"intents.{name}", intent).table(f"{name}.csv", {"moment": traced([arrival])})
    journal = base.out("intents.call").run()
    return dict(zip(told, _waits(journal).tolist(), strict=True))


@relation
def test_one_more_agent_may_lengthen_a_wait_where_people_give_up() -> None:
    """With abandonment one more agent does lengthen a wait, in a case made for it.

    With one agent, two long calls give up while the agent serves Ann and Bob, and Eva is answered at once. With two,
    nobody gives up: both agents are at the long calls when Eva comes, and she waits for a quarter of an hour.
    """
    assert _customers(1) == {"ann": 0.0, "bob": 99.0, "cem": 110.0, "dee": 110.0, "eva": 0.0}
    assert _customers(2) == {"ann": 0.0, "bob": 0.0, "cem": 19.0, "dee": 97.0, "eva": 900.0}


@partner
def test_random_customers_who_give_up_break_the_relation_too() -> None:
    """The relation for infinite patience does not hold by itself: with patience it is broken again and again."""
    broken = 0
    for number in range(12):
        fewer, more = (_waits(_single_line(number, n, exponential(100.0)).run(number)) for n in (2, 3))
        broken += bool((more > fewer + 1e-9).any())
    assert broken >= 6


# --- more customers, more work ---------------------------------------------------------------------------------------


def _births(journal: Journal, intent: str) -> np.ndarray[Any, Any]:
    return np.sort(journal.cases["born"][journal.cases["intent"] == journal.lexicon.intents.index(intent)])


@relation
@batches
def test_a_higher_rate_brings_each_arrival_forward(numbers: range) -> None:
    """A higher rate brings each arrival of an intent forward and puts none off; twice the rate, half the time."""
    for number in numbers:
        base = written(number).put("calendar.start", "2026-03-02T00:00").out("staff.shifts")
        base = base.each("staff.groups", lambda group: group.pop("shift", None))
        slow, fast, double = (
            _births(base.put("intents.intent_0.arrivals", {"kind": "constant", "per_hour": n}).run(number), "intent_0")
            for n in (50, 70, 100)
        )
        assert (fast[: slow.size] < slow).all() and fast.size > slow.size > 20, number
        assert (double[: slow.size] == slow / 2).all(), number


@relation
@batches
def test_the_volume_of_one_intent_moves_no_customer_of_another(numbers: range) -> None:
    """More customers of one intent move no customer of another: same births, difficulty and segment."""
    for number in numbers:
        more = {"channel": "voice", "path": {"queue_1_0": {"talk": fixed(5.0)}}}
        base = written(number).put("intents.a", more).put("routing", {"rule": "longest_idle"})
        few, many = (base.put("intents.a.arrivals", {"kind": "constant", "per_hour": n}).run(number) for n in (20, 90))
        for intent in few.lexicon.intents:
            one, two = (_traits(journal, intent) for journal in (few, many))
            assert np.array_equal(one, two) == (intent != "a"), (number, intent)


def _traits(journal: Journal, intent: str) -> np.ndarray[Any, Any]:
    cases = journal.cases[journal.cases["intent"] == journal.lexicon.intents.index(intent)]
    return np.sort(cases[["born", "segment", "difficulty"]].copy(), order="born")


@relation
@batches
def test_a_longer_law_of_talk_shortens_no_talk(numbers: range) -> None:
    """A longer mean of talk lengthens every talk, of a customer and an agent who are alike."""
    for number in numbers:
        short, long = (
            _talks(_single_line(number, 300).steps(lambda step, m=mean: step.update(talk=exponential(m))).run(number))
            for mean in (100.0, 130.0)
        )
        assert (long > short).all() and short.size > 100, number


def _talks(journal: Journal) -> np.ndarray[Any, Any]:
    legs = np.sort(journal.legs, order="case")
    return legs["ended"] - legs["answered"]


# --- resolution and containment --------------------------------------------------------------------------------------


def _ended(journal: Journal, tier: int, end: LegEnd) -> set[int]:
    """Cases whose first contact's first leg, with the bot or with people of a tier, ended so."""
    legs = journal.legs[(journal.legs["attempt"] == 0) & (journal.legs["tier"] == tier)]
    legs = legs[(legs["first_human"] == 1) | (legs["tier"] == 0)]
    return set(legs["case"][legs["end"] == end].tolist())


def _patient(number: int) -> Written:
    """Nobody gives up, nobody is blocked or moved on, agents are alike, and all is finished."""
    base = written(number).each("intents", lambda intent: intent.pop("patience", None))
    base = base.each("queues", lambda queue: [queue.pop(name, None) for name in ("capacity", "overflow")])
    base = base.each("intents", lambda intent: intent.update(difficulty_sd=1.0)).put("quality.truth", ALIKE)
    return base.put("calendar.max_drain", "200 h").put("escalation.rule", {"rule": "never"}).out("staff.shifts").each(
        "staff.groups", lambda group: group.pop("shift", None)
    )  # fmt: skip


@relation
@batches
def test_a_higher_resolution_fails_nobody_who_was_resolved(numbers: range) -> None:
    """A higher stated resolution keeps every case resolved that was resolved at the first try."""
    sizes = np.zeros(2, dtype=int)
    for number in numbers:
        base = _patient(number).out("bot").each("intents", lambda intent: intent.pop("bot", None))
        some, more = (
            _ended(base.steps(lambda step, r=share: step.update(resolution=r)).run(number), 1, LegEnd.RESOLVED)
            for share in (0.5, 0.6)
        )
        assert some <= more, number
        sizes += [len(some), len(more)]
    assert 20 * len(numbers) < sizes[0] < sizes[1]


@relation
@batches
def test_a_higher_containment_hands_off_nobody_who_was_contained(numbers: range) -> None:
    """A higher stated containment keeps everybody contained who was, whatever becomes of the others."""
    sizes = np.zeros(2, dtype=int)
    for number in numbers:
        base = _patient(number)
        tier = {"policy": {"rule": "bot_first"}, "session": exponential(60.0), "keyword_risk": "none"}
        some, more = (
            _ended(
                base.put("bot", tier).each("intents", lambda i, c=share: i.update(bot={"containment": c})).run(number),
                0,
                LegEnd.CONTAINED,
            )
            for share in (0.3, 0.5)
        )
        assert some <= more, number
        sizes += [len(some), len(more)]
    assert 10 * len(numbers) < sizes[0] < sizes[1]


@relation
@batches
def test_more_customers_who_choose_the_bot_contain_the_fewer(numbers: range) -> None:
    """A larger share of customers who choose the bot contains the smaller one."""
    sizes = np.zeros(2, dtype=int)
    for number in numbers:
        base = _patient(number).each("intents", lambda intent: intent.update(bot={"containment": 0.5}))
        few, many = (_chose(base, share, number) for share in (0.2, 0.7))
        assert few <= many, number
        sizes += [len(few), len(many)]
    assert 5 * len(numbers) < sizes[0] < sizes[1]


def _chose(base: Written, share: float, number: int) -> set[int]:
    policy = {"rule": "customer_choice", "params": {"bot_share": share}}
    contacts = base.put("bot", {"policy": policy, "session": fixed(30.0)}).run(number).contacts
    return set(contacts["case"][(contacts["bot"] == 1) & (contacts["attempt"] == 0)].tolist())


@relation
@batches
def test_who_comes_back_at_a_probability_comes_back_at_a_higher_one(numbers: range) -> None:
    """Who comes back after a first contact that failed does so at any higher probability."""
    sizes = np.zeros(2, dtype=int)
    for number in numbers:
        base = _patient(number).out("bot").each("intents", lambda intent: intent.pop("bot", None))
        base = base.steps(lambda step: step.update(resolution=0.4)).put("escalation", {}).put("returns.max_contacts", 2)
        some, more = (
            _returned(base.put("returns.repeat", {"probability": p, "delay": fixed(5.0)}).run(number))
            for p in (0.3, 0.6)
        )
        assert some <= more, number
        sizes += [len(some), len(more)]
    assert 5 * len(numbers) < sizes[0] < sizes[1]


def _returned(journal: Journal) -> set[int]:
    first = journal.contacts[journal.contacts["attempt"] == 0]
    return set(first["case"][~np.isnan(first["next_due"])].tolist())


# --- the laziest rule ------------------------------------------------------------------------------------------------


class Nobody(Router):
    """Never chooses anybody."""

    def choose_agent(self, view: Any, contact: Any) -> None:
        return None

    def choose_contact(self, view: Any, agent: Any) -> None:
        return None


@relation
@batches
def test_a_router_that_always_says_no_answers_nobody(numbers: range) -> None:
    """A router that always says no answers nobody: who reaches a queue and has any patience left gives up."""
    unserved = {ContactEnd.ABANDONED, ContactEnd.BLOCKED}
    gave_up = 0
    with added("router", "nobody", Nobody, Params) as name:
        for number in numbers:
            base = written(number).put("routing", {"rule": name}).put("calendar.max_drain", "24 h")
            base = base.each("intents", lambda intent: intent.setdefault("patience", fixed(60.0)))
            journal = base.run(number)
            assert not (journal.legs["agent"] >= 0).any() and np.isnan(journal.legs["answered"]).all(), number
            queued = set(journal.legs["case"][journal.legs["queue"] >= 0].tolist())
            ends = journal.contacts[(journal.contacts["tier"] > 0)]["end"]
            assert set(ends.tolist()) <= unserved and queued, number
            gave_up += int((ends == ContactEnd.ABANDONED).sum())
            assert not (journal.states["load"] > 0).any()
    assert gave_up > 50 * len(numbers)
