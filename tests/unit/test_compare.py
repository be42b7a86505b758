"""The comparison table, and experiments carried out with a centre that costs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.errors import CcsimError, UsageError
from sim.experiment import calibrate, comparison, replication, study
from sim.experiment.calibrate import Pilot
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded

SERIAL = study.Setting("serial", instruments=fake.TOOLS)


def compared(plan: Any, setting: study.Setting = SERIAL) -> study.Comparison:
    return study.compare_plan(plan, setting)


def row(table: pd.DataFrame, kpi: str, arm: str, scope: str = "all") -> dict[Any, Any]:
    chosen = table[(table["kpi"] == kpi) & (table["arm"] == arm) & (table["scope"] == scope)]
    assert len(chosen) == 1
    return dict(chosen.iloc[0])


def test_identical_arms_differ_by_exactly_zero_everywhere() -> None:
    table = compared(fake.comparison_plan()).table
    defined = table[table["verdict"] != "not defined"]
    assert len(defined) == 6
    assert (defined[["difference", "ci_low", "ci_high"]] == 0.0).all(axis=None)
    assert (defined["p_value"] == 1.0).all()


def test_swapping_two_arms_changes_the_sign_exactly() -> None:
    base, better = Loaded(), Loaded(effect=0.05)
    there = compared(fake.comparison_plan(a=base, b=better)).table
    back = compared(fake.comparison_plan(b=better, a=base)).table
    for kpi in ("fcr", "wait", "gini"):
        one, other = row(there, kpi, "b"), row(back, kpi, "a")
        assert one["difference"] == -other["difference"]
        assert one["ci_low"] == -other["ci_high"]


def test_a_third_arm_leaves_the_first_difference_and_its_interval_alone() -> None:
    two = compared(fake.comparison_plan(a=Loaded(), b=Loaded(effect=0.05))).table
    three = compared(fake.comparison_plan(a=Loaded(), b=Loaded(effect=0.05), c=Loaded(effect=0.01))).table
    for column in ("difference", "ci_low", "ci_high", "p_value", "n"):
        assert row(two, "fcr", "b")[column] == row(three, "fcr", "b")[column]
    assert row(two, "fcr", "b")["p_adjusted"] <= row(three, "fcr", "b")["p_adjusted"]


def test_a_planted_effect_is_found_and_called_better() -> None:
    found = row(compared(fake.comparison_plan(a=Loaded(), b=Loaded(effect=0.05))).table, "fcr", "b")
    assert found["ci_low"] < 0.05 < found["ci_high"]
    assert found["verdict"] == "better"
    assert found["family"] == "primary"
    assert found["difference"] == found["arm_mean"] - found["baseline_mean"]


def test_a_difference_that_chance_could_make_is_not_shown() -> None:
    """Student's t at 5 degrees of freedom: a cost of 1.0 more is 1.1 standard errors (p = 0.31), 4.0 are 4.5."""
    spread = np.array([-2.0, 2.0, -2.0, 2.0, -2.0, 2.0])
    said = {}
    for lead in (1.0, 4.0):
        rows = [
            ("all", "total", "cost", arm, number, value, 1.0, value)
            for arm, shift in (("a", 0.0 * spread), ("b", lead + spread))
            for number, value in enumerate(1000.0 + shift)
        ]
        names = ["scope", "interval", "kpi", "arm", "replication", "numerator", "denominator", "value"]
        table = comparison.table(
            pd.DataFrame(rows, columns=names),
            ["a", "b"],
            fake.question(primary="cost", guardrails={}),
            fake.DEFINITIONS,
        )
        said[lead] = row(table, "cost", "b")["verdict"]
    assert said == {1.0: "no difference shown", 4.0: "worse"}


def test_only_primary_and_guardrails_at_scope_all_are_adjusted() -> None:
    table = compared(fake.comparison_plan(a=Loaded(), b=Loaded(effect=0.05))).table
    assert set(table.loc[table["family"] != "", "kpi"]) == {"fcr", "wait"}
    assert row(table, "fcr", "b", "intent:a")["family"] == ""
    exploratory = table[(table["family"] == "") & table["p_value"].notna()]
    assert (exploratory["p_adjusted"] == exploratory["p_value"]).all()


@pytest.mark.parametrize(("harm", "verdict"), [(0.5, "holds"), (2.0, "not settled"), (3.5, "breaks")])
def test_a_guardrail_holds_breaks_or_is_open_at_its_margin_of_two_seconds(harm: float, verdict: str) -> None:
    def noisy(loaded: Loaded, seed: int, replication: int, factor: float) -> Any:
        journal = fake.simulate(loaded, seed, replication, factor)
        own = np.random.default_rng([int(1000 * loaded.harm), replication]).standard_normal() if loaded.harm else 0.0
        journal.waited += journal.cases * own
        return journal

    setting = study.Setting("serial", instruments=fake.tools(noisy))
    table = compared(fake.comparison_plan(a=Loaded(), b=Loaded(harm=harm)), setting).table
    assert row(table, "wait", "b")["verdict"] == verdict


def test_the_baseline_of_an_empty_scope_is_not_defined() -> None:
    found = row(compared(fake.comparison_plan()).table, "fcr", "same", "intent:b")
    assert found["verdict"] == "not defined"
    assert np.isnan(found["baseline_mean"])


def test_fewer_than_five_replications_give_differences_but_no_intervals() -> None:
    found = row(compared(fake.comparison_plan(4, a=Loaded(), b=Loaded(effect=0.05))).table, "fcr", "b")
    assert found["verdict"] == "too few replications"
    assert np.isfinite(found["difference"])
    assert np.isnan(found["ci_low"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (fake.question(primary="fcrr"), "did you mean 'fcr'"),
        (fake.question(primary="cases"), "no better direction"),
        (fake.question(guardrails={"fcr": 0.1}), "is the primary KPI"),
        (fake.question(guardrails={"waiting": 0.1}), "guardrail KPI 'waiting' is not known"),
    ],
)
def test_an_impossible_question_is_refused_before_anything_runs(asked: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        compared(fake.comparison_plan(asked=asked), study.Setting("serial", instruments=fake.tools(_never)))


def _never(*_: Any) -> Any:
    raise AssertionError("a replication ran")


# --- engines ---------------------------------------------------------------------------------------------------------


def test_the_number_of_workers_changes_no_byte(tmp_path: Path) -> None:
    arms = {"a": Loaded(), "b": Loaded(effect=0.05), "c": Loaded(harm=1.0)}
    made = [study.Setting("serial"), study.Setting("local", 2), study.Setting("local", 3)]
    stored = []
    for place, setting in enumerate(made):
        root = tmp_path / str(place)
        chosen = study.Setting(setting.engine, setting.workers, root, None, fake.TOOLS)
        folder = compared(fake.comparison_plan(7, **arms), chosen).folder
        assert folder is not None
        names = ("kpi.csv", "agents.csv", "flows.csv", "comparison.csv", "card.json")
        stored.append([(folder / name).read_bytes() for name in names] + [folder.name.encode()])
    assert stored[0] == stored[1] == stored[2]


def test_a_replication_alone_equals_the_same_in_a_batch() -> None:
    batch = study.run(Loaded(), 5, 1, "serial", instruments=fake.TOOLS).kpis  # type: ignore[arg-type]
    alone = study.run(Loaded(), 5, 1, "serial", replication=3, instruments=fake.TOOLS).kpis  # type: ignore[arg-type]
    inside = batch[batch["replication"] == 3].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, inside, check_exact=True)


def test_a_failed_replication_names_the_line_that_repeats_it_and_the_rest_finish(tmp_path: Path) -> None:
    setting = study.Setting("serial", None, tmp_path, None, fake.tools(fake.fails_at_two))
    with pytest.warns(UserWarning, match="1 replications failed"):
        found = compared(fake.comparison_plan(6, a=Loaded(), b=Loaded(effect=0.05)), setting)
    assert [(f.arm, f.replication) for f in found.failures] == [("b", 2)]
    assert "ZeroDivisionError: no agents at all" in found.failures[0].message
    assert found.failures[0].command.startswith("ccsim run scenario=/elsewhere/fake.yaml replication=2 seed=1")
    assert len(found.kpis[["arm", "replication"]].drop_duplicates()) == 11


def test_a_partial_experiment_gives_no_verdict_and_takes_an_older_one_away(tmp_path: Path) -> None:
    arms = {"a": Loaded(), "b": Loaded(effect=0.05)}
    folder = compared(fake.comparison_plan(6, **arms), study.Setting("serial", None, tmp_path, None, fake.TOOLS)).folder
    assert folder is not None
    assert (folder / "card.json").exists()
    with pytest.warns(UserWarning):
        found = compared(
            fake.comparison_plan(6, **arms),
            study.Setting("serial", None, tmp_path, None, fake.tools(fake.fails_at_two)),
        )
    assert found.folder == folder
    assert found.card == []
    assert found.table.empty
    assert not (folder / "card.json").exists()
    assert not (folder / "comparison.csv").exists()
    assert json.loads((folder / "run.json").read_text())["complete"] is False


def test_a_killed_worker_costs_its_own_replication_only() -> None:
    setting = study.Setting("local", 2, instruments=fake.tools(fake.dies_at_two))
    with pytest.warns(UserWarning, match="killed"):
        found = compared(fake.comparison_plan(6, a=Loaded(), b=Loaded(effect=0.05)), setting)
    assert [(f.arm, f.replication) for f in found.failures] == [("b", 2)]
    assert "memory" in found.failures[0].message


def test_when_every_replication_fails_the_first_reason_is_told() -> None:
    with pytest.raises(CcsimError, match="a replication ran"):
        study.run(Loaded(), 3, 1, "serial", instruments=fake.tools(_never))  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["cloud", "Local", ""])
def test_an_unknown_engine_is_refused(engine: str) -> None:
    with pytest.raises(UsageError, match="one of local, serial"):
        compared(fake.comparison_plan(), study.Setting(engine, instruments=fake.TOOLS))


# --- runs ------------------------------------------------------------------------------------------------------------


def test_contacts_that_were_not_kept_are_refused_with_the_way_to_ask() -> None:
    run = study.run(Loaded(), 2, 1, "serial", instruments=fake.TOOLS)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="contacts=True"):
        _ = run.contacts


def test_a_run_splits_totals_from_intervals_and_sums_up() -> None:
    run = study.run(Loaded(), 6, 1, "serial", instruments=fake.TOOLS)  # type: ignore[arg-type]
    assert "interval" not in run.kpis
    assert set(run.intervals["interval"]) == {"2026-03-02T09:00:00"}
    summary = run.summary().set_index(["scope", "kpi"])
    fcr = run.kpis[(run.kpis["kpi"] == "fcr") & (run.kpis["scope"] == "all")]
    assert summary.loc[("all", "fcr"), "mean"] == pytest.approx(fcr["numerator"].sum() / fcr["denominator"].sum())
    assert summary.loc[("all", "fcr"), "n"] == 6


@pytest.mark.parametrize(("name", "value"), [("replications", 0), ("replications", True), ("seed", -1)])
def test_impossible_numbers_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        study.run(Loaded(), **{name: value}, engine="serial", instruments=fake.TOOLS)  # type: ignore[arg-type]


def test_one_arm_cannot_be_compared() -> None:
    with pytest.raises(UsageError, match="at least two"):
        study.compare({"a": Loaded()}, instruments=fake.TOOLS, results=None)  # type: ignore[dict-item]


# --- volume ----------------------------------------------------------------------------------------------------------


def test_births_are_deflated_until_contacts_match_the_record() -> None:
    def centre(pilots: list[Pilot]) -> list[tuple[int, int]]:
        """Each birth brings 1.2 contacts, and more when it is crowded."""
        return [(round(1e5 * p.factor), round(1e5 * p.factor * (1.2 + 0.3 * p.factor**2))) for p in pilots]

    found = calibrate.solve(centre)
    assert found.factor * (1.2 + 0.3 * found.factor**2) == pytest.approx(1.0, abs=calibrate.CLOSE_ENOUGH)
    assert found.pilots <= 6


def test_a_record_that_is_met_at_once_costs_one_pass_of_pilots() -> None:
    assert calibrate.solve(lambda pilots: [(50_000, 50_000) for _ in pilots]) == calibrate.Calibration(1.0, 1.0, 2)


def test_first_contacts_need_no_pilots() -> None:
    assert calibrate.calibrate(fake.comparison_plan(), _never).factor == 1.0


def test_pilots_use_numbers_that_no_experiment_can_use() -> None:
    seen: list[int] = []

    def centre(pilots: list[Pilot]) -> list[tuple[int, int]]:
        seen.extend(pilot.replication for pilot in pilots)
        return [(100, 130) for _ in pilots]

    calibrate.solve(centre)
    assert min(seen) >= 2**40


def test_the_order_of_rows_is_that_of_the_definitions() -> None:
    table = compared(fake.comparison_plan()).table
    assert list(dict.fromkeys(table["kpi"])) == [definition.name for definition in fake.DEFINITIONS]
    assert list(table.columns) == list(comparison.COLUMNS)


def test_an_interval_in_which_nothing_happened_has_no_row_and_a_total_always_has() -> None:
    labels = [("total", 0.0), ("total", 4.0), ("2026-03-02T08:00:00", 0.0), ("2026-03-02T08:30:00", 2.0)]
    frame = pd.DataFrame(labels, columns=["interval", "denominator"])
    assert list(replication.defined(frame)["denominator"]) == [0.0, 4.0, 2.0]
