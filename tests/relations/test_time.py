"""Time: another unit, another date, a longer horizon."""

from __future__ import annotations

import copy
import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from sim.config import units
from sim.config.units import DAY
from sim.model.journal import Journal
from tests.relations.outcome import Streams, between, same, streams
from tests.relations.relation import Ways, Written, batches, partner, relation, same_run, written
from tests.scenarios import Data, Made, Wide, exponential, seconds, traced

START = datetime(2026, 3, 2, 22, 0)


# --- times 2^k -------------------------------------------------------------------------------------------------------

DURATION = re.compile(r"[0-9.e+]+ (ms|s|min|h|d)")
CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(\+1)?")
MIDNIGHT = "2026-03-02T00:00"
RATES = ("per_hour", "contacts_per_agent_week", "per_agent_week", "wait_per_minute")  # they fall as times grow
LENGTHS = ("weeks",)  # numbers that are times
DEFAULTS: Data = {
    "measures": {"answer_within": "20 s", "repeat_window": "7 d"},
    "evaluation": {"per_agent_week": 25.0, "lag": "2 d"},
    "history": {"weeks": 8, "contacts_per_agent_week": 250.0},
    "survey": {"wait_per_minute": -0.05, "free_wait": "120 s"},
    "context": {"passed": 0.7, "saves": "30 s", "costs": "23 s"},
}


class AtMidnight(Made):
    """A random scenario that begins at midnight, with every duration that has a default written down."""

    def _scenario(self) -> Data:
        data = super()._scenario()
        self.tables = {
            name: {"moment": traced([_since(moment) for moment in table["moment"]], MIDNIGHT)}
            for name, table in self.tables.items()
        }
        data["calendar"]["start"] = MIDNIGHT
        data["measures"] = DEFAULTS["measures"]
        for name in ("evaluation", "history", "survey"):
            data["quality"][name] = DEFAULTS[name]
        data["quality"]["signals"]["refresh"] = seconds(900.0)
        if self.bot:
            data["bot"]["context"] = DEFAULTS["context"]
        if self.shifts:
            data["staff"]["shifts"] = {
                "late": {"start": "00:00", "end": "01:00", "breaks": [{"at": "00:30", "length": "5 min"}]},
                "night": {"start": "00:05", "end": "05:30", "breaks": [{"at": "01:00", "length": "10 min"}]},
            }
        return data


def _since(moment: str) -> float:
    return (datetime.fromisoformat(moment) - START).total_seconds()


def scaled(value: Any, factor: float, name: str = "") -> Any:
    """A section with every duration, clock time and rate scaled."""
    if isinstance(value, dict):
        return {key: item if key == "interval" else scaled(item, factor, key) for key, item in value.items()}
    if isinstance(value, list):
        return [scaled(item, factor, name) for item in value]
    if isinstance(value, str) and DURATION.fullmatch(value):
        return seconds(units.duration(value) * factor)
    if isinstance(value, str) and CLOCK.fullmatch(value):
        return _clock(units.clock(value) * factor)
    if name in RATES:
        return value / factor
    return value * factor if name in LENGTHS else value


def _clock(second: float) -> str:
    days, left = divmod(round(second), int(DAY))
    return f"{left // 3600:02d}:{left // 60 % 60:02d}:{left % 60:02d}" + f"+{days}" * (days > 0)


def _slower(base: Written, factor: float) -> Written:
    tables = {
        name: {"moment": traced([_from_midnight(moment) * factor for moment in table["moment"]], MIDNIGHT)}
        for name, table in base.tables.items()
    }
    return Written(scaled(base.data, factor), tables)


def _from_midnight(moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.fromisoformat(MIDNIGHT)).total_seconds()


TIMES = {
    "legs": ("entered", "answered", "ended", "hold", "wrap_up"),
    "contacts": ("started", "ended", "waited", "next_due"),
    "cases": ("born", "first_ended", "next_contact", "resolved_at", "due"),
    "states": ("start", "end"),
    "evaluations": ("at", "released"),
}
FIXED_SCALE = {"contacts": ("ces",)}  # a customer's effort counts five minutes as five minutes


def _times(journal: Journal, factor: float) -> Streams:
    records = copy.deepcopy(streams(journal))
    for name, fields in TIMES.items():
        for field in fields:
            records[name][field] *= factor
    return records


@relation
@pytest.mark.parametrize("factor", [2.0, 4.0, 0.5])
@batches
def test_times_scaled_by_a_power_of_two_scale_every_record_to_the_last_bit(numbers: range, factor: float) -> None:
    """All durations, clock times, recorded moments and rates × 2^k: every time of the journal × 2^k, exactly, and
    everything else as it was."""
    for number in numbers:
        base = written(number, AtMidnight)
        one, two = base.run(number), _slower(base, factor).run(number)
        assert between(_times(one, factor), streams(two), FIXED_SCALE) == [], number


@partner
def test_a_scale_that_is_no_power_of_two_is_not_exact() -> None:
    exact = 0
    for number in range(5):
        base = written(number, AtMidnight)
        one, two = base.run(number), _slower(base, 3.0).run(number)
        exact += between(_times(one, 3.0), streams(two), FIXED_SCALE) == []
    assert exact < 5


@partner
def test_one_time_that_is_not_scaled_is_noticed() -> None:
    noticed = 0
    for number in range(5):
        base = written(number, AtMidnight)
        slower = _slower(base, 2.0).put("calendar.max_drain", base.data["calendar"]["max_drain"])
        slower = slower.each("intents", lambda intent: intent.update(patience=exponential(30.0)))
        noticed += between(_times(base.run(number), 2.0), streams(slower.run(number)), FIXED_SCALE) != []
    assert noticed == 5


# --- a longer horizon ------------------------------------------------------------------------------------------------


def _until(journal: Journal, end: float) -> Streams:
    """Records that were closed before `end`."""
    records = streams(journal)
    closed = {"legs": "ended", "contacts": "ended", "states": "end", "evaluations": "at", "conditions": "at"}
    return {name: records[name][records[name][field] < end] for name, field in closed.items()}


def _ordered(kept: Streams) -> Streams:
    """Evaluations are written at the end, all others as they close: compared in the order of the case."""
    return {
        name: np.sort(rows, order=["case", "attempt"]) if name == "evaluations" else rows for name, rows in kept.items()
    }


@relation
@batches
def test_a_longer_horizon_keeps_everything_before(numbers: range) -> None:
    """A horizon twice as long keeps every record that was closed before the shorter one's end."""
    kept = grown = 0
    for number in numbers:
        base = _steady(number)
        length = units.duration(base.data["calendar"]["length"])
        short, long = (base.put("calendar.length", seconds(n * length)).run(number) for n in (1, 2))
        one, two = _ordered(_until(short, length)), _ordered(_until(long, length))
        assert between(one, two) == [], number
        kept += sum(rows.size for rows in one.values())
        grown += long.cases.size > 1.5 * short.cases.size
    assert kept > 100 * len(numbers) and grown > 0.9 * len(numbers)


def _steady(number: int) -> Written:
    """Rates that last, and nobody hired by a plan: both look at the whole horizon beforehand."""
    base = written(number, Wide).put("busyness", {"day_cv": 0.4}).out("staff.groups.planned")
    return base.each("intents", lambda intent: intent.update(arrivals={"kind": "constant", "per_hour": 40}))


@partner
def test_what_comes_after_the_shorter_horizon_is_not_kept() -> None:
    base = _steady(0)
    length = units.duration(base.data["calendar"]["length"])
    short, long = (base.put("calendar.length", seconds(n * length)).run(0) for n in (1, 2))
    assert between(_ordered(_until(short, 1.2 * length)), _ordered(_until(long, 1.2 * length))) != []


@relation
@batches
def test_a_longer_drain_keeps_everything_before(numbers: range) -> None:
    """A longer drain keeps every record that was closed before the shorter one's end."""
    cut_off = 0
    for number in numbers:
        base = written(number)
        short, long = (base.put("calendar.max_drain", drain).run(number) for drain in ("1 min", "3 h"))
        end = units.duration(base.data["calendar"]["length"]) + 60.0
        assert between(_ordered(_until(short, end)), _ordered(_until(long, end))) == [], number
        cut_off += not same(short, long)
    assert cut_off > 0


@same_run()
def test_a_drain_longer_than_needed_is_as_long_as_needed(base: Written) -> Ways:
    """A drain longer than anybody needs changes nothing: the run ends when the last customer has left."""
    base = base.out("staff.shifts").each("staff.groups", lambda group: group.pop("shift", None))
    name = "calendar.max_drain"
    return Ways(base.put(name, "100 h"), base.put(name, "200 h"), base.put(name, "1 s"))


# --- another date ----------------------------------------------------------------------------------------------------


def _moved(base: Written, days: int) -> Written:
    """The same scenario so many days later."""
    later = timedelta(days=days)
    tables = {
        name: {
            column: [(datetime.fromisoformat(cell) + later).isoformat(timespec="milliseconds") for cell in cells]
            if column == "moment"
            else cells
            for column, cells in table.items()
        }
        for name, table in base.tables.items()
    }
    return base.put("calendar.start", (START + later).isoformat())._replace(tables=tables)


@same_run(kind=Wide)
def test_a_week_later_is_the_same(base: Written) -> Ways:
    """The same scenario a week later is the same run: only the weekday and the clock count."""
    base = base.put("staff.shifts.mondays", {"start": "21:00", "end": "23:30", "days": ["mon"]})
    base = base.each("staff.groups", lambda group: group.update({} if "plan" in group else {"shift": "mondays"}))
    return Ways(base, _moved(base, 7), _moved(base, 1))


@same_run(kind=Wide)
def test_another_day_is_the_same_where_nobody_asks_for_the_weekday(base: Written) -> Ways:
    """The same scenario on another day of the week is the same run where no shift names its days."""
    later = _moved(base, 3).out("bot.outages").put("calendar.start", "2026-03-05T22:30:00")  # an outage would be over
    return Ways(base, _moved(base, 3), later)
