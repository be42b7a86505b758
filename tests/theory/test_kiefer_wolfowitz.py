"""One line, equal agents, nobody gives up: every single wait is what the workload recursion says, to 1e-9 s."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.model.journal import Journal
from tests.invariants.routers import LastComeFirstServed, play_with
from tests.oracles.kiefer_wolfowitz import waits
from tests.scenarios import FORCED, ROUTERS, Data, centre, exponential, fixed, traced

Run = Callable[..., Journal]
MEAN = 100.0
LAWS: dict[str, Data] = {
    "exponential": exponential(MEAN),
    "lognormal": {"law": "lognormal", "mean": "100 s", "cv": 1.4},
    "constant": fixed(MEAN),
    "gamma": {"law": "gamma", "mean": "100 s", "cv": 0.7},
    "uniform": {"law": "uniform", "low": "0 s", "high": "200 s"},
    "two kinds": {
        "law": "mixture",
        "parts": [{"weight": 0.8, "of": fixed(1.0)}, {"weight": 0.2, "of": exponential(496.0)}],
    },
}
AGENTS = (1, 2, 7, 30)


def _line(talk: Data, agents: int, router: str, wrap_up: bool = True, **arrivals: Any) -> Data:
    step = {"talk": talk, "resolution": 1.0, **({"wrap_up": exponential(30.0)} if wrap_up else {})}
    work = MEAN + 30.0 if wrap_up else MEAN
    constant = {"kind": "constant", "per_hour": 0.95 * agents * 3600.0 / work}
    return centre(
        calendar={"start": "2026-03-02T08:00", "length": "4 h", "max_drain": "60 h"},
        intents={"call": {"channel": "voice", "arrivals": arrivals or constant, "path": {"front": step}}},
        staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": agents}}},
        routing={"rule": router},
    )


def _simulated(journal: Journal) -> tuple[list[float], list[float], list[float]]:
    """Arrivals, services and waits in order of arrival."""
    legs = np.sort(journal.legs, order=["entered", "case"])
    services = legs["ended"] - legs["answered"] + legs["wrap_up"]
    return legs["entered"].tolist(), services.tolist(), (legs["answered"] - legs["entered"]).tolist()


def _agree(journal: Journal, agents: int) -> bool:
    arrivals, services, waited = _simulated(journal)
    return max(waited) > 10.0 and np.allclose(waited, waits(arrivals, services, agents), rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("agents", AGENTS)
@pytest.mark.parametrize("law", LAWS)
def test_every_wait_is_the_workload_recursions(ran: Run, law: str, agents: int) -> None:
    router = ROUTERS[(list(LAWS).index(law) + AGENTS.index(agents)) % len(ROUTERS)]
    assert _agree(ran(_line(LAWS[law], agents, router, wrap_up=law != "constant")), agents)


@pytest.mark.parametrize("router", ROUTERS)
def test_no_router_that_keeps_the_line_in_order_changes_a_wait(ran: Run, router: str) -> None:
    """Each serves first come first served, and equal agents are alike to the recursion."""
    assert _agree(ran(_line(LAWS["exponential"], 7, router)), 7)


@pytest.mark.parametrize("number", range(10))
def test_waits_agree_where_everything_happens_at_once(ran: Run, number: int) -> None:
    """Arrivals in crowds, services of 0, 1, 5 and 900 s."""
    pick = random.Random(f"crowds {number}")
    parts = [{"weight": 0.25, "of": fixed(value)} for value in FORCED]
    agents = pick.choice(AGENTS)
    crowds = [0.0, 1.0, 5.0, 10.0, 900.0, 905.0, 910.0, 1800.0, 3600.0, 7200.0]
    times = sorted(pick.choice(crowds) for _ in range(30 * agents + 30))
    trace = {"kind": "trace", "file": "crowds.csv", "column": "moment"}
    data = _line({"law": "mixture", "parts": parts}, agents, ROUTERS[number % 5], wrap_up=False, **trace)
    journal = ran(data, tables={"crowds.csv": {"moment": traced(times)}})
    assert journal.legs.size == len(times)
    assert _agree(journal, agents)


@pytest.mark.parametrize("wrong", [6, 8])
def test_one_agent_more_or_less_is_noticed(ran: Run, wrong: int) -> None:
    """The planted fault: the recursion with another number of servers must not agree."""
    assert not _agree(ran(_line(LAWS["exponential"], 7, "longest_idle")), wrong)


@pytest.mark.parametrize("law", ["exponential", "constant"])
def test_a_line_served_last_come_first_is_noticed(ran: Run, monkeypatch: pytest.MonkeyPatch, law: str) -> None:
    """The planted fault; the mean wait stays what it was, so only the single waits tell."""
    play_with(monkeypatch, LastComeFirstServed)
    assert not _agree(ran(_line(LAWS[law], 7, "longest_idle")), 7)


def test_a_wait_a_microsecond_longer_is_noticed(ran: Run) -> None:
    journal = ran(_line(LAWS["gamma"], 2, "p_mu"))
    journal.legs["answered"][100] += 1e-6
    assert not _agree(journal, 2)
