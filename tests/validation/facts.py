"""What one replication's journal says, cut to the measured time: the arrays that estimands are written on.

Counts are of visits that began within the measured time. Integrals over time are cut to spans: the measured time, or,
where the centre opens every day anew, each day's opening hours. Times are in the case's own unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.model.journal import AgentState, Journal, LegEnd

Floats = Any
Flags = Any
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Spans:
    """When integrals run: one span begins every `every` seconds from `first` on; `lengths` in seconds."""

    first: float
    every: float
    lengths: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.lengths)

    @property
    def total(self) -> float:
        """Seconds in all spans."""
        return float(self.lengths.sum())

    def number(self, times: Floats) -> Any:
        """Which span each time belongs to."""
        return np.clip(np.floor((times - self.first) / self.every), 0, self.count - 1).astype(np.int64)

    def of(self, times: Floats) -> tuple[Floats, Floats]:
        """Begin and end of the span that each time belongs to."""
        number = self.number(times)
        begin = self.first + number * self.every
        return begin, begin + self.lengths[number]

    def before(self, times: Floats) -> Floats:
        """Seconds of spans before each time."""
        number = self.number(times)
        whole = np.concatenate([[0.0], np.cumsum(self.lengths)])[number]
        rest = times - self.first - number * self.every
        return whole + np.clip(rest, 0.0, self.lengths[number])


@dataclass(frozen=True, slots=True)
class Facts:
    """Visits to human queues, one an entry, with `counted` for those that began in the measured time."""

    journal: Journal
    spans: Spans
    unit: float
    entered: Floats
    waited: Floats  # seconds in the queue
    ended: Floats
    answered: Flags
    abandoned: Flags
    blocked: Flags
    counted: Flags
    intent: Any
    queue: Any
    agent: Any
    attempt: Any
    agents: Flags  # which of all agents are looked at

    # --- parts -------------------------------------------------------------------------------------------------------

    def only(self, chosen: Flags) -> Facts:
        """The same facts of some visits."""
        parts = {name: getattr(self, name)[chosen] for name in VISIT_FIELDS}
        return replace(self, **parts)

    def of_intent(self, *beginnings: str) -> Facts:
        """Visits of the intents whose names begin so."""
        names = self.journal.lexicon.intents
        return self.only(np.isin(self.intent, [k for k, name in enumerate(names) if name.startswith(beginnings)]))

    def of_queue(self, name: str) -> Facts:
        """Visits to one queue, and the agents of its tier."""
        place = self.journal.lexicon.queues.index(name)
        tier = self.journal.lexicon.queue_tiers[place]
        facts = self.only(self.queue == place)
        return replace(facts, agents=np.array([one == tier for one in self.journal.lexicon.agent_tiers]))

    def of_group(self, *beginnings: str) -> Facts:
        """Visits that agents of a group answered, and those agents."""
        members = np.array([name.startswith(beginnings) for name in self.journal.lexicon.agents])
        answered = (self.agent >= 0) & members[self.agent]
        return replace(self.only(answered), agents=members)

    # --- counts and integrals ----------------------------------------------------------------------------------------

    def number(self, which: Flags | None = None) -> float:
        """How many visits began in the measured time."""
        return float(np.count_nonzero(self.counted if which is None else self.counted & which))

    def total(self, values: Floats, which: Flags | None = None) -> float:
        """The sum of a quantity over the visits that began in the measured time."""
        return float(values[self.counted if which is None else self.counted & which].sum())

    @property
    def wait(self) -> Floats:
        """Time in the queue, in the case's unit."""
        return self.waited / self.unit

    @property
    def talk(self) -> Floats:
        """Time with the agent, in the case's unit; 0 where nobody answered."""
        return np.where(self.answered, self.ended - self.entered - self.waited, 0.0) / self.unit

    @property
    def time(self) -> float:
        """Measured time, in the case's unit."""
        return self.spans.total / self.unit

    @property
    def days(self) -> float:
        """Number of spans."""
        return float(self.spans.count)

    def within(self, begin: Floats, end: Floats) -> float:
        """Time that [begin, end) has in the spans, summed, in the case's unit."""
        low, high = self.spans.of(begin)
        return float(np.maximum(np.minimum(end, high) - np.maximum(begin, low), 0.0).sum()) / self.unit

    def busy(self) -> float:
        """Agent time with contacts within the spans."""
        return self.within((self.entered + self.waited)[self.answered], self.ended[self.answered])

    def waiting(self) -> float:
        """Time spent waiting within the spans: the integral of the queue's length."""
        return self.within(self.entered, self.entered + self.waited)

    def present(self) -> float:
        """The integral of the number waiting or served."""
        return self.within(self.entered, self.ended)

    def at(self, offset: float, begins: Floats, ends: Floats) -> Floats:
        """How many of [begin, end) hold at `offset` (the case's unit) into each span."""
        moments = self.spans.first + np.arange(self.spans.count) * self.spans.every + offset * self.unit
        return np.searchsorted(np.sort(begins), moments, side="right") - np.searchsorted(
            np.sort(ends), moments, side="right"
        )

    def moments_of_presence(self) -> tuple[float, float]:
        """Time integrals of the number present and of its square, within one span."""
        return _moments(self.entered, self.ended, self.spans, self.unit)

    def time_at(self, level: int) -> float:
        """Time within one span at which so many are in service."""
        begins, ends = (self.entered + self.waited)[self.answered], self.ended[self.answered]
        times, number = _path(begins, ends)
        low, high = self.spans.first, self.spans.first + self.spans.total
        edges = np.clip(np.append(times, max(high, times[-1])), low, high)
        return float(np.diff(edges)[number == level].sum()) / self.unit

    def state_time(self, *states: AgentState) -> float:
        """Agent time in some states within the spans, from the stream of agents' states."""
        rows = self.journal.states
        rows = rows[np.isin(rows["state"], states) & self.agents[rows["agent"]]]
        return self.within_across(rows["start"], rows["end"])

    def within_across(self, begin: Floats, end: Floats) -> float:
        """As `within`, for intervals that may cover several spans."""
        return float((self.spans.before(end) - self.spans.before(begin)).sum()) / self.unit

    def until_empty(self) -> Facts:
        """The same facts with spans that end when the last visit of their day has ended."""
        lengths = self.spans.lengths.copy()
        np.maximum.at(lengths, self.spans.number(self.entered), self.ended - self.spans.of(self.entered)[0])
        return replace(self, spans=replace(self.spans, lengths=lengths))


VISIT_FIELDS = (
    "entered",
    "waited",
    "ended",
    "answered",
    "abandoned",
    "blocked",
    "counted",
    "intent",
    "queue",
    "agent",
    "attempt",
)


def gather(journal: Journal, unit: float, opening: tuple[float, float] | None = None) -> Facts:
    """The facts of a journal; `opening`: seconds of the day between which integrals run, every day."""
    lexicon = journal.lexicon
    legs = journal.legs[journal.legs["queue"] >= 0]
    answered = np.isfinite(legs["answered"])
    return Facts(
        journal=journal,
        spans=_spans(lexicon.warmup, lexicon.horizon, opening),
        unit=unit,
        entered=legs["entered"].copy(),
        waited=np.where(answered, legs["answered"], legs["ended"]) - legs["entered"],
        ended=legs["ended"].copy(),
        answered=answered,
        abandoned=legs["end"] == LegEnd.ABANDONED,
        blocked=legs["end"] == LegEnd.BLOCKED,
        counted=(legs["entered"] >= lexicon.warmup) & (legs["entered"] < lexicon.horizon),
        intent=legs["intent"].copy(),
        queue=legs["queue"].copy(),
        agent=legs["agent"].copy(),
        attempt=legs["attempt"].copy(),
        agents=np.ones(len(lexicon.agents), dtype=bool),
    )


def _spans(warmup: float, horizon: float, opening: tuple[float, float] | None) -> Spans:
    if opening is None:
        return Spans(warmup, horizon - warmup, np.array([horizon - warmup]))
    days = max(round((horizon - warmup) / DAY), 1)
    return Spans(warmup + opening[0], DAY, np.full(days, opening[1] - opening[0]))


def _path(begins: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """Times at which the number of open intervals changes, and the number from then on."""
    times = np.concatenate([begins, ends])
    steps = np.concatenate([np.ones(len(begins), dtype=np.int64), -np.ones(len(ends), dtype=np.int64)])
    order = np.argsort(times, kind="stable")
    return times[order], np.cumsum(steps[order])


def _moments(begins: Floats, ends: Floats, spans: Spans, unit: float) -> tuple[float, float]:
    times, number = _path(begins, ends)
    low, high = spans.first, spans.first + spans.total
    lengths = np.diff(np.clip(np.append(times, max(high, times[-1])), low, high)) / unit
    return float((number * lengths).sum()), float((number.astype(float) ** 2 * lengths).sum())


def retried(journal: Journal) -> Flags:
    """Contacts after which the customer calls again."""
    return np.isfinite(journal.contacts["next_due"])
