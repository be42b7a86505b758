"""From clock times to duties: a shift repeats on every day of the scenario, beginning with the day before.

The day before counts because a night shift that started yesterday covers the first morning. Local time
is taken as it is written: no clock change happens inside a scenario.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.config.schema import Break, CalendarSection, Shift
from sim.config.units import DAY
from sim.errors import Problem
from sim.staff.person import Duty

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def always(calendar: CalendarSection) -> tuple[Duty, ...]:
    """On duty without a break from the first second to the end of the drain."""
    return (Duty(0.0, last_second(calendar), always=True),)


def last_second(calendar: CalendarSection) -> float:
    """When the last duty may still matter: the measured time and the longest drain."""
    return calendar.length + calendar.max_drain


def repeated(shift: Shift, calendar: CalendarSection) -> tuple[Duty, ...]:
    """The duties of one person on this shift: one on each of its days, clipped at the scenario's start."""
    midnight = calendar.second_of_day
    placed = (_placed(shift, day * DAY - midnight) for day in _days(shift, calendar))
    return tuple(clipped(duty) for duty in placed if duty.end > 0 and duty.start < last_second(calendar))


def clipped(duty: Duty) -> Duty:
    """The part of a duty that lies after second 0."""
    breaks = tuple((max(0.0, start), end) for start, end in duty.breaks if end > 0)
    return Duty(max(0.0, duty.start), duty.end, breaks)


def breaks_within(start: float, breaks: list[Break]) -> list[tuple[float, float]]:
    """Breaks as clock times (start, end), in order; one before the shift's start falls on the day after."""
    moved = (pause.at + DAY if pause.at < start else pause.at for pause in breaks)
    return sorted((at, at + pause.length) for at, pause in zip(moved, breaks, strict=True))


def faults(path: str, shift: Shift) -> Iterator[Problem]:
    """What is impossible about a shift: it ends before it starts, overlaps itself, or a break is outside."""
    if shift.end <= shift.start:
        yield Problem(f"{path}.end", shift.end / 3600, "hours: not after the start", 'past midnight write "06:00+1"')
        return
    if shift.end - shift.start > DAY:
        yield Problem(f"{path}.end", shift.end / 3600, "hours: more than a day after the start", "use two shifts")
    free_from = shift.start
    for start, end in breaks_within(shift.start, shift.breaks):
        if start < free_from or end > shift.end:
            yield Problem(f"{path}.breaks", start / 3600, "hours: outside the shift or into another break", "move it")
        free_from = end


def _days(shift: Shift, calendar: CalendarSection) -> Iterator[int]:
    """Days (0 is the day of the start) on which the shift begins and could reach into the scenario."""
    last = int((last_second(calendar) + calendar.second_of_day) // DAY)
    for day in range(-int(shift.end // DAY), last + 1):
        weekday = WEEKDAYS[(calendar.start.weekday() + day) % 7]
        if shift.days is None or weekday in shift.days:
            yield day


def _placed(shift: Shift, midnight: float) -> Duty:
    breaks = breaks_within(shift.start, shift.breaks)
    inside = tuple((midnight + start, midnight + end) for start, end in breaks)
    return Duty(midnight + shift.start, midnight + shift.end, inside)
