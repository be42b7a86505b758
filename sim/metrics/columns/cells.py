"""The cells of a KPI table: every scope, in total and by interval, numbered once so that all KPIs share the
numbering.

A column of records is summed into one vector over the cells; a KPI is then the ratio of two such vectors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import Lexicon

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TIMED = ("all", "channel", "tier", "queue")  # scopes with interval rows; the others have totals only
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of one kind of scope: `width` cells a member, the first of them its total."""

    first: int
    members: tuple[str, ...]
    width: int

    @property
    def stop(self) -> int:
        """The first cell behind this block."""
        return self.first + len(self.members) * self.width


class Cells:
    """All cells of one lexicon: blocks of scopes, and the intervals that have measured time."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.first_interval = int(lexicon.warmup // lexicon.interval)
        self.intervals = max(0, math.ceil(lexicon.horizon / lexicon.interval) - self.first_interval)
        self.blocks = _blocks(_members(lexicon), self.intervals)
        self.size = max(block.stop for block in self.blocks.values())
        self.tiers = [int(label.split(":")[1]) for label in self.blocks["tier"].members]

    def place(self, kind: str, member: NDArray[np.integer], interval: Ints | None = None) -> Ints:
        """Cell of each record within scope `kind`; a negative member, or none such, gives the spare cell `size`."""
        block = self.blocks[kind]
        cell = block.first + member.astype(np.int64) * block.width
        if interval is not None and block.width > 1:
            cell += 1 + interval
        return np.where((member >= 0) & (member < len(block.members)), cell, self.size)

    def tier_member(self, tier: int) -> int:
        """Position of a human tier within the tier scope; -1 for the bot's tier and for unknown ones."""
        return self.tiers.index(tier) if tier in self.tiers else -1

    def interval_of(self, moment: Floats) -> Ints:
        """Which interval a moment falls into: each holds its start and not its end."""
        index = np.floor_divide(moment, self.lexicon.interval).astype(np.int64) - self.first_interval
        return np.clip(index, 0, max(0, self.intervals - 1))

    def measured(self, moment: Floats) -> Bools:
        """Whether a record that begins at `moment` counts: not in the warm-up, not after the horizon."""
        counts: Bools = (moment >= self.lexicon.warmup) & (moment < self.lexicon.horizon)
        return counts

    def sum(self, place: Ints, values: Floats | Bools) -> Floats:
        """Sum one value a record over the cells that `place` gave."""
        return np.asarray(np.bincount(place, values, minlength=self.size + 1)[:-1], dtype=np.float64)

    def zeros(self) -> Floats:
        """A vector over the cells."""
        return np.zeros(self.size)

    def with_totals(self, sums: Floats) -> Floats:
        """Add the intervals of each scope to its total, in place; `sums` has the cells as its last axis."""
        for kind in TIMED:
            grid = self.grid(kind, sums)
            grid[..., 0] += grid[..., 1:].sum(axis=-1)
        return sums

    def grid(self, kind: str, sums: Floats) -> Floats:
        """View of a vector's block as members × (total, intervals…)."""
        block = self.blocks[kind]
        return sums[..., block.first : block.stop].reshape(*sums.shape[:-1], len(block.members), block.width)

    def only(self, sums: Floats, kinds: Iterable[str]) -> Floats:
        """Copy of a vector that keeps the cells of the named scopes; the rest is 0."""
        kept = np.zeros(self.size)
        for kind in kinds:
            block = self.blocks[kind]
            kept[block.first : block.stop] = sums[block.first : block.stop]
        return kept

    def chosen(self, kinds: Iterable[str], by_interval: bool) -> Ints:
        """The cells of some scopes: totals, and their interval rows if asked for."""
        parts = [np.arange(self.blocks[kind].first, self.blocks[kind].stop) for kind in kinds]
        widths = [self.blocks[kind].width for kind in kinds]
        steps = [1 if by_interval else width for width in widths]
        return np.concatenate([part[::step] for part, step in zip(parts, steps, strict=True)])

    def scope_labels(self) -> tuple[Ints, list[str]]:
        """For each cell the position of its scope's label, and the labels."""
        blocks = self.blocks.values()
        labels = [label for block in blocks for label in block.members]
        widths = np.concatenate([np.full(len(block.members), block.width) for block in blocks])
        return np.repeat(np.arange(len(labels)), widths), labels

    def interval_labels(self) -> tuple[Ints, list[str]]:
        """For each cell the position of its interval's label, and the labels: `total`, then ISO 8601 local starts."""
        blocks = self.blocks.values()
        codes = [np.tile(np.arange(block.width), len(block.members)) for block in blocks]
        return np.concatenate(codes), [TOTAL, *self._starts()]

    def _starts(self) -> list[str]:
        origin = datetime.fromisoformat(self.lexicon.start)
        indices = range(self.first_interval, self.first_interval + self.intervals)
        return [(origin + timedelta(seconds=k * self.lexicon.interval)).isoformat() for k in indices]


def _members(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """Labels of every scope. The kind `bot` is tier 0, which only KPIs of bots and of cost speak about."""
    tiers = sorted({tier for tier in (*lexicon.queue_tiers, *lexicon.agent_tiers) if tier > 0})
    return {
        "all": ("all",),
        "channel": tuple(f"channel:{name}" for name in lexicon.channels),
        "bot": ("tier:0",),
        "tier": tuple(f"tier:{tier}" for tier in tiers),
        "queue": tuple(f"queue:{name}" for name in lexicon.queues),
        "intent": tuple(f"intent:{name}" for name in lexicon.intents),
        "segment": tuple(f"segment:{name}" for name in lexicon.segments),
        "agent": tuple(f"agent:{name}" for name in lexicon.agents),
    }


def _blocks(members: Mapping[str, tuple[str, ...]], intervals: int) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    first = 0
    for kind, labels in members.items():
        blocks[kind] = Block(first, labels, 1 + intervals if kind in TIMED else 1)
        first = blocks[kind].stop
    return blocks
