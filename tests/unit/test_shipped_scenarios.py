"""The shipped scenarios say what their data say, and their staff can carry what they ask for."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.config import files
from sim.config.load import Loaded, load, load_experiment
from sim.config.schema import Exponential, Lognormal
from sim.config.tables import read_table
from sim.metrics import kpis
from sim.staff import tours
from sim.staff.people import hire
from sim.staff.person import Person
from sim.staffing import demand
from sim.staffing.erlang import erlang_a

SCENARIOS = ("single_queue", "tech_support", "us_bank", "quality_weeks", "strained_weeks")
EXPERIMENTS = (
    "quality_routing",
    "bot_first",
    "article_or_coaching",
    "coaching_payback",
    "tier2_or_cross_training",
    "measured_or_true",
    "qa_samples",
    "signal_cadence",
    "occupancy_cap",
    "strain_relief",
)
shipped = cache(load)


def wages(loaded: Loaded) -> float:
    """What everybody's time on duty costs within the measured time."""
    end = loaded.scenario.calendar.length
    return sum(
        person.hourly_cost * max(0.0, min(duty.end, end) - duty.start) / 3600
        for person in hire(loaded)
        for duty in person.duties
    )


def bank() -> tuple[Loaded, tuple[Person, ...]]:
    loaded = shipped("us_bank")
    return loaded, hire(loaded)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_queue_has_somebody_on_duty_at_some_time(name: str) -> None:
    loaded = shipped(name)
    people = hire(loaded)
    for queue in loaded.scenario.queues.values():
        able = [p for p in people if p.tier == queue.tier and set(queue.skills) <= set(p.skills) and p.duties]
        assert able, queue


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_states_its_assumptions_with_their_evidence(name: str) -> None:
    assert all(len(a.source) > 10 for a in shipped(name).scenario.assumptions)
    assert shipped(name).scenario.assumptions


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_experiments_ask_for_kpis_that_exist(name: str) -> None:
    known = {definition.name for definition in kpis.definitions()}
    experiment = load_experiment(name).experiment
    assert {experiment.primary.kpi, *experiment.guardrails} <= known


def test_the_single_queue_promises_what_erlang_a_gives() -> None:
    waiting = erlang_a(50, 600 / 3600, 300.0, 120.0, 20.0)
    text = shipped("single_queue").scenario.description
    assert f"{100 * waiting.p_abandon:.1f} % abandon" in text
    assert f"mean wait is {waiting.mean_wait:.1f} s" in text


def test_the_banks_agents_on_duty_are_the_recorded_ones_in_every_interval() -> None:
    loaded, people = bank()
    grid = demand.edges(loaded.scenario.calendar)
    on_duty = tours.at_work([duty for person in people for duty in person.duties], grid)
    assert on_duty.tolist() == loaded.tables.numbers("us_bank_2003_agents_15min.csv", "agents").tolist()


def test_the_banks_forecast_is_the_record_to_the_last_call() -> None:
    loaded, _ = bank()
    grid = demand.edges(loaded.scenario.calendar)
    total = 0.0
    for name, intent in loaded.scenario.intents.items():
        counts = demand.arrivals(intent.arrivals, loaded.scenario.calendar, loaded.tables, grid)
        recorded = loaded.tables.numbers("us_bank_2003_arrivals_15min.csv", name)
        np.testing.assert_allclose(counts, recorded, atol=1e-9)
        total += counts.sum()
    assert total == pytest.approx(62625.28)


def test_the_banks_handle_times_and_patience_are_those_of_its_classes() -> None:
    rows, intents = _classes(), shipped("us_bank").scenario.intents
    assert set(rows) == set(intents) and len(rows) == 17
    for name, (handle, patience) in rows.items():
        talk, waits = intents[name].path[name].talk, intents[name].patience
        assert isinstance(talk, Lognormal) and talk.mean == handle
        assert isinstance(waits, Exponential) and waits.mean == patience


def test_the_banks_desks_can_carry_every_class_whenever_the_whole_can() -> None:
    """Largest load of any set of classes on the desks that may serve it is never above the pooled load."""
    loaded, people = bank()
    scenario, grid = loaded.scenario, demand.edges(loaded.scenario.calendar)
    desks = {name: group for name, group in scenario.staff.groups.items() if group.tier == 1}
    heads = {name: tours.at_work([d for p in people if p.group == name for d in p.duties], grid) for name in desks}
    load = {
        name: demand.arrivals(intent.arrivals, scenario.calendar, loaded.tables, grid)
        * _classes()[name][0]
        / np.diff(grid)
        for name, intent in scenario.intents.items()
    }
    pooled = sum(load.values()) / sum(heads.values())
    for bits in range(1, 2 ** len(desks)):
        chosen = {name for at, name in enumerate(desks) if bits >> at & 1}
        only_theirs = [c for c in load if {n for n, g in desks.items() if c in g.skills} <= chosen]
        mine = sum((load[c] for c in only_theirs), np.zeros(grid.size - 1))
        assert (mine <= pooled * sum(heads[name] for name in chosen) * 1.05 + 1).all(), chosen


def test_more_tier_2_and_cross_training_cost_the_same() -> None:
    arms = load_experiment("tier2_or_cross_training").arms
    today, tier2, trained = (wages(arms[name]) for name in ("today", "tier2", "cross_training"))
    assert tier2 > today
    assert trained == pytest.approx(tier2, rel=1e-4)


@cache
def _classes() -> dict[str, tuple[float, float]]:
    """Mean handle time and mean patience of each class, in seconds, as recorded."""
    table = read_table(files.shipped() / "data" / "us_bank_2003_classes.csv").columns
    columns = (map(float, table[name]) for name in ("mean_handle_s", "mean_patience_s"))
    return dict(zip(table["class"], zip(*columns, strict=True), strict=True))
