"""Whoever puts in a wrong file is told which line to change: where, what was read, which rule, and the mend.

Each row of `table.py` is one mistake, shown to the loader and to the command line.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import cli
from sim.config.load import load, load_experiment
from sim.config.scan import LARGEST_FILE
from sim.config.tables import LARGEST_TABLE
from sim.errors import CcsimError, Problem, ScenarioError, UsageError
from tests.hostile.table import CSVS, EDITS, EXPERIMENT, EXPERIMENTS, FILES, GOOD, ROSTERS, TABLES, WORDS


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with the good scenario's tables; whatever the test does, no file may appear or change in it."""
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    yield tmp_path


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(folder: Path, content: str | bytes, overrides: tuple[str, ...] = ()) -> CcsimError:
    """The error that loading this text ends in; nothing is written on the way."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    (folder / "demo.yaml").write_bytes(data)
    before = snapshot(folder)
    with pytest.raises((ScenarioError, UsageError)) as caught:
        load(str(folder / "demo.yaml"), overrides)
    assert snapshot(folder) == before
    return caught.value


def check_problem(problem: Problem) -> None:
    """Every problem says where, which rule and what to do, in words without the validator's jargon."""
    assert problem.path
    assert problem.rule
    assert problem.mend, f"no mend: {problem}"
    for jargon in ("pydantic", "Input should", "input_value", "type=", "validation error", "Traceback", "NoneType"):
        assert jargon not in str(problem)


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


def test_the_scenario_all_mistakes_are_made_in_is_right(folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    assert load(str(folder / "demo.yaml")).name == "demo"


@pytest.mark.parametrize("case", EDITS)
def test_a_mistake_is_answered_with_its_place_its_rule_and_its_mend(case: str, folder: Path) -> None:
    old, new, path, said = EDITS[case]
    assert GOOD.count(old) >= 1, "the table does not fit the scenario"
    error = refusal(folder, GOOD.replace(old, new, 1))
    assert isinstance(error, ScenarioError)
    for problem in error.problems:
        check_problem(problem)
    assert "demo.yaml:" in str(error)
    assert any(path in str(problem) for problem in error.problems), str(error)
    for words in said:
        assert words in str(error), str(error)


# Noticed where it stops making sense, or at the other of two places that do not fit.
ELSEWHERE = (
    *("tab", "open quote", "bad indentation", "duplicate key"),
    *("unknown channel", "skill nobody has", "nobody hired", "tier nobody has"),
)
ONE_LINE = [case for case in EDITS if "\n" not in EDITS[case][0] + EDITS[case][1] and case not in ELSEWHERE]


@pytest.mark.parametrize("case", ONE_LINE)
def test_the_line_named_is_the_line_to_change(case: str, folder: Path) -> None:
    old, new, _, _ = EDITS[case]
    expected = line_of(GOOD, old)
    error = refusal(folder, GOOD.replace(old, new, 1))
    lines = {int(p.path.split(":")[1]) for p in error.problems}  # type: ignore[attr-defined]
    relevant = {"shares above one": 6, "two queues of a tier": line_of(GOOD, "      expert:")}
    assert relevant.get(case, expected) in lines, str(error)


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_a_scenario_is_refused(case: str, folder: Path) -> None:
    content, said = FILES[case]
    error = refusal(folder, content)
    assert isinstance(error, ScenarioError)
    for problem in error.problems:
        check_problem(problem)
    for words in said:
        assert words in str(error)


@pytest.mark.parametrize("case", CSVS)
def test_a_wrong_table_is_answered_with_its_line(case: str, folder: Path) -> None:
    file, content, said = CSVS[case]
    (folder / file).write_bytes(content)
    error = refusal(folder, GOOD)
    assert isinstance(error, ScenarioError)
    for problem in error.problems:
        check_problem(problem)
    for words in said:
        assert words in str(error), str(error)


def test_a_centre_in_which_nobody_works_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nobody works here"):
        load("single_queue", ["staff.groups.agents.count=0"])


def test_all_problems_of_a_file_come_at_once(folder: Path) -> None:
    text = (
        GOOD.replace("per_hour: 60", "per_hour: -60")
        .replace("count: 10", "count: no")
        .replace("share: 0.3", "share: 3")
    )
    error = refusal(folder, text)
    assert "3 problems" in str(error)
    text = GOOD.replace("shift: early", "shift: erly").replace("share: 0.3", "share: 0.2").replace("day.csv", "no.csv")
    error = refusal(folder, text)
    assert "3 problems" in str(error)


def test_problems_found_while_reading_and_while_validating_come_together(folder: Path) -> None:
    error = refusal(folder, GOOD.replace('at: "10:00"', "at: 12:30").replace("per_hour: 60", "per_hour: -60"))
    assert "2 problems" in str(error)


def test_everything_refused_by_the_scan_comes_at_once(folder: Path) -> None:
    error = refusal(folder, "# @package _global_\n" + GOOD.replace("title: A", "hydra: {_target_: x}\ntitle: ${a}"))
    assert "4 problems" in str(error)


def test_a_problem_of_an_override_names_the_override(folder: Path) -> None:
    error = refusal(folder, GOOD, ("intents.billing.arrivals.per_hour=-1",))
    assert "override 'intents.billing.arrivals.per_hour=-1': intents.billing.arrivals.per_hour" in str(error)
    assert "demo.yaml:" not in "".join(p.path for p in error.problems)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("calendar.lenght='1 d'", "did you mean `calendar.length`"),
        ("nonsense", "it has no value"),
        ("non sense", "not an override"),
        ("calendar.length=1 d,2 d", "a comma makes a sweep"),
        ("title=${oc.env:HOME}", "interpolations"),
        ("+hydra.callbacks.x=1", "the program's own configuration"),
    ],
)
def test_an_override_that_cannot_be_applied_is_a_usage_error(override: str, said: str, folder: Path) -> None:
    error = refusal(folder, GOOD, (override,))
    assert isinstance(error, UsageError)
    assert said in str(error)
    assert override in str(error)


@pytest.mark.parametrize("overrides", ["a=b", [1], [None]])
def test_overrides_that_are_no_list_of_texts_are_a_usage_error(overrides: object, folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError, match="list of texts"):
        load(str(folder / "demo.yaml"), overrides)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a_day_at_the_bnak", "did you mean 'a_day_at_the_bank'"),
        ("", "a name holds letters"),
        ("..", "a name holds letters"),
        ("a b", "a name holds letters"),
        ("../../etc/passwd", "ends in .yaml"),
        ("nowhere/demo.yaml", "there is no folder"),
    ],
)
def test_an_unknown_scenario_is_answered_with_the_nearest(name: str, said: str, folder: Path) -> None:
    (folder / "a_day_at_the_bank.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load(name, folder=folder)
    assert said in str(caught.value)


def test_an_unknown_path_is_answered_with_the_nearest_file(folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError, match=r"no such file; did you mean 'demo.yaml'"):
        load(str(folder / "dmeo.yaml"))


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    (folder / "demo.yaml").mkdir()
    with pytest.raises(UsageError):
        load(str(folder / "demo.yaml"))


@pytest.mark.parametrize("case", EXPERIMENTS)
def test_a_mistake_in_an_experiment_is_answered_with_its_place(case: str, folder: Path) -> None:
    old, new, path, said = EXPERIMENTS[case]
    assert old in EXPERIMENT
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "test.yaml").write_text(EXPERIMENT.replace(old, new, 1), encoding="utf-8")
    before = snapshot(folder)
    with pytest.raises(ScenarioError) as caught:
        load_experiment(str(folder / "test.yaml"))
    assert snapshot(folder) == before
    for problem in caught.value.problems:
        check_problem(problem)
    assert any(path in problem.path for problem in caught.value.problems), str(caught.value)
    for words in said:
        assert words in str(caught.value), str(caught.value)


def test_problems_of_all_arms_come_at_once(folder: Path) -> None:
    text = EXPERIMENT.replace("now: {}", "now: {overrides: [a.b=1, 'queues.front.tier=9', 'c(=']}").replace("=12", "=x")
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "test.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_experiment(str(folder / "test.yaml"))
    assert {"arms.now.overrides[0]", "arms.now.overrides[2]", "arm more"} <= {
        next((part for part in ("arms.now.overrides[0]", "arms.now.overrides[2]", "arm more") if part in p.path), "")
        for p in caught.value.problems
    }


def test_a_broken_base_is_reported_once_and_not_for_every_arm(folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD.replace("per_hour: 60", "per_hour: -60"), encoding="utf-8")
    (folder / "test.yaml").write_text(EXPERIMENT, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_experiment(str(folder / "test.yaml"))
    assert len(caught.value.problems) == 1


MARKS = "{}[]:,-\n\t \"'#&*!|>%@`~?0123456789.abcxyz_=$\0\x85\ufeff"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_scenario_with_random_damage_loads_or_is_refused_in_words(data: st.DataObject, folder: Path) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    cut = data.draw(st.integers(0, 30))
    new = data.draw(st.text(MARKS, max_size=6))
    (folder / "demo.yaml").write_text(GOOD[:at] + new + GOOD[at + cut :], encoding="utf-8")
    try:
        load(str(folder / "demo.yaml"))
    except (ScenarioError, UsageError) as error:
        for problem in getattr(error, "problems", ()):
            check_problem(problem)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_scenario_with_any_value_replaced_loads_or_is_refused_in_words(data: st.DataObject, folder: Path) -> None:
    tree = yaml.safe_load(GOOD)
    holder, key = data.draw(st.sampled_from(list(holders(tree))))
    odd = [None, True, -1, 0, 1e308, float("nan"), 10**30, "", "x", "6 min", [], {}, [1], {"law": "x"}, {"a": {"b": 1}}]
    holder[key] = data.draw(st.sampled_from(odd))
    (folder / "demo.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    try:
        load(str(folder / "demo.yaml"))
    except (ScenarioError, UsageError) as error:
        for problem in getattr(error, "problems", ()):
            check_problem(problem)


def holders(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    for key, item in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(item, dict | list):
            yield from holders(item)


def test_reading_a_scenario_runs_no_code_from_it(folder: Path) -> None:
    marker = folder / "marker"
    text = textwrap.dedent(f"""\
        title: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ["{marker}"]]
        """)
    refusal(folder, text + GOOD)
    assert not marker.exists()


# --- the same rows on the command line -------------------------------------------------------------------------------

HEADER = "name,tier,skills,slots,hourly_cost,shift,start,end,breaks\n"
SECONDS = 2.0  # of processor time


def rows() -> Iterator[Any]:
    """Every row of the table as (files to write, words of `ccsim`, what must be said)."""
    for case, (old, new, path, said) in EDITS.items():
        yield pytest.param({"demo.yaml": GOOD.replace(old, new, 1)}, ["run", "demo.yaml"], (path, *said), id=case)
    for case, (content, said) in FILES.items():
        yield pytest.param({"demo.yaml": content}, ["run", "demo.yaml"], said, id=f"file {case}")
    for case, (file, content, said) in CSVS.items():
        yield pytest.param({"demo.yaml": GOOD, file: content}, ["run", "demo.yaml"], said, id=f"table {case}")
    for case, (cells, said) in ROSTERS.items():
        roster = f"{HEADER}{cells}{',' * (8 - commas(cells))}\nben,1,billing,,,,,,\n"
        staffed = GOOD.replace("staff:\n", "staff:\n  roster: roster.csv\n")
        yield pytest.param(
            {"demo.yaml": staffed, "roster.csv": roster}, ["run", "demo.yaml"], said, id=f"roster {case}"
        )
    for case, (word, said) in WORDS.items():
        yield pytest.param({"demo.yaml": GOOD}, ["run", "demo.yaml", word], said, id=f"word {case}")
    for case, (old, new, path, said) in EXPERIMENTS.items():
        text = EXPERIMENT.replace(old, new, 1)
        yield pytest.param(
            {"demo.yaml": GOOD, "test.yaml": text}, ["compare", "test.yaml"], (path, *said), id=f"experiment {case}"
        )


def commas(cells: str) -> int:
    """Commas between cells, without those in quotes."""
    return sum(part.count(",") for part in cells.split('"')[::2])


@pytest.mark.parametrize(("contents", "words", "said"), rows())
def test_the_command_line_ends_with_2_in_time_and_leaves_no_file(
    contents: dict[str, str | bytes],
    words: list[str],
    said: tuple[str, ...],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, content in contents.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    monkeypatch.chdir(folder)
    before, began = snapshot(folder), time.process_time()
    code = cli.main(words)
    assert time.process_time() - began < SECONDS
    told = capsys.readouterr()
    assert code == 2, told.err
    assert snapshot(folder) == before
    assert not list(folder.glob("results*"))
    assert told.out == ""
    assert "Traceback" not in told.err
    assert all(line.isprintable() for line in told.err.splitlines())
    assert len(told.err) < 20_000
    for fragment in said:
        assert fragment in told.err


def test_the_table_has_at_least_ninety_rows() -> None:
    assert len(list(rows())) >= 90


@pytest.mark.parametrize("name", ["demo.yaml", "day.csv"])
def test_a_file_of_a_hundred_megabytes_is_refused_unread(name: str, folder: Path, capsys: Any) -> None:
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    with (folder / name).open("r+b") as file:
        file.truncate(100_000_000)  # a hole: no disk is filled
    began = time.process_time()
    assert cli.main(["validate", str(folder / "demo.yaml")]) == 2
    assert time.process_time() - began < SECONDS
    limit = LARGEST_FILE if name == "demo.yaml" else LARGEST_TABLE // 1_000_000
    assert str(limit) in capsys.readouterr().err
