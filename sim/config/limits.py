"""How large a scenario may be: what would fill the memory or never end is refused before it is begun.

Counts come from what the file says, so they cost nothing. A limit is far above every centre that exists; whoever
meets one has most often typed a digit or a unit too many. Nothing here judges whether a scenario makes sense.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from sim.config import schema
from sim.config.context import Context
from sim.config.document import Path
from sim.config.plain import Places
from sim.config.tables import Tables
from sim.config.units import DAY
from sim.errors import Problem, ScenarioError

MOST_AGENTS = 100_000
MOST_CONTACTS = 200_000_000  # first contacts of one replication
MOST_INTERVALS = 100_000
MOST_LOOKS = 100_000  # of one thing that looks around every so often
MOST_CELLS = 5_000_000  # of one arrival curve laid over all days
LONGEST = 10 * 366 * DAY


def check(scenario: schema.Scenario, tables: Tables, places: Places) -> Iterator[Problem]:
    """Everything that is too large."""
    context = Context(scenario, tables, places)
    for one in CHECKS:
        yield from one(context)


def _time(context: Context) -> Iterator[Problem]:
    calendar = context.scenario.calendar
    for key in ("length", "max_drain"):
        if getattr(calendar, key) > LONGEST:
            yield context.problem(("calendar", key), None, "longer than ten years", "write a shorter duration")
    if calendar.length / calendar.interval > MOST_INTERVALS:
        rule = f"the scenario would have more than {MOST_INTERVALS} intervals"
        yield context.problem(("calendar", "interval"), None, rule, "make the interval longer")


def _agents(context: Context) -> Iterator[Problem]:
    counts = {name: group.count or 0 for name, group in context.scenario.staff.groups.items()}
    if sum(counts.values()) > MOST_AGENTS:
        largest = max(counts, key=counts.__getitem__)
        rule = f"{sum(counts.values())} agents; a scenario has at most {MOST_AGENTS}"
        yield context.problem(("staff", "groups", largest, "count"), counts[largest], rule, "make the counts smaller")


def _contacts(context: Context) -> Iterator[Problem]:
    expected = {name: _births(context, intent.arrivals) for name, intent in context.scenario.intents.items()}
    if math.fsum(expected.values()) > MOST_CONTACTS:
        largest = max(expected, key=expected.__getitem__)
        rule = f"about {math.fsum(expected.values()):.2g} first contacts a replication; at most {MOST_CONTACTS} fit"
        mend = "make rates smaller or calendar.length shorter"
        yield context.problem(("intents", largest, "arrivals"), None, rule, mend)


def _busyness(context: Context) -> Iterator[Problem]:
    cv = context.scenario.busyness.day_cv
    if cv != 0.0 and not 0.005 <= cv <= 10.0:
        yield context.problem(("busyness", "day_cv"), cv, "must lie between 0.005 and 10", "write 0 for none at all")


def _births(context: Context, arrivals: schema.Arrivals) -> float:
    """Expected first contacts; an upper bound where a curve is cut by the start or the end."""
    length = context.scenario.calendar.length
    days = math.ceil(length / DAY) + 1
    if isinstance(arrivals, schema.ConstantArrivals):
        return arrivals.per_hour * length / 3600.0
    if isinstance(arrivals, schema.CurveArrivals):
        return math.fsum(arrivals.per_hour) * arrivals.every / 3600.0 * days
    table = context.tables.files.get(arrivals.file)
    if table is None or arrivals.column not in table.columns or isinstance(arrivals, schema.TraceArrivals):
        return 0.0
    try:
        counts = context.tables.numbers(arrivals.file, arrivals.column)
    except ScenarioError:
        return 0.0
    return float(np.sum(counts)) * arrivals.factor * days


def _curves(context: Context) -> Iterator[Problem]:
    days = context.scenario.calendar.length / DAY + 1.0
    for name, intent in context.scenario.intents.items():
        cells = _cells_a_day(context, intent.arrivals) * days
        if cells > MOST_CELLS:
            rule = f"the curve repeated every day makes more than {MOST_CELLS} steps"
            mend = "use longer steps, or make calendar.length shorter"
            yield context.problem(("intents", name, "arrivals"), None, rule, mend)


def _cells_a_day(context: Context, arrivals: schema.Arrivals) -> int:
    if isinstance(arrivals, schema.CurveArrivals):
        return len(arrivals.per_hour)
    table = context.tables.files.get(arrivals.file) if isinstance(arrivals, schema.ProfileArrivals) else None
    return 0 if table is None else len(table.lines)


def _looks(context: Context) -> Iterator[Problem]:
    calendar, quality = context.scenario.calendar, context.scenario.quality
    manager = context.scenario.staff.floor_manager
    cadences: list[tuple[Path, float | None]] = [
        (("quality", "signals", "refresh"), quality.signals.refresh),
        (("staff", "floor_manager", "every"), None if manager is None else manager.every),
    ]
    for path, every in cadences:
        if every is not None and (calendar.length + calendar.max_drain) / every > MOST_LOOKS:
            rule = f"it would come round more than {MOST_LOOKS} times"
            yield context.problem(path, None, rule, "make it longer")


CHECKS: tuple[Callable[[Context], Iterator[Problem]], ...] = (_time, _agents, _contacts, _busyness, _curves, _looks)
