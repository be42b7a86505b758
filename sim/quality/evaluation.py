"""QA evaluations: a random sample of handled contacts, scored by raters who err, released with a lag.

Which share is sampled and who errs lastingly: `sim.quality.raters`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Quality
from sim.model.journal import EVALUATION, ContactEnd
from sim.model.truth import Truth
from sim.quality.addresses import Addresses
from sim.quality.raters import Severity, sampling_shares, scoring
from sim.sampling.streams import Streams, normals

LOWEST, HIGHEST = 0.0, 100.0


def evaluate(
    contacts: NDArray[np.void],
    addresses: Addresses,
    truth: Truth,
    quality: Quality,
    streams: Streams,
    severity: Severity,
) -> NDArray[np.void]:
    """Sample and score contacts that a human handled; returns EVALUATION records in the order of `contacts`.

    A contact is picked when its own key is below the sampling share, so a larger sample contains the smaller one.
    """
    shares = sampling_shares(quality, addresses.intents)
    handled = np.flatnonzero(by_agent(contacts)) if shares.any() else np.zeros(0, np.intp)
    keys = addresses.uniforms(streams.purpose("qa_sample"), handled)
    picked = np.flatnonzero(keys[:, 0] < shares[contacts["intent"][handled]])
    rows = handled[picked]
    chosen, u = contacts[rows], keys[picked]
    lasting = severity.errors(contacts, rows, addresses) if severity.any else 0.0
    scores = _scores(chosen, u, truth, quality, lasting)
    records = np.zeros(chosen.size, EVALUATION)
    for field in ("agent", "case", "attempt", "intent"):
        records[field] = chosen[field]
    records["at"] = chosen["ended"]
    records["released"] = chosen["ended"] + scoring(quality).lag
    records["true_score"], records["score"], records["auto_fail"] = scores
    return records


def by_agent(contacts: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which contacts ended with an agent, resolved or believed so: those that are evaluated and judged."""
    by_human = (contacts["end"] == ContactEnd.RESOLVED) | (contacts["end"] == ContactEnd.UNRESOLVED)
    return np.asarray(by_human & (contacts["agent"] >= 0))


def _scores(
    chosen: NDArray[np.void],
    u: NDArray[np.float64],
    truth: Truth,
    quality: Quality,
    lasting: NDArray[np.float64] | float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    spec = quality.evaluation
    trait = np.array(truth.qa)[chosen["agent"]]
    of_contact = spec.contact_sd * normals(np.ascontiguousarray(u[:, 1]))
    of_rater = scoring(quality).noise_sd * normals(np.ascontiguousarray(u[:, 2])) + lasting
    auto_fail = u[:, 3] < spec.auto_fail
    true = np.clip(spec.mean + trait + of_contact, LOWEST, HIGHEST)
    measured = np.clip(true + of_rater, LOWEST, HIGHEST)
    return np.where(auto_fail, LOWEST, true), np.where(auto_fail, LOWEST, measured), auto_fail
