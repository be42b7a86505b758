"""Where the time of the reference centre goes: by stage, and by function as `perf` sees it."""

from __future__ import annotations

import gc
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from sim import simulate as model
from sim.metrics import flows, kpis
from sim.model.journal import Journal
from tests.bench import variants
from tests.bench.report import Ledger
from tests.bench.timing import ROOT

SHOWN = 24
MANGLED = re.compile(r"__pyx_(?:f|pw|tp_\w+?)_(?=\d)")


STAGES = (
    "births, truth, agents",
    "flow, from the shifts' begin to the last exit",
    "surveys, defects, QA, records as arrays",
    "records folded",
    "KPI tables",
    "flows table",
)
SIMULATION = 3  # stages of it


class Timed(model._Replication):
    """A replication that notes the processor time spent in each of its stages."""

    def __init__(self, *args: Any) -> None:
        self.spent = [0.0] * len(STAGES)
        self.since = time.process_time()
        super().__init__(*args)
        self.mark(0)

    def mark(self, stage: int) -> None:
        """What passed since the last mark belongs to this stage."""
        now = time.process_time()
        self.spent[stage] += now - self.since
        self.since = now

    def _piece(self) -> Journal:
        self.mark(1)
        piece = super()._piece()
        self.mark(2)
        return piece


@pytest.mark.parametrize("name", ["bench_reference", "bench_mm50m"])
def test_stages(name: str, benchmark: Any, ledger: Ledger) -> None:
    loaded = variants.reference() if name == "bench_reference" else variants.line(100_000)
    prepared = model.prepare(loaded)
    found: list[list[float]] = []
    contacts: list[int] = []

    def day() -> None:
        gc.collect()
        facts = kpis.begin(prepared.lexicon)
        run = Timed(prepared, 1, len(found), 1.0)

        def take(piece: Journal) -> None:
            facts.take(piece)
            run.mark(3)

        run.run(take)
        kpis.tables(facts)
        run.mark(4)
        flows.table(facts)
        run.mark(5)
        found.append(run.spent)
        contacts.append(facts.taken)

    benchmark.pedantic(day, rounds=7, warmup_rounds=1)
    spent = [1e9 * median(stage) / median(contacts) for stage in zip(*found, strict=True)]
    for stage, ns in zip(STAGES, spent, strict=True):
        ledger.add(f"Stages of `{name}`", stage, f"{ns:,.0f} ns a contact", note=f"{100 * ns / sum(spent):.0f} %")
    simulation, folding = sum(spent[:SIMULATION]), sum(spent[SIMULATION:])
    note = f"simulation {simulation:,.0f} ns, KPIs {folding:,.0f} ns"
    ledger.add(
        f"Stages of `{name}`",
        "KPIs against the simulation",
        f"{folding / simulation:.2f} ×",
        folding / simulation,
        1.0,
        "at most",
        note,
    )


@pytest.mark.skipif(shutil.which("perf") is None, reason="perf is not installed")
def test_functions(benchmark: Any, ledger: Ledger, tmp_path: Path) -> None:
    """Self time of functions while days of the reference centre are simulated, no KPIs."""
    data = tmp_path / "perf.data"
    command = [sys.executable, "-m", "tests.bench.child", "repeated", "bench_reference", "20"]
    record = ["perf", "record", "-q", "-F", "1500", "-o", str(data), *command]
    benchmark.pedantic(lambda: subprocess.run(record, cwd=ROOT, check=True, capture_output=True), rounds=1)
    for share, module, function in _report(data)[:SHOWN]:
        ledger.add("Functions of `bench_reference`", f"`{function}`", f"{share:.1f} %", note=module)


def _report(data: Path) -> list[tuple[float, str, str]]:
    command = ["perf", "report", "-i", str(data), "--no-children", "--sort", "dso,symbol", "--stdio", "-t", ";"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = (line.split(";") for line in text.splitlines() if "%" in line and not line.startswith("#"))
    return [(float(row[0].strip(" %")), row[1].strip().split(".")[0], _plain(row[2])) for row in rows]


def _plain(symbol: str) -> str:
    """`[.] __pyx_f_3sim_5model_7contact_7Contact_fire` as `Contact.fire`."""
    name = symbol.split("]", 1)[1].strip().split("  ")[0]
    found = MANGLED.match(name)
    if found is None:
        return name
    rest, parts = name[found.end() :], []
    while (length := re.match(r"(\d+)", rest)) is not None:
        begin = length.end()
        parts.append(rest[begin : begin + int(length[1])])
        rest = rest[begin + int(length[1]) + 1 :]
    parts += [rest] if rest else []
    return ".".join(parts[3:] if parts[0] == "sim" and len(parts) > 3 else parts[-1:])
