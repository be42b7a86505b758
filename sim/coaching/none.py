"""Nobody is coached."""

from __future__ import annotations

from sim.coaching.port import CoachingRule, Known, Request
from sim.registry import register


@register("coaching", "none")
class Nobody(CoachingRule):
    """Nobody is coached: what the others are compared with."""

    def choose(self, known: Known) -> list[Request]:
        return []
