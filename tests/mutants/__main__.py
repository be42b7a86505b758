"""`make mutants`: plant every fault in a copy of its own, see which test notices, write docs/mutants.md.

Ends with 1 where a mutant no longer applies, where the copy without a fault fails, or where more than one mutant in
twenty survives.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.sandbox import ROOT, BrokenRun, Verdict, copied, judge, stale

PAGE = ROOT / "docs" / "mutants.md"
WORKERS = 2
WHOLE_SUITE = (
    "tests/unit", "tests/contracts", "tests/routing", "tests/rehearsal", "tests/robust", "tests/relations",
    "tests/statistics", "tests/hostile", "tests/theory", "tests/validation",
)  # fmt: skip


def main() -> int:
    """Run all on a copy of the project as it is now; returns the exit code."""
    with copied(ROOT) as project:
        problems = stale(MUTANTS, project)
        if problems:
            print("\n".join(problems))
            return 1
        named = tuple(sorted({test for mutant in MUTANTS for test in mutant.tests}))
        control = judge(project, None, named, ("-n", str(WORKERS)))
        if control.killer:
            print(f"the copy without a fault fails: {control.killer}")
            return 1
        print(f"the copy without a fault passes ({control.seconds:.0f} s)", flush=True)
        with ThreadPoolExecutor(WORKERS) as pool:
            verdicts = list(pool.map(partial(_told, project), MUTANTS))
    survivors = sum(not verdict.killer for verdict in verdicts)
    PAGE.write_text(page(verdicts, control))
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} killed; written to {PAGE.relative_to(ROOT)}")
    return int(survivors > len(MUTANTS) // 20)


def verdict_on(project: Path, mutant: Mutant) -> Verdict:
    """The nearest tests first; what they let live meets the whole default suite."""
    near = judge(project, mutant, mutant.tests)
    if near.killer:
        return near
    far = judge(project, mutant, WHOLE_SUITE)
    return Verdict(far.killer, near.seconds + far.seconds)


def page(verdicts: list[Verdict], control: Verdict) -> str:
    """docs/mutants.md."""
    killed = sum(bool(verdict.killer) for verdict in verdicts)
    rows = [_row(*row) for row in enumerate(zip(MUTANTS, verdicts, strict=True), start=1)]
    return "\n".join(
        [
            "# Planted faults",
            "",
            "A test suite is worth what it finds. `make mutants` plants each fault below in a copy of the sources and",
            "runs the nearest tests of the default suite against the uncompiled copy, then, where they all pass, the",
            "rest of it. A fault is killed when a test fails. This page is written by that command.",
            "",
            f"**{killed} of {len(MUTANTS)} killed.** The same tests pass on the copy without a fault",
            f"({control.seconds:.0f} s), and the first test of every run sees that the copy is what is tested.",
            "",
            "| | fault | what it imitates | file | killed by | s |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "Seconds are those up to the first failing test, start-up of Python included, two runs at a time.",
            "",
        ]
    )


def _told(project: Path, mutant: Mutant) -> Verdict:
    try:
        verdict = verdict_on(project, mutant)
    except BrokenRun as error:
        raise BrokenRun(f"{mutant.bug}: {error}") from error
    print(f"{mutant.bug}: {verdict.killer or 'SURVIVES'} ({verdict.seconds:.0f} s)", flush=True)
    return verdict


def _row(number: int, row: tuple[Mutant, Verdict]) -> str:
    mutant, verdict = row
    return (
        f"| {number} | {mutant.bug} | {mutant.imitates} | `{mutant.file}` | {_killer(verdict.killer)} | "
        f"{verdict.seconds:.0f} |"
    )


def _killer(name: str) -> str:
    if not name:
        return "**survives**"
    file, _, test = name.partition("::")
    return f"{Path(file).stem}: {test.partition('[')[0].removeprefix('test_').replace('_', ' ')}"


if __name__ == "__main__":
    sys.exit(main())
