"""Chan, Koole and L'Ecuyer 2014: weights on waiting and idle times, and overflow with a delay."""

from __future__ import annotations

from tests.routing.arms import SURE, compared, named, rule, run, two_pools, wait

LONGEST_IDLE = rule("longest_idle")

DELAYED = rule("waiting_and_idle", affinity={"a": {"x+y": -60.0}})


def test_a_delayed_overflow_keeps_the_flexible_free_for_those_who_need_them() -> None:
    assert compared(two_pools(), DELAYED, LONGEST_IDLE, lambda journal: wait(journal, "rare")) < -SURE
    assert compared(two_pools(), DELAYED, LONGEST_IDLE, lambda journal: wait(journal, "plain")) > SURE


def test_no_plain_contact_meets_the_flexible_before_its_delay_and_some_do_right_then() -> None:
    journal = run(two_pools(), DELAYED)
    legs = journal.legs[(journal.legs["intent"] == 0) & (journal.legs["agent"] >= 0)]
    flexible = named(journal, "both")
    waited = [float(leg["answered"] - leg["entered"]) for leg in legs if leg["agent"] in flexible]
    assert min(waited) >= 60.0 - 1e-6
    assert sum(value < 60.0 + 1e-6 for value in waited) > 5


def test_without_weights_on_affinity_it_serves_whom_longest_idle_serves() -> None:
    """Same contacts answered at once: it never leaves a contact waiting beside an idle agent."""
    journal = run(two_pools(20, 10), rule("waiting_and_idle"))
    assert (journal.legs["answered"] == journal.legs["entered"]).mean() > 0.95
