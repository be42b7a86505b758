"""KPIs of queues, counted by hand over a few visits."""

from __future__ import annotations

from typing import Any

import pytest

from sim.metrics import kpis
from sim.model.journal import Journal, LegEnd
from tests.metrics.journals import journal, visit

DAY = [
    visit(0.0, 10.0, 100.0, queue=0, wrap_up=20.0, hold=30.0),  # within T
    visit(10.0, 20.0, 200.0, queue=0, wrap_up=0.0),  # at T exactly: within
    visit(20.0, 40.0, 300.0, queue=1, wrap_up=40.0, channel=1),  # late
    visit(30.0, 5.0, queue=0),  # abandoned within T
    visit(40.0, 60.0, queue=1),  # abandoned late
    visit(50.0, 0.0, queue=0, end=LegEnd.BLOCKED),
    visit(60.0, 90.0, queue=1, end=LegEnd.OVERFLOWED, case=7),
    visit(70.0, 500.0, queue=0, end=LegEnd.UNFINISHED),  # never answered
    visit(80.0, 8.0, 900.0, queue=0, end=LegEnd.UNFINISHED, hold=7.0),  # answered, not handled
    visit(150.0, 5.0, 40.0, queue=0, case=7, first_human=0, leg=1),  # waited 95 s in all for its answer
]


def read(book: Journal, kpi: str, scope: str = "all", interval: str = "total") -> tuple[float, float]:
    """Numerator and denominator of one cell."""
    frame = kpis.table(book)
    row = frame[(frame["kpi"] == kpi) & (frame["scope"] == scope) & (frame["interval"] == interval)]
    return float(row["numerator"].iloc[0]), float(row["denominator"].iloc[0])


@pytest.mark.parametrize(
    ("kpi", "numerator", "denominator"),
    [
        ("service_level", 3.0, 7.0),
        ("sl_offered", 3.0, 8.0),
        ("sl_good_abandon", 4.0, 8.0),
        ("asa", 173.0, 5.0),
        ("wait_all", 738.0, 8.0),
        ("abandonment", 2.0, 8.0),
        ("blocking", 1.0, 9.0),
        ("overflow_rate", 1.0, 8.0),
        ("aht", 700.0, 4.0),
        ("talk_time", 610.0, 4.0),
        ("hold_time", 30.0, 4.0),
        ("wrap_up_time", 60.0, 4.0),
        ("hold_share", 30.0, 700.0),
        ("offered", 8.0, 1.0),
        ("answered", 5.0, 1.0),
        ("handled", 4.0, 1.0),
        ("abandoned", 2.0, 1.0),
        ("blocked", 1.0, 1.0),
        ("unfinished", 2.0, 1.0),
        ("wait_p50", 20.0, 1.0),
        ("wait_p90", 73.0, 1.0),
    ],
)
def test_a_day_counted_by_hand(kpi: str, numerator: float, denominator: float) -> None:
    assert read(journal(legs=DAY), kpi) == pytest.approx((numerator, denominator))


def test_percentiles_of_the_whole_centre_are_of_first_queues_and_of_a_tier_of_all_its_visits() -> None:
    """Who is passed on waits again: the second wait is the expert's, and not one of the centre's."""
    later = {"case": 1, "leg": 1, "first_human": 0, "queue": 2, "tier": 2}
    book = journal(
        legs=[
            visit(0.0, 10.0, 90.0, queue=0, case=1, end=LegEnd.ESCALATED),
            visit(0.0, 30.0, 90.0, queue=0, case=2),
            visit(100.0, 500.0, 90.0, **later),
        ]
    )
    assert read(book, "wait_p50") == (20.0, 1.0)
    assert read(book, "wait_p50", "tier:1") == (20.0, 1.0) and read(book, "wait_p50", "tier:2") == (500.0, 1.0)


def test_the_three_service_levels_of_one_run_differ() -> None:
    book = journal(legs=DAY)
    values = [n / d for n, d in (read(book, kpi) for kpi in ("service_level", "sl_offered", "sl_good_abandon"))]
    assert values == pytest.approx([3 / 7, 3 / 8, 4 / 8])


def test_offered_is_served_plus_lost_plus_still_there() -> None:
    book = journal(legs=DAY)
    parts = [read(book, kpi)[0] for kpi in ("handled", "abandoned", "unfinished")]
    assert read(book, "offered")[0] == sum(parts)
    parts = [read(book, kpi, "queue:desk")[0] for kpi in ("handled", "abandoned", "overflowed", "unfinished")]
    assert read(book, "offered", "queue:desk")[0] == sum(parts)


def second(row: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The same leg as a later one of its contact."""
    return {**row, "first_human": 0, "leg": 1, **fields}


ESCALATED = [
    visit(0.0, 10.0, 100.0, queue=0, end=LegEnd.ESCALATED),
    second(visit(110.0, 50.0, 200.0, queue=2, tier=2)),
]


def test_tier_and_queue_count_every_visit_but_all_counts_a_contact_once() -> None:
    book = journal(legs=ESCALATED)
    assert read(book, "offered")[0] == 1.0
    assert read(book, "offered", "intent:bill")[0] == 1.0
    assert [read(book, "offered", scope)[0] for scope in ("tier:1", "tier:2", "queue:expert")] == [1.0, 1.0, 1.0]


def test_the_wait_after_an_escalation_is_the_higher_tiers() -> None:
    book = journal(legs=ESCALATED)
    assert read(book, "asa") == (10.0, 1.0) and read(book, "asa", "tier:2") == (50.0, 1.0)


MOVED_TWICE = [
    visit(0.0, 30.0, queue=0, end=LegEnd.OVERFLOWED),
    second(visit(30.0, 40.0, queue=1, end=LegEnd.OVERFLOWED)),
    second(visit(70.0, 15.0, queue=0), leg=2),
]


def test_who_gives_up_after_an_overflow_has_abandoned_in_every_scope_of_the_caller() -> None:
    """Else a quick overflow would clear the abandonment that decides, and lose nobody."""
    book = journal(legs=MOVED_TWICE)
    for scope in ("all", "channel:voice", "intent:bill"):
        assert read(book, "abandonment", scope) == (1.0, 1.0)
        assert read(book, "overflow_rate", scope) == (1.0, 1.0)
        assert read(book, "wait_all", scope) == (85.0, 1.0)
    assert read(book, "abandonment", "tier:1") == (1.0, 3.0)
    assert read(book, "overflow_rate", "tier:1") == (2.0, 3.0)


def test_an_answer_after_an_overflow_comes_after_the_whole_wait_in_the_interval_of_the_first_queue() -> None:
    moved = visit(1795.0, 10.0, queue=0, end=LegEnd.OVERFLOWED)
    book = journal(legs=[moved, second(visit(1805.0, 10.0, 60.0, queue=1))])
    assert read(book, "sl_offered") == (1.0, 1.0) and read(book, "asa") == (20.0, 1.0)
    assert read(book, "asa", interval="2003-06-02T07:00:00") == (20.0, 1.0)
    assert read(book, "asa", "queue:desk", "2003-06-02T07:30:00") == (10.0, 1.0)
    late = journal(legs=[moved, second(visit(1805.0, 10.1, 60.0, queue=1))])
    assert read(late, "sl_offered") == (0.0, 1.0) and read(late, "sl_offered", "tier:1") == (1.0, 2.0)


def test_an_overflow_ends_the_stay_of_nobody_where_the_line_closes() -> None:
    """A stay counts by when it began: before the horizon it does, also with its end after; before the warm-up never."""
    before = visit(1790.0, 30.0, queue=0, end=LegEnd.OVERFLOWED)
    legs = [before, second(visit(1820.0, 5.0, 60.0, queue=1)), visit(7190.0, 30.0, case=1, end=LegEnd.OVERFLOWED)]
    book = random_window([*legs, second(visit(7220.0, 5.0, queue=1), case=1)])
    assert read(book, "offered") == (1.0, 1.0) and read(book, "abandonment") == (1.0, 1.0)
    assert read(book, "wait_all") == (35.0, 1.0)


def test_a_supervisor_counts_as_an_escalation() -> None:
    book = journal(legs=[visit(0.0, 1.0, 9.0, end=LegEnd.TO_SUPERVISOR), visit(0.0, 1.0, 9.0)])
    assert read(book, "escalation_rate", "tier:1") == (1.0, 2.0)
    assert read(book, "supervisor_rate", "tier:1") == (1.0, 2.0)


def test_a_move_out_of_the_queue_is_no_escalation_of_a_handled_visit() -> None:
    book = journal(legs=[visit(0.0, 90.0, end=LegEnd.ESCALATED), visit(0.0, 1.0, 9.0)])
    assert read(book, "escalation_rate") == (0.0, 1.0)


@pytest.mark.parametrize("entered", [0.0, 1799.0, 7200.0, 9000.0])
def test_visits_of_the_warm_up_and_of_the_drain_are_left_out(entered: float) -> None:
    book = random_window([visit(entered, 5.0, 60.0)])
    assert read(book, "offered")[0] == 0.0


@pytest.mark.parametrize("entered", [1800.0, 7199.0])
def test_visits_of_the_measured_time_count_however_late_they_are_served(entered: float) -> None:
    book = random_window([visit(entered, 5000.0, 600.0)])
    assert read(book, "asa") == (5000.0, 1.0)


def random_window(legs: list[dict[str, Any]]) -> Journal:
    """A journal whose first half-hour is warm-up."""
    from dataclasses import replace

    from tests.metrics.journals import LEXICON

    return journal(replace(LEXICON, warmup=1800.0), legs=legs)


def test_bot_sessions_are_no_visits() -> None:
    bot = {"queue": -1, "tier": 0, "first_human": 0, "entered": 0.0, "ended": 60.0, "end": LegEnd.CONTAINED}
    assert read(journal(legs=[bot]), "offered")[0] == 0.0
