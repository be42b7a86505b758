"""Who is born when: curves over days and past midnight, busyness, segments, ties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import Journal
from sim.sampling.arrivals import busyness
from sim.sampling.streams import Streams
from tests.scenarios import Data, centre, fixed, traced

Run = Callable[..., Journal]
DAY = 86400.0


def _days(days: int, arrivals: Data, **more: Any) -> Data:
    data = centre(**more)
    data["calendar"] = {"start": "2026-03-02T00:00", "length": f"{days} d", "max_drain": "1 h"}
    call = {"channel": "voice", "arrivals": arrivals, "path": {"front": {"talk": fixed(1.0)}}}
    return {**data, "intents": {"call": call}}


def _per_day(journal: Journal, days: int) -> NDArray[np.int64]:
    return np.bincount((journal.cases["born"] // DAY).astype(int), minlength=days)


def test_every_day_is_busy_in_its_own_way_however_the_rate_is_written(ran: Run) -> None:
    constant = {"kind": "constant", "per_hour": 20}
    curve = {"kind": "curve", "begins": "00:00", "every": "1 h", "per_hour": [20] * 24}
    counts = [_per_day(ran(_days(4, rate, busyness={"day_cv": 0.8})), 4) for rate in (constant, curve)]
    assert np.array_equal(counts[0], counts[1])
    assert counts[0].max() > 2 * counts[0].min()


def test_a_busy_day_begins_at_midnight_and_not_when_the_run_begins(ran: Run) -> None:
    """Two days from six in the evening on touch three days of the calendar, for 6, 24 and 18 hours."""
    data = _days(2, {"kind": "constant", "per_hour": 400}, busyness={"day_cv": 0.6})
    data["calendar"]["start"] = "2026-03-02T18:00"
    factors = busyness(Streams(1, 0).purpose("busyness"), 0, 3, 0.6)
    assert np.ptp(factors) > 0.3
    counts = np.bincount(((ran(data).cases["born"] + 0.75 * DAY) // DAY).astype(int), minlength=3)
    expected = 400.0 * np.array([6.0, 24.0, 18.0]) * factors
    assert (np.abs(counts - expected) < 4.0 * np.sqrt(expected)).all()


def test_without_busyness_days_differ_by_chance_alone(ran: Run) -> None:
    """The partner: a Poisson count strays by four standard deviations at most."""
    counts = _per_day(ran(_days(4, {"kind": "constant", "per_hour": 20})), 4)
    assert (np.abs(counts - 480) < 4 * np.sqrt(480)).all()


def test_a_curve_past_midnight_goes_on_in_the_morning(ran: Run) -> None:
    curve = {"kind": "curve", "begins": "22:00", "every": "1 h", "per_hour": [60] * 8}
    hours = np.bincount((ran(_days(3, curve)).cases["born"] % DAY // 3600).astype(int), minlength=24)
    assert (hours[6:22] == 0).all()
    assert (hours[:6] > 0).all() and (hours[22:] > 0).all()


def test_a_curve_of_half_a_day_is_silent_in_the_other_half(ran: Run) -> None:
    curve = {"kind": "curve", "begins": "08:00", "every": "2 h", "per_hour": [60, 0, 60]}
    hours = np.bincount((ran(_days(2, curve)).cases["born"] % DAY // 3600).astype(int), minlength=24)
    assert sorted(np.flatnonzero(hours)) == [8, 9, 12, 13]


def test_segments_take_their_shares(ran: Run) -> None:
    segments = {"plain": {"share": 0.7}, "vip": {"share": 0.3}}
    cases = ran(_days(2, {"kind": "constant", "per_hour": 60}, segments=segments)).cases
    assert abs((cases["segment"] == 1).mean() - 0.3) < 4 * np.sqrt(0.21 / cases.size)


def test_births_at_one_moment_are_in_order_of_the_intents_names(ran: Run) -> None:
    data = _days(1, {"kind": "trace", "file": "moments.csv", "column": "moment"})
    call = data["intents"]["call"]
    data["intents"] = {"zoo": call, "ark": call}
    tables = {"moments.csv": {"moment": traced([5.0, 5.0], "2026-03-02T00:00")}}
    journal = ran(data, tables=tables)
    cases = np.sort(journal.cases, order="case")
    assert [journal.lexicon.intents[index] for index in cases["intent"]] == ["ark", "ark", "zoo", "zoo"]
