"""Pre-history: the weeks before the scenario, as far as signals remember them, drawn from the latent truth.

Nothing is simulated: an agent's past work is as many contacts per intent as the history's length gives, and their
handle times, repeats and evaluations are drawn as sums. It does not depend on any rule, so all arms share it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Quality
from sim.model.spec import Blueprint
from sim.model.truth import Truth
from sim.quality.expectation import Expectation
from sim.quality.shrink import Tally
from sim.quality.signals import Measured
from sim.sampling.streams import Streams, normals

WEEK = 7 * 86400.0
Array = NDArray[np.float64]


def remember(
    signals: Measured,
    blueprint: Blueprint,
    agents: Sequence[int],
    truth: Truth,
    expected: Expectation,
    streams: Streams,
) -> None:
    """Add the pre-history's observations to the signals' tallies and refresh them; `agents`: their keys."""
    quality = blueprint.scenario.quality
    u = _uniforms(blueprint, agents, streams)
    weeks = quality.history.weeks
    served = np.floor(expected.weight * quality.history.contacts_per_agent_week * weeks + 0.5)
    _add_handle(signals.handle_tally, served, expected, u[:, :, 0])
    matured = max(0.0, 1.0 - blueprint.scenario.measures.repeat_window / WEEK / weeks) if weeks > 0 else 0.0
    _add_resolution(signals.resolution_tally, np.floor(served * matured), expected, u[:, :, 1])
    _add_qa(signals.qa_tally, agents, truth, quality, streams)
    signals.refresh()


def _uniforms(blueprint: Blueprint, agents: Sequence[int], streams: Streams) -> Array:
    purpose = streams.purpose("history")
    blocks = [purpose.block(key, 0, intent.key) for key in agents for intent in blueprint.intents]
    return np.array(blocks).reshape(len(agents), len(blueprint.intents), 4)


def _add_handle(tally: Tally, n: Array, expected: Expectation, u: Array) -> None:
    noise = np.divide(expected.handle_sd, np.sqrt(n), out=np.zeros_like(n), where=n > 0)
    z = normals(np.ascontiguousarray(u).ravel()).reshape(u.shape)
    mean = np.maximum(expected.handle + noise * z, 0.1 * expected.handle)
    tally.count += n
    tally.total += n * mean
    tally.squares += n * mean * mean + np.maximum(n - 1.0, 0.0) * expected.handle_sd**2


def _add_resolution(tally: Tally, n: Array, expected: Expectation, u: Array) -> None:
    good = _binomial(u, n, expected.resolution)
    tally.count += n
    tally.total += good
    tally.squares += good


def _binomial(u: Array, n: Array, p: Array) -> Array:
    """Quantile of the binomial law: the smallest k with P(X <= k) >= u."""
    from scipy.special import bdtr, bdtrik

    with np.errstate(invalid="ignore"):
        k = np.ceil(np.nan_to_num(bdtrik(u, n, p), nan=0.0))
        below = np.maximum(k - 1.0, 0.0)
        k = np.where((k > 0) & (bdtr(below, n.astype(np.int64), p) >= u), below, k)
    return np.asarray(np.where(p >= 1.0, n, np.clip(k, 0.0, n)))


def _add_qa(tally: Tally, agents: Sequence[int], truth: Truth, quality: Quality, streams: Streams) -> None:
    spec = quality.evaluation
    weeks = max(0.0, quality.history.weeks - spec.lag / WEEK)
    purpose = streams.purpose("history_qa")
    u = np.array([purpose.block(key, 0, 0) for key in agents]).reshape(len(agents), 4)
    n = np.floor(spec.per_agent_week * weeks + u[:, 0])
    single = np.hypot(spec.contact_sd, spec.rater_sd)
    noise = np.divide(single, np.sqrt(n), out=np.zeros_like(n), where=n > 0)
    mean = spec.mean + np.array(truth.qa) + noise * normals(np.ascontiguousarray(u[:, 1]))
    tally.count[:, 0] += n
    tally.total[:, 0] += n * mean
    tally.squares[:, 0] += n * mean * mean + np.maximum(n - 1.0, 0.0) * single**2
