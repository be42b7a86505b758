"""Each invariant of tests/invariants can fail: a record is corrupted, or another centre is run than stated.

`CORRUPTIONS` change one thing in a true journal, or in what was seen of the run. `LIES` and `ROUTERS` are faults of the
run itself: it plays another scenario than the account is told of, or with a router that breaks its promise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.model.policy import Router
from tests.invariants import agents, contacts, lines, sums  # noqa: F401
from tests.invariants.corruptions import CORRUPTIONS, Corruption, answered, corrupted
from tests.invariants.routers import EveryThirdWaits, LastComeFirstServed, play_with
from tests.invariants.runs import INVARIANTS, Run, honest, run
from tests.scenarios import Made, seconds

NUMBERS = range(16)


@pytest.mark.parametrize(("claim", "corrupt"), CORRUPTIONS, ids=[f"{n}-{c[0]}" for n, c in enumerate(CORRUPTIONS)])
def test_a_corrupted_record_breaks_the_invariant(claim: str, corrupt: Corruption) -> None:
    """In the first scenario that has such a record."""
    false = next(false for true in map(honest, NUMBERS) if (false := corrupted(true, corrupt)) is not None)
    assert list(INVARIANTS[claim](false))


# --- what was seen, and what KPIs say --------------------------------------------------------------------------------


def _one_more(kpi: str) -> Callable[[Run], None]:
    """A KPI counts one too many, everywhere."""

    def change(false: Run) -> None:
        false.table = false.table.copy()
        false.table.loc[false.table.kpi == kpi, "numerator"] += 1.0

    return change


def _longer_line(false: Run) -> None:
    sights = list(false.watched.sights)
    place = next(n for n, sight in enumerate(sights) if n and sight.moment > sights[n - 1].moment)
    sights[place] = sights[place]._replace(waiting=tuple(n + 1 for n in sights[place].waiting))
    false.watched = false.watched._replace(sights=sights)


def _busier_agents(false: Run) -> None:
    sights = [sight._replace(in_hand=tuple(n + 1 for n in sight.in_hand)) for sight in false.watched.sights]
    false.watched = false.watched._replace(sights=sights)


def _endless(false: Run) -> None:
    false.events *= 4


SEEN: list[tuple[str, Callable[[Run], None]]] = [
    ("kpis_count_every_visit_once_in_one_way", _one_more("offered")),
    ("kpis_count_every_visit_once_in_one_way", _one_more("overflowed")),
    ("kpis_count_every_visit_once_in_one_way", _one_more("contacts")),
    ("the_kpi_of_waits_is_the_sum_of_waits", _one_more("wait_all")),
    ("cost_is_what_roster_bot_and_line_come_to", _one_more("total_cost")),
    ("cost_is_what_roster_bot_and_line_come_to", _one_more("paid_hours")),
    ("little_holds_for_every_line_as_an_identity", _longer_line),
    ("little_holds_for_every_agent_as_an_identity", _busier_agents),
    ("the_number_of_events_is_bounded", _endless),
]


@pytest.mark.parametrize(("claim", "change"), SEEN, ids=[f"{n}-{s[0]}" for n, s in enumerate(SEEN)])
def test_a_false_count_breaks_the_invariant(claim: str, change: Callable[[Run], None]) -> None:
    true = next(true for true in map(honest, NUMBERS) if answered(true.account.journal.legs).sum() > 50)
    false = Run(true.made, true.account, true.events, lambda: true.watched)
    change(false)
    assert list(INVARIANTS[claim](false))


def test_every_invariant_is_shown_to_fail() -> None:
    assert {claim for claim, _ in CORRUPTIONS} | {claim for claim, _ in SEEN} == set(INVARIANTS)


# --- faults of the run -----------------------------------------------------------------------------------------------


def each(section: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Made], None]:
    """Change every member of a section of the scenario that is played."""

    def lie(made: Made) -> None:
        for member in (made.data["staff"] if section in ("groups", "shifts") else made.data)[section].values():
            change(member)

    return lie


def _later_overflow(queue: dict[str, Any]) -> None:
    if "overflow" in queue:
        queue["overflow"]["after"] = seconds(float(queue["overflow"]["after"].split()[0]) + 1.0)


def _drop_first_arrivals(made: Made) -> None:
    for columns in made.tables.values():
        if "moment" in columns:
            del columns["moment"][:1]


def _longer_drain(made: Made) -> None:
    made.data["calendar"]["max_drain"] = "9 h"


def _one_more_contact(made: Made) -> None:
    made.data["returns"]["max_contacts"] += 1


def _other_channel(intent: dict[str, Any]) -> None:
    intent["channel"] = "voice" if intent["channel"] == "chat" else "chat"


def _nobody_absent(made: Made) -> None:
    made.data["staff"].pop("absence", None)


def _longer_sessions(made: Made) -> None:
    if "coaching" in made.data:
        made.data["coaching"] |= {"every": "30 min", "session": "25 min"}


LIES: list[tuple[str, Callable[[Made], None]]] = [
    (
        "nobody_waits_beyond_patience_and_who_abandons_waited_exactly_so_long",
        each("segments", lambda segment: segment.update(patience_factor=3.0)),
    ),
    ("overflow_comes_exactly_when_due", each("queues", _later_overflow)),
    ("a_line_is_never_longer_than_its_capacity", each("queues", lambda queue: queue.pop("capacity", None))),
    ("only_a_full_line_blocks", each("queues", lambda queue: queue.setdefault("capacity", 0))),
    ("nobody_has_more_in_hand_than_slots", each("groups", lambda group: group.update(slots=9))),
    ("nobody_has_more_in_hand_than_slots", each("channels", lambda channel: channel.update(takes="slot"))),
    (
        "only_agents_of_the_tier_with_the_skills_answer",
        each("groups", lambda group: group.update(skills={"skill_0": 1.0, "skill_1": 1.0, "lead": 1.0})),
    ),
    ("agents_answer_only_while_on_duty", each("groups", lambda group: group.pop("shift", None))),
    ("agents_answer_only_while_on_duty", each("shifts", lambda shift: shift.update(breaks=[]))),
    ("states_and_loads_are_what_legs_and_plan_say", each("shifts", lambda shift: shift.update(breaks=[]))),
    ("cost_is_what_roster_bot_and_line_come_to", each("groups", lambda group: group.update(hourly_cost=18.0))),
    ("every_moment_of_a_trace_is_one_birth", _drop_first_arrivals),
    ("agents_answer_only_while_on_duty", _nobody_absent),
    ("cost_is_what_roster_bot_and_line_come_to", _nobody_absent),
    ("a_session_held_is_time_in_coaching_and_all_time_in_coaching_is_one", _longer_sessions),
    ("nothing_happens_after_the_drain", _longer_drain),
    ("contacts_of_a_case_are_numbered_and_counted", _one_more_contact),
    ("a_case_and_its_contacts_and_legs_are_of_one_kind", each("intents", _other_channel)),
]


@pytest.mark.parametrize(("claim", "lie"), LIES, ids=[f"{n}-{lie[0]}" for n, lie in enumerate(LIES)])
def test_another_centre_than_stated_breaks_the_invariant(claim: str, lie: Callable[[Made], None]) -> None:
    assert any(list(INVARIANTS[claim](run(number, lie))) for number in NUMBERS)


ROUTERS: list[tuple[str, type[Router]]] = [
    ("who_waits_in_one_line_is_served_in_order_of_entering", LastComeFirstServed),
    ("nobody_waits_while_an_agent_who_could_serve_is_free", EveryThirdWaits),
]


@pytest.mark.parametrize(("claim", "router"), ROUTERS)
def test_a_router_that_breaks_its_promise_breaks_the_invariant(
    monkeypatch: pytest.MonkeyPatch, claim: str, router: type[Router]
) -> None:
    play_with(monkeypatch, router)
    assert any(list(INVARIANTS[claim](run(number))) for number in NUMBERS)
