"""Who is evaluated and by whom: the share of each intent's contacts that is scored, and lasting errors of those who
score.

A lasting error does not average out over evaluations: a severe rater stays severe until the raters are calibrated, and
a machine that mistakes an agent's manner for bad work does so in each contact. Everything here is zero by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import RISKS, Evaluation, Quality, Raters
from sim.model.blueprint import expected_arrivals
from sim.model.spec import IntentSpec
from sim.sampling.streams import Streams, normals

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scoring:
    """The part of `Evaluation` that depends on whether people or a machine score."""

    share: float  # of an agent's contacts
    noise_sd: float
    lag: float


def scoring(quality: Quality) -> Scoring:
    """How much is scored, with which error and how late."""
    spec, weekly = quality.evaluation, quality.history.contacts_per_agent_week
    if spec.machine is not None:
        return Scoring(spec.machine.share, spec.machine.noise_sd, spec.machine.lag)
    if spec.share is not None:
        return Scoring(spec.share, spec.rater_sd, spec.lag)
    share = min(1.0, spec.per_agent_week / weekly) if weekly > 0.0 else 0.0
    return Scoring(share, spec.rater_sd, spec.lag)


def evaluated_per_week(quality: Quality) -> float:
    """Expected evaluations of one agent in a week of the pre-history."""
    spec = quality.evaluation
    by_share = spec.machine is not None or spec.share is not None
    return scoring(quality).share * quality.history.contacts_per_agent_week if by_share else spec.per_agent_week


def sampling_shares(quality: Quality, intents: Sequence[IntentSpec]) -> Array:
    """Share of the contacts of each intent that is evaluated.

    Weights by risk leave the expected number over all first contacts as it is, but where an intent's share would be
    above 1.
    """
    share, spec = scoring(quality).share, quality.evaluation.risk_weights
    weights = np.array([getattr(spec, RISKS[intent.risk]) for intent in intents], dtype=np.float64)
    if (weights == weights[0]).all():
        return np.full(len(intents), share)
    volumes = np.array([expected_arrivals(intent) for intent in intents])
    mean = float(weights @ volumes) / max(float(volumes.sum()), 1e-300)
    return np.asarray(np.minimum(1.0, share * weights / mean)) if mean > 0.0 else np.full(len(intents), share)


class Severity:
    """Lasting errors of those who score, drawn once a replication; the same in all arms."""

    def __init__(self, spec: Evaluation, agents: Sequence[int], streams: Streams) -> None:
        """`agents`: their keys. A rater is addressed by number, so one more moves no other."""
        raters = spec.raters
        self._spec, self._raters = raters, streams.purpose("qa_rater")
        self._people = spec.machine is None and raters.severity_sd > 0.0
        self._machine = spec.machine is not None and spec.machine.agent_bias_sd > 0.0
        self._of_agent = np.zeros(len(agents))
        if spec.machine is not None and self._machine:
            self._of_agent = spec.machine.agent_bias_sd * _normals(streams, "qa_machine", agents)
        if self._people:
            self._severity = raters.severity_sd * _normals(streams, "qa_severity", range(raters.count))
            own = streams.purpose("qa_own_rater")
            first = np.array([own.block(key, 0, 0)[0] for key in agents], dtype=np.float64)
            self._rater_of = (first * raters.count).astype(np.intp)

    @property
    def any(self) -> bool:
        """Whether anybody errs lastingly."""
        return self._people or self._machine

    def error(self, agent: int, moment: float, key: int, k: int, attempt: int) -> float:
        """Points to add to the score of a contact that ended at `moment`; its address is (intent's key, k, attempt)."""
        if not self._people:
            return float(self._of_agent[agent])
        if self._spec.assigned == "agent":
            rater = int(self._rater_of[agent])
        else:
            rater = int(self._raters.block(key, k, attempt)[0] * self._spec.count)
        return float(self._severity[rater]) * float(left_of_severity(self._spec, np.float64(moment)))

    def history(self) -> tuple[Array, float]:
        """Of the pre-history: each agent's lasting error, and the variance that changing raters add to one score."""
        if not self._people:
            return self._of_agent, 0.0
        left = mean_left(self._spec)
        if self._spec.assigned == "agent":
            return left * self._severity[self._rater_of], 0.0
        return np.full(self._of_agent.shape, left * self._severity.mean()), left * left * float(self._severity.var())


def _normals(streams: Streams, purpose: str, keys: Sequence[int]) -> Array:
    draws = streams.purpose(purpose)
    return np.asarray(normals(np.array([draws.block(key, 0, 0)[0] for key in keys], dtype=np.float64)))


def left_of_severity(spec: Raters, moments: Array | np.float64) -> Array:
    """Share of the raters' bias that is left at these moments: 1 where nobody calibrates.

    Sessions are held every `calibrate_every`, one of them at second 0, and have been for long. After a session a share
    is left; between sessions it drifts back towards 1.
    """
    every = spec.calibrate_every
    if every is None:
        return np.ones(np.shape(moments))
    return np.asarray(1.0 - (1.0 - _after_session(spec, every)) * np.exp(-np.mod(moments, every) / spec.drift))


def mean_left(spec: Raters) -> float:
    """Mean of `left_of_severity` over time."""
    every = spec.calibrate_every
    if every is None:
        return 1.0
    faded = spec.drift / every * (1.0 - exp(-every / spec.drift))
    return 1.0 - (1.0 - _after_session(spec, every)) * faded


def _after_session(spec: Raters, every: float) -> float:
    """The share left by a session in a rhythm that has gone on for long: leaves × (what has grown back by then)."""
    kept = exp(-every / spec.drift)
    return spec.calibration_leaves * (1.0 - kept) / (1.0 - spec.calibration_leaves * kept)
