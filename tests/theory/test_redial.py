"""Customers who call again after giving up, or after finding the line full: the exact chain with its orbit.

Patience is drawn anew for each attempt, as in the chain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import ContactEnd, Journal
from tests.oracles import redial
from tests.scenarios import Data, exponential
from tests.theory.lines import SERVICE, line
from tests.theory.measuring import Agree, Sums, both, kpi_sums, measure, measured_time, overlap, refuted

Built = Callable[..., Loaded]


class Centre(NamedTuple):
    """Parameters of a line whose customers redial; `load` in erlangs of first attempts."""

    load: float
    servers: int
    probability: float
    delay: float
    patience: float = float("inf")
    waiting_room: int | None = None

    def theory(self) -> dict[str, float]:
        found = redial.redial(self.load / SERVICE, SERVICE, *self[1:])
        return found._asdict()

    def scenario(self, hours: float) -> Data:
        patience = {"patience": self.patience} if self.patience < float("inf") else {}
        room = {"waiting_room": self.waiting_room} if self.waiting_room is not None else {}
        data = line(self.load, self.servers, hours, warmup=4.0, **patience, **room)
        retrial = {"probability": self.probability, "delay": exponential(self.delay)}
        return data | {"returns": {"retrial": retrial, "max_contacts": 50, "patience": "per_attempt"}}


def _orbit(journal: Journal) -> Sums:
    """Attempts per case, and how many customers are about to redial, on average over time."""
    contacts, lexicon = journal.contacts, journal.lexicon
    inside = (contacts["started"] >= lexicon.warmup) & (contacts["started"] < lexicon.horizon)
    first = inside & (contacts["attempt"] == 0)
    away = overlap(journal, contacts["ended"], np.fmax(contacts["next_due"], contacts["ended"]))
    return {
        "attempts_per_case": (np.count_nonzero(inside), np.count_nonzero(first)),
        "in_orbit": (away, measured_time(journal)),
    }


IMPATIENT = both(kpi_sums("abandonment", "wait_all", "occupancy"), _orbit)
FULL = both(kpi_sums("blocking", "occupancy"), _orbit)
SMALL = Centre(4.0, 4, 0.75, 1000.0, patience=100.0)
LARGE = Centre(8.4, 10, 0.75, 1000.0, patience=50.0)


@pytest.mark.parametrize(("centre", "hours"), [(SMALL, 130), pytest.param(LARGE, 150, marks=pytest.mark.slow)])
def test_customers_who_redial_after_giving_up_are_the_chain_with_an_orbit(
    built: Built, agree: Agree, centre: Centre, hours: float
) -> None:
    found = measure(built(centre.scenario(hours)), IMPATIENT)
    agree(f"M/M/{centre.servers}+M, redial", found, centre.theory())
    for fault in (
        {"probability": 0.65},
        {"patience": 1.1 * centre.patience},
        {"load": 1.04 * centre.load},
        {"delay": 1.08 * centre.delay},
    ):
        assert refuted(found, centre._replace(**fault).theory())


def test_callers_who_redial_until_they_are_served_are_the_retrial_queue(built: Built, agree: Agree) -> None:
    """No waiting room, and everybody comes back: P(busy) is the load, however impatient they are."""
    centre = Centre(0.4, 1, 1.0, 200.0, waiting_room=0)
    found = measure(built(centre.scenario(450)), FULL)
    agree("M/M/1/1, redial", found, centre.theory())
    assert refuted(found, centre._replace(delay=220.0).theory()).keys() >= {"in_orbit"}
    assert len(refuted(found, centre._replace(load=0.42).theory())) == 4


def test_retrials_follow_the_share_stated_after_abandonment(built: Built, agree: Agree) -> None:
    data = line(11.0, 8, 3, patience=30.0)
    data["returns"] = {"retrial": {"probability": 0.7, "delay": exponential(60.0)}, "max_contacts": 3}

    def share(journal: Journal) -> Sums:
        could = (journal.contacts["end"] == ContactEnd.ABANDONED) & (journal.contacts["attempt"] < 2)
        return {"share": (np.isfinite(journal.contacts["next_due"][could]).sum(), could.sum())}

    found = measure(built(data), share)
    agree("retrials", found, {"share": 0.7})
    assert refuted(found, {"share": 0.73})
