"""Tiers that pass contacts on, and customers who come back: Jackson's traffic equations and product form.

A share of what a tier cannot resolve escalates; the rest fails silently, and some of it comes back to tier 1, at once
or later. Every tier is then a line of its own at its effective rate, and a case's time adds up over all visits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import Journal
from tests.oracles import network, redial
from tests.scenarios import Data, centre, exponential, fixed
from tests.theory.lines import steady, team
from tests.theory.measuring import (
    Agree,
    Sums,
    kpi_sums,
    measure,
    measured_time,
    overlap,
    refuted,
    visits,
    waits,
)

Built = Callable[..., Loaded]
TIERS = ("front", "desk", "expert")


class Tiers(NamedTuple):
    """Parameters of three tiers; what is not resolved and not passed on comes back to the first."""

    arrival: float = 0.02
    services: tuple[float, ...] = (50.0, 70.0, 45.0)
    agents: tuple[int, ...] = (2, 2, 1)
    resolution: tuple[float, ...] = (0.3, 0.3, 0.7)
    escalates: float = 0.9
    returns: float = 0.5

    def routing(self) -> list[list[float]]:
        """Row i, column j: the probability of going to tier j after tier i."""
        rows = np.zeros((3, 3))
        for tier, resolved in enumerate(self.resolution):
            passed = self.escalates if tier < 2 else 0.0
            rows[tier, 0] = (1.0 - resolved) * (1.0 - passed) * self.returns
            if tier < 2:
                rows[tier, tier + 1] = (1.0 - resolved) * passed
        return rows.tolist()

    def theory(self, delay: float) -> dict[str, float]:
        """What the network comes to if those who return do so after a mean delay (seconds)."""
        outside = [self.arrival, 0.0, 0.0]
        rates = network.traffic(outside, self.routing())
        lines = network.stations(outside, self.routing(), self.services, self.agents)
        truth = {f"visits of {name} per case": rate / self.arrival for name, rate in zip(TIERS, rates, strict=True)}
        for name, line in zip(TIERS, lines, strict=True):
            truth |= {f"{name} p_wait": line.p_wait, f"{name} wait": line.wait_all, f"{name} busy": line.occupancy}
        sojourn = network.sojourn(outside, self.routing(), self.services, self.agents)
        return truth | {"cases open": self.arrival * sojourn + (rates[0] - self.arrival) * delay}


def _centre(tiers: Tiers, delay: Data, hours: float) -> Data:
    names = dict(zip(TIERS, zip(tiers.services, tiers.resolution, strict=True), strict=True))
    return centre(
        calendar=steady(hours, 2.0),
        intents={
            "call": {
                "channel": "voice",
                "arrivals": {"kind": "constant", "per_hour": 3600.0 * tiers.arrival},
                "path": {
                    name: {"talk": exponential(service), "resolution": resolution}
                    for name, (service, resolution) in names.items()
                },
            }
        },
        queues={name: {"tier": tier, "skills": [name]} for tier, name in enumerate(TIERS, 1)},
        staff={
            "groups": {
                f"{name}_team": team(count, tier, name)
                for tier, (name, count) in enumerate(zip(TIERS, tiers.agents, strict=True), 1)
            }
        },
        escalation={"agent_notices": 0.75 * tiers.escalates, "customer_asks": 0.25 * tiers.escalates},
        returns={"repeat": {"probability": tiers.returns, "delay": delay}, "max_contacts": 50},
    )


def _read(journal: Journal) -> Sums:
    """Visits, waits and busy time of each tier, and the mean number of open cases."""
    born = journal.cases["born"]
    cases = np.count_nonzero((born >= journal.lexicon.warmup) & (born < journal.lexicon.horizon))
    time = measured_time(journal)
    sums: dict[str, tuple[float, float]] = {}
    for name, agents in zip(TIERS, Tiers().agents, strict=True):
        legs = visits(journal, name)
        waited = waits(legs)
        every = journal.legs[journal.legs["queue"] == journal.lexicon.queues.index(name)]
        sums[f"visits of {name} per case"] = (legs.size, cases)
        sums[f"{name} p_wait"] = (np.count_nonzero(waited > 0.0), legs.size)
        sums[f"{name} wait"] = (waited.sum(), legs.size)
        sums[f"{name} busy"] = (overlap(journal, every["answered"], every["ended"]), agents * time)
    contacts = journal.contacts
    away = overlap(journal, contacts["ended"], np.fmax(contacts["next_due"], contacts["ended"]))
    return sums | {"cases open": (overlap(journal, contacts["started"], contacts["ended"]) + away, time)}


@pytest.mark.parametrize("delay", [pytest.param(0.0, marks=pytest.mark.slow), 300.0])
def test_tiers_with_feedback_are_jacksons_network(built: Built, agree: Agree, delay: float) -> None:
    tiers = Tiers()
    law = exponential(delay) if delay else fixed(0.0)
    found = measure(built(_centre(tiers, law, 620)), _read)
    agree(f"three tiers, back after {delay:g} s", found, tiers.theory(delay))
    for fault in (
        {"escalates": 0.92},
        {"returns": 0.53},
        {"resolution": (0.32, 0.3, 0.7)},
        {"services": (50.0, 70.0, 47.0)},
    ):
        assert refuted(found, tiers._replace(**fault).theory(delay))
    assert "cases open" in refuted(found, tiers.theory(delay + 30.0))


def test_repeat_contacts_inflate_volume_geometrically(built: Built, agree: Agree) -> None:
    """Failures of .4 that come back with .5, at most four contacts a case; nobody is ever resolved twice."""
    data = centre(
        calendar={"start": "2026-03-02T08:00", "length": "5 h", "interval": "5 h", "max_drain": "100 h"},
        returns={"repeat": {"probability": 0.5, "delay": fixed(0.0)}, "max_contacts": 4},
    )
    data["intents"]["call"] |= {
        "arrivals": {"kind": "constant", "per_hour": 600},
        "path": {"front": {"talk": exponential(1.0), "resolution": 0.6}},
    }
    found = measure(built(data), kpi_sums("contacts_per_case"))
    agree("repeats", found, {"contacts_per_case": redial.repeats(0.4, 0.5, 4)})
    for wrong in ((0.4, 0.55, 4), (0.43, 0.5, 4), (0.4, 0.5, 3)):
        assert refuted(found, {"contacts_per_case": redial.repeats(*wrong)})
