"""What changes agents and the bot while a replication runs: careers, knowledge, coaching, reviews of the bot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.journal import CONDITION
from sim.quality import careers, effects
from sim.quality.bot_condition import BotCondition
from sim.quality.bot_review import BotReview
from sim.quality.coached import Coached
from sim.quality.condition import Condition, Diary

if TYPE_CHECKING:
    from sim.model.births import Births
    from sim.model.centre import Centre
    from sim.sampling.streams import Streams
    from sim.staff.person import Person


class Changing:
    """All reasons for change of one replication; where the scenario has none, nothing runs and nothing is kept."""

    def __init__(self, centre: Centre, staff: Sequence[Person], births: Births, streams: Streams) -> None:
        self._every = centre.blueprint.scenario.quality.changes_every
        self._review = _review(centre, births, streams)
        self.careers = careers.begin(centre, staff, streams)
        of_careers = [] if self.careers is None else self.careers.effects
        self._effects = [*of_careers, *effects.of(centre, staff, streams)]
        self.diary = Diary(kept=bool(self._effects))
        self.condition = Condition(centre, self._effects, self.diary) if self._effects else None
        of_bot = effects.of_bot(centre, self._review)
        self._bot = BotCondition(centre, of_bot) if of_bot else None

    @property
    def coached(self) -> Coached:
        """The effect of coaching, where anybody is coached."""
        return next(effect for effect in self._effects if isinstance(effect, Coached))

    def start(self, env: simpy.Environment) -> None:
        """Let agents and the bot change from now on."""
        for one in (self.condition, self._bot):
            if one is not None:
                env.process(one.run(env, self._every))

    def read(self) -> None:
        """The recorder is about to be emptied."""
        if self._review is not None:
            self._review.read()
            self._review.forget()
        if self.careers is not None:
            self.careers.read()

    def take(self) -> NDArray[np.void]:
        """Records of dtype CONDITION since the last call."""
        return self.careers.take() if self.careers is not None else np.zeros(0, CONDITION)


def _review(centre: Centre, births: Births, streams: Streams) -> BotReview | None:
    bot = centre.blueprint.scenario.bot
    return BotReview(bot.review, centre, births.k, streams) if bot is not None and bot.review is not None else None
