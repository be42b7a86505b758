"""Comparisons that ask for no decision, or cannot have one; and what a stored comparison hands out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.config.load import Loaded
from sim.errors import UsageError
from sim.experiment import card, comparison, study
from sim.experiment.plan import Question
from tests.scenarios import Data, centre
from tests.unit import fake_centre as fake

Built = Callable[..., Loaded]
SERIAL = study.Setting("serial", instruments=fake.TOOLS)


def arms(built: Built) -> dict[str, Loaded]:
    more: Data = {"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 3}}}
    return {"two": built(centre()), "three": built(centre(staff=more))}


def test_without_a_primary_kpi_there_is_a_table_and_no_card() -> None:
    made = study.compare_plan(fake.comparison_plan(asked=Question()), SERIAL)
    assert len(made.table) and made.card == []


def test_a_primary_kpi_that_was_not_measured_is_said_on_the_card() -> None:
    plan = fake.comparison_plan()
    made = study.compare_plan(plan, SERIAL)
    unmeasured = made.table.assign(family="")
    (told,) = card.cards(unmeasured, plan, fake.DEFINITIONS)
    assert told["verdict"] == "not settled"
    assert told["headline"] == "Not settled: FCR was not measured in this run at scope all."


def test_a_kpi_without_a_better_direction_differs_and_is_never_better() -> None:
    a, b = fake.Loaded(), fake.Loaded(effect=0.05)
    table = study.compare_plan(fake.comparison_plan(a=a, b=b), SERIAL).table
    row = {**table[table["kpi"] == "cases"].iloc[0], "difference": 5.0, "p_adjusted": 0.001, "n": 20}
    assert comparison._verdict(row, 0.05) == "differs"


def test_a_report_needs_a_stored_comparison_and_goes_where_it_is_asked_to(built: Built, tmp_path: Path) -> None:
    asked = {"primary": "asa", "matters": 5.0, "engine": "serial", "replications": 5, "seed": 1}
    kept = sim.compare(arms(built), results=tmp_path / "results", **asked)
    copy = kept.report(tmp_path / "mine.html")
    assert copy.read_bytes() == kept.report().read_bytes()
    assert kept.failures == ()
    with pytest.raises(UsageError, match="results folder"):
        sim.compare(arms(built), results=None, **asked).report()
