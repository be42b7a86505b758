"""The planner's Erlang formulas (`sim.staffing`) against values printed by others, and against other derivations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.errors import UsageError
from sim.staffing.erlang import Waiting, erlang_a, erlang_b, erlang_c, least_heads, p_wait_c
from tests.oracles import birth_death
from tests.theory.printed import expected, model

EXACT = 1e-10
IMPATIENT = ("CF-EA-1", "CF-EA-2", "CF-EA-3", "CF-EA-5", "CF-EA-6", "CF-EA-8")


@pytest.mark.parametrize("case", ["CF-EB-1", "CF-EB-2", "CF-EB-3", "CF-EB-5"])
def test_erlang_b_gives_the_published_blocking(case: str) -> None:
    m, printed = model(case), expected(case, "p_block")[0]
    assert erlang_b(m["n"], m["lam"] * m["aht"]) == pytest.approx(printed, rel=EXACT)
    assert erlang_b(m["n"], 1.001 * m["lam"] * m["aht"]) != pytest.approx(printed, rel=1e-4)


@pytest.mark.parametrize("case", ["CF-EC-1", "CF-EC-2", "CF-EC-3", "CF-EC-5", "CF-EC-6", "CF-EC-7", "CF-EC-9"])
def test_erlang_c_gives_the_published_waits(case: str) -> None:
    m, printed = model(case), expected(case, "p_wait", "mean_wait", "service_level")

    def numbers(rate: float) -> list[float]:
        waiting = erlang_c(m["n"], rate, m["aht"], m["T"])
        return [waiting.p_wait, waiting.mean_wait, waiting.service_level]

    assert numbers(m["lam"]) == pytest.approx(printed, rel=EXACT)
    assert numbers(1.001 * m["lam"]) != pytest.approx(printed, rel=1e-4)


@pytest.mark.parametrize("case", IMPATIENT)
def test_erlang_a_gives_the_published_waits_and_abandonment(case: str) -> None:
    m = model(case)
    printed = expected(case, "p_wait", "p_abandon", "mean_wait", "sl_excl_short_abandon", "occupancy")
    patience = m["patience"]["mean"]
    assert list(_numbers(erlang_a(m["n"], m["lam"], m["aht"], patience, m["T"]))) == pytest.approx(printed, rel=EXACT)
    off = erlang_a(m["n"], m["lam"], m["aht"], 1.01 * patience, m["T"])
    assert list(_numbers(off)) != pytest.approx(printed, rel=1e-4)


@pytest.mark.parametrize("number", range(12))
def test_erlang_a_agrees_with_a_birth_death_chain(number: int) -> None:
    rng = np.random.default_rng(number)
    heads = int(rng.integers(1, 40))
    handle, patience = rng.uniform(0.5, 3.0, 2)
    rate = heads / handle * rng.uniform(0.5, 1.6)
    line = birth_death.line(rate, handle, heads, patience, threshold=0.1)
    chain = (line.p_wait, line.abandonment, line.wait_all, line.service_level, line.occupancy)
    assert _numbers(erlang_a(heads, rate, handle, patience, 0.1)) == pytest.approx(chain, rel=1e-9)
    assert _numbers(erlang_a(heads, rate, handle, 1.01 * patience, 0.1)) != pytest.approx(chain, rel=1e-5)


@pytest.mark.parametrize("number", range(6))
def test_service_level_agrees_with_the_density_of_the_offered_wait(number: int) -> None:
    rng = np.random.default_rng(100 + number)
    heads, handle, patience = int(rng.integers(2, 30)), rng.uniform(0.5, 2.0), rng.uniform(0.2, 4.0)
    rate, within = heads / handle * rng.uniform(0.7, 1.3), rng.uniform(0.02, 0.5)
    level = erlang_a(heads, rate, handle, patience, within).service_level
    assert level == pytest.approx(_level(heads, rate, handle, patience, within), rel=1e-6)


def test_very_patient_customers_make_erlang_a_erlang_c() -> None:
    patient, endless = erlang_a(50, 0.16, 300.0, 1e8, 20.0), erlang_c(50, 0.16, 300.0, 20.0)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-4)
    assert patient.service_level == pytest.approx(endless.service_level, rel=1e-4)
    assert erlang_a(50, 0.16, 300.0, math.inf, 20.0) == endless


def test_the_share_that_leaves_is_the_mean_wait_over_the_mean_patience() -> None:
    waiting = erlang_a(20, 21.0, 1.0, 3.0, 0.1)
    assert waiting.p_abandon == pytest.approx(waiting.mean_wait / 3.0, rel=1e-12)


def test_thousands_of_heads_and_heavy_overload_stay_finite() -> None:
    for heads, rate, patience in ((5000, 20.0, 120.0), (10, 30.0, 1e5), (3000, 10.5, 1e6), (1, 1e-9, 1.0)):
        numbers = list(_numbers(erlang_a(heads, rate, 300.0, patience, 20.0)))
        assert all(math.isfinite(number) and number >= 0.0 for number in numbers)


def test_overload_without_abandonment_answers_nobody_in_time() -> None:
    waiting = erlang_c(10, 11.0, 1.0, 0.5)
    assert (waiting.p_wait, waiting.service_level, waiting.mean_wait) == (1.0, 0.0, math.inf)
    assert p_wait_c(10, 10.0) == 1.0


def test_without_arrivals_or_without_heads_the_answer_is_plain() -> None:
    assert erlang_a(3, 0.0, 1.0, 1.0, 0.1).service_level == 1.0
    assert erlang_a(0, 1.0, 1.0, 2.0, 0.1) == Waiting(1.0, 1.0, 2.0, 0.0, 0.0)


def test_the_least_heads_meet_the_target_and_one_fewer_do_not() -> None:
    for load in (0.3, 4.0, 10.0, 57.5, 400.0):

        def good(heads: int, load: float = load) -> bool:
            return erlang_c(heads, load, 1.0, 1 / 9).service_level >= 0.8

        heads = least_heads(good, load)
        assert good(heads) and not good(heads - 1)


def test_an_impossible_load_is_refused() -> None:
    with pytest.raises(UsageError, match="load"):
        erlang_b(3, math.inf)
    with pytest.raises(UsageError, match="heads"):
        erlang_b(-1, 1.0)


def _numbers(waiting: Waiting) -> tuple[float, ...]:
    return (waiting.p_wait, waiting.p_abandon, waiting.mean_wait, waiting.service_level, waiting.occupancy)


def _level(heads: int, rate: float, handle: float, patience: float, within: float) -> float:
    """By numerical integration of the density of the offered wait (Zeltyn and Mandelbaum 2005)."""
    from scipy.integrate import quad

    def density(x: float) -> float:
        return math.exp(rate * patience * (1 - math.exp(-x / patience)) - heads * x / handle)

    p_wait = birth_death.line(rate, handle, heads, patience).p_wait
    total = quad(density, 0, math.inf, epsabs=0, epsrel=1e-10, limit=500)[0]
    early = quad(lambda x: density(x) * math.exp(-x / patience), 0, within)[0] / total
    answered = 1 - p_wait + p_wait * early
    in_line = quad(lambda x: density(x) * -math.expm1(-x / patience), 0, within)[0] / total
    beyond = quad(density, within, math.inf, epsabs=0, epsrel=1e-10, limit=500)[0] / total
    left = p_wait * (in_line - beyond * math.expm1(-within / patience))
    return answered / (1 - left)
