"""Draw what agents really are: speed, ability per intent, QA trait, empathy. Rules never see it.

Evidence and sizes stand in the scenario (`quality.truth`); the shipped ones take a coefficient of variation of mean
handle time of about .2 between agents (measured on open data) and a standard deviation of .05 in P(resolve).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt

from sim.config.schema import Truth as TruthSpec
from sim.model.spec import IntentSpec
from sim.model.truth import Truth
from sim.sampling.streams import Streams, entity_key, normal

FIXED = 2**50  # the replication number whose draws a `fixed` truth takes


def draw(spec: TruthSpec, names: Sequence[str], intents: Sequence[IntentSpec], streams: Streams) -> Truth:
    """The truth of every agent, addressed by the agent's name and the intent's: a colleague more moves nobody else."""
    purpose = streams.purpose("truth")
    keys = [entity_key(name) for name in names]
    general = [tuple(normal(u) for u in purpose.block(key, 0, 0)) for key in keys]
    rows = [
        [_cell(spec, z, purpose.block(key, 1, intent.key)) for intent in intents]
        for key, z in zip(keys, general, strict=True)
    ]
    return Truth(
        speed=[[speed for speed, _ in row] for row in rows],
        ability=[[ability for _, ability in row] for row in rows],
        qa=[spec.qa_sd * _correlated(spec.qa_resolution_correlation, z[1], z[2]) for z in general],
        empathy=[spec.empathy_sd * z[3] for z in general],
    )


def _cell(spec: TruthSpec, general: tuple[float, ...], block: tuple[float, ...]) -> tuple[float, float]:
    """Speed factor and ability (standard units) of an agent for an intent; `intent_share` of a variance is its own."""
    own, common = sqrt(spec.intent_share), sqrt(1.0 - spec.intent_share)
    ability = common * general[1] + own * normal(block[1])
    slowness = common * general[0] + own * normal(block[0])
    # a fast agent has a negative slowness: the stated correlation is that of speed with resolution
    slowness = -_correlated(spec.speed_resolution_correlation, ability, -slowness)
    sd = spec.speed_sd
    return exp(sd * slowness - 0.5 * sd * sd), ability


def _correlated(correlation: float, first: float, second: float) -> float:
    return correlation * first + sqrt(1.0 - correlation * correlation) * second
