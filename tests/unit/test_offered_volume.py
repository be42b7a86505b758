"""`volume: offered`: the record already holds retrials and repeats, so births are deflated before the first run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sim
from sim.config.load import Loaded
from sim.experiment import calibrate
from tests.scenarios import Data, centre, exponential, fixed

Built = Callable[..., Loaded]


def recorded(resolution: float, per_hour: float = 600.0) -> Data:
    """Half of those who were not helped come back after a minute."""
    intent = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": per_hour},
        "path": {"front": {"talk": exponential(10), "resolution": resolution}},
    }
    return centre(
        volume="offered",
        calendar={"start": "2026-03-02T08:00", "length": "3 h", "interval": "1 h", "max_drain": "1 h"},
        intents={"call": intent},
        returns={"max_contacts": 2, "repeat": {"probability": 0.5, "delay": fixed(60)}},
        staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 10}}},
    )


def test_births_are_deflated_so_that_contacts_match_the_record(built: Built) -> None:
    """Resolution .6 and half of the rest back once: 1.2 contacts a birth, so births are multiplied by 1 / 1.2."""
    run = sim.run(built(recorded(0.6)), 6, 1, engine="serial")
    totals = run.kpis[run.kpis["scope"] == "all"].set_index("kpi")["numerator"]
    assert totals["cases"].mean() == pytest.approx(1800 / 1.2, rel=0.05)
    assert totals["contacts"].mean() == pytest.approx(1800, rel=0.05)
    assert "births are multiplied by 0.8" in run.finished.volume


def test_a_factor_that_is_given_costs_no_pilots(built: Built) -> None:
    run = sim.run(built(recorded(0.6)), 2, 1, engine="serial", births_factor=0.5)
    cases = run.kpis[(run.kpis["scope"] == "all") & (run.kpis["kpi"] == "cases")]["numerator"]
    assert cases.mean() == pytest.approx(900, rel=0.1)
    assert "pilot" not in run.finished.volume


def test_a_centre_that_nobody_calls_needs_no_deflation() -> None:
    assert calibrate.solve(lambda pilots: [(0, 0) for _ in pilots]).factor == 1.0


def test_the_factor_is_a_fixed_point_step_where_a_secant_would_lead_away() -> None:
    """Volume that does not fall with births: the steps stay between the lowest factor and 1."""
    found = calibrate.solve(lambda pilots: [(1000, round(1500 / pilot.factor)) for pilot in pilots])
    assert calibrate.LOWEST_FACTOR <= found.factor <= 1.0
