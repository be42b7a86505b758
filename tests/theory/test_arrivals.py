"""When contacts are born, from the scenario's curve to the journal: Poisson in every interval, jumps, gaps and nights.

Given how many there are, arrivals lie as the rate says. A busy day is busy all day and for every intent: with gamma
busyness of coefficient of variation cv a day's count has the variance m + m² cv², and two intents the covariance
m₁ m₂ cv².
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.config.load import Loaded
from sim.sampling.arrivals import busyness
from sim.sampling.streams import Streams
from tests.scenarios import Data, build, centre, fixed
from tests.theory.lines import team
from tests.theory.measuring import Agree, journals, mean, refuted

Built = Callable[..., Loaded]
Floats = NDArray[np.float64]
KS = 2.2  # P(sqrt(n) D > 2.2) is 1.3e-4, about that of |z| > 4
DAY, EVERY = 86400.0, 1800.0

DAYS = 36  # a replication
PER_HOUR = [60.0, 0.0, 240.0, 600.0, 20.0, 0.0, 120.0]  # from 22:00 to 01:30, an hour after the start
EDGES = 3600.0 + EVERY * np.arange(len(PER_HOUR) + 1)
EXPECTED = np.array(PER_HOUR) * EVERY / 3600.0


def _births(intents: dict[str, Data], start: str, days: int, **more: Data) -> Data:
    """Births and nothing else: one agent and no waiting room."""
    data = centre(
        calendar={"start": start, "length": f"{days} d", "interval": "1 d", "max_drain": "1 h"},
        intents={
            name: {"channel": "voice", "arrivals": arrivals, "path": {"front": {"talk": fixed(1.0)}}}
            for name, arrivals in intents.items()
        },
        queues={"front": {"tier": 1, "skills": ["calls"], "capacity": 0}},
        staff={"groups": {"agents": team(1)}},
        **more,
    )
    return data


def _nightly() -> Data:
    curve = {"kind": "curve", "begins": "22:00", "every": "30 min", "per_hour": PER_HOUR}
    return _births({"call": curve}, "2026-03-02T21:00", DAYS)


def _counts(times: Floats, edges: Floats = EDGES) -> Floats:
    """Arrivals of each day (row) in each interval (column)."""
    bounds = (DAY * np.arange(DAYS)[:, None] + edges).ravel()
    places = np.searchsorted(np.sort(times), bounds).reshape(DAYS, edges.size)
    return np.diff(places, axis=1).astype(float)


def _correlations(counts: Floats) -> Floats:
    """Standard scores of the correlations between columns, if there are none."""
    correlations: Floats = np.corrcoef(counts.T)[np.triu_indices(counts.shape[1], 1)]
    return correlations * np.sqrt(len(counts))


def _distance(times: Floats, edges: Floats) -> float:
    """Scaled distance of the arrivals' positions on the cumulative rate from uniform."""
    cumulative = np.concatenate([[0.0], np.cumsum(EXPECTED)]) / EXPECTED.sum()
    places = np.interp(times % DAY, edges, cumulative)
    return float(stats.kstest(places, "uniform").statistic * np.sqrt(times.size))


@pytest.fixture(scope="module")
def births(tmp_path_factory: pytest.TempPathFactory) -> list[Floats]:
    """When cases were born, by replication."""
    loaded = build(tmp_path_factory.mktemp("nightly"), _nightly())
    return [journal.cases["born"] for journal in journals(loaded)]


def test_arrivals_are_a_poisson_process_whose_rate_jumps_and_vanishes(births: list[Floats], agree: Agree) -> None:
    counts = np.concatenate([_counts(times) for times in births])
    assert counts.sum() == sum(times.size for times in births)  # outside the curve nobody comes
    busy = EXPECTED > 0.0
    assert (counts[:, ~busy] == 0.0).all()

    names = [f"arrivals in half-hour {n}" for n in np.flatnonzero(busy)]
    truth = dict(zip(names, EXPECTED[busy].tolist(), strict=True))
    found = {name: mean(column) for name, column in zip(names, counts[:, busy].T, strict=True)}
    agree("Poisson process", found, truth)
    assert len(refuted(found, {name: 1.08 * value for name, value in truth.items()})) == len(names)

    variances = {f"variance of {name}": value for name, value in truth.items()}
    squares = {
        f"variance of {name}": mean((column - truth[name]) ** 2)
        for name, column in zip(names, counts[:, busy].T, strict=True)
    }
    agree("Poisson process", squares, variances, part=0.06)
    assert len(refuted(squares, {name: 1.4 * value for name, value in variances.items()})) == len(names)

    assert np.abs(_correlations(counts[:, busy])).max() < 4.0
    shared = counts[:, busy] + 4.0 * (np.arange(len(counts))[:, None] % 2)  # every other day is a busy one
    assert np.abs(_correlations(shared)).max() > 4.0


def test_given_their_number_arrivals_lie_as_the_rate_says(births: list[Floats]) -> None:
    times = np.concatenate(births)
    assert _distance(times, EDGES) < KS
    late = EDGES.copy()
    late[3] += 15.0  # the planted fault: the jump to the busiest half-hour comes a quarter of a minute late
    assert _distance(times, late) > KS


CV = 0.5
PER_DAY = {"call": 24.0, "mail": 12.0}
MANY_DAYS = 900


def _by_day(times: Floats) -> Floats:
    return np.histogram(times, DAY * np.arange(MANY_DAYS + 1))[0].astype(float)


def _second_moments(cv: float) -> dict[str, float]:
    """Variance of a day's calls, and their covariance with the mails of the same day."""
    calls, mails = PER_DAY.values()
    return {"variance of calls a day": calls + calls**2 * cv**2, "covariance of calls and mails": calls * mails * cv**2}


def test_busy_days_are_gamma_mixed_poisson_and_shared_by_all_intents(built: Built, agree: Agree) -> None:
    rates = {name: {"kind": "constant", "per_hour": per_day / 24.0} for name, per_day in PER_DAY.items()}
    data = _births(rates, "2026-03-02T00:00", MANY_DAYS, busyness={"day_cv": CV})
    cases = [journal.cases for journal in journals(built(data))]
    calls, mails = (
        np.concatenate([_by_day(case["born"][case["intent"] == intent]) for case in cases]) for intent in range(2)
    )
    agree("busyness", {"calls a day": mean(calls)}, {"calls a day": PER_DAY["call"]})

    calls, mails = calls - PER_DAY["call"], mails - PER_DAY["mail"]
    found = {"variance of calls a day": mean(calls**2), "covariance of calls and mails": mean(calls * mails)}
    agree(f"busyness, cv {CV}", found, _second_moments(CV), part=0.02)
    for cv in (0.0, 0.46):
        assert len(refuted(found, _second_moments(cv))) == 2
    assert mean(calls[:-1] * calls[1:]).agrees_with(0.0)  # tomorrow is another day
    assert not mean(calls[:-1] * (calls + 0.1 * np.roll(calls, 1))[1:]).agrees_with(0.0)


def test_busyness_is_gamma_with_mean_one() -> None:
    days = busyness(Streams(5, 0).purpose("busyness"), 2, 20_000, 0.15)
    shape = 0.15**-2
    limit = KS / np.sqrt(days.size)
    assert stats.kstest(days, stats.gamma(shape, scale=1.0 / shape).cdf).statistic < limit
    assert stats.kstest(days, stats.norm(1.0, 0.15).cdf).statistic > limit
