"""How the bot changes while a run goes on; what `condition.py` is to agents.

An effect says by how many logits the bot does better at each intent than the scenario states; all are added up at a
cadence and handed to the flow in place. Without any there is no process, and effects of size zero give the same bits.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import simpy

from sim.quality.condition import Array

if TYPE_CHECKING:
    from sim.model.centre import Centre


class BotEffect(Protocol):
    """One reason why the bot changes."""

    def logits(self, now: float) -> Array:
        """The whole difference from what the scenario states, by intent, at this moment."""


class BotCondition:
    """What the bot can do at present."""

    def __init__(self, centre: Centre, effects: Sequence[BotEffect]) -> None:
        self._centre = centre
        self._effects = list(effects)

    def run(self, env: simpy.Environment, every: float) -> Generator[simpy.Event, Any, None]:
        """The process: take stock at the start and every so many seconds."""
        while True:
            self.refresh()
            yield env.timeout(every)

    def refresh(self) -> None:
        """Add up the effects, and let the flow know."""
        now = self._centre.calendar.now
        total = np.zeros(len(self._centre.blueprint.intents))
        for effect in self._effects:
            total += effect.logits(now)
        self._centre.bot_shift.become([total.tolist()])
