"""The Erlang formulas against values computed by others, and against a birth-death chain solved here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.staffing.erlang import Waiting, erlang_a, erlang_b, erlang_c, least_heads, p_wait_c

EXACT = 1e-10

# heads, load, P(block). Erlang 1917; 40-digit evaluation, cases CF-EB-1, 2, 3, 5 of the validation set.
BLOCKED = [
    (2, 1.0, 0.2),
    (10, 10.0, 0.21458234310734733),
    (15, 10.0, 0.03649694547237079),
    (200, 180.0, 0.010324995204982297),
]

# heads, rate, handle, within, P(wait), mean wait, service level. Cases CF-EC-1, 2, 3, 5, 6, 7, 9.
PATIENT = [
    (14, 0.05555555555555555, 180.0, 20.0, 0.17413193359504978, 7.835937011777239, 0.8883500191794669),
    (55, 0.2, 240.0, 15.0, 0.23870093637800938, 8.184032104388896, 0.8458830921705802),
    (13, 0.058333333333333334, 180.0, 20.0, 0.36884563615889326, 26.556885803440316, 0.7206122928482431),
    (1, 0.8, 1.0, 1.0, 0.8, 4.000000000000001, 0.34501539753761445),
    (2, 1.8, 1.0, 1.0, 0.8526315789473684, 4.263157894736843, 0.30192430527035224),
    (50, 48.0, 1.0, 1 / 3, 0.6944556111968343, 0.34722780559841715, 0.6434546008033034),
    (1000, 990.0, 1.0, 0.02, 0.6590804218808545, 0.06590804218808545, 0.46039058985453407),
]

# heads, rate, handle, patience, within, P(wait), P(abandon), mean wait, service level (answered within T over
# offered without those who left within T), occupancy. Palm 1957; cases CF-EA-1, 2, 3, 5, 6, 8.
IMPATIENT = [
    (
        50,
        48.0,
        1.0,
        2.0,
        1 / 3,
        0.4677740685537904,
        0.030912249162193216,
        0.06182449832438643,
        0.9720296029869869,
        0.9303242408042945,
    ),
    (
        12,
        4.2,
        2.0,
        1.0,
        1 / 3,
        0.127372281808747,
        0.0296789055423734,
        0.0296789055423734,
        0.9678715387275046,
        0.6792247661203387,
    ),
    (
        13,
        0.058333333333333334,
        180.0,
        300.0,
        20.0,
        0.2812545154136269,
        0.03304267536384047,
        9.912802609152141,
        0.8285373397389284,
        0.7810039929753596,
    ),
    (
        10,
        12.0,
        1.0,
        2.0,
        0.2,
        0.8503849479147523,
        0.19565594401072317,
        0.39131188802144634,
        0.31800562207491645,
        0.9652128671871322,
    ),
    (
        100,
        102.0,
        1.0,
        1.0,
        0.1,
        0.5917186345188439,
        0.04991797599982072,
        0.04991797599982072,
        0.7889881063856482,
        0.9690836644801829,
    ),
    (
        5,
        4.0,
        1.0,
        0.5,
        0.1,
        0.32711962447496973,
        0.12727030763660677,
        0.06363515381830338,
        0.7853132553779691,
        0.6981837538907146,
    ),
]


@pytest.mark.parametrize(("heads", "load", "blocked"), BLOCKED)
def test_erlang_b_gives_the_published_blocking(heads: int, load: float, blocked: float) -> None:
    assert erlang_b(heads, load) == pytest.approx(blocked, rel=EXACT)


@pytest.mark.parametrize(("heads", "rate", "handle", "within", "p_wait", "mean_wait", "level"), PATIENT)
def test_erlang_c_gives_the_published_waits(
    heads: int, rate: float, handle: float, within: float, p_wait: float, mean_wait: float, level: float
) -> None:
    waiting = erlang_c(heads, rate, handle, within)
    assert waiting.p_wait == pytest.approx(p_wait, rel=EXACT)
    assert waiting.mean_wait == pytest.approx(mean_wait, rel=EXACT)
    assert waiting.service_level == pytest.approx(level, rel=EXACT)


@pytest.mark.parametrize("case", IMPATIENT)
def test_erlang_a_gives_the_published_waits_and_abandonment(case: tuple[float, ...]) -> None:
    heads, rate, handle, patience, within, *expected = case
    waiting = erlang_a(int(heads), rate, handle, patience, within)
    assert list(_numbers(waiting)) == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("case", IMPATIENT)
def test_a_patience_five_per_cent_off_would_be_noticed(case: tuple[float, ...]) -> None:
    heads, rate, handle, patience, within, *expected = case
    waiting = erlang_a(int(heads), rate, handle, 1.05 * patience, within)
    assert list(_numbers(waiting)) != pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("number", range(12))
def test_erlang_a_agrees_with_a_birth_death_chain(number: int) -> None:
    rng = np.random.default_rng(number)
    heads = int(rng.integers(1, 40))
    handle, patience = rng.uniform(0.5, 3.0, 2)
    rate = heads / handle * rng.uniform(0.5, 1.6)
    waiting = erlang_a(heads, rate, handle, patience, 0.1)
    p_wait, p_abandon, mean_wait, occupancy = _chain(heads, rate, handle, patience)
    assert (waiting.p_wait, waiting.p_abandon) == pytest.approx((p_wait, p_abandon), rel=1e-9)
    assert (waiting.mean_wait, waiting.occupancy) == pytest.approx((mean_wait, occupancy), rel=1e-9)


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


def _chain(heads: int, rate: float, handle: float, patience: float) -> tuple[float, float, float, float]:
    """Stationary M/M/n+M by normalising the birth-death weights of states 0 to 4,000."""
    states = np.arange(4000)
    deaths = np.minimum(states, heads) / handle + np.maximum(states - heads, 0) / patience
    logs = np.concatenate(([0.0], np.cumsum(np.log(rate) - np.log(deaths[1:]))))
    share: NDArray[np.float64] = np.exp(logs - logs.max())
    share /= share.sum()
    queue = float(share @ np.maximum(states - heads, 0))
    busy = float(share @ np.minimum(states, heads))
    return float(share[heads:].sum()), queue / patience / rate, queue / rate, busy / heads


def _level(heads: int, rate: float, handle: float, patience: float, within: float) -> float:
    """By numerical integration of the density of the offered wait (Zeltyn and Mandelbaum 2005)."""
    from scipy.integrate import quad

    def density(x: float) -> float:
        return math.exp(rate * patience * (1 - math.exp(-x / patience)) - heads * x / handle)

    p_wait = _chain(heads, rate, handle, patience)[0]
    total = quad(density, 0, math.inf, epsabs=0, epsrel=1e-10, limit=500)[0]
    early = quad(lambda x: density(x) * math.exp(-x / patience), 0, within)[0] / total
    answered = 1 - p_wait + p_wait * early
    in_line = quad(lambda x: density(x) * -math.expm1(-x / patience), 0, within)[0] / total
    beyond = quad(density, within, math.inf, epsabs=0, epsrel=1e-10, limit=500)[0] / total
    left = p_wait * (in_line - beyond * math.expm1(-within / patience))
    return answered / (1 - left)
