"""What arms share, and what a change may not touch: the same customers, whatever the rule does."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import sim
from sim import registry
from sim.config.load import Loaded
from sim.model.journal import Journal, LegEnd
from sim.simulate import simulate
from tests.relations.outcome import bits, same
from tests.relations.relation import SEED, Written, batches, partner, relation, written
from tests.scenarios import Data, build, centre, exponential, fixed

Built = Callable[..., Loaded]
ARMS_A_SCENARIO = 4  # beside the baseline: five scenarios meet nearly every router there is, forty meet each often


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


@relation
@batches
def test_identical_arms_are_identical_records(numbers: range, tmp_path: Path) -> None:
    """Identical arms are identical records, however the runs of both are mixed."""
    for number in numbers:
        one, two = (build(tmp_path / f"{name}{number}", *written(number)) for name in "ab")
        first, between, second = simulate(one, SEED, 1), simulate(two, SEED, 0), simulate(two, SEED, 1)
        assert same(first, second), number
        assert not same(first, between)


# --- routing-only arms -----------------------------------------------------------------------------------------------


def _rules(number: int) -> tuple[str, ...]:
    """The longest idle and some of all other registered routers, in turn."""
    others = [name for name in registry.names("router") if name != "longest_idle"]
    chosen = (others[(number * ARMS_A_SCENARIO + place) % len(others)] for place in range(ARMS_A_SCENARIO))
    return ("longest_idle", *chosen)


def _routed(base: Written, number: int) -> dict[str, Journal]:
    """Arms that differ in routing alone."""
    return {rule: base.put("routing", {"rule": rule}).run(number) for rule in _rules(number)}


@partner
def test_the_arms_of_these_relations_are_all_routers_there_are() -> None:
    assert {rule for number in range(40) for rule in _rules(number)} == set(registry.names("router"))
    assert len({rule for number in range(5) for rule in _rules(number)}) >= 20


@relation
@batches
def test_arms_share_births_difficulty_and_segments(numbers: range) -> None:
    """Arms that differ in routing share every birth, its difficulty and its segment."""
    alike = 0
    for number in numbers:
        arms = _routed(written(number), number)
        born = ["case", "intent", "segment", "born", "difficulty"]
        traits = [np.sort(arm.cases, order="case")[born] for arm in arms.values()]
        assert all(np.array_equal(traits[0], other) for other in traits[1:]), number
        alike += all(same(arms["longest_idle"], arm) for arm in arms.values())
    assert alike < len(numbers) / 2


Key = tuple[int, int, int]


def _by_contact(journal: Journal, column: Callable[[Any], Any], chosen: NDArray[np.bool_]) -> dict[Key, Any]:
    """A fact of the first leg in a human queue, by case, attempt and queue."""
    legs = journal.legs[chosen & (journal.legs["first_human"] == 1)]
    return {(int(leg["case"]), int(leg["attempt"]), int(leg["queue"])): column(leg) for leg in legs}


def _impatient(number: int) -> Written:
    """Few agents, and everybody gives up some time."""
    base = written(number).each("queues", lambda queue: queue.pop("overflow", None))
    base = base.each("intents", lambda intent: intent.update(patience=exponential(60.0)))
    return base.each("staff.groups", lambda group: group.update(count=1))


def _given_up(journal: Journal) -> dict[Key, float]:
    """Seconds that those waited who gave up."""
    gone = np.asarray(journal.legs["end"] == LegEnd.ABANDONED)
    return _by_contact(journal, lambda leg: float(leg["ended"] - leg["entered"]), gone)


@relation
@batches
def test_arms_share_the_patience_of_every_contact(numbers: range) -> None:
    """Arms that differ in routing share the patience of every contact: who gives up in both waits equally long."""
    shared = differing = 0
    for number in numbers:
        waited = [_given_up(arm) for arm in _routed(_impatient(number), number).values()]
        for other in waited[1:]:
            both = waited[0].keys() & other.keys()
            assert all(abs(waited[0][key] - other[key]) < 1e-9 for key in both), number
            shared += len(both)
            differing += len(waited[0].keys() ^ other.keys())
    assert shared > 100 * len(numbers) and differing > 0


@relation
@batches
def test_arms_share_the_work_of_every_contact_where_agents_are_alike(numbers: range) -> None:
    """Arms that differ in routing share the talk, hold, wrap-up and outcome of every contact where agents are alike."""
    shared = apart = 0
    for number in numbers:
        arms = list(_routed(_alike(number), number).values())
        work = [_done(arm) for arm in arms]
        agents = [_by_contact(arm, lambda leg: int(leg["agent"]), arm.legs["agent"] >= 0) for arm in arms]
        for n, other in enumerate(work[1:], 1):
            both = work[0].keys() & other.keys()
            assert all(work[0][key] == pytest.approx(other[key], abs=1e-8) for key in both), number
            shared += len(both)
            apart += sum(agents[0][key] != agents[n][key] for key in both)
    assert shared > 100 * len(numbers) and apart > 0


def _alike(number: int) -> Written:
    """Agents of one ability, so that only the customer decides how long work takes and how it ends."""
    base = written(number).put("quality.truth", {"speed_sd": 0.0, "resolution_sd": 0.0}).put("escalation", {})
    base = base.each("staff.groups", lambda group: group.update(skills=dict.fromkeys(group["skills"], 1.0), slots=1))
    return base.each("queues", lambda queue: queue.pop("overflow", None))


def _done(journal: Journal) -> dict[Key, tuple[float, float, float, int]]:
    """The work of every contact that was answered and finished."""
    legs = journal.legs
    return _by_contact(journal, _work, np.asarray((legs["agent"] >= 0) & (legs["end"] != LegEnd.UNFINISHED)))


def _work(leg: Any) -> tuple[float, float, float, int]:
    return float(leg["ended"] - leg["answered"]), float(leg["hold"]), float(leg["wrap_up"]), int(leg["end"])


@partner
def test_customers_of_another_replication_share_neither_patience_nor_work() -> None:
    """Else it would say nothing that the customers of another arm do."""
    for facts, base in ((_given_up, _impatient), (_done, _alike)):
        equal = compared = 0
        for number in range(5):
            one, two = (facts(base(number).run(replication)) for replication in (0, 1))
            both = one.keys() & two.keys()
            equal += sum(one[key] == pytest.approx(two[key], abs=1e-8) for key in both)
            compared += len(both)
        assert compared > 100 and equal < compared / 3


@relation
@batches
def test_one_more_agent_changes_no_customer(numbers: range) -> None:
    """One more agent changes no birth and no agent's name, and serves others at other times all the same."""
    served = 0
    for number in numbers:
        base = written(number)
        name = next(iter(base.data["staff"]["groups"]))
        more = base.put(f"staff.groups.{name}.count", base.data["staff"]["groups"][name]["count"] + 1)
        one, two = base.run(number), more.run(number)
        first, second = (np.sort(journal.cases, order="case") for journal in (one, two))
        for field in ("born", "intent", "segment", "difficulty"):
            assert np.array_equal(bits(first[field]), bits(second[field])), number
        assert set(one.lexicon.agents) < set(two.lexicon.agents)
        served += not np.array_equal(bits(one.legs["answered"]), bits(two.legs["answered"]))
    assert served > len(numbers) / 2


# --- differences between arms ----------------------------------------------------------------------------------------

COMPARED = ("difference", "ci_low", "ci_high", "p_value")


Compare = Callable[..., pd.DataFrame]
CHANGES: dict[str, Data] = {
    "plain": {},
    "twin": {},
    "tier": {"routing": {"rule": "quality_tier"}},
    "fast": {"routing": {"rule": "fastest_first"}},
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compare:
    """`compared(*names)`: the comparison table of these arms, the first of which is the baseline."""
    folder = tmp_path_factory.mktemp("arms")
    hour = {"calendar": {"start": "2026-03-02T08:00", "length": "1 h", "max_drain": "1 h"}}
    arms = {name: build(folder / name, teams(**hour, **change)) for name, change in CHANGES.items()}

    @cache
    def compare(*names: str) -> pd.DataFrame:
        how = {"results": None, "primary": "aht", "guardrails": {"fcr_true": 0.01}}
        found = sim.compare({name: arms[name] for name in names}, 5, SEED, "serial", **how)
        return found.table.set_index(["arm", "kpi", "scope"]).sort_index()

    return compare


@relation
def test_identical_arms_differ_by_exactly_nothing(compared: Compare) -> None:
    """Identical arms differ by exactly 0 in every KPI and scope, with an interval of no width."""
    table = compared("plain", "twin")
    defined = table[table["verdict"] != "not defined"]
    assert len(defined) > 200
    assert (defined["difference"] == 0.0).all()
    assert (compared("plain", "tier")["difference"].fillna(0.0) != 0.0).sum() > 100
    assert (defined[defined["n"] >= 5][["ci_low", "ci_high"]] == 0.0).all(axis=None)


@relation
def test_swapped_arms_change_the_sign_exactly(compared: Compare) -> None:
    """Swapped arms change the sign of every difference and interval, exactly."""
    there = compared("plain", "tier").loc["tier"]
    back = compared("tier", "plain").loc["plain"]
    np.testing.assert_array_equal(there["difference"], -back["difference"])
    np.testing.assert_array_equal(there["ci_low"], -back["ci_high"])
    np.testing.assert_allclose(there["p_value"], back["p_value"], rtol=1e-10)
    assert (there["difference"].fillna(0.0) != 0.0).sum() > 100


@relation
def test_a_third_arm_leaves_the_other_two_alone(compared: Compare) -> None:
    """A third arm leaves the difference of the other two, its interval and its unadjusted p-value alone."""
    two, three = compared("plain", "tier"), compared("plain", "fast", "tier")
    for column in (*COMPARED, "n", "arm_mean", "baseline_mean"):
        np.testing.assert_array_equal(two.loc["tier"][column], three.loc["tier"][column])
    assert not np.array_equal(three.loc["tier"]["difference"], three.loc["fast"]["difference"])


@relation
def test_the_order_of_arms_after_the_baseline_does_not_matter(compared: Compare) -> None:
    """The order of the arms after the baseline does not matter."""
    one, two = compared("plain", "fast", "tier"), compared("plain", "tier", "fast")
    assert one.equals(two) and len(one) > 200
    assert not one.loc["fast"].equals(one.loc["tier"])


@relation
def test_an_override_is_the_file_with_the_value_written_in(tmp_path: Path) -> None:
    """An override is the file with the value written into it."""
    edited = teams()
    edited["staff"]["groups"]["ones"]["count"] = 5
    edited["returns"]["retrial"]["probability"] = 0.25
    written_in = build(tmp_path / "edited", edited)
    plain = build(tmp_path / "plain", teams())
    overridden = sim.load(plain.source, ["staff.groups.ones.count=5", "returns.retrial.probability=0.25"])
    assert same(simulate(written_in, SEED, 0), simulate(overridden, SEED, 0))
    assert not same(simulate(written_in, SEED, 0), simulate(plain, SEED, 0))


# --- people ----------------------------------------------------------------------------------------------------------


@relation
def test_a_fixed_truth_is_the_same_in_every_replication_and_a_drawn_one_is_not(built: Built) -> None:
    """A fixed truth about people is the same in every replication, a drawn one is not."""

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


# --- what random scenarios are worth ---------------------------------------------------------------------------------


@partner
def test_the_random_scenarios_of_this_folder_force_ties() -> None:
    """The partner of all that is said about them: again and again several customers meet at one instant."""
    meetings = 0
    for number in range(12):
        moments: dict[float, set[int]] = {}
        for leg in written(number).run().legs:
            for moment in (leg["entered"], leg["ended"]):
                moments.setdefault(float(moment), set()).add(int(leg["case"]))
        meetings += sum(len(cases) > 1 for cases in moments.values())
    assert meetings > 100
