"""Columns of visits: legs of contacts in human queues."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.metrics import layout
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.spread import Spread
from sim.model.journal import LegEnd

if TYPE_CHECKING:
    from sim.metrics.sums import Sums


class Visits:
    """Legs in human queues. Scopes `queue`, `tier` and `agent` count each; the others count a contact's first stay in
    human queues: overflow moves it on and ends nothing, so its wait runs from the first queue to its end.
    """

    def __init__(self, sums: Sums, cells: Cells) -> None:
        self.cells, self._sums = cells, sums
        self._spread = _spread(sums, cells)

    def _count(self, *ends: LegEnd, answered: bool) -> Floats:
        first = layout.LEG_ENDS if answered else 0
        return self._spread.columns([first + end for end in ends])

    def ended(self, end: LegEnd) -> Floats:
        """Visits that ended this way, answered or not."""
        return self._count(end, answered=True) + self._count(end, answered=False)

    @cached_property
    def visits(self) -> Floats:
        """Visits, blocked ones included."""
        return self.answered + self._count(*LegEnd, answered=False)

    @cached_property
    def offered(self) -> Floats:
        """Visits that were not blocked: a blocked one did not enter the waiting line."""
        return self.visits - self.blocked

    @cached_property
    def answered(self) -> Floats:
        """Visits that an agent answered."""
        return self._count(*LegEnd, answered=True)

    @cached_property
    def answered_within(self) -> Floats:
        """Visits answered within T."""
        return self._spread.column(layout.VISIT_ANSWERED_WITHIN)

    @cached_property
    def handled(self) -> Floats:
        """Visits answered and talked to their end."""
        return self.answered - self._count(LegEnd.UNFINISHED, answered=True)

    @cached_property
    def abandoned(self) -> Floats:
        """Visits that the customer gave up in the queue."""
        return self.ended(LegEnd.ABANDONED)

    @cached_property
    def abandoned_within(self) -> Floats:
        """Visits given up within T."""
        return self._spread.column(layout.VISIT_ABANDONED_WITHIN)

    @cached_property
    def blocked(self) -> Floats:
        """Visits that found the waiting line full."""
        return self.ended(LegEnd.BLOCKED)

    @cached_property
    def overflowed(self) -> Floats:
        """Visits moved to another queue after waiting too long; a stay that is moved counts once."""
        return self.ended(LegEnd.OVERFLOWED) + self._spread.column(layout.VISIT_MOVED_ON)

    @cached_property
    def unfinished(self) -> Floats:
        """Visits still open when the run ended."""
        return self.ended(LegEnd.UNFINISHED)

    @cached_property
    def escalated(self) -> Floats:
        """Handled visits passed on to the next tier or to a supervisor."""
        return self._count(LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR, answered=True)

    @cached_property
    def to_supervisor(self) -> Floats:
        """Handled visits passed on to a supervisor."""
        return self._count(LegEnd.TO_SUPERVISOR, answered=True)

    @cached_property
    def wait_answered(self) -> Floats:
        """Seconds waited by answered visits."""
        return self._spread.column(layout.VISIT_WAIT_ANSWERED)

    @cached_property
    def wait_offered(self) -> Floats:
        """Seconds waited by all offered visits."""
        return self.wait_answered + self._spread.column(layout.VISIT_WAIT_LEFT)

    @cached_property
    def talk_and_hold(self) -> Floats:
        """Seconds from answer to end of handled visits, hold included."""
        return self._spread.column(layout.VISIT_TALK)

    @cached_property
    def held(self) -> Floats:
        """Seconds on hold of handled visits."""
        return self._spread.column(layout.VISIT_HOLD)

    @cached_property
    def wrapped_up(self) -> Floats:
        """Seconds of wrap-up of handled visits."""
        return self._spread.column(layout.VISIT_WRAP)

    @cached_property
    def handle_time(self) -> Floats:
        """Seconds of talk, hold and wrap-up of handled visits."""
        return self.talk_and_hold + self.wrapped_up

    # --- quantiles ---------------------------------------------------------------------------------------------------

    def wait_quantile(self, share: float) -> tuple[Floats, Floats]:
        """Quantile of the waits of answered visits in each total cell, and 1 where there is one (else 0); linear
        between neighbours. Agents have none.
        """
        value, defined = np.zeros(self.cells.size), np.zeros(self.cells.size)
        for waits, cells in self._waits:
            place = (len(waits) - 1) * share
            low = int(place)
            high = min(low + 1, len(waits) - 1)
            waits.partition((low, high))
            value[cells] = waits[low] + (waits[high] - waits[low]) * (place - low)
            defined[cells] = 1.0
        return value, defined

    @cached_property
    def _waits(self) -> list[tuple[Floats, list[int]]]:
        """Waits of answered visits, in any order, and the total cells that share them: those of the same kinds."""
        waits = _by_kind(self._sums)
        alike: dict[tuple[int, ...], list[int]] = {}
        for cell, kinds in self._cells_of(list(waits)):
            alike.setdefault(kinds, []).append(cell)
        return [(np.concatenate([waits[kind] for kind in kinds]), cells) for kinds, cells in alike.items()]

    def _cells_of(self, kinds: list[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The total cells in which answered visits count, and their kinds of visits."""
        found: dict[int, list[int]] = {}
        alike = self._sums.alike()
        for kind in kinds:
            block, group = divmod(kind, self._sums.classes)
            for cell in self._totals(*alike[block], *divmod(group, self._sums.segments)):
                found.setdefault(cell, []).append(kind)
        return ((cell, tuple(kinds)) for cell, kinds in found.items())

    def _totals(self, counts: int, tier: int, queue: int, channel: int, intent: int, segment: int) -> Iterator[int]:
        once = {"all": 0, "channel": channel, "intent": intent, "segment": segment} if counts != layout.LATER else {}
        each = {"tier": self.cells.tier_member(tier), "queue": queue} if counts != layout.STAY else {}
        for kind, member in {**once, **each}.items():
            if member >= 0:
                block = self.cells.blocks[kind]
                yield block.first + member * block.width


def _spread(sums: Sums, cells: Cells) -> Spread:
    width = layout.VISIT_WIDTH
    spread = Spread(cells, width)
    for block, (counts, tier, queue, channel) in sums.alike().items():
        rows = sums.part(sums.visits + block * sums.rows * width, sums.rows, width)
        if counts != layout.STAY:
            spread.timed("tier", cells.tier_member(tier), rows)
            spread.timed("queue", queue, rows)
        if counts != layout.LATER:
            spread.timed("all", 0, rows)
            spread.timed("channel", channel, rows)
    cells.with_totals(spread.values)
    spread.classes(sums.part(sums.visits_by_class, sums.classes, width))
    spread.total("agent", sums.part(sums.visits_by_agent, len(cells.lexicon.agents), width))
    return spread


def _by_kind(sums: Sums) -> dict[int, Floats]:
    """Waits of answered visits by kind: what they count as."""
    kinds = np.concatenate([np.zeros(0, np.int32), *sums.kinds])
    waits = np.concatenate([np.zeros(0), *sums.waits])
    if not len(kinds) or kinds.min() == kinds.max():
        return {int(kind): waits for kind in kinds[:1]}
    count = np.bincount(kinds)
    present = np.flatnonzero(count)
    number = np.zeros(len(count), dtype=np.int16 if len(present) < 2**15 else np.int32)
    number[present] = np.arange(len(present))
    order = np.argsort(number[kinds], kind="stable")  # NumPy sorts 16 bits by radix
    parts = np.split(waits[order], np.cumsum(count[present])[:-1])
    return dict(zip(map(int, present), parts, strict=True))
