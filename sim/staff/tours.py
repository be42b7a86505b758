"""From heads per interval to tours: who starts when, who goes home when, and who comes back another day.

Two ways. `exact` follows the heads: people on duty equal the heads in every interval, and those on longest
leave first. `covered` lays tours of one length, with their breaks, so that people at work are never fewer than
the heads. It is greedy: fill the first gap with the tour that closes most gaps, and put its breaks where they
are missed least. Tests hold it near the optimum on small cases.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Break
from sim.staff.person import Duty

REST = 8 * 3600.0
"""Nobody is called again sooner than this after a duty, in seconds."""

BREAK_SLACK = 3600.0
"""A planned break may be this much earlier or later than stated, so that not everybody leaves at once."""

Counts = NDArray[np.int64]
_NEVER = -(2**60)  # people to spare where no break may be


def exact(heads: Sequence[int] | Counts, edges: NDArray[np.float64], last: float) -> list[Duty]:
    """Duties that add up to `heads` in every interval; those on duty in the last interval stay until `last`.

    First in, first out: when heads fall, those who began earliest leave.
    """
    on_duty: deque[float] = deque()
    duties = []
    for number, moment in zip(heads, edges[:-1], strict=True):
        while len(on_duty) > number:
            duties.append(Duty(on_duty.popleft(), float(moment)))
        on_duty.extend([float(moment)] * (int(number) - len(on_duty)))
    duties.extend(Duty(start, last) for start in on_duty)
    return sorted(duties, key=lambda duty: (duty.start, duty.end))


def covered(
    heads: Sequence[int] | Counts,
    edges: NDArray[np.float64],
    length: float,
    breaks: Sequence[Break] = (),
    slack: float = BREAK_SLACK,
) -> list[Duty]:
    """Tours of `length` seconds whose people at work are at least `heads` in every interval.

    `breaks`: `at` counts from the tour's start; each may be moved by up to `slack` seconds, in steps of the
    first interval. A tour begins with an interval; an interval that a break touches is not covered by it.
    """
    need = np.asarray(heads, dtype=np.int64)
    tours = _filled(need, edges, _Pattern(length, breaks, slack, edges))
    return sorted(tours, key=lambda duty: (duty.start, duty.breaks))


def people(duties: Iterable[Duty], rest: float = REST) -> list[tuple[Duty, ...]]:
    """Give the duties to as few people as their rest allows; whoever is off longest goes first."""
    free: list[tuple[float, int]] = []
    schedules: list[list[Duty]] = []
    for duty in sorted(duties, key=lambda d: (d.start, d.end)):
        if free and free[0][0] + rest <= duty.start:
            _, who = heapq.heappop(free)
            schedules[who].append(duty)
        else:
            who = len(schedules)
            schedules.append([duty])
        heapq.heappush(free, (duty.end, who))
    return [tuple(schedule) for schedule in schedules]


def at_work(duties: Iterable[Duty], edges: NDArray[np.float64]) -> Counts:
    """People who work through the whole of each interval: on duty and not on a break."""
    count = np.zeros(edges.size - 1, dtype=np.int64)
    for duty in duties:
        count += _worked(duty, edges)
    return count


def _worked(duty: Duty, edges: NDArray[np.float64]) -> Counts:
    """1 for each interval that lies in the duty and touches no break."""
    begin, end = edges[:-1], edges[1:]
    inside = (begin >= duty.start - 1e-6) & (end <= duty.end + 1e-6)
    for start, stop in duty.breaks:
        inside &= (end <= start + 1e-6) | (begin >= stop - 1e-6)
    return inside.astype(np.int64)


class _Pattern:
    """What all tours of a plan have in common: their length, and where their breaks may lie."""

    def __init__(self, length: float, breaks: Sequence[Break], slack: float, edges: NDArray[np.float64]) -> None:
        self.length = length
        self.breaks = sorted(breaks, key=lambda pause: pause.at)
        self.step = float(edges[1] - edges[0])
        self.slack = slack

    def tour(self, start: float, spare: Counts, edges: NDArray[np.float64]) -> Duty:
        """The tour from `start` whose breaks fall where most people are to spare, early ones first."""
        placed: list[tuple[float, float]] = []
        for number in range(len(self.breaks)):
            options = list(self._options(start, number, placed))
            placed.append(max(options, key=lambda option: _least(spare, edges, option)))
        return Duty(start, start + self.length, tuple(placed))

    def _options(self, start: float, number: int, placed: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
        """Places of one break, the stated one first: inside the tour, after the break before, room for the next."""
        pause = self.breaks[number]
        after = placed[-1][1] if placed else start
        before = start + (self.breaks[number + 1].at if number + 1 < len(self.breaks) else self.length)
        yield (max(start + pause.at, after), max(start + pause.at, after) + pause.length)
        for move in range(1, int(self.slack / self.step + 1e-9) + 1):
            for at in (start + pause.at - move * self.step, start + pause.at + move * self.step):
                if at >= after and at + pause.length <= before:
                    yield (at, at + pause.length)


def _least(spare: Counts, edges: NDArray[np.float64], pause: tuple[float, float]) -> int:
    """Fewest people to spare in the intervals a break touches."""
    first = int(np.searchsorted(edges, pause[0] + 1e-6, side="right")) - 1
    beyond = int(np.searchsorted(edges, pause[1] - 1e-6, side="left"))
    touched = spare[first:beyond]
    return int(touched.min()) if touched.size else int(np.iinfo(np.int64).max)


def _filled(need: Counts, edges: NDArray[np.float64], pattern: _Pattern) -> list[Duty]:
    """From left to right, the tour that closes most gaps among those that work in the first gap."""
    spare = -need
    tours: list[Duty] = []
    while (spare < 0).any():
        gap = int(np.argmax(spare < 0))
        missed = np.where(np.arange(spare.size) == gap, _NEVER, spare)
        made = [pattern.tour(float(edges[at]), missed, edges) for at in _starts(gap, edges, pattern.length)]
        closing = [tour for tour in made if _worked(tour, edges)[gap]]
        tours.append(max(closing, key=lambda tour: int(_worked(tour, edges)[spare < 0].sum())))
        spare = spare + _worked(tours[-1], edges)
    return tours


def _starts(gap: int, edges: NDArray[np.float64], length: float) -> list[int]:
    """Starts whose tour is on duty in the gap, latest first."""
    return [at for at in range(gap, -1, -1) if edges[at] + length > edges[gap]]
