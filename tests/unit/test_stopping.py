"""Experiments that end by themselves: when, why, with which replications, and what the card says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ScenarioError, UsageError
from sim.experiment import plan, stopping, study
from sim.experiment.plan import Stopping
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded

SERIAL = study.Setting("serial", instruments=fake.TOOLS)


def compared(rule: Stopping | None, matters: float = 0.01, **arms: Loaded) -> study.Comparison:
    asked = fake.question(stopping=rule, matters=matters)
    return study.compare_plan(fake.comparison_plan(80, asked, **arms), SERIAL)


BETTER = {"a": Loaded(), "b": Loaded(effect=0.05)}


def noisy(loaded: Any, seed: int, replication: int, factor: float = 1.0) -> Any:
    """Arms that differ by noise of their own, so that nothing is ever settled."""
    journal = fake.simulate(loaded, seed, replication, factor)
    own = np.random.default_rng([int(1000 * loaded.harm), replication]).standard_normal()
    journal.solved *= 1.0 + 0.2 * own
    return journal


def test_a_clear_verdict_ends_the_experiment_before_its_budget() -> None:
    found = compared(Stopping(80, first=10, look_every=10), **BETTER)
    said = found.card[0]["stopping"]
    assert found.card[0]["verdict"] == "ship"
    assert said["reason"] == "the verdict on every arm is clear"
    assert len(found.finished.plan.replications) == said["looks"][-1]["n"] < 80
    assert "all of them together err in at most 5 % of experiments" in found.card[0]["reasons"][-1]


def test_without_a_verdict_the_budget_ends_it_and_the_looks_are_told() -> None:
    asked = fake.question(stopping=Stopping(30, first=10, look_every=10), matters=0.03)
    arms = {"a": Loaded(harm=0.001), "b": Loaded(harm=0.002)}
    setting = study.Setting("serial", instruments=fake.tools(noisy))
    found = study.compare_plan(fake.comparison_plan(80, asked, **arms), setting)
    assert found.card[0]["stopping"]["reason"] == "the budget is spent"
    assert [look["n"] for look in found.card[0]["stopping"]["looks"]] == [10, 20, 30]
    assert "another seed and a larger stopping.max_replications" in " ".join(found.card[0]["reasons"])


def test_a_half_width_ends_it_when_the_interval_is_narrow_enough() -> None:
    asked = fake.question(stopping=Stopping(80, 0.08, 10, 10, "pocock"), matters=0.0)
    arms = {"a": Loaded(harm=0.001), "b": Loaded(harm=0.002)}
    setting = study.Setting("serial", instruments=fake.tools(noisy))
    found = study.compare_plan(fake.comparison_plan(80, asked, **arms), setting)
    widths = [look["half_widths"]["b"] for look in found.card[0]["stopping"]["looks"]]
    assert found.card[0]["stopping"]["reason"].startswith("every half-width")
    assert widths[-1] <= 0.08 < widths[-2]
    row = found.table[(found.table["family"] == "primary")].iloc[0]
    assert (row["ci_high"] - row["ci_low"]) / 2.0 == pytest.approx(widths[-1])


def test_rounds_give_the_replications_that_one_run_of_as_many_gives() -> None:
    by_rounds = compared(Stopping(80, first=10, look_every=7), **BETTER)
    n = len(by_rounds.finished.plan.replications)
    at_once = study.compare_plan(fake.comparison_plan(n, **BETTER), SERIAL)
    assert by_rounds.kpis.equals(at_once.kpis)
    assert by_rounds.finished.facts["contacts"] == at_once.finished.facts["contacts"]


def test_the_volume_found_in_the_first_round_holds_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibrated anew at a later look, arms of one experiment would be of different sizes."""
    factors: list[float | None] = []
    carried = stopping.carried

    def listening(made: Any, run: Any) -> Any:
        def noted(part: Any, factor: float | None) -> Any:
            factors.append(factor)
            done = run(part, factor)
            return replace(done, plan=replace(done.plan, births_factor=1.25))

        return carried(made, noted)

    monkeypatch.setattr(stopping, "carried", listening)
    compared(Stopping(80, first=10, look_every=10), **BETTER)
    assert factors[0] is None and set(factors[1:]) == {1.25}


def test_an_interval_of_an_early_look_is_wider_than_that_of_the_only_look() -> None:
    by_rounds = compared(Stopping(80, first=10, look_every=10), **BETTER)
    at_once = study.compare_plan(fake.comparison_plan(len(by_rounds.finished.plan.replications), **BETTER), SERIAL)
    early, only = (found.table[found.table["family"] == "primary"].iloc[0] for found in (by_rounds, at_once))
    assert early["ci_high"] - early["ci_low"] > 1.05 * (only["ci_high"] - only["ci_low"])
    assert early["p_adjusted"] >= only["p_adjusted"]


def test_a_failed_replication_ends_it_without_a_verdict() -> None:
    asked = fake.question(stopping=Stopping(40, first=10))
    setting = study.Setting("serial", instruments=fake.tools(fake.fails_at_two))
    with pytest.warns(UserWarning, match="failed"):
        found = study.compare_plan(fake.comparison_plan(40, asked, **BETTER), setting)
    assert len(found.finished.plan.replications) == 10
    assert found.card == []


@pytest.mark.parametrize(
    ("rule", "looks"),
    [
        (Stopping(60), (10, 23, 36, 49, 60)),
        (Stopping(60, first=20, look_every=20), (20, 40, 60)),
        (Stopping(8), (8,)),
        (Stopping(10, first=10), (10,)),
    ],
)
def test_looks_rise_and_end_at_the_budget(rule: Stopping, looks: tuple[int, ...]) -> None:
    assert rule.looks == looks


def test_more_than_fifty_looks_are_refused_with_the_mend() -> None:
    with pytest.raises(UsageError, match=r"stopping.look_every: 1 makes 191 looks; 50 at most"):
        _ = Stopping(200, look_every=1).looks


def test_without_a_rule_nothing_is_said_and_the_card_warns_of_reading_twice() -> None:
    asked = fake.question(matters=0.03)
    arms = {"a": Loaded(harm=0.001), "b": Loaded(harm=0.002)}
    setting = study.Setting("serial", instruments=fake.tools(noisy))
    (found,) = study.compare_plan(fake.comparison_plan(20, asked, **arms), setting).card
    assert "stopping" not in found
    assert "reads again errs in about twice 5 %" in found["reasons"][-1]
    assert f"stopping.max_replications={20 + found['more_replications']}" in found["reasons"][-1]


EXPERIMENT = """
title: T
base: made
arms: {a: {}, b: {overrides: [staff.groups.agents.count=3]}}
primary: {kpi: wait_all}
replications: 30
"""


def asked(folder: Path, *overrides: str) -> Stopping | None:
    from sim.config.load import load_experiment
    from tests.scenarios import centre, write

    write(folder, centre())
    path = folder / "asked.yaml"
    path.write_text(EXPERIMENT)
    loaded = load_experiment(str(path), plan.for_experiment(overrides))
    return plan.of_experiment(loaded, None, None, overrides).question.stopping


def test_a_command_line_may_give_a_rule_to_an_experiment_that_has_none(tmp_path: Path) -> None:
    assert asked(tmp_path) is None
    assert asked(tmp_path, "stopping.half_width=2.5") == Stopping(30, 2.5, spending="pocock")
    assert asked(tmp_path, "stopping.max_replications=239", "stopping.look_every=4", "stopping.first=43") is not None
    assert asked(tmp_path, "stopping.max_replications=90", "stopping.first=15") == Stopping(90, first=15)


@pytest.mark.parametrize(
    "wrong", ["stopping.half_width=-1", "stopping.first=2", "stopping.spending=haste", "stopping.n=3"]
)
def test_a_wrong_rule_is_refused_by_name(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ScenarioError, match=wrong.split("=", maxsplit=1)[0].replace(".", r"\.")):
        asked(tmp_path, wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["stopping.first=40"], r"stopping\.first: above replications \(30\) \(read: 40\); look first at fewer"),
        (["stopping.first=9", "stopping.max_replications=8"], r"above max_replications \(8\)"),
        (["stopping.max_replications=200", "stopping.look_every=1"], r"more than 50 looks .*; write 4 or more"),
        (["select.indifference=1.0", "select.max_replications=20"], r"below replications \(30\)"),
    ],
)
def test_a_rule_that_does_not_fit_the_replications_is_refused_with_the_mend(
    tmp_path: Path, wrong: list[str], said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        asked(tmp_path, *wrong)


def test_why_goes_on_while_any_arm_is_open() -> None:
    seen = stopping.Look(20, {"b": 0.1, "c": 0.3}, {"b": "ship", "c": "not settled"})
    assert stopping.why(seen, Stopping(40, 0.2)) == ""
    assert stopping.why(seen, Stopping(40, 0.3)).startswith("every half-width")
    assert stopping.why(seen, Stopping(20)) == "the budget is spent"
