"""Cox and Smith 1961: the lowest cost of waiting, where it is linear."""

from __future__ import annotations

from sim.model.journal import Journal
from tests.routing.arms import SURE, compared, rule, two_queues, waits

LONGEST_IDLE = rule("longest_idle")

DEAR = 5.0


def _cost(journal: Journal) -> float:
    return float(DEAR * waits(journal, "dear").sum() + waits(journal, "cheap").sum())


def test_waiting_costs_less_than_first_come_first_served() -> None:
    assert compared(two_queues(), rule("c_mu", intent_cost={"dear": DEAR}), LONGEST_IDLE, _cost) < -SURE


def test_it_reads_mu_as_well_as_c() -> None:
    """Of equal costs the short calls go first: less waiting in all."""
    data = two_queues()
    data["intents"]["cheap"]["path"]["b"]["talk"]["mean"] = "90 s"
    data["intents"]["cheap"]["arrivals"]["per_hour"] = 180
    data["quality"]["history"] = {"weeks": 0}

    def all_waits(journal: Journal) -> float:
        return float(waits(journal, "dear").sum() + waits(journal, "cheap").sum())

    assert compared(data, rule("c_mu"), LONGEST_IDLE, all_waits) < -SURE
