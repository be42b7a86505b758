"""Many pilots out of one row of days: which days make which pilot, and how each design is read over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiment.rehearse import reading
from sim.experiment.rehearse.counts import CONTROL, TREATED, Counts
from sim.experiment.rehearse.reading import Reading
from sim.routing.sides import Days, Design, Floats, Ints


@dataclass(frozen=True, slots=True)
class Record:
    """The counts of one design over all replications, days end to end: shapes (2, groups, days), (groups, days)."""

    sums: Floats
    sides: Ints
    crossed: int
    returned: int

    @classmethod
    def of(cls, counts: Sequence[Counts]) -> Record:
        """Join replications in their order."""
        return cls(
            np.concatenate([one.sums for one in counts], axis=2),
            np.concatenate([one.sides for one in counts], axis=1),
            sum(one.crossed for one in counts),
            sum(one.returned for one in counts),
        )

    def of_side(self, side: int, days: slice = slice(None)) -> Floats:
        """Numerators and denominators of one side day by day, shape (2, days)."""
        mine = self.sides[:, days] == side
        return np.asarray((self.sums[:, :, days] * mine).sum(axis=1), dtype=np.float64)


def windows(total: int, length: int) -> Iterator[slice]:
    """Pilots of `length` days, one after another; what is left at the end is no pilot."""
    for begin in range(0, total - length + 1, length):
        yield slice(begin, begin + length)


def read(design: Design, days: Days, record: Record, today: Record | None, window: slice, redrawn: bool) -> Reading:
    """The naive reading of one pilot.

    `today`: the same groups under today's rules everywhere, which only a design by queue needs, as its time before.
    `redrawn`: each replication has a workforce of its own, so that the same name is another agent.
    """
    if design.by == "time":
        return reading.paired(*_pairs(record, window))
    if design.by == "agent":
        return reading.apart(*_agents(record, window, days.per_replication if redrawn else record.sums.shape[2]))
    if design.by == "queue":
        assert today is not None
        return _before_and_after(record, today, window)
    phases = _phases(design, days, window)
    found = [reading.paired(record.of_side(TREATED, phase), record.of_side(CONTROL, phase)) for phase in phases]
    lengths = [phase.stop - phase.start for phase in phases]
    return reading.combined(found, [length / sum(lengths) for length in lengths])


def _pairs(record: Record, window: slice) -> tuple[Floats, Floats]:
    """The same slice of the day on the two days of a pair, once treated and once control."""
    first = window.start + window.start % 2
    even = np.arange(first, window.stop - 1, 2)
    treated_first = record.sides[:, even] == TREATED
    left, right = record.sums[:, :, even], record.sums[:, :, even + 1]
    treated, control = np.where(treated_first, left, right), np.where(treated_first, right, left)
    return treated.reshape(2, -1), control.reshape(2, -1)


def _agents(record: Record, window: slice, lasting: int) -> tuple[Floats, Floats]:
    """Counts by agent, over as many days as the name stands for one person."""
    parts = []
    for side in (TREATED, CONTROL):
        mine = record.sums[:, :, window] * (record.sides[:, window] == side)
        days = np.arange(window.start, window.stop) // lasting
        people = [mine[:, :, days == one].sum(axis=2) for one in np.unique(days)]
        parts.append(np.concatenate(people, axis=1))
    return parts[0], parts[1]


def _before_and_after(record: Record, today: Record, window: slice) -> Reading:
    """Treated against control queues during the pilot, less the same in as many days before it."""
    before = np.arange(window.start, window.stop) - (window.stop - window.start)
    earlier = Record(today.sums[:, :, before], record.sides[:, window], 0, 0)  # a negative day is one of the last
    during = reading.paired(record.of_side(TREATED, window), record.of_side(CONTROL, window))
    return reading.combined([during, reading.paired(earlier.of_side(TREATED), earlier.of_side(CONTROL))], (1.0, -1.0))


def _phases(design: Design, days: Days, window: slice) -> list[slice]:
    """A ramp's halves are read apart, so that its calendar does not mix with its shares."""
    if design.then is None:
        return [window]
    middle = window.start + -(-days.pilot // 2)
    return [slice(window.start, middle), slice(middle, window.stop)]
