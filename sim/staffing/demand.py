"""From a scenario to the forecast of one group: arrivals, their way through bot and tiers, who comes back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.config import laws, schema, series, units
from sim.config.arrivals import curve as arrivals_curve
from sim.errors import Problem, ScenarioError
from sim.staffing.forecast import Array, Forecast, Stream

if TYPE_CHECKING:
    from sim.config.load import Loaded
    from sim.config.tables import Tables
    from sim.sampling.streams import Law

COARSEST = 900.0
GRID = (np.arange(400) + 0.5) / 400
HANDED_OFF: dict[str, tuple[str, ...]] = {"none": (), "medium": ("medium", "high"), "high": ("high",)}


@dataclass(frozen=True, slots=True)
class Visit:
    """One queue on an intent's way: the share of its contacts that get there, and what is done there."""

    queue: str
    step: schema.Step
    share: float


def edges(calendar: schema.CalendarSection) -> Array:
    """The planning grid from the start on: quarter hours, or the calendar's intervals where those are shorter.

    The last interval ends with the measured time and may be shorter than the others.
    """
    step = spacing(calendar)
    count = int(np.ceil(calendar.length / step - 1e-9))
    return np.append(np.arange(count) * step, calendar.length)


def spacing(calendar: schema.CalendarSection) -> float:
    """Seconds between two points of the planning grid."""
    return min(calendar.interval, COARSEST)


def forecast(loaded: Loaded, group: schema.Group, queues: tuple[str, ...]) -> Forecast:
    """What `group` has to expect when it alone serves `queues`."""
    scenario, grid = loaded.scenario, edges(loaded.scenario.calendar)
    count, slots = grid.size - 1, _slots(scenario, group, queues)
    contacts, work, returning, returning_work = (np.zeros(count) for _ in range(4))
    patience: list[tuple[Array, float]] = []
    streams: list[Stream] = []
    for name, intent in scenario.intents.items():
        visits = [visit for visit in way(scenario, intent) if visit.queue in queues]
        if not visits:
            continue
        first = arrivals(intent.arrivals, scenario.calendar, loaded.tables, grid)
        again = _returning(loaded, intent, first, grid)
        share = sum(visit.share for visit in visits)
        handle = [_handle(loaded, group, intent, visit, slots) for visit in visits]
        seconds = sum(visit.share * each for visit, each in zip(visits, handle, strict=True))
        streams.extend(_stream(name, visit, first, each) for visit, each in zip(visits, handle, strict=True))
        contacts += share * first
        work += seconds * first
        returning += share * again
        returning_work += seconds * again
        patience.append((_patience(loaded, intent), share * float(first.sum())))
    return Forecast(
        edges=grid,
        contacts=contacts,
        work=work,
        returning=returning,
        returning_work=returning_work,
        patience=_pooled(patience, scenario),
        slots=slots,
        record=partial(_recorded, loaded.tables, scenario.calendar),
        streams=tuple(streams),
    )


def work(loaded: Loaded, group: schema.Group, queues: tuple[str, ...]) -> Array:
    """Seconds of heads in each interval if `group` alone served `queues`: the forecast's work in brief, over its slots.

    Repeats count when the contact comes that causes them, so that a long scenario costs no more than its arrivals.
    """
    scenario, grid = loaded.scenario, edges(loaded.scenario.calendar)
    total, slots = np.zeros(grid.size - 1), _slots(scenario, group, queues)
    for intent in scenario.intents.values():
        seconds = sum(
            visit.share * _handle(loaded, group, intent, visit, slots)
            for visit in way(scenario, intent)
            if visit.queue in queues
        )
        first = arrivals(intent.arrivals, scenario.calendar, loaded.tables, grid)
        total += seconds * _contacts_per_case(loaded, intent) * first
    return total / slots


def _contacts_per_case(loaded: Loaded, intent: schema.Intent) -> float:
    scenario = loaded.scenario
    if scenario.volume == "offered":
        return 1.0
    again = sum(share for share, _ in _causes(loaded, intent))
    return sum(again**n for n in range(scenario.returns.max_contacts))


def _stream(intent: str, visit: Visit, first: Array, handle: float) -> Stream:
    contacts = visit.share * first
    return Stream(intent, visit.queue, contacts, handle * contacts, 1.0 - visit.step.resolution)


def way(scenario: schema.Scenario, intent: schema.Intent) -> Iterator[Visit]:
    """The queues a contact visits: from the bot to the lowest tier, and failures on along the path."""
    share = 1.0 - _kept_by_bot(scenario, intent)
    steps = sorted(intent.path.items(), key=lambda item: scenario.queues[item[0]].tier)
    supervisor = scenario.escalation.supervisor
    for queue, step in steps:
        yield Visit(queue, step, share)
        failed = share * (1.0 - step.resolution)
        if supervisor is not None:
            asked = min(1.0, supervisor.customer_asks + supervisor.agent_asks)
            yield Visit(supervisor.queue, supervisor.step, failed * asked)
            failed *= 1.0 - asked
        share = failed * _escalates(scenario)


def unresolved(scenario: schema.Scenario, intent: schema.Intent) -> float:
    """Share of an intent's contacts that end unresolved with a human."""
    visits = list(way(scenario, intent))
    return visits[0].share - sum(visit.share * visit.step.resolution for visit in visits)


def arrivals(
    spec: schema.Arrivals, calendar: schema.CalendarSection, tables: Tables, grid: Array
) -> NDArray[np.float64]:
    """Expected arrivals of each interval of the grid."""
    curve = arrivals_curve(spec, calendar, tables)
    if curve.recorded is not None:
        return np.histogram(curve.recorded, grid)[0].astype(np.float64)
    so_far = np.concatenate(([0.0], np.cumsum(curve.rates * np.diff(curve.edges))))
    return np.diff(np.interp(grid, curve.edges, so_far))


def _returning(loaded: Loaded, intent: schema.Intent, first: Array, grid: Array) -> Array:
    """Repeats of each interval: every generation comes back after its delay, if that is inside the grid."""
    scenario, total = loaded.scenario, np.zeros_like(first)
    if scenario.volume == "offered":
        return total
    sources = list(_causes(loaded, intent))
    generation = first
    for _ in range(scenario.returns.max_contacts - 1):
        generation = sum((share * _delayed(generation, delay, grid) for share, delay in sources), np.zeros_like(first))
        total = total + generation
    return total


def _causes(loaded: Loaded, intent: schema.Intent) -> Iterator[tuple[float, Law]]:
    """(probability that a contact leads to another one, after which delay), one for each kind of failure."""
    scenario = loaded.scenario
    returns = scenario.returns
    if returns.repeat is not None:
        failed = unresolved(scenario, intent)
        yield failed * returns.repeat.probability, laws.build(returns.repeat.delay, loaded.tables)
    false = returns.false_containment or returns.repeat
    if false is not None and intent.bot is not None:
        ended = _tried_by_bot(scenario, intent) * intent.bot.containment * intent.bot.false_containment
        yield ended * false.probability, laws.build(false.delay, loaded.tables)


def _delayed(contacts: Array, delay: Law, grid: Array) -> Array:
    """Where the contacts of each interval's middle fall after their delay; later than the grid: nowhere."""
    middles = 0.5 * (grid[:-1] + grid[1:])
    lags = np.asarray(delay.quantiles(GRID))
    moments = middles[:, None] + lags[None, :]
    weights = np.broadcast_to(contacts[:, None] / lags.size, moments.shape)
    return np.histogram(moments.ravel(), grid, weights=weights.ravel())[0]


def _slots(scenario: schema.Scenario, group: schema.Group, queues: tuple[str, ...]) -> int:
    """Contacts a head of the group handles at once: one, where each takes a whole agent."""
    met = (i.channel for i in scenario.intents.values() if any(visit.queue in queues for visit in way(scenario, i)))
    return 1 if all(scenario.channels[channel].takes == "whole" for channel in met) else group.slots


def _handle(loaded: Loaded, group: schema.Group, intent: schema.Intent, visit: Visit, slots: int) -> float:
    """Mean seconds that one visit takes of a slot of the group; who takes a whole agent takes all its slots."""
    step, tables = visit.step, loaded.tables
    hold = step.hold_share * laws.build(step.hold, tables).mean if step.hold is not None else 0.0
    wrap_up = laws.build(step.wrap_up, tables).mean if step.wrap_up is not None else 0.0
    skills = loaded.scenario.queues[visit.queue].skills
    proficiency = min(group.skills[skill] for skill in skills)
    seconds: float = laws.build(step.talk, tables).mean + hold + wrap_up
    taken = slots if loaded.scenario.channels[intent.channel].takes == "whole" else 1
    return seconds * _slowdown(loaded.scenario, group, intent) * taken / proficiency


def _slowdown(scenario: schema.Scenario, group: schema.Group, intent: schema.Intent) -> float:
    slowdown = scenario.channels[intent.channel].slowdown
    return slowdown[min(group.slots, len(slowdown)) - 1] if slowdown else 1.0


def _kept_by_bot(scenario: schema.Scenario, intent: schema.Intent) -> float:
    """Share of contacts that end with the bot: contained, or hung up on it."""
    if scenario.bot is None or intent.bot is None:
        return 0.0
    kept = intent.bot.containment + (1.0 - intent.bot.containment) * scenario.bot.hang_up
    return _tried_by_bot(scenario, intent) * kept


def _tried_by_bot(scenario: schema.Scenario, intent: schema.Intent) -> float:
    """Share that the bot works on: sent there, and not handed off at once for risk, rank or anger."""
    bot = scenario.bot
    if bot is None or intent.bot is None or intent.risk in HANDED_OFF[bot.keyword_risk]:
        return 0.0
    limit = bot.vip_priority if bot.vip_priority is not None else np.inf
    ordinary = sum(segment.share for segment in scenario.segments.values() if segment.priority < limit)
    calm = 0.5 * math.erfc(bot.sentiment_limit / math.sqrt(2.0))  # sentiment is standard normal
    return ordinary * calm * _sent_to_bot(bot.policy)


def _sent_to_bot(policy: schema.Rule) -> float:
    """Share that the scenario's policy sends to the bot first."""
    known = {"human_first": 0.0, "bot_first": 1.0}
    return known.get(policy.rule, float(policy.params.get("bot_share", 0.5)))


def _escalates(scenario: schema.Scenario) -> float:
    """Share of the contacts a tier did not resolve that it passes on; what a rule adds is not foreseen."""
    return min(1.0, scenario.escalation.agent_notices + scenario.escalation.customer_asks)


def _patience(loaded: Loaded, intent: schema.Intent) -> Array:
    if intent.patience is None:
        return np.full(GRID.size, np.inf)
    return np.asarray(laws.build(intent.patience, loaded.tables).quantiles(GRID))


def _pooled(parts: list[tuple[Array, float]], scenario: schema.Scenario) -> tuple[Array, Array]:
    """One grid of patience over all intents and segments, weighted by how many of them come."""
    total = sum(weight for _, weight in parts)
    if total == 0.0:
        return np.array([np.inf]), np.ones(1)
    pieces = [
        (
            seconds * segment.patience_factor,
            np.full(seconds.size, weight / total * segment.share / seconds.size),
        )
        for seconds, weight in parts
        for segment in scenario.segments.values()
    ]
    return np.concatenate([seconds for seconds, _ in pieces]), np.concatenate([weights for _, weights in pieces])


def _recorded(tables: Tables, calendar: schema.CalendarSection, file: str, column: str) -> Array:
    """Heads of a record at the beginning of each planning interval, which must not be longer than its own."""
    begins, every = series.grid(tables, file)
    heads = tables.numbers(file, column)
    if spacing(calendar) > every:
        rule = f"the heads recorded in {file} change every {every / 60:g} min, plans only every 15 min"
        mend = f'write calendar.interval: "{every / 60:g} min"'
        raise ScenarioError(file, (Problem("calendar.interval", calendar.interval, rule, mend),))
    clock = (edges(calendar)[:-1] + calendar.second_of_day) % units.DAY
    row = np.floor((clock - begins) / every + 1e-9).astype(np.int64)
    inside = (row >= 0) & (row < heads.size)
    return np.where(inside, heads[np.clip(row, 0, heads.size - 1)], 0.0)
