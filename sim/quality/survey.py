"""Satisfaction of everyone, and the answers of the few who fill in a survey; defects of handled contacts.

Latent satisfaction (1 to 5) falls with an unresolved need, waiting beyond a free time, transfers, repeats and a bot
that failed first, and rises with the agent's empathy. Who answers depends on it: responders are not everybody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Defects, Survey
from sim.model.journal import ContactEnd
from sim.model.truth import Truth
from sim.quality.addresses import Addresses, Rows
from sim.quality.evaluation import by_agent
from sim.sampling.streams import Streams, normals

NEUTRAL = 4.0  # satisfaction at which the stated response rate holds
FULLY_SERVED = (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED, ContactEnd.CONTAINED)
_FULLY_SERVED = np.isin(np.arange(len(ContactEnd)), FULLY_SERVED)  # by outcome


def answer(contacts: NDArray[np.void], addresses: Addresses, truth: Truth, spec: Survey, streams: Streams) -> None:
    """Fill in `satisfaction`, `csat`, `nps` and `ces` of the contacts that were served; leaves the others alone."""
    rows = np.flatnonzero(_FULLY_SERVED[contacts["end"]])
    u = addresses.uniforms(streams.purpose("survey"), rows)
    satisfaction = _satisfaction(contacts, rows, normals(np.ascontiguousarray(u[:, 1])), truth, spec)
    contacts["satisfaction"][rows] = satisfaction
    answers = np.flatnonzero(u[:, 0] < _response(satisfaction, spec))
    rows, u, satisfaction = rows[answers], u[answers], satisfaction[answers]
    contacts["csat"][rows] = np.rint(satisfaction)
    contacts["nps"][rows] = _nps(satisfaction, u[:, 2])
    contacts["ces"][rows] = _ces(contacts, rows, u[:, 3])


def _satisfaction(
    contacts: NDArray[np.void], rows: Rows, z: NDArray[np.float64], truth: Truth, spec: Survey
) -> NDArray[np.float64]:
    empathy = np.array([*truth.empathy, 0.0])[contacts["agent"][rows]]  # the last for -1: no agent
    waited = np.maximum(contacts["waited"][rows] - spec.free_wait, 0.0) / 60.0
    bot_failed = (contacts["bot"][rows] == 1) & (contacts["end"][rows] != ContactEnd.CONTAINED)
    level = (
        spec.base
        + spec.unresolved * (contacts["resolved"][rows] == 0)
        + spec.wait_per_minute * waited
        + spec.transfer * contacts["transfers"][rows]
        + spec.repeat * contacts["attempt"][rows]
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


def _ces(contacts: NDArray[np.void], rows: Rows, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 to 7, 7 = very easy: every transfer and repeat costs a point and a half, every five minutes waited one."""
    effort = 1.5 * contacts["transfers"][rows] + 1.5 * contacts["attempt"][rows] + contacts["waited"][rows] / 300.0
    return np.asarray(np.clip(np.rint(6.5 - effort - 2.0 * u), 1, 7))


def mark_defects(contacts: NDArray[np.void], addresses: Addresses, spec: Defects, streams: Streams) -> None:
    """Fill in `defects` of contacts that a human handled: one independent draw a category."""
    shares = (spec.information, spec.process, spec.compliance, spec.empathy)
    if not any(shares):
        return
    rows = np.flatnonzero(by_agent(contacts))
    u = addresses.uniforms(streams.purpose("defects"), rows)
    found = np.zeros(len(rows), np.int8)
    for category, share in enumerate(shares):
        found |= (u[:, category] < share).view(np.int8) << category
    contacts["defects"][rows] = found
