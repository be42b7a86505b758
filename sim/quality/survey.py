"""Satisfaction of everyone, and the answers of the few who fill in a survey; defects of handled contacts.

Latent satisfaction (1 to 5) falls with an unresolved need, waiting beyond a free time, transfers, repeats and a bot
that failed first, and rises with the agent's empathy. Who answers depends on it: responders are not everybody.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Defects, Survey
from sim.model.journal import ContactEnd
from sim.model.spec import IntentSpec
from sim.model.truth import Truth
from sim.quality.addresses import uniforms
from sim.quality.evaluation import by_agent
from sim.sampling.streams import Streams, normals

NEUTRAL = 4.0  # satisfaction at which the stated response rate holds
FULLY_SERVED = (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED, ContactEnd.CONTAINED)


def answer(
    contacts: NDArray[np.void],
    births: NDArray[np.int64],
    intents: Sequence[IntentSpec],
    truth: Truth,
    spec: Survey,
    streams: Streams,
) -> None:
    """Fill in `satisfaction`, `csat`, `nps` and `ces` of the contacts that were served; leaves the others alone."""
    rows = np.flatnonzero(np.isin(contacts["end"], FULLY_SERVED))
    served = contacts[rows]
    u = uniforms(streams.purpose("survey"), served, births, intents)
    satisfaction = _satisfaction(served, normals(np.ascontiguousarray(u[:, 1])), truth, spec)
    answers = u[:, 0] < _response(satisfaction, spec)
    contacts["satisfaction"][rows] = satisfaction
    contacts["csat"][rows] = np.where(answers, np.rint(satisfaction), 0)
    contacts["nps"][rows] = np.where(answers, _nps(satisfaction, u[:, 2]), -1)
    contacts["ces"][rows] = np.where(answers, _ces(served, u[:, 3]), 0)


def _satisfaction(served: NDArray[np.void], z: NDArray[np.float64], truth: Truth, spec: Survey) -> NDArray[np.float64]:
    empathy = np.where(served["agent"] >= 0, np.array([*truth.empathy, 0.0])[served["agent"]], 0.0)
    waited = np.maximum(served["waited"] - spec.free_wait, 0.0) / 60.0
    bot_failed = (served["bot"] == 1) & (served["end"] != ContactEnd.CONTAINED)
    level = (
        spec.base
        + spec.unresolved * (served["resolved"] == 0)
        + spec.wait_per_minute * waited
        + spec.transfer * served["transfers"]
        + spec.repeat * served["attempt"]
        + spec.after_bot * bot_failed
        + empathy
        + spec.noise_sd * z
    )
    return np.asarray(np.clip(level, 1.0, 5.0))


def _response(satisfaction: NDArray[np.float64], spec: Survey) -> NDArray[np.float64]:
    if spec.response in (0.0, 1.0):
        return np.full(satisfaction.shape, spec.response)
    odds = spec.response / (1.0 - spec.response) * np.exp(spec.bias * (satisfaction - NEUTRAL))
    return np.asarray(odds / (1.0 + odds))


def _nps(satisfaction: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 to 10: satisfaction stretched to eleven points, one point of own taste up or down."""
    return np.asarray(np.clip(np.rint(2.5 * (satisfaction - 1.0) + 2.0 * (u - 0.5)), 0, 10))


def _ces(served: NDArray[np.void], u: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 to 7, 7 = very easy: every transfer and repeat costs a point and a half, every five minutes waited one."""
    effort = 1.5 * served["transfers"] + 1.5 * served["attempt"] + served["waited"] / 300.0
    return np.asarray(np.clip(np.rint(6.5 - effort - 2.0 * u), 1, 7))


def mark_defects(
    contacts: NDArray[np.void],
    births: NDArray[np.int64],
    intents: Sequence[IntentSpec],
    spec: Defects,
    streams: Streams,
) -> None:
    """Fill in `defects` of contacts that a human handled: one independent draw a category."""
    rows = np.flatnonzero(by_agent(contacts))
    u = uniforms(streams.purpose("defects"), contacts[rows], births, intents)
    shares = np.array([spec.information, spec.process, spec.compliance, spec.empathy])
    contacts["defects"][rows] = (u < shares) @ np.array([1, 2, 4, 8])
