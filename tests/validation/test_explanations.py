"""Where a printed number does not reproduce, the table says why; here each reason is computed, not only stated.

What others counted is counted as they did, by a formula, by an independent loop or by another rule in the same run, and
comes to what they printed; without it, it comes to what is simulated here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from tests.oracles import birth_death, redial
from tests.oracles.trunk_lines import Bank, Kind
from tests.validation import data, rules
from tests.validation.cases import Run, case, cases, runs_of
from tests.validation.run import asked_of, jackknife, measure

Z = 4.0


@pytest.fixture(autouse=True)
def cases_rules() -> Iterator[None]:
    """The rules that scenarios of cases name."""
    with rules.known():
        yield


# --- prints of queue lengths that count who has given up ------------------------------------------------------------


def _exact(name: str) -> tuple[float, float, float]:
    """Mean number waiting, those who give up a second, and how often a second somebody comes or a talk ends."""
    model = case(name).model
    rate, leaves = model["lam"], 1.0 / model["patience_rate"] if "patience_rate" in model else model["patience"]["mean"]
    if "redial_prob" in model:
        talk = 1.0 / model["mu"]
        found = redial.redial(rate, talk, 1, model["redial_prob"], 1.0 / model["redial_rate"], leaves)
        attempts = rate * found.attempts_per_case
        return attempts * found.wait_all, attempts * found.abandonment, attempts + 1.0 / talk
    line = birth_death.line(rate, model["aht"], 1, leaves)
    return rate * line.wait_all, rate * line.abandonment, rate + 1.0 / model["aht"]


@pytest.mark.parametrize("name", [c.name for c in cases() if c.name.startswith(("PUB-QS-IMP", "PUB-QS-RETRY"))])
def test_printed_queue_lengths_count_who_gave_up_until_somebody_comes_or_a_talk_ends(name: str) -> None:
    """By the case's own tolerance; the time average itself, to which these runs agree, lies outside of it."""
    waiting, given_up, changes = _exact(name)
    for quantity in ("E[N_Q]", "E[N]"):
        if values := case(name).expected.get(quantity):
            exact, tolerance = values["exact"], values["tol_rel"] * values["value"]
            assert quantity != "E[N_Q]" or exact == pytest.approx(waiting, rel=1e-6)
            assert abs(exact + given_up / changes - values["value"]) <= tolerance
            assert abs(exact - values["value"]) > tolerance


# --- a bank with fifteen lines --------------------------------------------------------------------------------------

KINDS = {
    "savings": Kind(4, 2, 5.0, (3.0, 5.0), ("savings", "checking")),
    "checking": Kind(40, 20, 5.0, (3.0, 5.0), ("checking", "savings")),
    "balance": Kind(100, 50, 1.0, (2.5, 3.5)),
}


def bank_weeks(lines: float, weeks: int, seed: int) -> dict[str, tuple[float, float]]:
    """Mean a week and its standard error of what the independent loop counts."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(weeks):
        bank = Bank(KINDS, {"savings": 3, "checking": 4}, 0.75, 9, lines)
        for _ in range(5):
            bank.day(draw)
        found.append(bank.counts)
    values = {name: np.array([one[name] for one in found], float) for name in ("arrived", "blocked", "abandoned")}
    return {name: (float(v.mean()), float(v.std(ddof=1)) / sqrt(weeks)) for name, v in values.items()}


def _apart(found: tuple[float, float], other: tuple[float, float]) -> float:
    return abs(found[0] - other[0]) / float(np.hypot(found[1], other[1]))


def _printed(what: str) -> tuple[float, float]:
    values = case("PUB-CC-Bank").expected[f"Number of {what} contacts | all types, all periods"]
    return values["value"], values["published_se"]


def test_fifteen_lines_block_and_lines_without_end_do_not() -> None:
    limited, endless = bank_weeks(15, 20, 1), bank_weeks(float("inf"), 20, 1)
    assert limited["blocked"][0] > 0.5 and endless["blocked"][0] == 0.0
    for found in (limited, endless):
        assert _apart(found["arrived"], _printed("arrived")) <= Z


@pytest.mark.slow
def test_the_bank_abandons_as_printed_with_fifteen_lines_and_as_here_without_them() -> None:
    limited, endless = bank_weeks(15, 500, 2), bank_weeks(float("inf"), 500, 3)
    for what in ("blocked", "abandoned"):
        assert _apart(limited[what], _printed(what)) <= Z
    ours = _estimated(replace(_run("PUB-CC-Bank"), plan=_run("PUB-CC-Bank").plan | {"replications": 300}), "abandoned")
    assert _apart(endless["abandoned"], ours) <= Z
    assert _apart(endless["abandoned"], _printed("abandoned")) > Z


def _run(name: str) -> Run:
    return next(run for one in cases() for run in runs_of(one) if run.name == name)


def _estimated(run: Run, what: str) -> tuple[float, float]:
    wanted = f"Number of {what} contacts | all types, all periods"
    (question,) = (one for one in asked_of(run) if one.quantity == wanted)
    (table,) = measure(run, [question])
    return jackknife(question.estimand.combine, table)


# --- heads that fall ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "days", "sign"), [("PUB-CC-SimpleMSK", 2, -1.0), ("PUB-SSJ-CallCenter", 15, 1.0)])
def test_waiting_until_fewer_are_busy_than_heads_moves_what_differs(name: str, days: int, sign: float) -> None:
    """Their rule on the same customers: fewer in time, longer waits; where heads never fall, nothing moves."""
    own, theirs = (_run(run) for run in (name, f"{name}-theirs"))
    for question in asked_of(theirs):
        one, two = (measure(replace(run, plan=run.plan | {"days": days}), [question])[0] for run in (own, theirs))
        moved, error = jackknife(
            lambda sums, q=question: q.estimand.combine(sums[2:]) - q.estimand.combine(sums[:2]), np.hstack([one, two])
        )
        assert sign * moved > Z * error
    if name == "PUB-CC-SimpleMSK":
        before = next(one for one in asked_of(own) if one.quantity.endswith("Type 1, period 1"))
        one, two = (measure(replace(run, plan=run.plan | {"days": 1}), [before])[0] for run in (own, theirs))
        assert np.array_equal(one, two)


# --- a bank in quarter hours ----------------------------------------------------------------------------------------


def test_quarter_hours_rounded_to_hundredths_differ_from_five_minutes_by_no_more_than_that() -> None:
    """Sums within the rounding of 17 x 68 cells; extremes of means of three lie within those of the three."""
    stated = {name: values["value"] for name, values in case("DATA-USBANK").expected.items()}
    found = data.bank_of_classes()
    rounding = 0.005 * 17 * 68
    assert 0.0 < abs(found["arrivals_per_day"] - stated["arrivals_per_day"]) <= rounding
    longest = 1000.0  # seconds: no class has a longer mean handle time
    assert abs(found["mean_offered_load"] - stated["mean_offered_load"]) <= rounding * longest / (68 * 900.0)
    assert abs(found["mean_aht_s"] - stated["mean_aht_s"]) <= 2.0 * rounding * longest / stated["arrivals_per_day"]
    (low, high), (least, most) = found["agents_min_max"], stated["agents_min_max"]
    assert least <= low + 0.5 and high - 0.5 <= most
    assert found["max_load_over_agents"] <= stated["max_load_over_agents"]
    assert found["mean_load_over_agents"] == pytest.approx(stated["mean_load_over_agents"], rel=0.5 / least)
