"""What a team would compute from its pilot, against formulas written down apart, and power against trials."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiment.rehearse import judge, pilots, reading
from sim.experiment.rehearse.pilots import Record
from sim.experiment.rehearse.power import MOST_WEEKS, Noise, power, weeks_needed
from sim.experiment.rehearse.reading import Reading
from sim.routing.sides import DESIGNS, Days

NAMED = {design.name: design for design in DESIGNS}
DAYS = Days(0.0, 0, 10, 10)


def counts(values: np.ndarray, base: float = 50.0) -> np.ndarray:
    """Numerators and denominators of units that weigh alike."""
    return np.array([values * base, np.full(values.shape, base)])


def record(values: np.ndarray, sides: np.ndarray) -> Record:
    """Days of groups that weigh alike, shape (groups, days)."""
    return Record(counts(values), sides, 0, 0)


def test_units_that_weigh_alike_give_the_paired_t_test() -> None:
    draws = np.random.default_rng(1)
    treated, control = draws.normal(1.0, 1.0, 12), draws.normal(0.0, 1.0, 12)
    found = reading.paired(counts(treated), counts(control))
    said = stats.ttest_rel(treated, control).confidence_interval(0.95)
    assert found.value == pytest.approx((treated - control).mean())
    assert (found.value - found.half_width(0.95), found.value + found.half_width(0.95)) == pytest.approx(said)


def test_units_apart_give_welchs_t_test() -> None:
    draws = np.random.default_rng(2)
    treated, control = draws.normal(1.0, 1.0, 9), draws.normal(0.0, 3.0, 15)
    found = reading.apart(counts(treated), counts(control))
    said = stats.ttest_ind(treated, control, equal_var=False).confidence_interval(0.95)
    assert (found.value - found.half_width(0.95), found.value + found.half_width(0.95)) == pytest.approx(said)


def test_too_few_units_make_no_interval() -> None:
    assert math.isnan(reading.paired(counts(np.arange(4.0)), counts(np.zeros(4))).half_width(0.95))
    assert math.isfinite(reading.paired(counts(np.arange(5.0)), counts(np.zeros(5))).half_width(0.95))
    assert math.isnan(reading.paired(counts(np.arange(5.0)), counts(np.zeros(5), base=0.0)).value)


def test_a_switchback_reads_the_same_hour_of_the_two_days_of_a_pair() -> None:
    """Hours differ by thousands and days by a trend; treated hours are 7 higher, and 7 is what is read."""
    hours, days = np.arange(24.0)[:, None] * 1000.0, np.zeros((1, 10))
    coins = np.random.default_rng(5).integers(0, 2, (24, 5))  # neighbours of two pairs are often alike
    sides = np.stack([coins, 1 - coins], axis=2).reshape(24, 10)
    found = pilots.read(
        NAMED["switchback_hour"], DAYS, record(hours + days + 7.0 * sides, sides), None, slice(0, 10), True
    )
    assert found.value == pytest.approx(7.0) and found.error == pytest.approx(0.0, abs=1e-9)
    assert found.free == 24 * 5 - 1
    odd = pilots.read(
        NAMED["switchback_hour"], DAYS, record(hours + days + 7.0 * sides, sides), None, slice(5, 10), True
    )
    assert odd.value == pytest.approx(7.0) and odd.free == 24 * 2 - 1  # days 6 to 9: day 5 has lost its pair


def test_before_and_after_takes_off_what_was_there_before() -> None:
    levels = np.array([[10.0], [20.0], [30.0], [40.0]]) + np.linspace(0.0, 1.0, 20)
    sides = np.zeros((4, 20), dtype=np.int64)
    sides[1] = sides[2] = 1
    found = pilots.read(
        NAMED["queue"], DAYS, record(levels + 3.0 * sides, sides), record(levels, sides), slice(10, 20), True
    )
    assert found.value == pytest.approx(3.0)


def test_the_time_before_a_pilot_is_the_days_that_end_where_it_begins() -> None:
    """Treated queues stood 4 above the others on the first ten days and 6 on the next; the pilot has 7. Before the
    very first pilot come the last days there are."""
    sides = np.repeat([[0], [1]], 20, axis=1)
    today = record(np.array([np.ones(20), [5.0] * 10 + [7.0] * 10]), sides)
    during = record(np.array([np.ones(20), np.full(20, 8.0)]), sides)
    second = pilots.read(NAMED["queue"], DAYS, during, today, slice(10, 20), True)
    first = pilots.read(NAMED["queue"], DAYS, during, today, slice(0, 10), True)
    assert (second.value, first.value) == (pytest.approx(7.0 - 4.0), pytest.approx(7.0 - 6.0))


def test_a_ramp_is_read_half_by_half() -> None:
    """Days of the second half are 100 higher and have four times as many treated: pooled, that would read 30."""
    weights = np.array([[50.0] * 5 + [20.0] * 5, [50.0] * 5 + [80.0] * 5])
    levels = np.array([0.0] * 5 + [100.0] * 5) + np.array([[0.0], [2.0]])
    sides = np.array([[0] * 10, [1] * 10])
    mixed = Record(np.array([levels * weights, weights]), sides, 0, 0)
    found = pilots.read(NAMED["customer_ramp"], DAYS, mixed, None, slice(0, 10), True)
    assert found.value == pytest.approx(2.0)
    pooled = pilots.read(NAMED["customer"], DAYS, mixed, None, slice(0, 10), True)
    assert pooled.value > 20.0


def test_the_same_agents_are_one_unit_each_however_long_they_are_watched() -> None:
    draws = np.random.default_rng(3)
    people = draws.normal(300.0, 60.0, (20, 1)) + draws.normal(0.0, 1.0, (20, 40))
    sides = np.repeat(np.arange(20)[:, None] % 2, 40, axis=1)
    watched = record(people, sides)
    lasting = pilots.read(NAMED["agent"], DAYS, watched, None, slice(0, 40), False)
    assert lasting.free < 20
    longer = pilots.read(NAMED["agent"], DAYS, watched, None, slice(0, 40), False).error
    assert longer == pytest.approx(
        pilots.read(NAMED["agent"], DAYS, watched, None, slice(0, 10), False).error, rel=0.05
    )
    anew = pilots.read(NAMED["agent"], DAYS, watched, None, slice(0, 40), True)
    assert anew.free > 60  # four replications of 20 people each


def test_power_is_what_trials_find() -> None:
    """10,000 t tests on ten normal days: four standard errors of the share are 0.02."""
    draws = np.random.default_rng(4).normal(0.9, 1.0, (10_000, 10))
    error = draws.std(axis=1, ddof=1) / math.sqrt(10)
    found = float((draws.mean(axis=1) > stats.t.ppf(0.975, 9) * error).mean())
    noise = Noise(0.0, 0.5, 5.0, -1.0)  # a week of five days: a variance of 1/5 … over two weeks 1/10
    assert power(0.9, Noise(0.0, 0.2, 5.0, -1.0), 2, 0.95) == pytest.approx(found, abs=0.02)
    assert power(0.9, noise, 2, 0.95) < found - 0.1
    assert math.isnan(power(0.9, Noise(0.0, 0.2, 1.0, -1.0), 2, 0.95))


def test_weeks_are_the_fewest_with_enough_power() -> None:
    noise = Noise(0.0, 4.0, 5.0, -1.0)
    weeks = weeks_needed(1.0, noise, 0.95)
    assert weeks is not None
    assert power(1.0, noise, weeks, 0.95) >= 0.8 > power(1.0, noise, weeks - 1, 0.95)
    assert weeks_needed(0.0, noise, 0.95) is None
    assert weeks_needed(1.0, Noise(4.0, 0.1, 0.0, 20.0), 0.95) is None, "what stays does not go away by waiting"
    assert weeks_needed(1e-6, noise, 0.95) is None and MOST_WEEKS == 104


def test_the_fastest_of_the_sound_designs_is_recommended() -> None:
    def row(name: str, **known: object) -> judge.Row:
        return judge.Row(name, name, **{"verdict": "sound", "bias": 0.1, "coverage_high": 0.99, "weeks": 4, **known})

    quick = row("quick", verdict="biased", bias=9.0, weeks=1)
    unsettled = row("unsettled", verdict="not settled", weeks=1)
    misses = row("misses", weeks=1, coverage_high=0.8)
    assert judge.recommend([quick, unsettled, misses, row("a", weeks=6), row("b"), row("c", bias=-0.05)], 0.5) == row(
        "c", bias=-0.05
    )
    assert judge.recommend([quick, unsettled, misses], 0.5) == unsettled
    assert judge.recommend([quick, misses, row("never", weeks=None)], 0.5) is None


def test_wilsons_interval_is_scipys() -> None:
    for hits, n in ((0, 20), (19, 20), (55, 100)):
        said = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
        assert judge.wilson(hits, n, 0.95) == pytest.approx((said.low, said.high))
    assert all(math.isnan(end) for end in judge.wilson(0, 0, 0.95))


def test_a_mean_of_values_is_students() -> None:
    values = [1.0, 2.0, 4.0, 8.0, 9.0, math.nan]
    found = reading.of_values(values)
    assert found == Reading(pytest.approx(4.8), pytest.approx(stats.sem(values[:-1])), 4.0)
