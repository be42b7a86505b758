"""Races, distances from the best and Pareto sets: by hand, and of an experiment carried out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ScenarioError, UsageError
from sim.experiment import plan, selection, study
from sim.experiment.plan import Selection
from sim.experiment.selection import Pairs
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded


def never(*_asked: Any) -> Any:
    raise AssertionError("no more replications were needed")


def test_an_arm_far_behind_falls_out_at_once() -> None:
    noise = np.random.default_rng(1).standard_normal((2, 10))
    done = selection.race(np.array([[50.0], [0.0]]) + noise, never, 1.0, 0.05, 100)
    assert done.alive == [0]
    assert done.fell == {1: 10}


def test_arms_that_are_the_same_are_settled_and_the_first_one_stays() -> None:
    done = selection.race(np.ones((3, 10)), never, 1.0, 0.05, 100)
    assert done.alive == [0]


def test_only_arms_still_in_the_race_are_run_on() -> None:
    draw, asked = np.random.default_rng(2), []
    means = np.array([0.3, 0.0, -60.0])

    def more(alive: Any, begin: int, end: int) -> Any:
        asked.append(list(alive))
        return means[np.array(alive), None] + 3.0 * draw.standard_normal((len(alive), end - begin))

    done = selection.race(means[:, None] + 3.0 * draw.standard_normal((3, 10)), more, 1.0, 0.05, 500)
    assert done.fell[2] == 10
    assert asked[0] == [0, 1]
    assert done.decided


def test_an_empty_budget_leaves_the_race_open() -> None:
    draw = np.random.default_rng(3)
    done = selection.race(
        draw.standard_normal((2, 10)), lambda a, b, e: draw.standard_normal((len(a), e - b)), 1e-3, 0.05, 30
    )
    assert not done.decided
    assert done.n == 30


def test_the_corridor_is_that_of_kim_and_nelson() -> None:
    """h² = 2 eta (n - 1), eta = ((2 alpha / (k - 1)) ^ (-2 / (n - 1)) - 1) / 2, with k = 2, n = 10, alpha = 0.05."""
    wave = np.array([-2.0, 2.0] * 5)
    h2 = 9.0 * (0.1 ** (-2.0 / 9.0) - 1.0)
    allowed = (h2 * wave.var(ddof=1) - 10) / 20.0

    def raced(lead: float) -> list[int]:
        return selection.race(np.array([lead + wave, np.zeros(10)]), never, 1.0, 0.05, 10).alive

    assert allowed > 0.5
    assert raced(allowed - 1e-9) == [0, 1]
    assert raced(allowed + 1e-9) == [0]


def gains(*rows: list[float], width: float = 0.1) -> Pairs:
    means = np.array(rows, dtype=float)
    return Pairs(means - width, means + width)


def test_an_arm_is_beaten_only_by_one_that_is_nowhere_worse_and_somewhere_better() -> None:
    better, same, worse = gains([0, 1], [-1, 0]), gains([0, 0], [0, 0]), gains([0, -0.5], [0.5, 0])
    assert selection.dominated([better, same], [0.2, 0.2]) == {1: 0}
    assert selection.dominated([same, same], [0.2, 0.2]) == {}
    assert selection.dominated([better, worse], [0.2, 0.2]) == {}
    assert selection.dominated([better, worse], [0.2, 9.0]) == {}  # worse for certain, however little it matters
    assert selection.dominated([better, same], [0.2, 0.05]) == {}  # may be worse by more than matters


def compared(select: Selection | None, folder: Path | None = None, replications: int = 10) -> study.Comparison:
    arms = {"a": Loaded(), "b": Loaded(effect=0.05), "c": Loaded(effect=0.01), "d": Loaded(effect=-0.05)}
    setting = study.Setting("serial", results=folder, instruments=fake.TOOLS)
    return study.compare_plan(fake.comparison_plan(replications, fake.question(select=select), **arms), setting)


def test_the_best_arm_of_an_experiment_is_found_and_stored(tmp_path: Path) -> None:
    found = compared(Selection(0.02), tmp_path)
    assert found.folder is not None
    stored = json.loads((found.folder / "selection.json").read_text())
    assert stored == found.selection
    assert stored["best"] == "b"
    assert "probability 95 %" in stored["guarantee"]
    best = next(row for row in stored["arms"] if row["arm"] == "b")
    assert best["from_the_best_low"] > 0.0
    assert stored["pareto"]["front"] == ["b"]
    assert stored["pareto"]["dominated"] == {"a": "b", "c": "b", "d": "b"}
    assert selection.sentences(stored)[0].startswith("Best by fcr: b (b), after")


def restless(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """The fake centre with waits that have noise of their own in every arm: no stage of a race settles them at once."""
    journal = fake.simulate(loaded, seed, replication, births_factor)
    own = np.random.default_rng([int(10 * loaded.harm) + 100, replication]).standard_normal()
    journal.waited += 2.0 * own * journal.cases
    return journal


def test_a_kpi_where_lower_is_better_is_won_by_the_lowest() -> None:
    """Waits of 30, 27 and 29 s; the last two have to run on. Means are told as the KPI is, not turned round."""
    arms = {"a": Loaded(), "b": Loaded(harm=-3.0), "c": Loaded(harm=-1.0)}
    setting = study.Setting("serial", instruments=fake.tools(restless))
    asked = fake.question(select=Selection(1.0, "wait"))
    found = study.compare_plan(fake.comparison_plan(10, asked, **arms), setting).selection
    assert found is not None
    assert found["best"] == "b" and found["replications"] > 10
    means = {row["arm"]: row["mean"] for row in found["arms"]}
    assert [means[arm] for arm in "abc"] == pytest.approx([30, 27, 29], abs=3)


def test_intervals_of_pairs_hold_together_over_all_pairs() -> None:
    """Four arms make six pairs: each interval is Student's at an error of 0.05 / 6."""
    from scipy.special import stdtrit

    values = np.random.default_rng(5).standard_normal((4, 12))
    found = selection.pairs([(float(row.mean()), row) for row in values], 0.05, "lower")
    gap = values[2] - values[1]
    width = float(stdtrit(11, 1.0 - 0.05 / 12.0)) * gap.std(ddof=1) / np.sqrt(12.0)
    assert found.low[2, 1] == pytest.approx(-gap.mean() - width) and found.high[2, 1] == pytest.approx(
        -gap.mean() + width
    )
    assert found.low[1, 2] == pytest.approx(gap.mean() - width)


def test_the_pareto_set_shares_its_error_among_all_that_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Primary and one guardrail: half each. The distances from the best are of one KPI and have it all."""
    errors: list[float] = []
    pairs = selection.pairs
    monkeypatch.setattr(
        selection, "pairs", lambda found, error, better: errors.append(error) or pairs(found, error, better)
    )
    compared(Selection(0.02))
    assert errors == pytest.approx([0.05, 0.025, 0.025])


def test_replications_of_the_race_leave_the_comparison_alone() -> None:
    plain, raced = compared(None), compared(Selection(1e-4, budget=20))
    assert raced.table.equals(plain.table)
    assert plain.selection is None


def test_a_kpi_without_a_direction_and_too_few_replications_are_refused() -> None:
    with pytest.raises(UsageError, match=r"select.kpi: 'cases' has no better direction"):
        compared(Selection(0.02, "cases"))
    with pytest.raises(UsageError, match="select needs 5 at least"):
        compared(Selection(0.02), replications=4)


EXPERIMENT = """
title: T
base: made
arms: {a: {}, b: {}}
primary: {kpi: wait_all}
select: {indifference: 2.0, kpi: KPI}
"""


def test_a_select_section_is_read_and_a_wrong_kpi_is_named(tmp_path: Path) -> None:
    from sim.config.load import load_experiment
    from tests.scenarios import centre, write

    write(tmp_path, centre())
    path = tmp_path / "asked.yaml"
    path.write_text(EXPERIMENT.replace("KPI", "asa"))
    assert plan.of_experiment(load_experiment(str(path)), None, None).question.select == Selection(2.0, "asa")
    path.write_text(EXPERIMENT.replace("KPI", "azz"))
    with pytest.raises(ScenarioError, match=r"select\.kpi"):
        load_experiment(str(path))
