"""More agents than ever needed, and a rate that jumps and vanishes: how many are busy when (Mt/G/infinity).

The number at any time is Poisson, so its variance is its mean; the law of service decides how fast it follows the rate.
Days are independent, since the centre has emptied by the next morning: each is a replication of the formula.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.config.load import Loaded
from sim.model.journal import Journal
from tests.oracles import infinite_server
from tests.oracles.infinite_server import Limited
from tests.scenarios import Data, exponential, fixed, seconds
from tests.theory.lines import HYPEREXPONENTIAL, hyperexponential, line
from tests.theory.measuring import Agree, Found, journals, mean, refuted

Built = Callable[..., Loaded]
SERVICE = 900.0
EVERY = 1800.0
PER_HOUR = [160.0, 480.0, 0.0, 320.0]
TIMES = (600.0, 1800.0, 2400.0, 3600.0, 4200.0, 5400.0, 6000.0, 7200.0)
DAYS = 30  # a replication; the centre is empty again long before the next morning
DAY = 86400.0

LAWS: dict[str, tuple[Data, Callable[[float], Limited]]] = {
    "exponential": (exponential(SERVICE), infinite_server.exponential),
    "constant": (fixed(SERVICE), infinite_server.deterministic),
    "lognormal": (
        {"law": "lognormal", "mean": seconds(SERVICE), "cv": 1.5},
        lambda mean: infinite_server.lognormal(mean, 1.5),
    ),
    "hyperexponential": (
        hyperexponential(SERVICE),
        lambda mean: infinite_server.hyperexponential([(share, mean * of) for share, of in HYPEREXPONENTIAL]),
    ),
}


def _centre(law: Data) -> Data:
    data = line(1.0, 250, 1.0, law=law)
    data["calendar"] = {"start": "2026-03-02T08:00", "length": f"{DAYS} d", "interval": "1 d", "max_drain": "0 s"}
    data["intents"]["call"]["arrivals"] = {"kind": "curve", "begins": "08:00", "every": "30 min", "per_hour": PER_HOUR}
    return data


def _busy(journal: Journal) -> NDArray[np.int64]:
    """How many agents were busy on each day (row) at each of the times (column)."""
    begin, end = np.sort(journal.legs["answered"]), np.sort(journal.legs["ended"])
    moments = DAY * np.arange(DAYS)[:, None] + np.array(TIMES) - 1e-6
    return np.searchsorted(begin, moments) - np.searchsorted(end, moments)


def _theory(limited: Limited, jump: float = EVERY) -> dict[str, float]:
    edges = [0.0, jump, 2 * EVERY, 3 * EVERY, 4 * EVERY]
    rates = [rate / 3600.0 for rate in PER_HOUR]
    return {f"busy at {at:g} s": infinite_server.mean_busy(at, edges, rates, limited) for at in TIMES}


def _found(counts: NDArray[np.int64]) -> Found:
    return {f"busy at {at:g} s": mean(column) for at, column in zip(TIMES, counts.T, strict=True)}


@pytest.mark.parametrize("law", LAWS)
def test_how_many_are_busy_follows_a_rate_that_jumps_and_vanishes(built: Built, agree: Agree, law: str) -> None:
    talk, limited = LAWS[law]
    counts = np.concatenate([_busy(journal) for journal in journals(built(_centre(talk)))])
    found, truth = _found(counts), _theory(limited(SERVICE))
    agree(f"Mt/{law}/inf", found, truth)
    assert len(refuted(found, _theory(limited(1.06 * SERVICE)))) >= 5
    assert refuted(found, _theory(limited(SERVICE), jump=1.05 * EVERY)).keys() >= {"busy at 2400 s"}
    for other in set(LAWS) - {law}:
        assert refuted(found, _theory(LAWS[other][1](SERVICE)))
    squares = {f"variance of {name}": mean((n - truth[name]) ** 2) for name, n in zip(found, counts.T, strict=True)}
    agree(f"Mt/{law}/inf", squares, _variances(truth), part=0.06)
    assert len(refuted(squares, _variances(truth, 1.4))) >= 5


def _variances(means: dict[str, float], factor: float = 1.0) -> dict[str, float]:
    """Of Poisson counts: their means."""
    return {f"variance of {name}": factor * value for name, value in means.items()}
