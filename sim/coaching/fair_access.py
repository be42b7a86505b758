"""Coaching that reaches everybody, the best too: a minimum for all, a share for the best, the rest by need and capped.

Need alone would send the same few to every session: who has had much more than the mean waits until others had theirs.
"""

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
    """Everybody `at_least_every`, nobody again within `cool_down`; of the sessions left, `best_share` for the measured
    best `best` of the agents. Who has had more than `at_most` times the mean hours comes last.
    """

    signal: Signal = "resolution"
    min_count: Annotated[float, Field(ge=0)] = 1.0
    at_least_every: Annotated[Duration, Field(gt=0)] = 4 * 7 * 86400.0
    cool_down: Annotated[Duration, Field(ge=0)] = 6 * 86400.0
    best: Annotated[Share, Field(gt=0.0)] = 0.2
    best_share: Share = 0.2
    at_most: Annotated[float, Field(ge=1.0)] = 1.25


@register("coaching", "fair_access", FairAccessParams)
class FairAccess(CoachingRule):
    """Who would wait too long, then some of the best as givers of examples, then the lowest measured, hours capped."""

    uses_signals = True

    def __init__(self, params: FairAccessParams) -> None:
        super().__init__(params)
        self._params = params

    def choose(self, known: Known) -> list[Request]:
        spec = self._params
        lost = shortfall(known, spec.signal, spec.min_count) * volume(known)
        overdue = [agent for agent in in_turn(known) if known.until - known.last[agent] > spec.at_least_every]
        asked = [Request(agent, None, f"{since(known, agent)}: everybody's minimum") for agent in overdue]
        order = _best_first(lost)
        others = [agent for agent in order if agent not in overdue and known.rested(agent, spec.cool_down)]
        best = [agent for agent in order[: ceil(spec.best * len(order))] if agent in others]
        chosen = sorted(best, key=lambda agent: (float(known.had[agent]), agent))
        chosen = chosen[: round(spec.best_share * max(0, known.room - len(asked)))]
        asked += [Request(agent, _strength(lost[agent]), self._outlier(lost[agent])) for agent in chosen]
        enough = spec.at_most * float(known.had.mean())
        rest = sorted(
            (agent for agent in reversed(others) if agent not in chosen), key=lambda one: known.had[one] > enough
        )
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
