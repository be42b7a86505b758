"""Clock times and moments in CSV columns: the grid of a daily profile, the times of a recorded trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sim.config import units
from sim.config.tables import Tables, fault


def grid(tables: Tables, file: str) -> tuple[float, float]:
    """First clock time and step (seconds) of a profile's `start` column; raises ScenarioError if not even."""
    clocks: list[float] = []
    for row, text in enumerate(tables.texts(file, "start")):
        place = f"{file}:{tables.line(file, row)}: start"
        with _cell(place, text):
            clocks.append(units.clock(text))
        _check_step(place, text, clocks)
    if len(clocks) < 2:
        raise fault(file, None, "a profile needs at least two rows", "give one row an interval of the day")
    step = clocks[1] - clocks[0]
    if len(clocks) * step > units.DAY:
        raise fault(file, None, "the profile is longer than a day", "give one day; it is repeated")
    return clocks[0], step


def times(tables: Tables, file: str, column: str, start: datetime) -> NDArray[np.float64]:
    """Sorted seconds from `start` of recorded local times (ISO 8601); raises ScenarioError at a bad line."""
    seconds: list[float] = []
    for row, text in enumerate(tables.texts(file, column)):
        with _cell(f"{file}:{tables.line(file, row)}: {column}", text):
            seconds.append((units.moment(text) - start).total_seconds())
    return np.sort(np.array(seconds, dtype=np.float64))


@contextmanager
def _cell(place: str, text: str) -> Iterator[None]:
    try:
        yield
    except units.UnitError as error:
        raise fault(place, text, error.rule, error.mend.replace(" in quotes", "")) from None


def _check_step(place: str, text: str, clocks: list[float]) -> None:
    if len(clocks) < 2:
        return
    step, last = clocks[1] - clocks[0], clocks[-1] - clocks[-2]
    if last <= 0:
        raise fault(place, text, "start times must rise", "sort the rows by start, one row a time")
    if last != step:
        rule = f"start times must be evenly spaced, by {step / 60:g} min as in the first rows"
        raise fault(place, text, rule, "add the missing row, with a 0 if nothing happens then")
