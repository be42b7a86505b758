"""One line, equal agents, nobody gives up: every single wait is what the workload recursion says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.model.journal import Journal
from tests.oracles.kiefer_wolfowitz import waits
from tests.scenarios import ROUTERS, centre, exponential

Run = Callable[..., Journal]
LAWS: dict[str, dict[str, Any]] = {
    "exponential": exponential(100.0),
    "lognormal": {"law": "lognormal", "mean": "100 s", "cv": 1.4},
    "constant": {"law": "deterministic", "value": "100 s"},
}


def _line(law: dict[str, Any], agents: int, router: str, wrap_up: bool) -> dict[str, Any]:
    step = {"talk": law, "resolution": 1.0, **({"wrap_up": exponential(30.0)} if wrap_up else {})}
    work = 130.0 if wrap_up else 100.0
    intent = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": 0.95 * agents * 3600.0 / work},
        "path": {"front": step},
    }
    return centre(
        calendar={"start": "2026-03-02T08:00", "length": "4 h", "max_drain": "20 h"},
        intents={"call": intent},
        staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": agents}}},
        routing={"rule": router},
    )


def _simulated(journal: Journal) -> tuple[list[float], list[float], list[float]]:
    """Arrivals, services and waits in order of arrival."""
    legs = np.sort(journal.legs, order=["entered", "case"])
    services = legs["ended"] - legs["answered"] + legs["wrap_up"]
    return legs["entered"].tolist(), services.tolist(), (legs["answered"] - legs["entered"]).tolist()


@pytest.mark.parametrize("router", ROUTERS)
@pytest.mark.parametrize("law", LAWS)
def test_every_wait_is_the_workload_recursions(ran: Run, law: str, router: str) -> None:
    for agents in (1, 7):
        arrivals, services, waited = _simulated(ran(_line(LAWS[law], agents, router, wrap_up=law != "constant")))
        assert max(waited) > 10.0
        np.testing.assert_allclose(waited, waits(arrivals, services, agents), rtol=0.0, atol=1e-9)


def test_one_agent_less_is_noticed(ran: Run) -> None:
    """The planted fault: the recursion with another number of servers must not agree."""
    arrivals, services, waited = _simulated(ran(_line(LAWS["exponential"], 7, "longest_idle", wrap_up=True)))
    for wrong in (6, 8):
        assert not np.allclose(waited, waits(arrivals, services, wrong), atol=1.0)


def test_a_line_served_last_come_first_is_noticed(ran: Run) -> None:
    """The planted fault: services moved to the neighbour, as if they had been served out of order."""
    arrivals, services, waited = _simulated(ran(_line(LAWS["lognormal"], 7, "longest_idle", wrap_up=True)))
    swapped = [*services[1:], services[0]]
    assert not np.allclose(waited, waits(arrivals, swapped, 7), atol=1.0)
