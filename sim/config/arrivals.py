"""When customers come, as a scenario states it: rates over the whole horizon, or the times of a record.

The model draws from this curve and the planner forecasts with it, so both mean the same by "arrivals".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.config import schema, series
from sim.config.units import DAY

if TYPE_CHECKING:
    from sim.config.tables import Tables

Floats = NDArray[np.float64]


class Curve(NamedTuple):
    """Rates (per second) between `edges` (seconds since the start, one more than rates), or recorded times."""

    edges: Floats
    rates: Floats
    recorded: Floats | None


def curve(spec: schema.Arrivals, calendar: schema.CalendarSection, tables: Tables) -> Curve:
    """The arrivals of one intent from second 0 to the end of the measured time."""
    if isinstance(spec, schema.TraceArrivals):
        times = series.times(tables, spec.file, spec.column, calendar.start)
        return Curve(np.array([0.0, 1.0]), np.zeros(1), times[(times >= 0.0) & (times < calendar.length)])
    if isinstance(spec, schema.ConstantArrivals):
        return _repeated(0.0, DAY, np.array([spec.per_hour / 3600.0]), calendar)
    if isinstance(spec, schema.ProfileArrivals):
        begins, every = series.grid(tables, spec.file)
        return _repeated(begins, every, tables.numbers(spec.file, spec.column) * (spec.factor / every), calendar)
    return _repeated(spec.begins, spec.every, np.array(spec.per_hour) / 3600.0, calendar)


def _repeated(begins: float, every: float, rates: Floats, calendar: schema.CalendarSection) -> Curve:
    """Lay the curve of one day over every day of the horizon; outside the curve the rate is zero."""
    midnight = calendar.second_of_day
    days = int(np.ceil((midnight + calendar.length) / DAY))
    starts, of_day = _one_day(begins, every, rates)
    edges = np.concatenate([starts + day * DAY - midnight for day in range(days)] + [[days * DAY - midnight]])
    return _clipped(edges, np.tile(of_day, days), calendar.length)


def _one_day(begins: float, every: float, rates: Floats) -> tuple[Floats, Floats]:
    """Starts (seconds of the day) and rates of a curve's intervals; what runs past midnight comes next morning."""
    edges = begins + every * np.arange(rates.size + 1)
    cuts = np.unique(np.concatenate([[0.0], edges % DAY]))
    inside = np.searchsorted(edges, cuts, side="right") - 1
    tomorrow = np.searchsorted(edges, cuts + DAY, side="right") - 1
    padded = np.append(rates, 0.0)  # position -1 and the end: outside the curve
    return cuts, padded[inside] + padded[tomorrow]


def _clipped(edges: Floats, rates: Floats, length: float) -> Curve:
    clipped = np.clip(edges, 0.0, length)
    kept = np.diff(clipped) > 0.0
    return Curve(np.concatenate([clipped[:-1][kept], [length]]), rates[kept], None)
