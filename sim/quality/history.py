"""Pre-history: the weeks before the scenario, as far as signals remember them, drawn from the latent truth.

Nothing is simulated: an agent's past work is as many contacts per intent as the history's length gives, and their
handle times, repeats and evaluations are drawn as sums. It does not depend on any rule, so all arms share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import expm1, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Quality
from sim.model.spec import Blueprint
from sim.model.truth import Truth
from sim.quality.expectation import Expectation
from sim.quality.raters import Severity, evaluated_per_week, scoring
from sim.quality.scorecard import scale
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
    severity: Severity,
    worked: Sequence[float] | None = None,
) -> None:
    """Add the pre-history's observations to the signals' tallies and refresh them; `agents`: their keys.

    `worked`: for how many weeks of it each agent was there; None: for all of them.
    """
    quality = blueprint.scenario.quality
    u = _uniforms(blueprint, agents, streams)
    half_life = quality.signals.half_life
    weeks = np.array([quality.history.weeks] * len(agents) if worked is None else worked).reshape(-1, 1)
    served = np.floor(expected.weight * quality.history.contacts_per_agent_week * weeks + 0.5)
    _add_handle(signals.handle_tally, faded(served, weeks, half_life), expected, u[:, :, 0])
    window = blueprint.scenario.measures.repeat_window / WEEK
    matured = np.maximum(0.0, 1.0 - np.divide(window, weeks, out=np.ones_like(weeks), where=weeks > 0))
    outcomes = faded(np.floor(served * matured), matured * weeks, half_life)
    _add_resolution(signals.resolution_tally, outcomes, expected, u[:, :, 1])
    _add_qa(signals.qa_tally, agents, truth, quality, streams, severity, weeks)
    signals.refresh()


class Weights(NamedTuple):
    """Sums over observations that count by their age: of weights, of squared weights, and what they are worth.

    `worth` = sum² / squares (Kish 1965): as many observations of weight 1 have the same error. All three are the number
    of observations where none fades.
    """

    sum: Array
    squares: Array
    worth: Array


def faded(n: Array, weeks: float | Array, half_life: float | None) -> Weights:
    """Weights of `n` observations that became known evenly over the last `weeks`, of each agent's own where given."""
    if half_life is None:
        return Weights(n, n, n)
    rows = np.reshape(weeks, -1).tolist()
    mean, square = (
        np.array(part).reshape(np.shape(weeks)) for part in zip(*(_means(w, half_life) for w in rows), strict=True)
    )
    return Weights(n * mean, n * square, n * (mean * mean / square))


def _means(weeks: float, half_life: float) -> tuple[float, float]:
    """Of weights and of squared weights, over the last `weeks`."""
    if weeks <= 0.0:
        return 1.0, 1.0
    ages = log(2.0) * weeks * WEEK / half_life
    return -expm1(-ages) / ages, -expm1(-2.0 * ages) / (2.0 * ages)


def _uniforms(blueprint: Blueprint, agents: Sequence[int], streams: Streams) -> Array:
    purpose = streams.purpose("history")
    blocks = [purpose.block(key, 0, intent.key) for key in agents for intent in blueprint.intents]
    return np.array(blocks).reshape(len(agents), len(blueprint.intents), 4)


def _add_handle(tally: Tally, n: Weights, expected: Expectation, u: Array) -> None:
    z = normals(np.ascontiguousarray(u).ravel()).reshape(u.shape)
    noise = _over_root(expected.handle_sd, n.worth)
    _add_means(tally, n, np.maximum(expected.handle + noise * z, 0.1 * expected.handle), expected.handle_sd)


def _over_root(sd: Array, n: Array) -> Array:
    return np.divide(sd, np.sqrt(n), out=np.zeros_like(n), where=n > 0)


def _add_means(tally: Tally, n: Weights, mean: Array, sd: Array) -> None:
    """Observations with this mean and, around it, this standard deviation."""
    tally.count += n.sum
    tally.weights += n.squares
    tally.total += n.sum * mean
    own = np.divide(n.squares, n.sum, out=np.ones_like(n.sum), where=n.sum > 0)
    tally.squares += n.sum * mean * mean + np.maximum(n.sum - own, 0.0) * sd**2


def _add_resolution(tally: Tally, n: Weights, expected: Expectation, u: Array) -> None:
    worth = np.floor(n.worth + 0.5)
    good = _binomial(u, worth, expected.resolution)
    tally.count += n.sum
    tally.weights += n.squares
    total = np.divide(n.sum * good, worth, out=np.zeros_like(good), where=worth > 0)
    tally.total += total
    tally.squares += total


def _binomial(u: Array, n: Array, p: Array) -> Array:
    """Quantile of the binomial law: the smallest k with P(X <= k) >= u."""
    from scipy.special import bdtr, bdtrik

    with np.errstate(invalid="ignore"):
        k = np.ceil(np.nan_to_num(bdtrik(u, n, p), nan=0.0))
        below = np.maximum(k - 1.0, 0.0)
        k = np.where((k > 0) & (bdtr(below, n.astype(np.int64), p) >= u), below, k)
    return np.asarray(np.where(p >= 1.0, n, np.clip(k, 0.0, n)))


def _add_qa(
    tally: Tally,
    agents: Sequence[int],
    truth: Truth,
    quality: Quality,
    streams: Streams,
    severity: Severity,
    worked: Array,
) -> None:
    spec, how, card = quality.evaluation, scoring(quality), scale(quality)
    weeks = np.maximum(0.0, worked - how.lag / WEEK)
    purpose = streams.purpose("history_qa")
    u = np.array([purpose.block(key, 0, 0) for key in agents]).reshape(len(agents), 4)
    n = faded(np.floor(evaluated_per_week(quality) * weeks + u[:, :1]), weeks, quality.signals.half_life)
    lasting, of_raters = severity.history()
    single = np.hypot(np.hypot(spec.contact_sd, how.noise_sd), np.sqrt(of_raters))
    single = np.hypot(card.slope * single, card.noise_sd)
    sd = np.full(n.sum.shape, single)
    noise = _over_root(sd, n.worth)[:, 0] * normals(np.ascontiguousarray(u[:, 1]))
    mean = card.level + card.slope * (spec.mean + np.array(truth.qa)) + noise
    _add_means(tally, n, (mean + card.slope * lasting)[:, None], sd)
