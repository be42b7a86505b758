"""Durations, clock times and moments are read with their unit, and nothing else is taken for one."""

from __future__ import annotations

import math
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.config import units
from sim.config.units import UnitError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500 ms", 0.5),
        ("20 s", 20.0),
        ("20s", 20.0),
        ("6 min", 360.0),
        ("1.5 h", 5400.0),
        ("2 d", 172_800.0),
        ("1 w", 604_800.0),
        (" 6  min ", 360.0),
        ("0 s", 0.0),
        ("1e-3 s", 0.001),
        ("2 hours", 7200.0),
        ("1 minute", 60.0),
        ("30 seconds", 30.0),
        ("3 days", 259_200.0),
        ("2 weeks", 1_209_600.0),
    ],
)
def test_a_duration_is_its_number_times_its_unit(text: str, seconds: float) -> None:
    assert units.duration(text) == seconds


@given(st.just(0.0) | st.floats(0.001, 5000.0), st.sampled_from(sorted(units.SECONDS)))
def test_any_written_float_comes_back_exactly_times_its_unit(number: float, unit: str) -> None:
    assert units.duration(f"{number!r} {unit}") == number * units.SECONDS[unit]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (750, "YAML reads 12:30 without quotes as 750"),
        (6.0, "not a number without a unit"),
        (0, "not a number without a unit"),
        (math.nan, "not a number without a unit"),
        (True, "true or false"),
        (None, "a duration belongs here"),
        ([], "a duration belongs here"),
        ("", "not a duration"),
        ("6", 'write "6 s" or "6 min"'),
        ("6 m", "minutes or months"),
        ("6 mni", 'did you mean "6 min"'),
        ("6 parsecs", "known: "),
        ("-6 min", "cannot be negative"),
        ("6,5 min", 'write a decimal point: "6.5 min"'),
        ("12:30", "a clock time where a duration belongs"),
        ("1 h 30 min", "one number and one unit"),
        ("inf s", "not a duration"),
        ("nan s", "not a duration"),
        ("1e999 s", "must be finite"),
        ("1_000 s", "not a duration"),
        ("٣ s", "not a duration"),
        ("6 min\n7 min", "not a duration"),
    ],
)
def test_what_is_not_a_duration_is_refused_with_the_reason(value: object, said: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.duration(value)
    assert said in str(caught.value)
    assert caught.value.rule
    assert caught.value.mend


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00", 0.0),
        ("07:30", 27_000.0),
        ("7:30", 27_000.0),
        ("07:30:15", 27_015.0),
        ("23:59", 86_340.0),
        ("24:00", 86_400.0),
        ("06:00+1", 108_000.0),
        ("00:00+2", 172_800.0),
    ],
)
def test_a_clock_time_is_seconds_since_midnight(text: str, seconds: float) -> None:
    assert units.clock(text) == seconds


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (750, "YAML reads 12:30 without quotes as 750"),
        (False, "true or false"),
        (None, "a clock time belongs here"),
        ("25:00", "no such clock time"),
        ("24:30", 'the next day: "00:30+1"'),
        ("12:60", "no such clock time"),
        ("12", "not a clock time"),
        ("7.30", "not a clock time"),
        ("7:30 pm", "not a clock time"),
        ("-07:30", "not a clock time"),
        ("06:00+", "not a clock time"),
    ],
)
def test_what_is_not_a_clock_time_is_refused_with_the_reason(value: object, said: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.clock(value)
    assert said in str(caught.value)
    assert caught.value.mend


@pytest.mark.parametrize("text", ["2003-06-02T07:00", "2003-06-02 07:00", "2003-06-02T07:00:00"])
def test_a_moment_is_a_local_date_and_time(text: str) -> None:
    assert units.moment(text) == datetime(2003, 6, 2, 7)


@pytest.mark.parametrize(
    "value",
    [
        "2003-06-02",
        "2003-02-30T07:00",
        "2003-06-02T07:00Z",
        "2003-06-02T07:00+01:00",
        "02.06.2003 07:00",
        "20030602",
        20030602,
        True,
        None,
        datetime(2003, 6, 2, tzinfo=UTC),
    ],
)
def test_what_is_not_a_local_moment_is_refused_with_a_mend(value: object) -> None:
    with pytest.raises(UnitError) as caught:
        units.moment(value)
    assert "2003-06-02T07:00" in caught.value.mend


def test_the_error_survives_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(UnitError("rule", "mend")))
    assert (error.rule, error.mend) == ("rule", "mend")
