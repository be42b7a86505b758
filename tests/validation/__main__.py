"""`python -m tests.validation [NAME …] [--scale S] [--other K]`: run the cases, write docs/validation.md and its chart.

With names (beginnings of cases) those alone are run and printed, and nothing is written; `--other` asks once more, of
other customers. Ends with 1 when a verdict is bad.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial

from tests.validation import data, invariants, pairs, rules
from tests.validation.cases import Case, case, cases, explained, lacking, plan, plans
from tests.validation.chart import draw
from tests.validation.run import AGREES, DIFFERS, EXPLAINED, HELD, SKIPPED, Row, bare_row, lacking_row, run_one
from tests.validation.table import IMAGE, PAGE, page, printed_row

Job = tuple[str, float, Callable[[], list[Row]]]
DATA: dict[str, Callable[[], data.Values]] = {
    "DATA-BANK-5MIN": data.bank_by_five_minutes,
    "DATA-USBANK": data.bank_of_classes,
}


def jobs(scale: float, other: int = 0) -> list[Job]:
    """Everything there is to run: name, rough cost, what to call. `other`: runs of one case with other customers."""
    found: list[Job] = [(run.name, cost(run.plan), partial(run_one, run.other(other), scale)) for run in plans()]
    for pair in pairs.pairs():
        found.append((pair.name, 2.0 * cost(plan(pair.model["A"])), partial(pairs.effect, pair, scale)))
    found.append(("AB-NULL", 0.0, partial(pairs.nothing, case("AB-NULL"))))
    found.append(("INV-MONO", 0.0, partial(pairs.monotone, case("INV-MONO"), scale)))
    return sorted(found, key=lambda job: -job[1])


def cost(how: dict[str, float]) -> float:
    """Roughly how long a run takes, so that the longest are begun first."""
    visits = how["replications"] * (how["contacts"] + how["warmup"])
    return visits * (4.0 if "unit" in how else 1.0)


def standing() -> list[Row]:
    """Rows that need no run: what is not modelled, what a test holds, what data files say."""
    rows = []
    for one in cases():
        whole = lacking(one.name)
        if whole:
            rows.append(lacking_row(one, f"all {len(one.expected)} quantities", whole))
        for quantity in one.expected:
            what = lacking(one.name, quantity)
            if what:
                rows.append(lacking_row(one, quantity, what))
        for quantity, test in invariants.HELD.get(one.name, []):
            rows.append(bare_row(one, quantity, HELD, f"`{test}`"))
        if one.name in DATA:
            rows.extend(summaries(one))
    return rows


def summaries(one: Case) -> list[Row]:
    """A data case: each summary, computed again from the file."""
    if one.name == "DATA-BANK-5MIN" and data.folder() is None:
        return [bare_row(one, "all summaries", SKIPPED, "CCSIM_DATA does not name a folder with the file")]
    found = DATA[one.name]()
    rows = []
    for quantity, values in one.expected.items():
        same = _same(values["value"], found[quantity])
        reason = explained(one.name, quantity)
        verdict = AGREES if same else EXPLAINED if reason else DIFFERS
        note = "" if same else f"{_text(values['value'])} stated, {_text(found[quantity])} here"
        rows.append(bare_row(one, quantity, verdict, f"{note}: {reason['why']}" if note and reason else note))
    return rows


def _same(stated: object, found: object) -> bool:
    if isinstance(stated, float) and isinstance(found, float):
        return abs(stated - found) <= 1e-9 * abs(stated)
    return stated == found


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def run_all(chosen: list[Job], workers: int) -> tuple[list[Row], float]:
    """Run jobs in so many processes; returns their rows and the processor time they took, in seconds."""
    rows: list[Row] = []
    spent = 0.0
    with ProcessPoolExecutor(workers) as pool:
        waiting = {pool.submit(_timed, work): name for name, _, work in chosen}
        for done in as_completed(waiting):
            found, seconds = done.result()
            spent += seconds
            rows.extend(found)
            bad = sum(row.verdict == DIFFERS for row in found)
            print(f"{waiting[done]}: {len(found)} quantities, {bad} bad, {seconds:.1f} s", file=sys.stderr, flush=True)
    return rows, spent


def _timed(work: Callable[[], list[Row]]) -> tuple[list[Row], float]:
    begun = time.process_time()
    with rules.known():
        return work(), time.process_time() - begun


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.validation")
    parser.add_argument("names", nargs="*", help="beginnings of cases; none: all, and the page is written")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the runs' length (default 1)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--other", type=int, default=0, metavar="K", help="with names: other customers (1, 2, …)")
    asked = parser.parse_args()
    if asked.other and not asked.names:
        parser.error("--other goes with names of cases: the page is written of the customers that plan.yaml states")
    begun = time.time()
    wanted = (*asked.names, *(name.replace(".", "_") for name in asked.names)) or ("",)  # files have no dots in names
    rows, spent = run_all([job for job in jobs(asked.scale, asked.other) if job[0].startswith(wanted)], asked.workers)
    rows += [row for row in standing() if row.case.startswith(wanted)]
    rows.sort(key=lambda row: [one.name for one in cases()].index(row.case))
    if asked.names:
        print("\n".join(map(printed_row, rows)))
    else:
        PAGE.write_text(page(rows, spent, time.time() - begun, asked.scale))
        draw(rows, IMAGE)
    bad = [row for row in rows if row.verdict == DIFFERS]
    print(
        "\n".join(["", *map(printed_row, bad), f"{len(rows)} quantities, {len(bad)} bad; {spent:.0f} s"]),
        file=sys.stderr,
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
