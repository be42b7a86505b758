"""Whether the parts of a scenario fit together: every name that one section uses must exist in another.

The schema has judged each value alone; here each message can name both places. Everything is checked,
nothing raised: the caller collects Problems. The checks are small functions in `CHECKS`; a new one is one
more entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from sim.config import laws, references_of_people, schema, series
from sim.config.context import SUMS_TO_ONE, Context
from sim.config.document import Path
from sim.config.plain import Places
from sim.config.suggest import nearest
from sim.config.tables import Tables
from sim.config.units import DAY
from sim.errors import LawError, Problem, ScenarioError

SHORTEST_CYCLE = 60.0  # mean seconds from one failure of a bot to the next


def check(scenario: schema.Scenario, tables: Tables, places: Places) -> Iterator[Problem]:
    """Every cross-reference that does not hold."""
    context = Context(scenario, tables, places)
    for one in CHECKS:
        yield from one(context)


def sections(value: Any, path: Path = ()) -> Iterator[tuple[Path, BaseModel]]:
    """Every section of a scenario with its path, outermost first."""
    if isinstance(value, BaseModel):
        yield path, value
        for name in type(value).model_fields:
            yield from sections(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from sections(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from sections(item, (*path, at))


def _calendar(context: Context) -> Iterator[Problem]:
    calendar = context.scenario.calendar
    if calendar.warmup >= calendar.length:
        rule = "the warm-up takes the whole length, nothing is left to measure"
        yield context.problem(("calendar", "warmup"), None, rule, "make it shorter than calendar.length")
    if calendar.interval > calendar.length:
        rule = "an interval is longer than the scenario"
        yield context.problem(("calendar", "interval"), None, rule, "make it at most calendar.length")


def _segments(context: Context) -> Iterator[Problem]:
    segments = context.scenario.segments
    total = math.fsum(segment.share for segment in segments.values())
    if abs(total - 1.0) > SUMS_TO_ONE:
        yield context.problem(("segments",), None, f"the shares sum to {total:.12g}", "make them sum to 1")


def _channels(context: Context) -> Iterator[Problem]:
    channels = context.scenario.channels
    for name, intent in context.scenario.intents.items():
        if intent.channel not in channels:
            yield context.unknown(("intents", name, "channel"), intent.channel, "channel", channels)
    for name, channel in channels.items():
        if channel.slowdown and channel.takes == "whole":
            rule = "a contact takes its whole agent, so nobody slows down with several"
            yield context.problem(("channels", name, "slowdown"), None, rule, "write takes: slot, or take it out")


def _bots(context: Context) -> Iterator[Problem]:
    if context.scenario.bot is not None:
        return
    for name, intent in context.scenario.intents.items():
        if intent.bot is not None:
            rule = "the intent describes a bot, but the scenario has none"
            yield context.problem(("intents", name, "bot"), None, rule, "add a section `bot:`, or take this one out")


def _outages(context: Context) -> Iterator[Problem]:
    """An outage that is written down happens in the run; chance ones leave the bot time to work."""
    bot, calendar = context.scenario.bot, context.scenario.calendar
    if bot is None:
        return
    for number, outage in enumerate(bot.outages):
        begins = outage.at - calendar.second_of_day
        path: Path = ("bot", "outages", number, "at")
        if begins + outage.length < 0.0:
            yield context.problem(path, None, "the outage is over before the scenario starts", "write a later time")
        elif begins >= calendar.length + calendar.max_drain:
            rule = "the outage begins when the run is over"
            yield context.problem(path, None, rule, "write an earlier time, or make calendar.length longer")
    if bot.failures is not None:
        yield from _failures(context, bot.failures)


def _failures(context: Context, failures: schema.Failures) -> Iterator[Problem]:
    try:
        cycle = laws.build(failures.up, context.tables).mean + laws.build(failures.down, context.tables).mean
    except (LawError, ScenarioError, KeyError):
        return  # told elsewhere
    if cycle < SHORTEST_CYCLE:
        rule = f"the bot would fail every {cycle:g} s"
        yield context.problem(("bot", "failures"), None, rule, f"let `up` and `down` be {SHORTEST_CYCLE:g} s together")


def _knowledge(context: Context) -> Iterator[Problem]:
    """Articles are about intents that exist; what is mended is there, and mended while the scenario runs."""
    spec, intents = context.scenario.quality.knowledge, context.scenario.intents
    if spec is None:
        return
    for name in spec.articles:
        if name not in intents:
            yield context.unknown(("quality", "knowledge", "articles", name), name, "intent", intents)
    for number, fix in enumerate(spec.fixes):
        path: Path = ("quality", "knowledge", "fixes", number)
        if fix.intent not in spec.articles:
            yield context.unknown((*path, "intent"), fix.intent, "article", spec.articles)
        if fix.at >= context.scenario.calendar.length:
            rule = "the article is mended when the scenario is over"
            yield context.problem((*path, "at"), None, rule, "write a time within calendar.length")


def _curves(context: Context) -> Iterator[Problem]:
    for name, intent in context.scenario.intents.items():
        curve = intent.arrivals
        if isinstance(curve, schema.CurveArrivals):
            if curve.begins >= DAY:
                where: Path = ("intents", name, "arrivals", "begins")
                yield context.problem(where, None, "a curve begins on its own day", "write a time before 24:00")
            hours = len(curve.per_hour) * curve.every / 3600
            if len(curve.per_hour) * curve.every > DAY * (1 + 1e-12):
                rule = f"the curve lasts {hours:g} hours and is repeated every day"
                path: Path = ("intents", name, "arrivals", "per_hour")
                yield context.problem(path, None, rule, "give at most 24 hours of numbers")


def _profiles(context: Context) -> Iterator[Problem]:
    for name, intent in context.scenario.intents.items():
        profile = intent.arrivals
        if isinstance(profile, schema.ProfileArrivals) and profile.file in context.tables.files:
            table = context.tables.files[profile.file]
            path: Path = ("intents", name, "arrivals", "file")
            if "start" not in table.columns:
                mend = "name the column of clock times `start`"
                yield context.problem(path, profile.file, "the profile has no column `start`", mend)
            else:
                yield from _grid(context, profile.file)


def _grid(context: Context, file: str) -> Iterator[Problem]:
    try:
        series.grid(context.tables, file)
    except ScenarioError as error:
        yield from error.problems


def _counts(context: Context) -> Iterator[Problem]:
    for _, section in sections(context.scenario.intents):
        if isinstance(section, schema.ProfileArrivals) and section.column in _columns(context, section.file):
            yield from _negative(context, section.file, section.column)


def _negative(context: Context, file: str, column: str) -> Iterator[Problem]:
    try:
        numbers = context.tables.numbers(file, column)
    except ScenarioError as error:
        yield from error.problems
        return
    for row in np.flatnonzero(numbers < 0)[:5]:
        place = f"{file}:{context.tables.line(file, int(row))}: {column}"
        yield Problem(place, float(numbers[row]), "a count cannot be negative", "write 0 or more")


def _columns(context: Context, file: str) -> Mapping[str, object]:
    table = context.tables.files.get(file)
    return {} if table is None else table.columns


def _traces(context: Context) -> Iterator[Problem]:
    start = context.scenario.calendar.start
    for _, section in sections(context.scenario.intents):
        if isinstance(section, schema.TraceArrivals) and section.column in _columns(context, section.file):
            try:
                series.times(context.tables, section.file, section.column, start)
            except ScenarioError as error:
                yield from error.problems


def _weights(context: Context) -> Iterator[Problem]:
    for path, section in sections(context.scenario):
        if isinstance(section, schema.Mixture | schema.Hyperexponential):
            total = math.fsum(part.weight for part in section.parts)
            if abs(total - 1.0) > SUMS_TO_ONE:
                yield context.problem((*path, "parts"), None, f"the weights sum to {total:.12g}", "make them sum to 1")


def _paths(context: Context) -> Iterator[Problem]:
    queues = context.scenario.queues
    for name, intent in context.scenario.intents.items():
        seen: dict[int, str] = {}
        for queue in intent.path:
            path: Path = ("intents", name, "path", queue)
            if queue not in queues:
                yield context.unknown(path, queue, "queue", queues)
                continue
            tier = queues[queue].tier
            if tier in seen:
                rule = f"tier {tier} stands twice on the path: {seen[tier]} and {queue}"
                yield context.problem(path, queue, rule, "keep one queue a tier, or change the tier of one")
            seen.setdefault(tier, queue)


def _overflows(context: Context) -> Iterator[Problem]:
    queues = context.scenario.queues
    for name, queue in queues.items():
        if queue.overflow is None:
            continue
        path: Path = ("queues", name, "overflow", "to")
        target = queues.get(queue.overflow.to)
        if target is None:
            yield context.unknown(path, queue.overflow.to, "queue", queues)
        elif target.tier < queue.tier:
            rule = f"overflow goes down from tier {queue.tier} to tier {target.tier}"
            yield context.problem(path, queue.overflow.to, rule, "name a queue of the same or a higher tier")
    yield from _circles(context)


def _circles(context: Context) -> Iterator[Problem]:
    queues = context.scenario.queues
    reported: set[str] = set()
    for name in queues:
        walked = [name]
        while (following := _overflow_of(queues, walked[-1])) is not None and following not in walked:
            walked.append(following)
        if following == name and name not in reported:
            reported.update(walked)
            rule = f"overflow runs in a circle: {' > '.join([*walked, name])}"
            yield context.problem(("queues", name, "overflow", "to"), None, rule, "take one of these overflows out")


def _overflow_of(queues: Mapping[str, schema.Queue], name: str) -> str | None:
    queue = queues.get(name)
    return None if queue is None or queue.overflow is None else queue.overflow.to


def _supervisor(context: Context) -> Iterator[Problem]:
    supervisor = context.scenario.escalation.supervisor
    if supervisor is not None and supervisor.queue not in context.scenario.queues:
        path: Path = ("escalation", "supervisor", "queue")
        yield context.unknown(path, supervisor.queue, "queue", context.scenario.queues)


def _shares_of_failure(context: Context) -> Iterator[Problem]:
    """Shares of one whole that are drawn against one another: above 1 the later ones would be cut off in silence."""
    scenario = context.scenario
    escalation, supervisor, bot = scenario.escalation, scenario.escalation.supervisor, scenario.bot
    wholes: list[tuple[Path, str, float]] = [
        (("escalation",), "agent_notices and customer_asks", escalation.agent_notices + escalation.customer_asks)
    ]
    if supervisor is not None:
        asked = supervisor.customer_asks + supervisor.agent_asks
        wholes.append((("escalation", "supervisor"), "customer_asks and agent_asks", asked))
    if bot is not None:
        wholes.append((("bot",), "hang_up and asks_human", bot.hang_up + bot.asks_human))
    for path, names, total in wholes:
        if total > 1.0 + SUMS_TO_ONE:
            rule = f"{names} are shares of the contacts that fail, and sum to {total:.12g}"
            yield context.problem(path, None, rule, "make them at most 1 together")
    if escalation.warm > 0.0 and escalation.handover is None:
        rule = "nobody would stay on the line, since no handover says for how long"
        yield context.problem(
            ("escalation", "warm"), escalation.warm, rule, "add `handover: {law: …}`, or write warm: 0"
        )


def _twice(context: Context) -> Iterator[Problem]:
    """Lists of which each entry counts once."""
    lists: list[tuple[Path, Sequence[str]]] = [
        *((("queues", name, "skills"), queue.skills) for name, queue in context.scenario.queues.items()),
        *((("staff", "shifts", n, "days"), s.days or ()) for n, s in context.scenario.staff.shifts.items()),
        (("quality", "signals", "also"), context.scenario.quality.signals.also),
    ]
    for path, entries in lists:
        for at, entry in enumerate(entries):
            if entry in entries[:at]:
                yield context.problem((*path, at), entry, "it stands twice in this list", "keep one of them")


@dataclass(frozen=True, slots=True)
class _Team:
    """A kind of agent that works: where it stands, its tier and skills."""

    name: str
    tier: int
    skills: frozenset[str]


def _coverage(context: Context) -> Iterator[Problem]:
    """Each queue needs an agent of its own tier who has every skill it asks for."""
    teams = [*_group_teams(context), *_roster_teams(context)]
    if not teams:
        return
    for name, queue in context.scenario.queues.items():
        if not any(t.tier == queue.tier and t.skills >= set(queue.skills) for t in teams):
            yield _unserved(context, name, queue, teams)


def _unserved(context: Context, name: str, queue: schema.Queue, teams: list[_Team]) -> Problem:
    peers = [team for team in teams if team.tier == queue.tier]
    known = {skill: None for team in peers for skill in sorted(team.skills)}
    lacking = next((at for at, skill in enumerate(queue.skills) if skill not in known), None)
    if not peers:
        rule = f"no agent of tier {queue.tier} exists to serve this queue"
        return context.problem(("queues", name), None, rule, f"add a group of tier {queue.tier}")
    if lacking is None:
        rule = f"no agent of tier {queue.tier} has all of its skills ({', '.join(queue.skills)})"
        return context.problem(("queues", name, "skills"), None, rule, "give them all to one group of that tier")
    rule = f"no agent of tier {queue.tier} has this skill, so nobody serves queue {name}"
    skill = queue.skills[lacking]
    return context.problem(("queues", name, "skills", lacking), skill, rule, nearest(skill, known))


def _group_teams(context: Context) -> Iterator[_Team]:
    for name, group in context.scenario.staff.groups.items():
        if group.count != 0:
            yield _Team(name, group.tier, frozenset(group.skills))


def _roster_teams(context: Context) -> Iterator[_Team]:
    file = context.scenario.staff.roster
    if file is None or not {"tier", "skills"} <= set(_columns(context, file)):
        return
    rows = zip(context.tables.texts(file, "tier"), context.tables.texts(file, "skills"), strict=True)
    for tier, skills in dict.fromkeys(rows):
        if tier.isdigit():
            names = (entry.partition(":")[0].strip() for entry in skills.split("|"))
            yield _Team(file, int(tier), frozenset(name for name in names if name))


CHECKS: tuple[Callable[[Context], Iterator[Problem]], ...] = (
    _calendar,
    _segments,
    _channels,
    _bots,
    _outages,
    _knowledge,
    _curves,
    _profiles,
    _counts,
    _traces,
    _weights,
    _paths,
    _overflows,
    _supervisor,
    _shares_of_failure,
    _twice,
    *references_of_people.CHECKS,
    _coverage,
)
