"""KPIs of cases, contacts, the bot, surveys, quality and money, counted by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim.metrics import kpis
from sim.model.journal import CaseEnd, ContactEnd, Journal, LegEnd, Origin
from tests.metrics.journals import LEXICON, NEVER, journal, visit


def read(book: Journal, kpi: str, scope: str = "all") -> tuple[float, float]:
    """Numerator and denominator of one total."""
    frame = kpis.agents_table(book) if scope.startswith("agent") else kpis.table(book)
    row = frame[(frame["kpi"] == kpi) & (frame["scope"] == scope) & (frame["interval"] == "total")]
    return float(row["numerator"].iloc[0]), float(row["denominator"].iloc[0])


def contact(case: int, attempt: int = 0, **fields: Any) -> dict[str, Any]:
    """A contact handled by the first agent, and resolved."""
    plain = {"agent": 0, "end": ContactEnd.RESOLVED, "resolved": 1, "started": 100.0, "ended": 400.0}
    return {"case": case, "attempt": attempt, **plain, **fields}


def case(number: int, **fields: Any) -> dict[str, Any]:
    """A case with a handled first contact that ended at second 400."""
    plain = {"born": 100.0, "first_ended": 400.0, "first_handled": 1, "end": CaseEnd.GIVEN_UP}
    return {"case": number, **plain, **fields}


FCR = [
    (case(1, first_resolved=1, resolved_at=400.0, end=CaseEnd.RESOLVED), (1, 1)),
    (case(1), (1, 1)),  # failed in silence and never called again: measured as resolved
    (case(1, next_contact=400.0 + 3600.0), (0, 1)),  # at W exactly: within
    (case(1, next_contact=400.0 + 3601.0), (1, 1)),
    (case(1, next_contact=3000.0, due=3000.0, end=CaseEnd.DUE_LATER), (0, 1)),  # due after the horizon, known
    (case(1, first_handled=0, next_contact=500.0), (0, 0)),  # abandoned: not handled
    (case(1, first_ended=NEVER), (0, 0)),
]


@pytest.mark.parametrize(("row", "expected"), FCR)
def test_fcr_measured_looks_at_further_contacts_within_the_window(
    row: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert read(journal(contacts=[contact(1)], cases=[row]), "fcr_measured") == expected


def test_a_case_whose_first_contact_is_unfinished_is_in_no_fcr() -> None:
    book = journal(contacts=[contact(1, end=ContactEnd.UNFINISHED)], cases=[case(1)])
    assert read(book, "fcr_measured") == (0.0, 0.0) and read(book, "fcr_true") == (0.0, 0.0)


def test_measured_and_true_fcr_differ_by_silent_failures() -> None:
    book = journal(contacts=[contact(1), contact(2)], cases=[case(1, first_resolved=1), case(2)])
    assert read(book, "fcr_measured") == (2.0, 2.0) and read(book, "fcr_true") == (1.0, 2.0)


def test_an_abandoned_first_contact_is_a_failure_of_true_fcr() -> None:
    book = journal(contacts=[contact(1, end=ContactEnd.ABANDONED, agent=-1)], cases=[case(1, first_handled=0)])
    assert read(book, "fcr_true") == (0.0, 1.0)


def test_time_to_resolution_is_over_resolved_cases() -> None:
    book = journal(contacts=[contact(1), contact(2)], cases=[case(1, resolved_at=1100.0), case(2)])
    assert read(book, "time_to_resolution") == (1000.0, 1.0)
    assert read(book, "case_resolution") == (1.0, 2.0)


def test_a_contact_due_later_counts_as_a_contact_of_its_case() -> None:
    book = journal(contacts=[contact(1), contact(2)], cases=[case(1, due=9999.0, contacts=2), case(2)])
    assert read(book, "contacts_per_case") == (4.0, 2.0)


def test_repeats_are_made_or_due_and_retrials_are_none() -> None:
    contacts = [
        contact(1, resolved=0),
        contact(1, 1, origin=Origin.REPEAT, resolved=0),
        contact(2, end=ContactEnd.ABANDONED, agent=-1, next_due=900.0),
        contact(2, 1, origin=Origin.RETRIAL),
        contact(3, end=ContactEnd.ABANDONED, agent=-1, next_due=9999.0),
    ]
    cases = [case(1, due=9999.0, contacts=2), case(2, contacts=2), case(3, due=9999.0)]
    assert read(journal(contacts=contacts, cases=cases), "repeat_rate") == (2.0, 3.0)
    assert read(journal(contacts=contacts, cases=cases), "retrial_rate") == (2.0, 2.0)


@pytest.mark.parametrize(
    ("end", "repeats"),
    [(ContactEnd.ABANDONED, 0), (ContactEnd.BLOCKED, 0), (ContactEnd.HUNG_UP, 0), (ContactEnd.UNRESOLVED, 1),
     (ContactEnd.CONTAINED, 1)],
)  # fmt: skip
def test_who_is_due_again_repeats_only_what_was_served(end: ContactEnd, repeats: int) -> None:
    """Who hung up, gave up or was turned away tries again: a retrial, also one that falls after the horizon."""
    book = journal(contacts=[contact(1, end=end, resolved=0, next_due=9999.0)], cases=[case(1, due=9999.0)])
    assert read(book, "repeat_rate") == (repeats, 1.0)


def test_of_those_the_bot_keeps_the_unhappy_are_nearest_to_three_or_less_and_were_kept_in_the_measured_time() -> None:
    kept = {"end": ContactEnd.CONTAINED, "agent": -1, "bot": 1, "resolved": 0}
    contacts = [
        contact(1, **kept, satisfaction=3.5),  # nearest to 4
        contact(2, **kept, satisfaction=3.25),
        contact(3, **{**kept, "end": ContactEnd.HUNG_UP}, satisfaction=1.0),
        contact(4, **{**kept, "started": 10.0}, satisfaction=1.0),  # in the warm-up
    ]
    assert read(journal(replace(LEXICON, warmup=60.0), contacts=contacts), "contained_unhappy") == (1.0, 2.0)


def test_a_case_of_the_warm_up_is_left_out_with_all_its_repeats() -> None:
    contacts = [contact(1, resolved=0), contact(1, 1, origin=Origin.REPEAT, started=2000.0)]
    book = journal(replace(LEXICON, warmup=1800.0), contacts=contacts, cases=[case(1, contacts=2)])
    assert read(book, "repeat_rate") == (0.0, 0.0) and read(book, "contacts")[0] == 1.0


def test_a_case_belongs_to_the_channel_of_its_first_contact() -> None:
    contacts = [contact(1, channel=1), contact(1, 1, channel=0)]
    book = journal(contacts=contacts, cases=[case(1, contacts=2)])
    assert read(book, "fcr_true", "channel:chat")[1] == 1.0 and read(book, "fcr_true", "channel:voice")[1] == 0.0


def session(case: int, end: LegEnd) -> dict[str, Any]:
    """A bot session of a minute."""
    return {
        "case": case,
        "queue": -1,
        "tier": 0,
        "first_human": 0,
        "entered": 100.0,
        "ended": 160.0,
        "end": end,
    }


BOT = journal(
    legs=[
        session(1, LegEnd.CONTAINED),
        session(2, LegEnd.CONTAINED),
        session(3, LegEnd.HUNG_UP),
        session(4, LegEnd.HANDED_OFF),
        visit(160.0, 5.0, 60.0, case=4),
    ],
    contacts=[
        contact(1, end=ContactEnd.CONTAINED, agent=-1, bot=1),
        contact(2, end=ContactEnd.CONTAINED, agent=-1, bot=1, resolved=0),
        contact(3, end=ContactEnd.HUNG_UP, agent=-1, bot=1, resolved=0),
        contact(4, bot=1),
    ],
    cases=[case(n) for n in (1, 2, 3, 4)],
)


@pytest.mark.parametrize(
    ("kpi", "count"), [("containment", 2), ("true_containment", 1), ("handoff_rate", 1), ("bot_hang_up", 1)]
)
@pytest.mark.parametrize("scope", ["all", "tier:0", "intent:bill", "channel:voice"])
def test_a_hang_up_is_not_containment_and_false_containment_not_true(kpi: str, count: int, scope: str) -> None:
    assert read(BOT, kpi, scope) == (count, 4.0)


def test_cost_is_shared_by_contacts_served_and_each_tier_by_its_own() -> None:
    states = [{"state": 2, "start": 0.0, "end": 3600.0}]
    book = replace(BOT, states=journal(states=states).states)
    line = (4 * 60.0 + 65.0) / 60.0 * 0.03
    assert read(book, "total_cost") == pytest.approx((20.0 + 4 * 0.5 + line, 1.0))
    assert read(book, "cost_per_contact") == pytest.approx((22.0 + line, 3.0))
    assert read(book, "cost_per_contact", "tier:0") == pytest.approx((2.0 + 4 * 0.03, 4.0))
    assert read(book, "cost_per_contact", "tier:1") == pytest.approx((20.0 + 65.0 / 60.0 * 0.03, 1.0))


def test_a_contact_due_later_is_priced_at_the_cost_of_a_contact() -> None:
    states = [{"state": 1, "start": 0.0, "end": 3600.0}]
    cases = [case(1, resolved_at=400.0), case(2, due=9999.0, end=CaseEnd.DUE_LATER)]
    book = journal(contacts=[contact(1), contact(2, resolved=0)], cases=cases, states=states)
    assert read(book, "follow_up_cost")[0] == pytest.approx(10.0)
    assert read(book, "cost_per_resolved_case") == pytest.approx((30.0, 1.0))


SURVEYED = journal(
    contacts=[
        contact(1, csat=5, nps=10, ces=7, satisfaction=4.9),
        contact(2, csat=4, nps=8, ces=5, satisfaction=3.5),
        contact(3, csat=2, nps=3, ces=1, satisfaction=3.4),
        contact(4, satisfaction=1.2),
        contact(5, nps=0, satisfaction=3.6),
        contact(6, end=ContactEnd.UNFINISHED),
    ]
)


@pytest.mark.parametrize(
    ("kpi", "numerator", "denominator"),
    [
        ("csat", 2, 3),
        ("csat_everyone", 3, 5),
        ("nps", 100 - 200, 4),
        ("ces", 13, 3),
        ("survey_response", 3, 5),
    ],
)
def test_surveys_are_over_respondents_and_satisfaction_over_everyone(
    kpi: str, numerator: float, denominator: float
) -> None:
    assert read(SURVEYED, kpi) == (numerator, denominator)


def test_defects_are_counted_by_category_and_once_in_all() -> None:
    book = journal(
        contacts=[contact(1, defects=1 | 8), contact(2, defects=8), contact(3), contact(4, agent=-1, defects=4)]
    )
    names = ("rate", "information", "process", "compliance", "empathy")
    assert [read(book, f"defect_{name}") for name in names] == [(2, 3), (1, 3), (0, 3), (0, 3), (2, 3)]


def test_scores_are_averaged_as_measured_and_in_truth() -> None:
    marks = [{"case": 1, "score": 80.0, "true_score": 90.0}, {"case": 2, "score": 60.0, "true_score": 70.0}]
    marks[1]["auto_fail"] = 1
    book = journal(contacts=[contact(1), contact(2)], evaluations=marks)
    assert read(book, "qa_score") == (140.0, 2.0) and read(book, "qa_score_true") == (160.0, 2.0)
    assert read(book, "auto_fail_rate") == (1.0, 2.0) and read(book, "qa_score", "agent:ann") == (140.0, 2.0)


def test_evaluations_of_the_warm_up_and_of_unknown_contacts_are_left_out() -> None:
    marks = [{"case": 1, "score": 80.0}, {"case": 7, "score": 70.0}]
    book = journal(replace(LEXICON, warmup=1800.0), contacts=[contact(1)], evaluations=marks)
    assert read(book, "qa_score") == (0.0, 0.0)


def test_an_agents_resolution_is_over_the_contacts_it_handled_last() -> None:
    contacts = [contact(1, agent=0), contact(2, agent=0, resolved=0), contact(3, agent=1)]
    assert read(journal(contacts=contacts), "resolution_rate", "agent:ann") == (1.0, 2.0)


def test_transfers_are_over_contacts_handled() -> None:
    contacts = [contact(1, transfers=2), contact(2), contact(3, agent=-1, end=ContactEnd.ABANDONED, transfers=1)]
    assert read(journal(contacts=contacts), "transfer_rate") == (2.0, 2.0)
