"""Advice from a pilot: replications that do what they promise, and warm-ups of series whose transient is known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim import cli
from sim.experiment import advice
from sim.experiment.plan import Question
from tests.scenarios import centre, exponential, write


@pytest.mark.parametrize(("spread", "target", "level"), [(1.0, 0.5, 0.05), (1.0, 0.2, 0.01), (3.0, 1.0, 0.05)])
def test_as_many_replications_as_advised_find_the_difference_in_eighty_of_a_hundred(
    spread: float, target: float, level: float
) -> None:
    n = advice.replications(spread, target, level)
    assert n is not None

    def power(size: int) -> float:
        bar, shift = stats.t.ppf(1.0 - level / 2.0, size - 1), target / spread * math.sqrt(size)
        return float(stats.nct.sf(bar, size - 1, shift))

    assert power(n) >= advice.POWER - 0.01
    assert power(max(2, int(0.9 * n))) < advice.POWER


def test_five_is_the_least_and_nothing_that_matters_gives_no_number() -> None:
    assert advice.replications(1e-9, 1.0, 0.05) == 5
    assert advice.replications(1.0, 0.0, 0.05) is None
    assert advice.replications(float("nan"), 1.0, 0.05) is None
    assert advice.replications(1.0, 1e-9, 0.05) is None


def test_the_bound_of_a_spread_is_above_the_truth_in_eighty_of_a_hundred_pilots() -> None:
    draws = np.random.default_rng(3).standard_normal((4000, 10)).std(axis=1, ddof=1)
    above = np.mean([advice.bound(float(spread), 10) >= 1.0 for spread in draws])
    assert abs(above - 0.8) <= 4.0 * math.sqrt(0.16 / 4000)
    assert np.mean(draws >= 1.0) < 0.6


def test_the_primary_needs_what_matters_and_a_guardrail_its_margin_over_all_that_decides() -> None:
    rows = [
        {"family": "primary", "arm": "b", "kpi": "x", "n": 10, "standard_error": 0.1, "margin": math.nan},
        {"family": "guardrail", "arm": "b", "kpi": "y", "n": 10, "standard_error": 0.1, "margin": 0.5},
        {"family": "", "arm": "b", "kpi": "z", "n": 10, "standard_error": 0.1, "margin": math.nan},
    ]
    first, second = advice.needs(rows, Question(primary="x", matters=0.2, guardrails={"y": 0.5}))
    spread = advice.bound(0.1 * math.sqrt(10), 10)
    assert first.replications == advice.replications(spread, 0.2, 0.025)
    assert second.replications == advice.replications(spread, 0.5, 0.025)


@pytest.mark.parametrize("transient", [20, 60])
def test_mser_cuts_where_a_planted_transient_ends_and_nothing_from_a_steady_series(transient: int) -> None:
    noise = 0.1 * np.random.default_rng(transient).standard_normal(400)
    steady = advice.mser(1.0 + noise).intervals
    opened = advice.mser(1.0 + noise - np.maximum(0.0, 1.0 - np.arange(400) / transient)).intervals
    assert steady is not None
    assert opened is not None
    assert steady <= 40
    assert 0.6 * transient <= opened <= 1.5 * transient + 10


def test_mser_says_when_a_series_is_too_short_or_never_settles() -> None:
    assert "too few" in advice.mser(np.zeros(20)).reason
    assert "has not settled" in advice.mser(np.arange(400.0)).reason


def test_the_command_names_a_warm_up_for_a_steady_queue_and_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten agents and many calls: with two agents the waits of a whole night may not settle, and it says so."""
    hours = {"start": "2026-03-02T00:00", "length": "40 h", "interval": "30 min", "max_drain": "1 h"}
    path = {"front": {"talk": exponential(100), "resolution": 1.0}}
    call = {"channel": "voice", "arrivals": {"kind": "constant", "per_hour": 300}, "path": path}
    staff = {"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 10}}}
    made = write(tmp_path, centre(calendar=hours, intents={"call": call}, staff=staff))
    assert cli.main(["advise", str(made), "engine=serial", "replications=12"]) == 0
    text = capsys.readouterr().out
    assert "calendar.warmup='" in text
    assert "MSER-5" in text


EXPERIMENT = """
title: T
base: made
arms: {a: {}, b: {overrides: [staff.groups.agents.count=3]}}
primary: {kpi: wait_all, matters: 20}
guardrails: {abandonment: {margin: 0.05}}
"""


def test_the_command_names_replications_and_a_stopping_rule_for_an_experiment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, centre())
    path = tmp_path / "asked.yaml"
    path.write_text(EXPERIMENT)
    assert cli.main(["advise", str(path), "engine=serial", "replications=6"]) == 0
    text = capsys.readouterr().out
    assert "b: wait_all: " in text
    assert "stopping.max_replications=" in text
    assert "another seed than the pilot's" in text


def test_a_day_with_a_profile_needs_no_warm_up_and_the_reason_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["advise", "us_bank"]) == 0
    assert "there is no steady state to wait for" in capsys.readouterr().out


def test_a_pilot_of_two_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["advise", "quality_routing", "replications=2"]) == 2
    assert "a pilot needs 5 at least" in capsys.readouterr().err
