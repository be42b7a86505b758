"""Back to the agent who had the case: it happens, and it costs waiting."""

from __future__ import annotations

import numpy as np

from sim.model.journal import Journal
from tests.routing.arms import SOON, SURE, answered, compared, one_pool, rule, run, wait

LONGEST_IDLE = rule("longest_idle")


def _same_again(journal: Journal) -> float:
    """Share of repeat contacts with the agent of the one before."""
    legs = np.sort(answered(journal), order=["case", "attempt"])
    again = legs["case"][1:] == legs["case"][:-1]
    return float((legs["agent"][1:] == legs["agent"][:-1])[again].mean())


def test_more_repeats_meet_their_owner_and_all_wait_longer() -> None:
    data = one_pool(per_hour=80, returns=SOON)
    assert compared(data, rule("case_owner", hold="60 s"), LONGEST_IDLE, _same_again) > SURE
    assert compared(data, rule("case_owner", hold="60 s"), LONGEST_IDLE, wait, 24) > SURE


def test_with_time_enough_every_repeat_meets_its_owner() -> None:
    assert _same_again(run(one_pool(per_hour=40, returns=SOON), rule("case_owner", hold="3 h"))) == 1.0


def test_first_contacts_do_not_wait_for_anybody() -> None:
    legs = answered(run(one_pool(per_hour=30), rule("case_owner", hold="1 h")))
    assert (legs["answered"] == legs["entered"]).all()
