"""Recovery breaks into duties that are already laid: who takes them when.

The staffing plan says how many people may rest at one time. They take turns: each turn goes to those who have worked
longest without a pause, if that is at least as long as the rule's `every`; with fewer of them, fewer breaks are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.staff.person import Duty
from sim.staffing.forecast import Array
from sim.staffing.levers.recovery import Rests


def rested(duties: Sequence[Duty], edges: Array, rests: Rests) -> list[Duty]:
    """The same duties with their recovery breaks, in the same order."""
    made = list(duties)
    for begin, people in _turns(edges, rests):
        end = begin + rests.length
        able = [at for at, duty in enumerate(made) if _free(duty, begin, end)]
        able.sort(key=lambda at: (_since(made[at], begin), at))
        for at in able[:people]:
            if begin - _since(made[at], begin) >= rests.every - 1e-6:
                made[at] = replace(made[at], breaks=tuple(sorted([*made[at].breaks, (begin, end)])))
    return made


def _turns(edges: Array, rests: Rests) -> Iterator[tuple[float, int]]:
    """Start of each turn, and how many may rest in it."""
    for begin, end, people in zip(edges[:-1], edges[1:], rests.relief, strict=True):
        for turn in range(int((end - begin) / rests.length + 1e-9) if people else 0):
            yield float(begin) + turn * rests.length, int(people)


def _free(duty: Duty, begin: float, end: float) -> bool:
    """On duty before and after the turn, and on no other break in it."""
    inside = duty.start < begin and end < duty.end
    return inside and all(stop <= begin or start >= end for start, stop in duty.breaks)


def _since(duty: Duty, moment: float) -> float:
    """Since when somebody works without a pause."""
    return max((stop for _, stop in duty.breaks if stop <= moment), default=duty.start)
