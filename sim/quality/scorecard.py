"""What an evaluation's items come to: points for skill, all or nothing for defects, and failing outright.

A rater overlooks some defects and finds some that are not there. Without items the score is that of skill alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from sim.config.schema import CATEGORIES

if TYPE_CHECKING:
    from sim.config.schema import Item, Quality
    from sim.sampling.streams import Streams

A_BLOCK = 4  # uniforms at one address
BLOCKS = 4  # addresses of one contact's items: 16 items


@dataclass(frozen=True, slots=True)
class Judged:
    """One evaluation: points as given and as a rater without error would give, and the defects found, as bits."""

    score: float
    true_score: float
    failed: bool
    found: int


class Card:
    """The items of a scenario's scorecard."""

    def __init__(self, quality: Quality, streams: Streams) -> None:
        self._items: list[tuple[int, Item]] = [
            (1 << CATEGORIES.index(item.checks) if item.checks != "skill" else 0, item)
            for item in quality.evaluation.scorecard.values()
        ]
        self._whole = sum(item.weight for _, item in self._items)
        self._noticed = streams.purpose("qa_items")  # one position an item

    @property
    def used(self) -> bool:
        """Whether there are any items."""
        return bool(self._items)

    def judge(self, skill: float, true_skill: float, defects: int, key: int, k: int, attempt: int) -> Judged:
        """What becomes of a score of skill (0 to 100) and the contact's defects; its address is (key, k, attempt)."""
        score = true_score = 0.0
        failed = truly_failed = False
        found = 0
        for place, (bit, item) in enumerate(self._items):
            if not bit:
                score += item.weight * skill
                true_score += item.weight * true_skill
                continue
            there = bool(defects & bit)
            u = self._noticed.block(key, k, attempt * BLOCKS + place // A_BLOCK)[place % A_BLOCK]
            seen = u < (item.detected if there else item.false_alarm)
            score += 0.0 if seen else 100.0 * item.weight
            true_score += 0.0 if there else 100.0 * item.weight
            found |= bit if seen else 0
            failed |= seen and item.critical
            truly_failed |= there and item.critical
        return Judged(
            0.0 if failed else score / self._whole,
            0.0 if truly_failed else true_score / self._whole,
            failed,
            found,
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """How a score is expected to follow from one of skill: `level` + `slope` × skill, and the items' own noise.

    For evaluations from before the run and for what signals expect; failing outright is left out, as it is there.
    """

    level: float
    slope: float
    noise_sd: float


def scale(quality: Quality) -> Scale:
    """The scale of a scenario's scorecard, from the stated shares of defects."""
    items: Sequence[Item] = list(quality.evaluation.scorecard.values())
    if not items:
        return Scale(0.0, 1.0, 0.0)
    whole = sum(item.weight for item in items)
    level = variance = 0.0
    for item in items:
        if item.checks != "skill":
            there = float(getattr(quality.defects, item.checks))
            seen = there * item.detected + (1.0 - there) * item.false_alarm
            level += 100.0 * item.weight * (1.0 - seen) / whole
            variance += (100.0 * item.weight / whole) ** 2 * seen * (1.0 - seen)
    slope = sum(item.weight for item in items if item.checks == "skill") / whole
    return Scale(level, slope, sqrt(variance))
