"""Knowledge as an effect: articles age, are mended, and help whoever handles their intent, agents and bot alike.

Nobody's talent stands here: an article serves all agents at once, which is what sets it apart from coaching them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.config.schema import Fix
from sim.config.schema import Knowledge as KnowledgeSpec
from sim.quality.condition import Array, Change


class Knowledge:
    """The support of each intent by time, and what it changes since the start."""

    def __init__(self, spec: KnowledgeSpec, intents: Sequence[str], agents: int) -> None:
        self._spec, self._intents, self._agents = spec, tuple(intents), agents
        self._start = self.support(0.0, before=True)

    def change(self, now: float) -> Change:
        """See `sim.quality.condition.Effect`: the same for all agents."""
        gained = self.support(now) - self._start
        change = Change.none(self._agents, len(self._intents))
        change.handle[...] = -self._spec.handle * gained
        change.resolution[...] = self._spec.resolution * gained
        return change

    def logits(self, now: float) -> Array:
        """See `sim.quality.bot_condition.BotEffect`."""
        return self._spec.bot * (self.support(now) - self._start)

    def support(self, now: float, before: bool = False) -> Array:
        """Coverage times freshness of each intent (0 without an article); `before`: as if nothing were ever mended."""
        fixes = () if before else sorted((fix for fix in self._spec.fixes if fix.at <= now), key=lambda fix: fix.at)
        return np.array([self._support(name, fixes, now) for name in self._intents])

    def _support(self, intent: str, fixes: Sequence[Fix], now: float) -> float:
        article = self._spec.articles.get(intent)
        if article is None:
            return 0.0
        coverage, freshness, since = article.coverage, article.freshness, 0.0
        for fix in fixes:
            if fix.intent == intent:
                coverage = coverage if fix.coverage is None else fix.coverage
                freshness, since = fix.freshness, fix.at
        if self._spec.half_life is not None and not article.maintained:
            freshness *= 0.5 ** ((now - since) / self._spec.half_life)
        return coverage * freshness
