"""Whatever happens to a valid file, it loads and means what it says, or is refused in words: never a traceback, a hang,
or a value that is accepted and ignored.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config import files, units
from sim.config.load import Loaded, load, load_experiment
from sim.config.units import UnitError
from sim.errors import ScenarioError, UsageError
from sim.experiment.replication import folded, ready
from sim.metrics import kpis
from tests.hostile.mutations import Mutant, mutant
from tests.hostile.test_bad_input import check_problem

SHORT = ("length='1 h'", "warmup='0 s'", "max_drain='15 min'", "interval='15 min'")
CHUNK = 250


def loaded(path: Path, group: str, short: bool = False) -> dict[str, Loaded]:
    """The arms of the file; a scenario is one. `short`: an hour of each."""
    if group == "experiment":
        return load_experiment(str(path), [f"++scenario.calendar.{one}" for one in SHORT] if short else ()).arms
    return {"": load(str(path), [f"++calendar.{one}" for one in SHORT] if short else ())}


def arms_or_words(made: Mutant, path: Path, short: bool = False) -> dict[str, Loaded]:
    """The arms, hired; none where the file is refused in good words. Any warning is a failure."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            arms = loaded(path, made.group, short)
            ready(arms)
    except (ScenarioError, UsageError) as error:
        for problem in getattr(error, "problems", ()):
            check_problem(problem)
        assert len(str(error)) < 60_000
        return {}
    return arms


def resolved(arms: dict[str, Loaded]) -> Any:
    return [(arm.resolved(), arm.fingerprint_parts()) for arm in arms.values()]


def ignored(made: Mutant, arms: dict[str, Loaded], original: dict[str, Loaded]) -> bool:
    """Whether one value was replaced by another that means something else, and nothing came of it."""
    if len(made.done) != 1 or len(made.changed) != 1:
        return False
    path, old, new = made.changed[0]
    plain = all(isinstance(one, str | int | float) and one is not None for one in (old, new))
    if not plain or path[0] == "intent_defaults" or made.group == "experiment" or same(old, new):
        return False
    return bool(resolved(arms) == resolved(original))


def same(old: Any, new: Any) -> bool:
    """Whether two values mean the same: the same number, or durations of the same length."""
    if old == new or str(old) == str(new):
        return True
    try:
        return units.duration(old) == units.duration(new) or units.clock(old) == units.clock(new)
    except UnitError:
        return False


def check(numbers: range, folder: Path) -> Iterator[str]:
    """What is wrong with the answers to these mutants."""
    originals: dict[tuple[str, str], dict[str, Loaded]] = {}
    for number in numbers:
        made = mutant(number)
        arms = arms_or_words(made, made.write(folder / str(number)))
        key = made.group, made.name
        if arms and key not in originals:
            originals[key] = loaded(files.find(made.name, made.group).path, made.group)
        if arms and ignored(made, arms, originals[key]):
            yield f"mutant {number} of {made.name}: accepted and ignored: {made.done}"


def test_forty_damaged_files_load_or_are_refused_in_words(tmp_path: Path) -> None:
    assert list(check(range(40), tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 10_000, CHUNK))
def test_ten_thousand_damaged_files_load_or_are_refused_in_words(first: int, tmp_path: Path) -> None:
    assert list(check(range(first, first + CHUNK), tmp_path)) == []


def unsound(made: Mutant, folder: Path) -> str | None:
    """Run an hour of what a damaged file became; names the KPI whose numbers are not finite."""
    if made.name.startswith("bench_"):
        return None
    for arm in arms_or_words(made, made.write(folder), short=True).values():
        for frame in (one.frame() for one in kpis.results(folded(arm, 1, 0))):
            numbers = frame[["numerator", "denominator"]].to_numpy(float)
            if not np.isfinite(numbers).all():
                return f"{made.number} {made.done}: {sorted(set(frame['kpi'][~np.isfinite(numbers).all(axis=1)]))}"
    return None


def test_what_is_accepted_runs_and_its_numbers_are_numbers(tmp_path: Path) -> None:
    assert [told for n in range(16) if (told := unsound(mutant(n), tmp_path / str(n)))] == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 2000, CHUNK))
def test_two_thousand_damaged_files_run_or_are_refused(first: int, tmp_path: Path) -> None:
    assert [told for n in range(first, first + CHUNK) if (told := unsound(mutant(n), tmp_path / str(n)))] == []


def test_a_mutant_is_the_same_alone_and_among_others() -> None:
    assert [mutant(7).text, mutant(8).text] == [mutant(n).text for n in (7, 8)]
    assert len({mutant(n).text for n in range(30)}) > 25
