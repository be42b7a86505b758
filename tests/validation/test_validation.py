"""The validation itself: a dozen cases at a fifth of their length by default, all of them when asked for.

A verdict that cannot be bad would prove nothing, so faults are planted too: one agent less, patience a fifth longer,
a wrong rule, a wrong value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.config.load import load
from tests.scenarios import centre, exponential
from tests.scenarios import run as ran_once
from tests.validation import data, invariants, pairs, renewals, rules
from tests.validation.__main__ import jobs, standing, summaries
from tests.validation.cases import Run, case, cases, lacking, plans, runs_of
from tests.validation.estimands import metric
from tests.validation.facts import gather
from tests.validation.run import DIFFERS, Row, asked_of, context, facts_of, jackknife, judged, run_one
from tests.validation.table import page, spread

ROOT = Path(__file__).parents[2]
QUICK = (
    "CF-EB-2",
    "CF-EC-1",
    "CF-EA-8",
    "CF-EAK-2",
    "CF-EG-9",
    "CF-MG1-1",
    "CF-JK-3",
    "CF-RET-1",
    "EX-INVV-4",
    "EX-V-1",
    "EX-N-1",
    "EX-REDIAL-1",
    "PS-11",
    "CF-DISC-1-lifo",
    "CF-EG-2-probe",
)
SHARE = 0.1  # of a run's length
SHORT = {"CF-DISC-1-random": 0.03, "CF-DISC-1-lifo": 0.02}  # long runs: their rules are plain Python
DRAWN = [run.name for run in plans()]


@pytest.fixture(autouse=True)
def cases_rules() -> Iterator[None]:
    """The rules that scenarios of cases name are known while these tests run, and not to any other test."""
    with rules.known():
        yield


def bad(rows: list[Row]) -> list[str]:
    """What does not agree."""
    return [
        f"{row.run} {row.quantity}: {row.theirs} {row.ours} ± {row.error} (z {row.z})"
        for row in rows
        if row.verdict == DIFFERS
    ]


def run_named(name: str) -> Run:
    return next(run for run in plans() if run.name == name)


def first_run(name: str) -> Run:
    return next(runs_of(case(name)))


@pytest.mark.parametrize("name", QUICK)
def test_a_dozen_cases_agree(name: str) -> None:
    assert bad(run_one(run_named(name), SHORT.get(name, SHARE))) == []


@pytest.mark.slow
@pytest.mark.parametrize("job", jobs(1.0), ids=lambda job: job[0])
def test_every_case_agrees(job: tuple[str, float, object]) -> None:
    assert bad(job[2]()) == []  # type: ignore[operator]


@pytest.mark.parametrize("name", DRAWN)
def test_a_scenario_file_is_what_its_case_says(name: str) -> None:
    run = run_named(name)
    assert run.path.read_text() == run.text(), "write the files anew: python -m tests.validation.translate"


def test_recorded_arrivals_beside_a_scenario_are_the_first_replications(tmp_path: Path) -> None:
    run = run_named("PS-10")
    kept, made = run.path.with_name(run.plan["trace"]), tmp_path / "made.csv"
    renewals.write(run, made, 0, renewals.SHORT)
    assert kept.read_text() == made.read_text(), "write the files anew: python -m tests.validation.translate"
    renewals.write(run, made, 1, renewals.SHORT)
    assert kept.read_text() != made.read_text()


def test_every_scenario_file_is_valid_and_belongs_to_a_case() -> None:
    files = {path.stem for path in plans()[0].path.parent.glob("*.yaml")}
    assert files == set(DRAWN)
    assert all(load(str(run.path)).scenario.title.startswith(run.name) for run in plans())


def test_every_quantity_is_estimated_or_listed() -> None:
    """No quantity of the 141 cases falls under the table."""
    listed = {(row.case, row.quantity) for row in standing()}
    estimated = {(question.case.name, question.quantity) for run in plans() for question in asked_of(run)}
    paired = {(one.name, quantity) for one in cases() if one.kind == "ab-pair" for quantity in one.expected}
    whole = [one for one in cases() if one.kind != "data" and lacking(one.name) is None]
    stated = {(one.name, quantity) for one in whole for quantity in one.expected}
    assert stated - listed - estimated - paired == set()
    assert len(cases()) == 141


def test_every_invariant_is_shown_by_a_run_or_held_by_a_test() -> None:
    shown = {question.case.name for run in plans() for question in asked_of(run)}
    wanted = {one.name for one in cases() if one.kind == "invariant"} - {"INV-MONO"}
    assert wanted - shown - set(invariants.HELD) == set()


def test_tests_that_hold_an_identity_exist() -> None:
    for place, name in _held():
        assert re.search(rf"^def {name}\(", (ROOT / place).read_text(), re.MULTILINE), f"{place}::{name}"


def _held() -> Iterator[tuple[str, str]]:
    for tests in invariants.HELD.values():
        for _, test in tests:
            place, name = test.split("::")
            yield place, name


# --- planted faults -------------------------------------------------------------------------------------------------


def _verdicts(run: Run, changes: list[str]) -> list[Row]:
    """Judge a run whose scenario was changed behind its back."""
    short = run.shortened(SHORT.get(run.name, SHARE))
    loaded = load(str(run.path), [*short.overrides, *changes])
    asked = asked_of(run)
    tables: list[list[tuple[float, ...]]] = [[] for _ in asked]
    for replication in range(short.plan["replications"]):
        facts = facts_of(run, loaded, replication)
        for table, question in zip(tables, asked, strict=True):
            table.append(question.estimand.sums(facts, context(run, loaded, question.stated.target)))
    return [judged(run, question, np.array(table, dtype=float)) for question, table in zip(asked, tables, strict=True)]


POISSON = [
    "~intents.call.arrivals.file",
    "~intents.call.arrivals.column",
    "intents.call.arrivals.kind=constant",
    "+intents.call.arrivals.per_hour=3240",
]


@pytest.mark.parametrize(
    "name, changes",
    [
        ("CF-EA-8", ["staff.groups.agents.count=6"]),
        ("CF-EA-8", ["intents.call.patience.mean='6 s'"]),
        ("CF-MG1-1", ["intents.call.path.line.talk.value='10.5 s'"]),
        ("EX-V-1", ["queues.class1.priority=1"]),
        ("EX-N-1", ["~routing.params", "routing.rule=longest_idle"]),
        ("EX-REDIAL-1", ["returns.retrial.probability=0.6"]),
        ("CF-DISC-1-random", ["routing.rule=longest_idle"]),
        ("CF-DISC-1-lifo", ["routing.rule=any_waiting"]),
        ("CF-EG-2-probe", ["intents.probe.path.line.talk.value='1 s'"]),
        ("PS-10", POISSON),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-1],
)
def test_a_planted_fault_is_seen(name: str, changes: list[str]) -> None:
    run = run_named(name)
    assert bad(_verdicts(run, changes))


def test_a_wrong_value_is_seen() -> None:
    one = case("CF-EA-8")
    wrong = replace(one, expected={"p_abandon": {"value": 1.1 * one.expected["p_abandon"]["value"]}})
    assert bad(run_one(replace(first_run("CF-EA-8"), case=wrong), SHARE))


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = np.array([3.0, 5.0, 4.0, 8.0, 1.0])
    mean, error = jackknife(lambda total: float(total[0] / total[1]), np.column_stack([values, np.ones(5)]))
    assert mean == pytest.approx(4.2)
    assert error == pytest.approx(values.std(ddof=1) / np.sqrt(5))


# --- estimands on a journal that can be counted by hand -------------------------------------------------------------


def test_integrals_and_snapshots_agree_with_a_sum_over_visits(tmp_path: Path) -> None:
    """∫ present = ∫ waiting + ∫ busy; snapshots on a fine grid average to them; times at all levels add up."""
    scenario = centre(staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 3}}})
    scenario["intents"]["call"]["patience"] = exponential(60)
    scenario["intents"]["call"]["arrivals"]["per_hour"] = 120
    facts = gather(ran_once(tmp_path, scenario), 60.0)
    assert facts.waiting() > 1.0
    assert facts.present() == pytest.approx(facts.waiting() + facts.busy())
    grid = [float(facts.at(minute, facts.entered, facts.ended).sum()) for minute in np.arange(0.005, 60.0, 0.01)]
    assert np.mean(grid) * facts.time == pytest.approx(facts.present(), rel=1e-3)
    assert sum(facts.time_at(level) for level in range(4)) == pytest.approx(60.0, rel=0.1)
    assert facts.moments_of_presence()[0] == pytest.approx(facts.present())


@pytest.mark.parametrize(
    "row", ["p_wait", "mean_wait_class2", "occupancy_pool1", "node2_p_wait", "p_A_delayed", "mean_busy_t3"]
)
def test_names_of_quantities_carry_their_scope(row: str) -> None:
    assert metric(row, 1.0) is not None


def test_an_unknown_quantity_has_no_estimand() -> None:
    assert metric("mean_weight", 1.0) is None


def test_a_cases_missing_mechanics_have_a_name() -> None:
    assert lacking("CF-JK-1") is not None
    assert lacking("CF-EA-1") is None


def test_shares_of_large_scores_come_with_an_error_over_cases() -> None:
    """Two cases of ten estimates each, of which one case is off as a whole: 50 % with an error as large."""
    assert "|z| > 2: 50.0% ± 50.0% (4.6 %)" in spread([[2.5] * 10, [0.5] * 10])
    assert "|z| > 2: 50.0% ± 0.0% (4.6 %)" in spread([[2.5, 0.5]] * 10)


# --- the rest -------------------------------------------------------------------------------------------------------


def test_identical_arms_have_identical_records() -> None:
    assert bad(pairs.nothing(case("AB-NULL"))) == []


def test_shipped_data_are_the_sources() -> None:
    assert bad(summaries(case("DATA-USBANK"))) == []


@pytest.mark.skipif(data.folder() is None, reason="CCSIM_DATA does not name a folder with the large data files")
def test_large_data_are_the_sources() -> None:
    assert bad(summaries(case("DATA-BANK-5MIN"))) == []


def test_the_page_shows_what_differs_and_what_is_not_modelled() -> None:
    rows = run_one(first_run("CF-EB-1"), 0.0)
    wrong = replace(rows[0], verdict=DIFFERS, z=9.0)
    text = page([wrong, rows[1], *(row for row in standing() if row.case == "CF-JK-1")], 1.0, 1.0)
    assert "**DIFFERS**" in text
    assert "needs handing a contact back to a lower tier" in text
