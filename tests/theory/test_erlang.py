"""The model against the formulas every planner knows, through the KPIs everybody reads.

30 replications or more, |estimate - formula| <= 4 standard errors. Each has a partner with a fault planted on purpose,
which has to be found: otherwise the tolerance would be decoration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim.config.load import Loaded, load
from sim.metrics import kpis
from sim.model.journal import ContactEnd, Journal
from sim.simulate import simulate
from tests.oracles import erlang
from tests.scenarios import Data, centre, exponential

Z = 4.0
REPLICATIONS = 30
Built = Callable[..., Loaded]


class Estimate(NamedTuple):
    """A ratio of sums over replications, and its standard error."""

    mean: float
    error: float

    def agrees_with(self, truth: float) -> bool:
        """Whether the formula lies within z standard errors."""
        return abs(self.mean - truth) <= Z * self.error


def ratio(pairs: Sequence[tuple[float, float]]) -> Estimate:
    """Ratio of sums with its linearised standard error."""
    top, bottom = np.array(pairs).T
    mean = top.sum() / bottom.sum()
    error = (top - mean * bottom).std(ddof=1) / bottom.mean() / np.sqrt(len(pairs))
    return Estimate(float(mean), float(error))


def measured(loaded: Loaded, names: Sequence[str], scope: str = "all", replications: int = REPLICATIONS) -> Data:
    """KPIs of a scenario, by name."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for replication in range(replications):
        table = kpis.table(simulate(loaded, seed=11, replication=replication))
        rows = table[(table.scope == scope) & (table.interval == "total")].set_index("kpi")
        for name in names:
            found[name].append((rows.numerator[name], rows.denominator[name]))
    return {name: ratio(pairs) for name, pairs in found.items()}


def line(per_hour: float, service: float, agents: int, hours: float, **more: Any) -> Data:
    """One queue of equal agents: `more` may hold `patience` and `capacity`."""
    intent: Data = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": per_hour},
        "path": {"front": {"talk": more.get("law", exponential(service)), "resolution": 1.0}},
    }
    if "patience" in more:
        intent["patience"] = exponential(more["patience"])
    capacity = {"capacity": more["capacity"]} if "capacity" in more else {}
    length = f"{hours} h"
    return centre(
        calendar={"start": "2026-03-02T00:00", "length": length, "interval": length, "warmup": "1 h"},
        measures={"answer_within": "20 s"},
        intents={"call": intent},
        queues={"front": {"tier": 1, "skills": ["calls"], **capacity}},
        staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": agents}}},
    )


@pytest.mark.parametrize(
    "law", [exponential(100.0), {"law": "lognormal", "mean": "100 s", "cv": 1.5}], ids=lambda x: x["law"]
)
def test_blocking_without_a_waiting_line_is_erlang_b(built: Built, law: Data) -> None:
    """Whatever the law of service: Erlang-B knows its mean alone."""
    blocking = measured(built(line(360, 100, 10, 5, capacity=0, law=law)), ["blocking"])["blocking"]
    assert blocking.error < 0.005
    assert blocking.agrees_with(erlang.blocking(10.0, 10))
    assert not blocking.agrees_with(erlang.blocking(10.0, 11))
    assert not blocking.agrees_with(erlang.blocking(10.0, 9))


def test_who_never_gives_up_waits_as_erlang_c_says_and_not_as_with_an_agent_more_or_less(built: Built) -> None:
    found = measured(built(line(360, 100, 13, 7)), ["asa", "sl_offered", "abandonment", "occupancy"])
    truth = erlang.patient(0.1, 100.0, 13, 20.0)
    assert found["asa"].agrees_with(truth.wait_answered)
    assert found["sl_offered"].agrees_with(truth.within)
    assert found["occupancy"].agrees_with(truth.utilisation)
    assert found["abandonment"].mean == 0.0
    for agents in (12, 14):
        wrong = erlang.patient(0.1, 100.0, agents, 20.0)
        assert not found["asa"].agrees_with(wrong.wait_answered)
        assert not found["sl_offered"].agrees_with(wrong.within)


ERLANG_A = ["abandonment", "asa", "wait_all", "sl_offered", "occupancy"]


@lru_cache(maxsize=1)
def _shipped() -> Data:
    short = ["calendar.length='5 h'", "calendar.interval='5 h'", "calendar.warmup='1 h'"]
    return measured(load("single_queue", short), ERLANG_A)


def _against(found: Data, truth: erlang.Queue) -> list[bool]:
    formulas = (truth.abandonment, truth.wait_answered, truth.wait_all, truth.within, truth.utilisation)
    return [found[name].agrees_with(formula) for name, formula in zip(ERLANG_A, formulas, strict=True)]


def test_the_shipped_single_queue_is_erlang_a() -> None:
    truth = erlang.impatient(1 / 6, 300.0, 120.0, 50, 20.0)
    assert _shipped()["abandonment"].error < 0.005
    assert _against(_shipped(), truth) == [True] * 5


@pytest.mark.parametrize("agents", [48, 52])
def test_the_single_queue_with_two_agents_more_or_less_is_not(agents: int) -> None:
    """The planted fault."""
    assert _against(_shipped(), erlang.impatient(1 / 6, 300.0, 120.0, agents, 20.0))[0] is False


def test_patience_that_is_off_by_a_third_is_noticed() -> None:
    """The planted fault: abandonment hardly moves, the waits do."""
    assert not all(_against(_shipped(), erlang.impatient(1 / 6, 300.0, 160.0, 50, 20.0)))


@pytest.mark.parametrize("agents", [6, 8, 10])
def test_small_lines_with_impatient_customers_are_erlang_a(built: Built, agents: int) -> None:
    found = measured(built(line(288, 100, agents, 5, patience=60)), ERLANG_A)
    assert _against(found, erlang.impatient(0.08, 100.0, 60.0, agents, 20.0)) == [True] * 5
    assert not all(_against(found, erlang.impatient(0.08, 100.0, 60.0, agents + 1, 20.0)))


def _urgent_and_not(levels: tuple[int, int]) -> Data:
    data = line(0, 60, 1, 9)
    data["intents"]["call"]["arrivals"] = {"kind": "constant", "per_hour": 48}
    data["segments"] = {
        "urgent": {"share": 0.4, "priority": levels[0]},
        "other": {"share": 0.6, "priority": levels[1]},
    }
    return data


def test_priorities_are_cobhams(built: Built) -> None:
    """Two classes that differ in priority alone, one agent, nobody interrupted."""
    arrival = 48 / 3600
    truth = erlang.cobham([0.4 * arrival, 0.6 * arrival], 60.0, 2 * 60.0**2)
    loaded = built(_urgent_and_not((1, 0)))
    by_segment = {name: measured(loaded, ["asa"], f"segment:{name}", 60)["asa"] for name in ("urgent", "other")}
    assert by_segment["urgent"].agrees_with(truth[0])
    assert by_segment["other"].agrees_with(truth[1])
    assert not by_segment["urgent"].agrees_with(erlang.pollaczek_khinchine(arrival, 60.0, 2 * 60.0**2))


def test_without_priorities_all_wait_as_pollaczek_and_khinchine_say(built: Built) -> None:
    """The planted fault: levels that are equal must not look like Cobham's."""
    arrival = 48 / 3600
    found = measured(built(_urgent_and_not((0, 0))), ["asa"], "segment:urgent", 40)["asa"]
    assert found.agrees_with(erlang.pollaczek_khinchine(arrival, 60.0, 2 * 60.0**2))
    assert not found.agrees_with(erlang.cobham([0.4 * arrival, 0.6 * arrival], 60.0, 2 * 60.0**2)[0])


def _journals(loaded: Loaded, replications: int = REPLICATIONS) -> list[Journal]:
    return [simulate(loaded, seed=5, replication=replication) for replication in range(replications)]


def test_repeat_contacts_inflate_volume_geometrically(built: Built) -> None:
    """Failures of .4 that come back with .5, at most four contacts a case; nobody is ever resolved twice."""
    data = line(60, 10, 20, 3)
    data["calendar"]["warmup"] = "0 s"
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.6
    data["returns"] = {
        "repeat": {"probability": 0.5, "delay": {"law": "deterministic", "value": "0 s"}},
        "max_contacts": 4,
    }
    found = ratio([(journal.contacts.size, journal.cases.size) for journal in _journals(built(data))])
    assert found.agrees_with(erlang.repeats(0.4, 0.5, 4))
    assert not found.agrees_with(erlang.repeats(0.4, 0.6, 4))
    assert not found.agrees_with(erlang.repeats(0.3, 0.5, 4))


def test_retrials_follow_the_share_stated_after_abandonment(built: Built) -> None:
    data = line(400, 100, 8, 3, patience=30)
    data["calendar"]["warmup"] = "0 s"
    data["returns"] = {"retrial": {"probability": 0.7, "delay": exponential(60.0)}, "max_contacts": 3}
    pairs = []
    for journal in _journals(built(data)):
        could = (journal.contacts["end"] == ContactEnd.ABANDONED) & (journal.contacts["attempt"] < 2)
        pairs.append((np.isfinite(journal.contacts["next_due"][could]).sum(), could.sum()))
    assert ratio(pairs).agrees_with(0.7)
    assert not ratio(pairs).agrees_with(0.75)
