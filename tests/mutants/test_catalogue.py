"""The catalogue of planted faults fits the sources as they are; `make mutants` plants them and runs the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.sandbox import ROOT, BrokenRun, StaleMutant, copied, judge, killer, planted, stale


def test_every_mutant_still_applies_and_its_tests_exist() -> None:
    assert stale(MUTANTS) == []


def test_every_mutant_is_another_valid_program() -> None:
    for mutant in MUTANTS:
        text = (ROOT / mutant.file).read_text()
        assert planted(text, mutant) != text
        compile(planted(text, mutant), mutant.file, "exec")


def test_a_mutant_whose_text_is_gone_or_stands_there_twice_is_named(tmp_path: Path) -> None:
    mutant = MUTANTS[0]
    (tmp_path / mutant.file).parent.mkdir(parents=True)
    (tmp_path / mutant.file).write_text(f"{mutant.old}\n{mutant.old}\n")
    assert "mutant 1 (< for ≤) no longer applies: 2 times" in stale((mutant,), tmp_path)[0]
    with pytest.raises(StaleMutant, match="2 times"):
        planted(f"{mutant.old}\n{mutant.old}\n", mutant)


def test_a_fault_is_planted_in_a_copy_and_the_checkout_is_left_alone() -> None:
    mutant = MUTANTS[0]
    before = (ROOT / mutant.file).read_text()
    with copied(ROOT, mutant) as place:
        assert mutant.new in (place / mutant.file).read_text()
        assert not list(place.rglob("*.so"))
    assert (ROOT / mutant.file).read_text() == before


def test_a_run_that_could_not_be_made_kills_nothing() -> None:
    assert killer(0, "3 passed") == ""
    assert killer(1, "FAILED tests/unit/test_flow.py::test_a - assert 1 == 2\n") == "tests/unit/test_flow.py::test_a"
    for code, output in [
        (2, "ERROR tests/unit/test_flow.py"),
        (5, "no tests ran"),
        (1, "FAILED tests/mutants/in_copy.py::t"),
    ]:
        with pytest.raises(BrokenRun):
            killer(code, output)


def test_the_copy_is_what_is_tested() -> None:
    """Every run begins with this control: `sim` comes from the copy, from its sources."""
    assert judge(ROOT, None, ()).killer == ""
