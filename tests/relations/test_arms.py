"""What arms share, and what a change may not touch: the same customers, whatever the rule does."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.config.load import Loaded
from sim.model.journal import ContactEnd, Journal, LegEnd
from sim.simulate import simulate
from tests.scenarios import Data, Made, centre, exponential, fixed, seconds

Built = Callable[..., Loaded]
Run = Callable[..., Journal]
STREAMS = ("legs", "contacts", "cases", "states", "evaluations")


def same(one: Journal, two: Journal) -> bool:
    """Whether two journals are equal, field by field, bit by bit (padding is not looked at)."""
    return all(_equal(getattr(one, name), getattr(two, name)) for name in STREAMS)


def _equal(one: NDArray[np.void], two: NDArray[np.void]) -> bool:
    assert one.dtype.names is not None
    return one.size == two.size and all(np.array_equal(_bits(one[f]), _bits(two[f])) for f in one.dtype.names)


def _bits(column: NDArray[Any]) -> NDArray[Any]:
    column = np.ascontiguousarray(column)
    return column.view(np.int64) if column.dtype == np.float64 else column


def teams(**changes: Any) -> Data:
    """Two intents, two teams that overlap, agents who differ, customers who return: busy enough for queues."""
    step = {"talk": {"law": "lognormal", "mean": "200 s", "cv": 1.0}, "wrap_up": exponential(30), "resolution": 0.7}
    intent: Data = {"channel": "voice", "difficulty_sd": 1.0, "patience": exponential(120)}
    data = centre(
        calendar={"start": "2026-03-02T08:00", "length": "2 h", "interval": "30 min", "max_drain": "1 h"},
        intents={
            "bill": {
                **intent,
                "arrivals": {"kind": "constant", "per_hour": 100},
                "path": {"front": step, "expert": step},
            },
            "move": {
                **intent,
                "risk": "high",
                "arrivals": {"kind": "constant", "per_hour": 60},
                "path": {"side": step, "expert": step},
            },
        },
        queues={
            "front": {"tier": 1, "skills": ["a"]},
            "side": {"tier": 1, "skills": ["b"], "overflow": {"after": "30 s", "to": "expert"}},
            "expert": {"tier": 2, "skills": ["a"]},
        },
        staff={
            "groups": {
                "ones": {"tier": 1, "skills": {"a": 1.0}, "count": 4},
                "both": {"tier": 1, "skills": {"a": 0.9, "b": 1.1}, "count": 4},
                "gurus": {"tier": 2, "skills": {"a": 1.0}, "count": 3},
            }
        },
        returns={"retrial": {"probability": 0.5, "delay": exponential(300)}},
        escalation={"agent_notices": 0.6, "warm": 0.5, "handover": exponential(20)},
        quality={"truth": {"speed_sd": 0.3, "resolution_sd": 0.08}},
    )
    return {**data, **changes}


# --- the same twice --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(8))
def test_identical_arms_differ_by_exactly_nothing(number: int, built: Built) -> None:
    made = Made(number)
    one, two = built(made.data, made.tables), built(made.data, made.tables)
    assert same(simulate(one, 3, 1), simulate(two, 3, 1))


def test_another_seed_and_another_replication_are_another_run(built: Built) -> None:
    """The partner: bit-equality is not trivial."""
    loaded = built(teams())
    assert not same(simulate(loaded, 3, 1), simulate(loaded, 3, 2))
    assert not same(simulate(loaded, 3, 1), simulate(loaded, 4, 1))


def test_a_replication_alone_equals_the_same_one_after_others(built: Built) -> None:
    alone, batch = built(teams()), built(teams())
    for replication in (0, 1, 2):
        last = simulate(batch, 9, replication)
    assert same(last, simulate(alone, 9, 2))


# --- routing-only arms -----------------------------------------------------------------------------------------------


@pytest.fixture
def arms(ran: Run) -> tuple[Journal, Journal]:
    """Two arms that differ in routing alone."""
    return ran(teams(), 2), ran(teams(routing={"rule": "quality_tier"}), 2)


def test_arms_share_births_difficulty_and_segments(arms: tuple[Journal, Journal]) -> None:
    one, two = (np.sort(arm.cases, order="case") for arm in arms)
    for field in ("case", "intent", "segment", "born", "difficulty"):
        assert np.array_equal(one[field], two[field])
    assert not np.array_equal(arms[0].legs["answered"], arms[1].legs["answered"])


def test_arms_share_the_work_of_a_customer_where_agents_are_alike(ran: Run) -> None:
    plain = teams(quality={"history": {"weeks": 0}})
    for group in plain["staff"]["groups"].values():
        group["skills"] = dict.fromkeys(group["skills"], 1.0)
    plain["queues"]["side"].pop("overflow")
    one, two = (_first_talks(ran({**plain, "routing": {"rule": rule}}, 2)) for rule in ("longest_idle", "p_mu"))
    both = one.keys() & two.keys()
    assert len(both) > 100
    for case in both:
        assert one[case] == pytest.approx(two[case], abs=1e-8)


def _first_talks(journal: Journal) -> dict[int, tuple[float, float, int]]:
    """By case: talk, wrap-up and the end of the first contact's first answered leg, if not cut off."""
    rows = journal.legs[
        (journal.legs["attempt"] == 0) & (journal.legs["first_human"] == 1) & (journal.legs["agent"] >= 0)
    ]
    rows = rows[rows["end"] != LegEnd.UNFINISHED]
    return {int(r["case"]): (float(r["ended"] - r["answered"]), float(r["wrap_up"]), int(r["end"])) for r in rows}


def test_one_more_agent_changes_no_customer(built: Built) -> None:
    more = teams()
    more["staff"]["groups"]["ones"]["count"] = 5
    one, two = simulate(built(teams()), 2, 0), simulate(built(more), 2, 0)
    first, second = (np.sort(journal.cases, order="case") for journal in (one, two))
    assert np.array_equal(first["born"], second["born"])
    assert set(one.lexicon.agents) < set(two.lexicon.agents)


def test_volume_of_one_intent_moves_no_customer_of_another(ran: Run) -> None:
    more = teams()
    more["intents"]["move"]["arrivals"]["per_hour"] = 90
    one, two = ran(teams()), ran(more)
    bills = [_births(journal, "bill") for journal in (one, two)]
    assert np.array_equal(bills[0]["born"], bills[1]["born"])
    assert np.array_equal(bills[0]["difficulty"], bills[1]["difficulty"])
    assert one.cases.size < two.cases.size


def _births(journal: Journal, intent: str) -> NDArray[np.void]:
    return np.sort(journal.cases[journal.cases["intent"] == journal.lexicon.intents.index(intent)], order="born")


# --- declaration order -----------------------------------------------------------------------------------------------

MAPS = ("intents", "queues", "segments", "channels")


def _shuffled(data: Data, number: int) -> Data:
    mixed = copy.deepcopy(data)
    order = random.Random(number)
    for name in MAPS:
        items = list(mixed.get(name, {}).items())
        order.shuffle(items)
        if items:
            mixed[name] = dict(items)
    groups = list(mixed["staff"]["groups"].items())
    order.shuffle(groups)
    mixed["staff"]["groups"] = dict(groups)
    return mixed


def _by_name(journal: Journal) -> list[tuple[Any, ...]]:
    """Every leg with names in place of positions, sorted by birth."""
    lexicon = journal.lexicon
    born = dict(zip(journal.cases["case"].tolist(), journal.cases["born"].tolist(), strict=True))
    return sorted(
        (
            born[leg["case"]],
            lexicon.intents[leg["intent"]],
            lexicon.segments[leg["segment"]],
            int(leg["attempt"]),
            int(leg["leg"]),
            "" if leg["queue"] < 0 else lexicon.queues[leg["queue"]],
            "" if leg["agent"] < 0 else lexicon.agents[leg["agent"]],
            int(leg["end"]),
            float(leg["entered"]),
            float(leg["ended"]),
        )
        for leg in journal.legs
    )


@pytest.mark.parametrize("number", range(20))
def test_the_order_of_declaration_does_not_matter(number: int, built: Built) -> None:
    made = Made(number)
    one = simulate(built(made.data, made.tables), 3, 0)
    two = simulate(built(_shuffled(made.data, number), made.tables), 3, 0)
    assert _by_name(one) == _by_name(two)


# --- horizon, switches, units ----------------------------------------------------------------------------------------


def test_a_longer_horizon_keeps_every_earlier_birth(built: Built) -> None:
    longer = teams()
    longer["calendar"]["length"] = "4 h"
    for busy in ({}, {"busyness": {"day_cv": 0.3}}):
        one, two = (simulate(built({**data, **busy}), 1, 0) for data in (teams(), longer))
        first, second = (np.sort(journal.cases, order="case") for journal in (one, two))
        assert second.size > 1.5 * first.size
        for field in ("born", "intent", "segment", "difficulty"):
            assert np.array_equal(first[field], second[field][: first.size])


NOTHING: dict[str, Data] = {
    "supervisor": {
        "escalation": {
            "agent_notices": 0.6,
            "warm": 0.5,
            "handover": exponential(20),
            "supervisor": {"queue": "expert", "step": {"talk": fixed(1.0)}},
        }
    },
    "repeat": {
        "returns": {
            "retrial": {"probability": 0.5, "delay": exponential(300)},
            "repeat": {"probability": 0.0, "delay": fixed(1.0)},
        }
    },
    "bot": {"bot": {"policy": {"rule": "human_first"}, "session": fixed(60.0)}},
    "nobody chooses the bot": {
        "bot": {"policy": {"rule": "customer_choice", "params": {"bot_share": 0.0}}, "session": fixed(60.0)}
    },
    "an intent nobody has": {},
    "survey": {"quality": {"truth": {"speed_sd": 0.3, "resolution_sd": 0.08}, "survey": {"response": 0.0}}},
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_part_that_never_happens_changes_nothing(name: str, ran: Run) -> None:
    changed = {**teams(), **NOTHING[name]}
    if name == "an intent nobody has":
        rare = {**changed["intents"]["bill"], "arrivals": {"kind": "constant", "per_hour": 0}}
        changed["intents"] = {**changed["intents"], "rare": rare}
    if "bot" in changed:
        changed["intents"]["bill"]["bot"] = {"containment": 0.9}
    one, two = ran(teams(), 6), ran(changed, 6)
    assert _equal(one.legs, two.legs) and _equal(one.states, two.states) and _equal(one.cases, two.cases)


def test_warm_escalation_at_probability_zero_is_no_warm_escalation(ran: Run) -> None:
    without, never = teams(), teams()
    without["escalation"] = {"agent_notices": 0.6}
    never["escalation"] = {"agent_notices": 0.6, "warm": 0.0, "handover": exponential(20)}
    always = {**teams(), "escalation": {"agent_notices": 0.6, "warm": 1.0, "handover": exponential(20)}}
    assert same(ran(without), ran(never))
    assert not same(ran(without), ran(always))


def _scaled(value: Any, factor: float) -> Any:
    if isinstance(value, dict):
        changed = {key: _scaled(item, factor) for key, item in value.items()}
        return {**changed, "per_hour": value["per_hour"] / factor} if "per_hour" in value else changed
    if isinstance(value, list):
        return [_scaled(item, factor) for item in value]
    if isinstance(value, str) and value.endswith(" s"):
        return seconds(float(value[:-2]) * factor)
    return value


def _in_seconds(data: Data) -> Data:
    hours = {"1 h": "3600 s", "2 h": "7200 s", "30 min": "1800 s"}
    return {**data, "calendar": {key: hours.get(item, item) for key, item in data["calendar"].items()}}


@pytest.mark.parametrize("factor", [2.0, 0.25])
@pytest.mark.parametrize("router", ["longest_idle", "skill_rank", "p_mu"])
def test_doubling_all_times_doubles_every_record_to_the_last_bit(router: str, factor: float, ran: Run) -> None:
    data = _in_seconds(teams(routing={"rule": router}))
    data["quality"] = {**data["quality"], "signals": {"oracle": True}}
    data["measures"] = {"repeat_window": "604800 s", "answer_within": "20 s"}
    one, two = ran(data), ran(_scaled(data, factor))
    for field in ("entered", "answered", "ended", "hold", "wrap_up"):
        assert np.array_equal(_bits(one.legs[field] * factor), _bits(two.legs[field]))
    for field in ("case", "agent", "end", "queue"):
        assert np.array_equal(one.legs[field], two.legs[field])


def test_a_scale_that_is_no_power_of_two_is_not_exact(ran: Run) -> None:
    """The partner: exactness is a property of the powers of two, not of the test."""
    data = _in_seconds(teams())
    one, two = ran(data), ran(_scaled(data, 3.0))
    assert not np.array_equal(one.legs["ended"] * 3.0, two.legs["ended"])


# --- measurement -----------------------------------------------------------------------------------------------------


def _evaluated(journal: Journal) -> dict[tuple[int, int], float]:
    return {(int(one["case"]), int(one["attempt"])): float(one["score"]) for one in journal.evaluations}


def test_a_larger_sample_of_evaluations_contains_the_smaller_one(ran: Run) -> None:
    truth = {"speed_sd": 0.3, "resolution_sd": 0.08}
    scores = [
        _evaluated(ran(teams(quality={"truth": truth, "evaluation": {"per_agent_week": share}})))
        for share in (25.0, 100.0, 250.0)
    ]
    assert 0 < len(scores[0]) < len(scores[1]) < len(scores[2])
    assert scores[0].items() <= scores[1].items() <= scores[2].items()


def test_who_answers_the_survey_and_what_raters_see_changes_no_path(ran: Run) -> None:
    truth = {"speed_sd": 0.3, "resolution_sd": 0.08}
    quality = {
        "truth": truth,
        "survey": {"response": 0.9},
        "evaluation": {"rater_sd": 20.0},
        "defects": {"process": 0.5},
    }
    one, two = ran(teams()), ran(teams(quality=quality))
    assert _equal(one.legs, two.legs) and _equal(one.states, two.states) and _equal(one.cases, two.cases)
    assert (one.contacts["csat"] > 0).sum() < (two.contacts["csat"] > 0).sum()


def test_a_fixed_truth_is_the_same_in_every_replication_and_a_drawn_one_is_not(built: Built) -> None:
    def slowness(draw: str, replication: int) -> float:
        data = teams(quality={"truth": {"draw": draw, "speed_sd": 0.5}})
        data["staff"]["groups"] = {"gurus": {"tier": 2, "skills": {"a": 1.0}, "count": 1}}
        data["queues"] = {"expert": {"tier": 2, "skills": ["a"]}}
        for intent in data["intents"].values():
            intent["path"] = {"expert": {"talk": fixed(100.0)}}
        legs = simulate(built(data), 1, replication).legs
        answered = legs[(legs["agent"] >= 0) & (legs["end"] == LegEnd.RESOLVED) & (legs["intent"] == 0)]
        return float((answered["ended"] - answered["answered"])[0])

    assert slowness("fixed", 0) == pytest.approx(slowness("fixed", 1))
    assert slowness("drawn", 0) != pytest.approx(slowness("drawn", 1))


# --- typed marginals -------------------------------------------------------------------------------------------------

Z = 4.0


def _share(hits: int, of: int) -> tuple[float, float]:
    mean = hits / of
    return mean, np.sqrt(mean * (1.0 - mean) / of)


def _wide_open(**changes: Any) -> Data:
    """Agents enough that nobody waits; customers and agents who differ."""
    step = {"talk": fixed(1.0), "resolution": 0.65}
    data = centre(
        calendar={"start": "2026-03-02T08:00", "length": "6 h", "max_drain": "1 h"},
        intents={
            "call": {
                "channel": "voice",
                "difficulty_sd": 1.3,
                "arrivals": {"kind": "constant", "per_hour": 1000},
                "path": {"front": step, "expert": {**step, "resolution": 0.4}},
            }
        },
        queues={"front": {"tier": 1, "skills": ["calls"]}, "expert": {"tier": 2, "skills": ["calls"]}},
        staff={
            "groups": {
                "agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 120},
                "experts": {"tier": 2, "skills": {"calls": 1.0}, "count": 120},
            }
        },
        escalation={"agent_notices": 1.0},
        quality={"truth": {"resolution_sd": 0.08}, "history": {"weeks": 0}},
    )
    return {**data, **changes}


def _counts(loaded: Loaded, count: Callable[[Journal], tuple[int, int]], replications: int = 6) -> tuple[float, float]:
    pairs = np.array([count(simulate(loaded, 21, r)) for r in range(replications)], dtype=float)
    mean = pairs[:, 0].sum() / pairs[:, 1].sum()
    clustered = (pairs[:, 0] - mean * pairs[:, 1]).std(ddof=1) / pairs[:, 1].mean() / np.sqrt(replications)
    return float(mean), float(max(clustered, _share(int(pairs[:, 0].sum()), int(pairs[:, 1].sum()))[1]))


def _resolved_at(tier: int) -> Callable[[Journal], tuple[int, int]]:
    def count(journal: Journal) -> tuple[int, int]:
        legs = journal.legs[(journal.legs["tier"] == tier) & (journal.legs["attempt"] == 0)]
        return int((legs["end"] == LegEnd.RESOLVED).sum()), legs.size

    return count


@pytest.mark.parametrize(("tier", "stated"), [(1, 0.65), (2, 0.4)])
def test_stated_resolution_is_what_first_contacts_show(tier: int, stated: float, built: Built) -> None:
    mean, error = _counts(built(_wide_open()), _resolved_at(tier))
    assert error < 0.015
    assert abs(mean - stated) <= Z * error


def test_a_resolution_stated_a_little_higher_is_noticed(built: Built) -> None:
    """The planted fault."""
    data = _wide_open()
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.70
    mean, error = _counts(built(data), _resolved_at(1))
    assert abs(mean - 0.65) > Z * error


BOT = {"policy": {"rule": "bot_first"}, "session": fixed(30.0), "sentiment_limit": -20.0, "hang_up": 0.1}


def _contained(journal: Journal) -> tuple[int, int]:
    bot = journal.legs[(journal.legs["tier"] == 0) & (journal.legs["attempt"] == 0)]
    return int((bot["end"] == LegEnd.CONTAINED).sum()), bot.size


def _falsely(journal: Journal) -> tuple[int, int]:
    contained = journal.contacts[journal.contacts["end"] == ContactEnd.CONTAINED]
    return int((contained["resolved"] == 0).sum()), contained.size


def _with_bot(containment: float, false: float) -> Data:
    data = _wide_open(bot=BOT)
    data["intents"]["call"]["bot"] = {"containment": containment, "false_containment": false}
    return data


@pytest.mark.parametrize(("containment", "false"), [(0.45, 0.3), (0.8, 0.05), (0.2, 0.9)])
def test_stated_containment_is_what_sessions_show(containment: float, false: float, built: Built) -> None:
    loaded = built(_with_bot(containment, false))
    for count, stated in ((_contained, containment), (_falsely, false)):
        mean, error = _counts(loaded, count, 3)
        assert abs(mean - stated) <= Z * error
        assert abs(mean - (stated + 0.05)) > Z * error


def test_containing_the_easy_ones_makes_the_rest_harder_by_selection(built: Built) -> None:
    """Nobody types in a factor: tier 1 resolves less of what the bot leaves."""
    mean, error = _counts(built(_with_bot(0.6, 0.0)), _resolved_at(1), 3)
    assert mean + Z * error < 0.60


def test_the_random_scenarios_of_this_folder_force_ties(built: Built) -> None:
    """The partner of all that is said about them: again and again several customers meet at one instant."""
    meetings = 0
    for number in range(12):
        made = Made(number)
        moments: dict[float, set[int]] = {}
        for leg in simulate(built(made.data, made.tables), 3, 0).legs:
            for moment in (leg["entered"], leg["ended"]):
                moments.setdefault(float(moment), set()).add(int(leg["case"]))
        meetings += sum(len(cases) > 1 for cases in moments.values())
    assert meetings > 100
