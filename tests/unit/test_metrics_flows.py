"""Flows: where contacts went, and that none is lost on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from sim.metrics import flows
from sim.model.journal import ContactEnd, Journal, LegEnd
from tests.metrics.journals import journal, random_journal, visit

OUTCOMES = {"resolved", "unresolved", "abandoned", "left", "unfinished"}


def edges(book: Journal) -> dict[tuple[str, str], int]:
    """Counts by source and target."""
    return {(source, target): int(count) for source, target, count in flows.table(book).to_numpy().tolist()}


def leg(number: int, end: LegEnd, **fields: Any) -> dict[str, Any]:
    """One leg of case 1."""
    return visit(10.0 * number, 1.0, 5.0, case=1, leg=number, end=end, **fields)


def one(legs: list[dict[str, Any]], **contact: Any) -> dict[tuple[str, str], int]:
    """Flows of a single contact."""
    return edges(journal(legs=legs, contacts=[{"case": 1, "started": 0.0, **contact}]))


BOT = {"queue": -1, "tier": 0}


def test_a_contact_passes_from_the_bot_through_two_tiers() -> None:
    legs = [leg(0, LegEnd.HANDED_OFF, **BOT), leg(1, LegEnd.ESCALATED), leg(2, LegEnd.RESOLVED, queue=2, tier=2)]
    path = [("arrival", "bot"), ("bot", "tier 1"), ("tier 1", "tier 2"), ("tier 2", "resolved")]
    assert one(legs) == dict.fromkeys(path, 1)


@pytest.mark.parametrize(("resolved", "target"), [(1, "resolved"), (0, "unresolved")])
def test_containment_ends_as_the_truth_has_it(resolved: int, target: str) -> None:
    legs = [leg(0, LegEnd.CONTAINED, **BOT)]
    assert one(legs, end=ContactEnd.CONTAINED, resolved=resolved) == {("arrival", "bot"): 1, ("bot", target): 1}


@pytest.mark.parametrize(
    ("end", "target"),
    [
        (LegEnd.ABANDONED, "abandoned"),
        (LegEnd.BLOCKED, "left"),
        (LegEnd.UNRESOLVED, "unresolved"),
        (LegEnd.UNFINISHED, "unfinished"),
    ],
)
def test_each_end_has_its_outcome(end: LegEnd, target: str) -> None:
    assert one([leg(0, end)]) == {("arrival", "tier 1"): 1, ("tier 1", target): 1}


def test_a_hang_up_in_the_bot_has_left() -> None:
    assert one([leg(0, LegEnd.HUNG_UP, **BOT)])[("bot", "left")] == 1


def test_the_leg_after_a_call_for_the_supervisor_is_the_supervisors() -> None:
    found = one([leg(0, LegEnd.TO_SUPERVISOR), leg(1, LegEnd.RESOLVED, queue=2, tier=2)])
    assert found == dict.fromkeys([("arrival", "tier 1"), ("tier 1", "supervisor"), ("supervisor", "resolved")], 1)


def test_an_overflow_within_a_tier_is_no_flow() -> None:
    found = one([leg(0, LegEnd.OVERFLOWED), leg(1, LegEnd.RESOLVED, queue=1)])
    assert found == {("arrival", "tier 1"): 1, ("tier 1", "resolved"): 1}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("warmup", [0.0, 2000.0])
def test_what_enters_a_node_leaves_it(seed: int, warmup: float) -> None:
    book = random_journal(seed, warmup=warmup)
    entered, left = Counter[str](), Counter[str]()
    for (source, target), count in edges(book).items():
        left[source] += count
        entered[target] += count
    inner = set(entered) - OUTCOMES
    assert all(entered[node] == left[node] for node in inner)
    started = book.contacts["started"]
    counted = int(((started >= warmup) & (started < book.lexicon.horizon)).sum())
    assert left["arrival"] == counted == sum(entered[node] for node in OUTCOMES)


def test_an_empty_journal_has_no_flows() -> None:
    frame = flows.table(journal())
    assert frame.empty and list(frame.columns) == ["source", "target", "count"]


def test_the_order_of_records_does_not_matter() -> None:
    book = random_journal(2)
    assert edges(book) == edges(replace(book, legs=book.legs[::-1], contacts=book.contacts[::-1]))
