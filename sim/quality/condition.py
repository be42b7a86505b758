"""How agents change while a run goes on: learning, strain, coaching, knowledge, each an effect of its own.

Agents are drawn once (`ability.py`). An effect says by how much they differ from that at a moment; the condition adds
all effects up, at a cadence, and hands the flow its new numbers in place. So the flow pays nothing for effects, a run
without any has no process for them, and effects of size zero give the same bits as none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.model.centre import Centre

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """By how much agents differ from what they were drawn; arrays of shape (agents, intents), the last three (agents,).

    `handle`: logarithm of the factor on handle time · `resolution`: logits · `qa`: points of QA score · `empathy`:
    points of satisfaction · `defects`: logarithm of the odds of a defect of any category.
    """

    handle: Array
    resolution: Array
    qa: Array
    empathy: Array
    defects: Array

    @classmethod
    def none(cls, agents: int, intents: int) -> Change:
        """No difference, in arrays of the caller's own."""
        by_intent, by_agent = (agents, intents), (agents,)
        return cls(*(np.zeros(shape) for shape in (by_intent, by_intent, by_agent, by_agent, by_agent)))


class Effect(Protocol):
    """One reason why agents change."""

    def change(self, now: float) -> Change:
        """The whole difference at this moment (not the one since the last call), in seconds since the start."""


class Diary:
    """How each agent differed from the drawn one, by time: for what is measured of a contact long after it."""

    def __init__(self, kept: bool) -> None:
        """`kept`: whether anything will be written; where nothing is, nobody needs to look."""
        self.kept = kept
        self._times: list[float] = []
        self._pages: list[tuple[list[float], list[float], list[float]]] = []

    def write(self, now: float, change: Change) -> None:
        """What holds from now on."""
        self._times.append(now)
        self._pages.append((change.qa.tolist(), change.empathy.tolist(), change.defects.tolist()))

    def qa(self, agent: int, time: float) -> float:
        """Points of QA score beyond the drawn trait."""
        return self._look(0, agent, time)

    def empathy(self, agent: int, time: float) -> float:
        """Points of satisfaction beyond the drawn trait."""
        return self._look(1, agent, time)

    def defects(self, agent: int, time: float) -> float:
        """Logarithm of the odds of a defect, relative to the drawn agent."""
        return self._look(2, agent, time)

    def _look(self, column: int, agent: int, time: float) -> float:
        page = bisect_right(self._times, time) - 1
        return self._pages[page][column][agent] if page >= 0 else 0.0


class Condition:
    """The present state of all agents of one replication: what they were drawn, changed by the effects."""

    def __init__(self, centre: Centre, effects: Sequence[Effect], diary: Diary) -> None:
        self._centre = centre
        self._effects = list(effects)
        self._diary = diary
        self._speed = centre.truth.speed
        self.present = Change.none(len(centre.agents), len(centre.blueprint.intents))

    def run(self, env: simpy.Environment, every: float) -> Generator[simpy.Event, Any, None]:
        """The process: take stock at the start and every so many seconds."""
        while True:
            self.refresh()
            yield env.timeout(every)

    def refresh(self) -> None:
        """Add up the effects, and let the flow and the diary know."""
        now = self._centre.calendar.now
        self.present = total = _sum([effect.change(now) for effect in self._effects], self.present)
        factors = total.handle.tolist()
        self._centre.speed.become(
            [
                [speed * exp(log) for speed, log in zip(speeds, logs, strict=True)]
                for speeds, logs in zip(self._speed, factors, strict=True)
            ]
        )
        self._centre.shift.become(total.resolution.tolist())
        self._diary.write(now, total)


def _sum(changes: Sequence[Change], shape: Change) -> Change:
    total = Change.none(*shape.handle.shape)
    for change in changes:
        total.handle[...] += change.handle
        total.resolution[...] += change.resolution
        total.qa[...] += change.qa
        total.empathy[...] += change.empathy
        total.defects[...] += change.defects
    return total
