"""Durations, clock times and moments as people write them, turned into seconds.

YAML 1.1 reads `12:30` without quotes as the number 750, so a bare number is never taken for a time: the
unit is always written. Everything here raises `UnitError` (a ValueError, as pydantic expects) and opens no
file.
"""

from __future__ import annotations

import math
import re
from datetime import datetime

from sim.config.suggest import closest

SECONDS: dict[str, float] = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
DAY = SECONDS["d"]
SHORTEST, LONGEST = 1e-6, 36_525 * DAY  # durations, but for 0
YEARS = (1900, 2199)  # of moments
SPELLINGS: dict[str, str] = {
    **{unit: unit for unit in SECONDS},
    **dict.fromkeys(("sec", "second", "seconds"), "s"),
    **dict.fromkeys(("minute", "minutes"), "min"),
    **dict.fromkeys(("hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
}
_UNITS = "one of ms, s, min, h, d, w"
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\s*([A-Za-z]*)", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\+([0-9]))?", re.ASCII)
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = re.compile(_DAY + r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?", re.ASCII)
DURATION_PATTERN = rf"^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?\s*({'|'.join(SPELLINGS)})$"
CLOCK_PATTERN = f"^{_CLOCK.pattern}$"
MOMENT_PATTERN = f"^{_MOMENT.pattern}$"


class UnitError(ValueError):
    """A time that cannot be read: `rule` says what is wrong, `mend` what to write instead."""

    def __init__(self, rule: str, mend: str) -> None:
        super().__init__(rule, mend)
        self.rule = rule
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.rule}; {self.mend}"


def duration(value: object) -> float:
    """Seconds of a quoted duration such as "6 min", "20 s", "1.5 h", "2 d", "1 w" or "500 ms"."""
    text = _text(value, "a duration", 'write a number with its unit, such as "6 min" or "20 s"')
    match = _DURATION.fullmatch(text)
    if match is None:
        raise _not_a_duration(text)
    number, unit = match.groups()
    return _possible(float(number) * SECONDS[_unit(number, unit)])


def clock(value: object) -> float:
    """Seconds since midnight of a clock time "07:30"; "06:00+1" is the next day and "24:00" its midnight."""
    text = _text(value, "a clock time", 'write it in quotes, such as "07:30"')
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise UnitError("not a clock time", 'write hours and minutes in quotes, such as "07:30" or "06:00+1"')
    hours, minutes, seconds, days = (int(part or 0) for part in match.groups())
    _check_clock(hours, minutes, seconds)
    return days * DAY + hours * 3600.0 + minutes * 60.0 + seconds


def moment(value: object) -> datetime:
    """A local date and time "2003-06-02T07:00", without a time zone: a scenario has one clock."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value
    text = _text(value, "a date and time", 'write it in quotes, such as "2003-06-02T07:00"')
    if _MOMENT.fullmatch(text) is None:
        raise UnitError("not a local date and time", 'write it as "2003-06-02T07:00", without a time zone')
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnitError(f"no such date or time ({error})", 'write a day such as "2003-06-02T07:00"') from None
    return _within_years(read)


def _within_years(read: datetime) -> datetime:
    if not YEARS[0] <= read.year <= YEARS[1]:
        raise UnitError(f"the year lies outside {YEARS[0]} to {YEARS[1]}", "write the year with its four digits")
    return read


def _text(value: object, what: str, mend: str) -> str:
    if isinstance(value, bool):
        raise UnitError(f"{what} belongs here, YAML read true or false", mend)
    if isinstance(value, int | float):
        reason = "YAML reads 12:30 without quotes as 750, so a bare number is never taken for a time"
        raise UnitError(f"{what} belongs here, not a number without a unit ({reason})", mend)
    if not isinstance(value, str):
        raise UnitError(f"{what} belongs here", mend)
    return value.strip()


def _not_a_duration(text: str) -> UnitError:
    if re.match(r"-\s*[0-9.]", text):
        return UnitError("a duration cannot be negative", 'write a positive one, such as "6 min"')
    if _CLOCK.fullmatch(text):
        return UnitError("a clock time where a duration belongs", 'write how long it lasts, such as "90 min"')
    if re.match(r"[0-9]+,[0-9]", text):
        return UnitError("a decimal comma is ambiguous", f'write a decimal point: "{text.replace(",", ".")}"')
    return UnitError("not a duration", 'write one number and one unit, such as "6 min" or "20 s"')


def _unit(number: str, unit: str) -> str:
    if not unit:
        raise UnitError("a duration without a unit", f'write "{number} s" or "{number} min" ({_UNITS})')
    if unit in ("m", "M"):
        raise UnitError(f"unit {unit!r} could be minutes or months", f'write "{number} min"')
    known = SPELLINGS.get(unit)
    if known is None:
        near = closest(unit, SPELLINGS)
        hint = f'did you mean "{number} {SPELLINGS[near]}"? ' if near else ""
        raise UnitError(f"unknown unit {unit!r}", f"{hint}known: {_UNITS}")
    return known


def _possible(seconds: float) -> float:
    if not math.isfinite(seconds):
        raise UnitError("a duration must be finite", 'write a number such as "6 min"')
    if seconds > LONGEST:
        raise UnitError("longer than 100 years", "write a shorter duration")
    if 0.0 < seconds < SHORTEST:
        raise UnitError("shorter than a microsecond", 'write "0 s", or a longer duration')
    return seconds


def _check_clock(hours: int, minutes: int, seconds: int) -> None:
    if hours > 24 or minutes > 59 or seconds > 59:
        raise UnitError("no such clock time", 'hours go to 24, minutes and seconds to 59, such as "23:45"')
    if hours == 24 and (minutes or seconds):
        raise UnitError("no such clock time", f'after midnight write the next day: "00:{minutes:02d}+1"')
