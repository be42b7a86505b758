"""Coaching that reaches everybody, the best too: a minimum for all, a share for the best, the rest by need."""

from __future__ import annotations

from math import ceil
from typing import Annotated

from pydantic import Field

from sim.coaching.measured import WORDS, Signal, shortfall, topic, volume
from sim.coaching.port import Array, CoachingRule, Known, Request
from sim.coaching.round_robin import in_turn, since
from sim.config.schema import Duration, Share
from sim.registry import Params, register


class FairAccessParams(Params):
    """Everybody `at_least_every`; of the sessions left, `best_share` for the measured best `best` of the agents."""

    signal: Signal = "resolution"
    min_count: Annotated[float, Field(ge=0)] = 1.0
    at_least_every: Annotated[Duration, Field(gt=0)] = 4 * 7 * 86400.0
    best: Annotated[Share, Field(gt=0.0)] = 0.2
    best_share: Share = 0.2


@register("coaching", "fair_access", FairAccessParams)
class FairAccess(CoachingRule):
    """Who has waited too long, then some of the best as givers of examples, then the lowest measured."""

    uses_signals = True

    def __init__(self, params: FairAccessParams) -> None:
        super().__init__(params)
        self._params = params

    def choose(self, known: Known) -> list[Request]:
        spec = self._params
        overdue = [agent for agent in in_turn(known) if known.now - known.last[agent] >= spec.at_least_every]
        asked = [Request(agent, None, f"{since(known, agent)}: everybody's minimum") for agent in overdue]
        lost = shortfall(known, spec.signal, spec.min_count) * volume(known)
        others = [agent for agent in _best_first(lost) if agent not in overdue]
        best = others[: ceil(spec.best * len(known.agents))]
        chosen = sorted(best, key=lambda agent: (float(known.last[agent]), agent))
        chosen = chosen[: round(spec.best_share * max(0, known.room - len(asked)))]
        asked += [Request(agent, _strength(lost[agent]), self._outlier(lost[agent])) for agent in chosen]
        rest = [agent for agent in reversed(others) if agent not in chosen]
        return asked + [Request(agent, topic(lost[agent]), self._standing(lost[agent])) for agent in rest]

    def _outlier(self, row: Array) -> str:
        return f"{self._standing(row)}: gives examples"

    def _standing(self, row: Array) -> str:
        below = float(row.sum())
        side = "worse" if below > 0.0 else "better"
        return f"measured {WORDS[self._params.signal]} {abs(below):.3g} {side} than the tier's mean"


def _best_first(lost: Array) -> list[int]:
    below = lost.sum(axis=1)
    return sorted(range(len(below)), key=lambda agent: (float(below[agent]), agent))


def _strength(row: Array) -> int | None:
    """The intent in which the agent is best; None where nowhere better than the mean."""
    return topic(-row)
