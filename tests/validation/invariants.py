"""Identities that hold for every run: which runs show them, or which claim of the suite holds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.oracles.birth_death import line
from tests.validation.cases import case
from tests.validation.estimands import SIMPLE, Context, Estimand, deviation, difference, metric, quotient
from tests.validation.facts import Facts
from tests.validation.laws import Data

HELD: dict[str, list[tuple[str, str]]] = {
    "INV-LITTLE": [
        (
            "Σ waits = ∫ queue length, every line, every run",
            "tests/invariants/sums.py::little_holds_for_every_line_as_an_identity",
        )
    ],
    "INV-FLOW": [
        (
            "who came in is there or has left",
            "tests/invariants/contacts.py::who_came_in_is_there_or_has_left",
        ),
        (
            "answered = served",
            "tests/invariants/contacts.py::who_is_answered_is_served_and_who_is_served_was_answered",
        ),
    ],
    "INV-SCALE": [
        (
            "all times doubled: every record doubled",
            "tests/relations/test_time.py::test_times_scaled_by_a_power_of_two_scale_every_record_to_the_last_bit",
        )
    ],
    "INV-FIFO": [
        (
            "service starts in order of arrival",
            "tests/invariants/lines.py::who_waits_in_one_line_is_served_in_order_of_entering",
        ),
        (
            "every wait is the workload recursion's",
            "tests/theory/test_kiefer_wolfowitz.py::test_every_wait_is_the_workload_recursions",
        ),
    ],
    "INV-SEED": [
        (
            "same seed, same log",
            "tests/relations/test_arms.py::test_identical_arms_are_identical_records",
        ),
        (
            "volume of one class moves no customer of another",
            "tests/relations/test_monotone.py::test_the_volume_of_one_intent_moves_no_customer_of_another",
        ),
    ],
    "INV-INSENS": [
        (
            "blocking depends on mean service alone (CF-EB-* too, by four laws each)",
            "tests/theory/test_erlang.py::test_blocking_without_a_waiting_line_is_erlang_b",
        )
    ],
    "AB-NULL": [
        (
            "p values of A/A experiments",
            "tests/statistics/measure.py::null_p_values",
        )
    ],
}
MEAN_SERVICE = {"class1": 1.0, "class2": 1.5, "class3": 2.0}
QUARTERS = ((0, 2), (2, 4), (4, 6), (6, 8))

Extra = tuple[str, str, Estimand, float]


def shown_by(run: str) -> list[Extra]:
    """Identities to be looked at on a run: invariant, quantity, estimand, what it must be."""
    return SHOWN[run]() if run in SHOWN else []


# --- two classes with abandonment -----------------------------------------------------------------------------------


def _work(f: Facts, c: Context) -> tuple[float, ...]:
    """Busy agent time by the agents' own records, and answered contacts: the mean service is one unit."""
    top, bottom = SIMPLE["occupancy"][0](f, c)[:2]
    return top * c.agents * f.time / bottom, f.number(f.answered)


def _flow(name: str, leaves: float) -> Estimand:
    def sums(f: Facts, c: Context) -> tuple[float, float]:
        part = f.of_intent(name)
        return part.number(part.abandoned), leaves * part.waiting()

    return Estimand(sums, quotient, "abandoned / (θ · ∫ queue length)")


def _seen_and_is(f: Facts, c: Context) -> tuple[float, ...]:
    return (*SIMPLE["delayed"][0](f, c), f.time_at(c.agents), f.time)


def _two_classes(run: str) -> Callable[[], list[Extra]]:
    return lambda: [
        ("INV-LITTLE", f"busy agents / (λ·(1 − P(ab))·E[S]), {run}", LITTLE, 1.0),
        *[
            ("INV-ABFLOW", f"abandoned / (θ·∫Q), {name or 'all'}, {run}", _flow(name, 0.5), 1.0)
            for name in ("", "class1", "class2")
        ],
        ("INV-PASTA", f"P(found all busy) − share of time all busy, {run}", PASTA, 0.0),
        *[("INV-PRIO", f"{name}, all classes, {run}", _named(name), value) for name, value in _erlang_a(run).items()],
    ]


LITTLE = Estimand(_work, quotient, "Little's law of service")
PASTA = Estimand(_seen_and_is, difference, "what arrivals see is the time average")


def _erlang_a(run: str) -> dict[str, float]:
    model = case(run).model
    rate = sum(model["lam"])
    truth = line(rate, 1.0, model["n"], 1.0 / model["patience_rate"][0])
    return {"p_abandon": truth.abandonment, "mean_wait": truth.wait_all, "occupancy": truth.occupancy}


def _named(name: str) -> Estimand:
    found = metric(name, 0.0)
    assert found is not None
    return found


def _merged() -> list[Extra]:
    truth = _erlang_a("EX-V-1")
    return [
        ("INV-MERGE", f"{name}_{part}, no priority", _named(f"{name}_{part}"), truth[name])
        for name in ("p_abandon", "mean_wait")
        for part in ("class1", "class2")
    ]


# --- conservation, arrivals -----------------------------------------------------------------------------------------


def _weighted(f: Facts, c: Context) -> tuple[float, float]:
    parts = ((f.of_intent(name), mean) for name, mean in MEAN_SERVICE.items())
    return sum(mean * part.total(part.wait) for part, mean in parts), f.time


def _conserved() -> list[Extra]:
    one = case("CF-MG1P-1")
    means = MEAN_SERVICE.values()
    truth = sum(
        rate * mean * one.expected[f"mean_wait_class{k}"]["value"]
        for k, (rate, mean) in enumerate(zip(one.model["lam"], means, strict=True), start=1)
    )
    return [("INV-CONS", "Σ ρ·W over classes", Estimand(_weighted, quotient, "Kleinrock's conservation law"), truth)]


def _daily(f: Facts, begin: float = 0.0, end: float = 24.0) -> Any:
    """Arrivals of each day between two moments, in the case's unit."""
    since = (f.entered - f.spans.of(f.entered)[0]) / f.unit
    inside = f.counted & (since >= begin) & (since < end)
    return np.bincount(f.spans.number(f.entered[inside]), minlength=f.spans.count).astype(float)


def _count_moments(begin: float, end: float) -> Callable[[Facts, Context], tuple[float, ...]]:
    def sums(f: Facts, c: Context) -> tuple[float, ...]:
        counts = _daily(f, begin, end)
        return float((counts**2).sum()), float(counts.sum()), f.days

    return sums


def _dispersion(totals: Any) -> float:
    square, plain, count = totals
    mean = plain / count
    return float((square / count - mean**2) / mean)


def _products(f: Facts, c: Context) -> tuple[float, ...]:
    one, other = _daily(f, *QUARTERS[0]), _daily(f, *QUARTERS[1])
    return tuple(map(float, ((one * other).sum(), one.sum(), other.sum(), (one**2).sum(), (other**2).sum(), f.days)))


def _correlation(totals: Any) -> float:
    cross, one, other, one2, other2, n = totals
    covariance = cross / n - one * other / n**2
    return float(covariance / np.sqrt((one2 / n - (one / n) ** 2) * (other2 / n - (other / n) ** 2)))


def _thinned() -> list[Extra]:
    dispersed = [
        (
            "INV-THIN",
            f"variance / mean of arrivals in [{low}, {high})",
            Estimand(_count_moments(low, high), _dispersion, "1 for Poisson counts"),
            1.0,
        )
        for low, high in QUARTERS
    ]
    together = Estimand(_products, _correlation, "0 for Poisson counts")
    return [*dispersed, ("INV-THIN", "correlation of arrivals in [0, 2) and [2, 4)", together, 0.0)]


def _busy_days() -> list[Extra]:
    values: Data = case("PUB-SSJ-CallCenter").expected["Number of arrivals per day"]
    spread = Estimand(_count_moments(0.0, 1e9), deviation, "√(m + m²/α)")
    return [("INV-GAMMA", "sd of calls a day", spread, values["exact_sd"])]


SHOWN: dict[str, Callable[[], list[Extra]]] = {
    "EX-V-1": _two_classes("EX-V-1"),
    "EX-V-3": _two_classes("EX-V-3"),
    "INV-MERGE": _merged,
    "CF-MG1P-1": _conserved,
    "EX-MTMN-1": _thinned,
    "PUB-SSJ-CallCenter": _busy_days,
}
