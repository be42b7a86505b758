"""Agents' time: cut at the borders of intervals, clipped to the measured time, paid to the end of the run."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.metrics import kpis
from sim.metrics.facts import Facts
from sim.model.journal import AgentState, Journal
from tests.metrics.journals import LEXICON, journal, random_journal

S = AgentState


def state(kind: AgentState, start: float, end: float, **fields: Any) -> dict[str, Any]:
    """One state of the first agent."""
    return {"state": kind, "start": start, "end": end, "load": int(kind == S.BUSY), **fields}


def read(book: Journal, kpi: str, scope: str = "all", interval: str = "total") -> tuple[float, float]:
    """Numerator and denominator of one cell."""
    frame = kpis.agents_table(book) if scope.startswith("agent") else kpis.table(book)
    row = frame[(frame["kpi"] == kpi) & (frame["scope"] == scope) & (frame["interval"] == interval)]
    return float(row["numerator"].iloc[0]), float(row["denominator"].iloc[0])


HOUR = [
    state(S.AVAILABLE, 0.0, 600.0),
    state(S.BUSY, 600.0, 1500.0),
    state(S.WRAP_UP, 1500.0, 1700.0),
    state(S.HANDOVER, 1700.0, 2000.0),
    state(S.BREAK, 2000.0, 2600.0, scheduled=0),
    state(S.COACHING, 2600.0, 3200.0),
    state(S.OFF, 3200.0, 3600.0, scheduled=1),  # left early
]


@pytest.mark.parametrize(
    ("kpi", "numerator", "denominator"),
    [
        ("occupancy", 1400.0, 2000.0),
        ("utilisation", 1400.0, 3200.0),
        ("adherence", 2600.0, 3000.0),
        ("coaching_hours", 600.0 / 3600.0, 1.0),
        ("paid_hours", 3200.0 / 3600.0, 1.0),
    ],
)
@pytest.mark.parametrize("scope", ["all", "tier:1", "agent:ann"])
def test_an_hour_counted_by_hand(kpi: str, numerator: float, denominator: float, scope: str) -> None:
    assert read(journal(states=HOUR), kpi, scope) == pytest.approx((numerator, denominator))


def test_time_falls_into_the_interval_in_which_it_passes() -> None:
    book = journal(states=[state(S.BUSY, 1700.0, 5500.0)])
    frame = kpis.table(book)
    rows = frame[(frame["kpi"] == "occupancy") & (frame["scope"] == "all")]
    assert rows["numerator"].tolist() == [3800.0, 100.0, 1800.0, 1800.0, 100.0]


def test_time_outside_the_measured_hours_is_no_occupancy_but_overtime_is_paid() -> None:
    words = replace(LEXICON, warmup=1800.0)
    book = journal(words, states=[state(S.BUSY, 1000.0, 8200.0)])
    assert read(book, "occupancy") == (5400.0, 5400.0)
    assert read(book, "paid_hours")[0] == pytest.approx(6400.0 / 3600.0)
    assert read(book, "total_cost")[0] == pytest.approx(6400.0 / 3600.0 * 20.0)


def test_several_contacts_at_once_are_one_busy_second_and_more_slot_load() -> None:
    book = journal(states=[state(S.BUSY, 0.0, 100.0, load=3), state(S.BUSY, 100.0, 200.0)])
    assert read(book, "occupancy") == (200.0, 200.0)
    assert read(book, "concurrency") == (400.0, 200.0)


def test_the_tier_is_the_one_worked_in_at_the_time() -> None:
    book = journal(states=[state(S.BUSY, 0.0, 100.0, tier=1), state(S.BUSY, 100.0, 250.0, tier=2)])
    assert read(book, "occupancy", "tier:1")[0] == 100.0 and read(book, "occupancy", "tier:2")[0] == 150.0


@pytest.mark.parametrize("seed", range(3))
def test_occupancy_and_utilisation_are_never_above_one(seed: int) -> None:
    frame = kpis.table(random_journal(seed))
    shares = frame[frame["kpi"].isin(["occupancy", "utilisation", "adherence"])]["value"].dropna()
    assert shares.between(0.0, 1.0).all()


spans = st.lists(st.tuples(st.floats(0, 400), st.floats(1e-3, 600)), min_size=1, max_size=20)


@given(spans, st.sampled_from([1.0, 900.0, 1800.0, 86400.0, 0.1]))
def test_pieces_add_up_to_their_span_and_stay_in_their_interval(rows: list[tuple[float, float]], length: float) -> None:
    """Starts and lengths of spans are in intervals; the horizon cuts off what lies behind 500 of them."""
    words = replace(LEXICON, interval=length, horizon=500 * length)
    book = journal(words, states=[state(S.BUSY, length * a, length * (a + span)) for a, span in rows])
    within = sum(min(end, words.horizon) - start for start, end in book.states[["start", "end"]].tolist())
    facts = Facts.of(book)
    grid = facts.cells.grid("all", facts.time.handling)[0]
    assert grid[0] == pytest.approx(within, rel=1e-9) and grid[1:].sum() == pytest.approx(within, rel=1e-9)
    assert (grid >= 0.0).all() and (grid[1:] <= len(rows) * length * (1 + 1e-9)).all()
    for start, end in book.states[["start", "end"]].tolist():
        whole = range(math.ceil(start / length) + 1, math.floor(min(end, words.horizon) / length) - 1)
        assert (grid[1:][list(whole)] >= length * (1 - 1e-9)).all()
