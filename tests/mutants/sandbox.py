"""A temporary copy of the project with one planted fault in it, and the tests run against that copy, uncompiled.

The checkout is read once and never written. The copy stands first on the path, also for the processes that tests start.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.catalogue import Mutant

ROOT = Path(__file__).resolve().parents[2]
IN_COPY = "tests/mutants/in_copy.py"
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "*.so", "__pycache__", ".*_cache", ".hypothesis", ".benchmarks",
    ".coverage*", "htmlcov",
)  # fmt: skip
PATIENCE = 1800.0  # seconds a run of tests may take
PASSED, FAILED, STOPPED = 0, 1, 2  # exit codes of pytest; all others mean that it could not do its work


class StaleMutant(Exception):
    """A mutant whose text the sources no longer hold exactly once."""


class BrokenRun(Exception):
    """Tests that could not be run, or that were not run against the copy."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tests said: the first that failed (empty: none did), and the seconds it took."""

    killer: str
    seconds: float


def stale(mutants: tuple[Mutant, ...], root: Path = ROOT) -> list[str]:
    """One line a mutant that can no longer be planted, or whose tests are gone."""
    found = []
    for number, mutant in enumerate(mutants, start=1):
        file = root / mutant.file
        times = file.read_text().count(mutant.old) if file.is_file() else 0
        if times != 1:
            found.append(f"mutant {number} ({mutant.bug}) no longer applies: {times} times in {mutant.file}")
        gone = [test for test in mutant.tests if not (root / test).is_file()]
        if gone:
            found.append(f"mutant {number} ({mutant.bug}) names tests that are gone: {', '.join(gone)}")
    return found


def planted(text: str, mutant: Mutant) -> str:
    """The source with the fault in it; raises StaleMutant unless the old text stands there exactly once."""
    if text.count(mutant.old) != 1:
        raise StaleMutant(f"{mutant.bug}: {text.count(mutant.old)} times in {mutant.file}")
    return text.replace(mutant.old, mutant.new)


@contextmanager
def copied(project: Path, mutant: Mutant | None = None) -> Iterator[Path]:
    """The project in a temporary folder, with the fault (None: as it is)."""
    with TemporaryDirectory(prefix="mutant-") as folder:
        place = Path(folder) / "project"
        shutil.copytree(project, place, ignore=LEFT_OUT)
        if mutant is not None:
            file = place / mutant.file
            file.write_text(planted(file.read_text(), mutant))
        yield place


def judge(project: Path, mutant: Mutant | None, tests: tuple[str, ...], more: tuple[str, ...] = ()) -> Verdict:
    """Run these tests against a copy up to the first that fails; raises BrokenRun where that cannot be done."""
    with copied(project, mutant) as place:
        began = time.perf_counter()
        words = ["-q", "-x", "--tb=no", "-rfE", "-m", "not slow", "-p", "no:cacheprovider", *more, IN_COPY, *tests]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *words],
            cwd=place, env=surroundings(place), capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        return Verdict(killer(run.returncode, run.stdout + run.stderr), time.perf_counter() - began)


def surroundings(place: Path) -> dict[str, str]:
    """The environment of a run: the copy first on the path, nothing compiled, no byte code that could go stale."""
    return {**os.environ, "SIM_PURE": "1", "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}


def killer(code: int, output: str) -> str:
    """The first test that failed, from what pytest printed; empty where all passed."""
    if code == PASSED:
        return ""
    failed = re.search(r"^FAILED (\S+?::\S+)", output, re.MULTILINE)
    if code not in (FAILED, STOPPED) or failed is None or failed[1].startswith(IN_COPY):
        raise BrokenRun(f"pytest ended with {code}:\n{output[-2000:]}")
    return failed[1]
