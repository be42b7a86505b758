"""Draw what agents really are: speed, ability per intent, QA trait, empathy. Rules never see it.

Evidence and sizes stand in the scenario (`quality.truth`); the shipped ones take a coefficient of variation of mean
handle time of about .2 between agents (measured on open data) and a standard deviation of .05 in P(resolve).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Truth as TruthSpec
from sim.model.spec import IntentSpec
from sim.model.truth import Truth
from sim.sampling.streams import Streams, normals

FIXED = 2**50  # the replication number whose draws a `fixed` truth takes
Array = NDArray[np.float64]


def source(spec: TruthSpec, streams: Streams) -> Streams:
    """Whose draws the truth takes: the replication's, or those of a fixed truth."""
    return Streams(streams.seed, FIXED) if spec.draw == "fixed" else streams


def draw(spec: TruthSpec, agents: Sequence[int], intents: Sequence[IntentSpec], streams: Streams) -> Truth:
    """The truth of every agent, addressed by the agent's key and the intent's: a colleague more moves nobody else."""
    purpose = streams.purpose("truth")
    general = _normals([purpose.block(key, 0, 0) for key in agents], (len(agents), 1, 4))
    own = _normals([purpose.block(key, 1, it.key) for key in agents for it in intents], (len(agents), len(intents), 4))
    ability = _ability(spec, general, own)
    return Truth(
        speed=_speed(spec, general, own, ability),
        ability=ability.tolist(),
        qa=(spec.qa_sd * _correlated(spec.qa_resolution_correlation, general[:, 0, 1], general[:, 0, 2])).tolist(),
        empathy=(spec.empathy_sd * _weighted(general[:, 0], spec.empathy_weights())).tolist(),
    )


def _weighted(normals_of: Array, weights: Sequence[float]) -> Array:
    """Sums over the last axis, in order: a product of matrices differs by a bit from machine to machine."""
    total = np.zeros(len(normals_of))
    for at, weight in enumerate(weights):
        total += weight * normals_of[:, at]
    return total


def _normals(blocks: list[tuple[float, ...]], shape: tuple[int, ...]) -> Array:
    return normals(np.array(blocks, dtype=np.float64).ravel()).reshape(shape)


def _ability(spec: TruthSpec, general: Array, own: Array) -> Array:
    """In standard units; `intent_share` of the variance is the intent's own."""
    return sqrt(1.0 - spec.intent_share) * general[:, :, 1] + sqrt(spec.intent_share) * own[:, :, 1]


def _speed(spec: TruthSpec, general: Array, own: Array, ability: Array) -> list[list[float]]:
    slowness = sqrt(1.0 - spec.intent_share) * general[:, :, 0] + sqrt(spec.intent_share) * own[:, :, 0]
    # a fast agent has a negative slowness: the stated correlation is that of speed with resolution
    slowness = -_correlated(spec.speed_resolution_correlation, ability, -slowness)
    sd = spec.speed_sd
    # the exponential of the C library: NumPy's own differs by a bit from machine to machine
    return [[exp(log) for log in row] for row in (sd * slowness - 0.5 * sd * sd).tolist()]


def _correlated(correlation: float, first: Array, second: Array) -> Array:
    return correlation * first + sqrt(1.0 - correlation * correlation) * second
