"""How a design is judged, counted by hand from days whose differences are known to the last figure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.experiment.rehearse import judge
from sim.experiment.rehearse.judge import Question, Row
from sim.experiment.rehearse.pilots import Record
from sim.experiment.rehearse.reading import Reading
from sim.routing.sides import DESIGNS, Days, Floats

NAMED = {design.name: design for design in DESIGNS}
SIZE = 50.0


def counts(values: Floats) -> Floats:
    """Numerators and denominators of groups and days that weigh alike."""
    return np.array([values * SIZE, np.full(values.shape, SIZE)])


def asked(days: int, effect: float = 1.0) -> Question:
    """Pilots of two weeks, of five days each; the truth is known without error."""
    return Question(Days(0.0, 0, days, 10), 2, 0.95, Reading(effect, 0.0, 99.0), 0.1, redrawn=False)


def by_customer(control: float, treated: float, days: int = 60, apart: float = 0.0) -> Row:
    """Today everywhere every day has 1, under the new rules 2; in the pilot the sides have these, hardly varying.

    The treated of one pilot and of the next are so far apart.
    """
    wave = 0.01 * np.array([1.0, -1.0] * (days // 2))
    sides = np.array([[0] * days, [1] * days])
    pilots = apart * (np.arange(days) // 10 % 2 - 0.5)
    record = Record(counts(np.array([control + wave, treated + pilots - wave])), sides, 3, 12)
    plain = counts(np.full(days, 1.0)), counts(np.full(days, 2.0))
    return judge.judge(asked(days), NAMED["customer"], record, record, plain)


def test_bias_and_what_the_pilot_does_to_either_side_are_set_against_their_own_arm() -> None:
    row = by_customer(0.9, 2.2)
    assert (row.pilots, row.reading, row.bias) == (6, pytest.approx(1.3), pytest.approx(0.3))
    assert (row.control_shift, row.treated_shift) == (pytest.approx(-0.1), pytest.approx(0.2))
    assert row.verdict == "biased" and row.coverage == 0.0 and row.crossed == 0.25


def test_power_is_what_shows_on_the_right_side_of_zero() -> None:
    assert by_customer(0.9, 2.2).power == 1.0
    assert by_customer(2.2, 0.9).power == 0.0  # as clear, and the other way


def test_a_bias_within_a_quarter_of_the_effect_is_put_up_with() -> None:
    assert by_customer(1.0, 2.24).verdict == "sound"
    assert by_customer(1.0, 2.26).verdict == "biased"
    assert by_customer(1.0, 2.30, apart=0.6).verdict == "not settled"  # 0.30 ± 0.34


def test_pilots_of_another_length_are_cut_out_of_the_same_days() -> None:
    """Of 40 days, ten a pilot of two weeks: eight pilots of one week, and four of two are too few for a share."""
    measured = {weeks: share for weeks, _, share in by_customer(0.9, 2.2, days=40).curve}
    assert measured[1] == 1.0 and math.isnan(measured[2]) and math.isnan(measured[26])


def by_agent(values: Floats) -> dict[int, float]:
    """Predicted power by weeks, of a split of these agents' values by day; the treated are the second half."""
    agents, days = values.shape
    sides = np.repeat([[0], [1]], agents // 2, axis=0).repeat(days, axis=1)
    record = Record(counts(values), sides, 0, 0)
    plain = counts(np.full(days, 1.0)), counts(np.full(days, 1.3))
    row = judge.judge(asked(days, 0.3), NAMED["agent"], record, record, plain)
    return {weeks: share for weeks, share, _ in row.curve}


def test_a_longer_pilot_makes_up_for_days_that_differ_and_not_for_agents_that_do() -> None:
    """The same people are read again each week: 26 weeks help against the noise of days alone."""
    draws = np.random.default_rng(1)
    lifted = np.repeat([[0.0], [0.3]], 10, axis=0)
    restless = by_agent(1.0 + lifted + draws.normal(0.0, 1.0, (20, 40)))
    assert restless[2] < 0.8 and restless[26] > 0.99
    lasting = draws.normal(0.0, 0.3, (20, 1))
    unlike = by_agent(
        1.0 + lifted + (lasting - lasting.reshape(2, 10, 1).mean(axis=1).repeat(10, axis=0)) + np.zeros((20, 40))
    )
    assert unlike[2] == pytest.approx(unlike[26], abs=0.02) and unlike[26] < 0.8
