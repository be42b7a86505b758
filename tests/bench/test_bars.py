"""The bars that the engine was built to, one a row."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from multiprocessing import Process
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import sim
from sim.config.load import Loaded, load_experiment
from sim.experiment.plan import for_experiment
from sim.metrics import flows, kpis
from sim.model.journal import Journal
from sim.simulate import simulate
from tests.bench import variants
from tests.bench.baselines import heap_line, parameters, simpy_centre
from tests.bench.conftest import Take
from tests.bench.report import Ledger
from tests.bench.timing import ROOT, Turns, child

BARS = "Bars"
GIB = 2.0**30


def through_kpis(loaded: Loaded) -> Any:
    """What a user calls: one replication in this process, all KPIs, nothing stored."""
    return sim.run(loaded, 1, 1, "serial", progress=False)


def times(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{1e3 * seconds:,.0f} ms"


def test_mm50m_against_a_bare_heapq_loop(take_turns: Take, ledger: Ledger) -> None:
    line, loaded = parameters.line(), variants.line(100_000)
    turns = take_turns(
        {
            "heapq": lambda: heap_line.run(line, 1),
            "run": lambda: through_kpis(loaded),
            "flow": lambda: simulate(loaded, 1, 0),
        }
    )
    ratio, flow = turns.ratio("heapq", "run"), turns.ratio("heapq", "flow")
    note = f"heapq {times(turns.median('heapq'))}, `sim.run` {times(turns.median('run'))} a 100,000 contacts"
    ledger.add(BARS, "`bench_mm50m` through KPIs, against a bare `heapq` loop", f"{ratio:.2f} ×", ratio, 5.0, note=note)
    note = f"journal complete, no KPIs: {times(turns.median('flow'))}"
    ledger.add(BARS, "the same without KPIs", f"{flow:.2f} ×", note=note)


@pytest.mark.parametrize(("rule", "bar"), [("longest_idle", 60.0), ("p_mu", 40.0), ("quality_tier", 40.0)])
def test_reference_against_plain_simpy(rule: str, bar: float, take_turns: Take, ledger: Ledger) -> None:
    centre, loaded = parameters.centre(), variants.reference(rule)
    turns = take_turns(
        {
            "plain": lambda: simpy_centre.run(centre, 1, rule),
            "ours": lambda: simulate(loaded, 1, 0),
            "run": lambda: through_kpis(loaded),
        },
        rounds=5,
    )
    ratio = turns.ratio("plain", "ours")
    note = (
        f"plain {times(turns.median('plain'))}, ours {times(turns.median('ours'))} to the journal; "
        f"with KPIs {times(turns.median('run'))}: {turns.ratio('plain', 'run'):.1f} ×"
    )
    ledger.add(
        BARS,
        f"`bench_reference` with `{rule}`, against plain SimPy with that rule",
        f"{ratio:.1f} ×",
        ratio,
        bar,
        note=note,
    )


def test_reference_with_shifts_breaks_and_a_floor_manager(take_turns: Take, ledger: Ledger, tmp_path: Path) -> None:
    centre, loaded = parameters.centre(), variants.in_shifts(tmp_path)
    turns = take_turns({"plain": lambda: simpy_centre.run(centre, 1), "ours": lambda: simulate(loaded, 1, 0)}, rounds=5)
    ratio = turns.ratio("plain", "ours")
    note = f"plain without any of them {times(turns.median('plain'))}, ours {times(turns.median('ours'))}"
    ledger.add(
        BARS,
        "the same with shifts, breaks and a floor manager",
        f"{ratio:.1f} ×",
        ratio,
        40.0,
        note=note,
    )


def test_full_bank_experiment_against_itself_without_quality(take_turns: Take, ledger: Ledger) -> None:
    full, bare = _arms(), _arms(variants.OFF)
    factors = {"full": 0.93, "bare": 1.0}  # equal numbers of contacts: without repeats more are first contacts
    contacts = {}

    def work(name: str, arms: list[Loaded]) -> Callable[[], None]:
        def run() -> None:
            journals = [simulate(arm, 1, 0, factors[name]) for arm in arms]
            for journal in journals:
                _tables(journal)
            contacts[name] = sum(len(journal.contacts) for journal in journals)

        return run

    turns = take_turns({"full": work("full", full), "bare": work("bare", bare)}, rounds=5)
    ratio = turns.ratio("full", "bare") * contacts["bare"] / contacts["full"]
    note = (
        f"three arms, one replication, time a contact; {times(turns.median('full'))} for {contacts['full']:,} contacts"
    )
    what = "full bank experiment with QA, signals, surveys, repeats, against without"
    ledger.add(BARS, what, f"{ratio:.2f} ×", ratio, 1.6, "at most", note)


def test_hundred_times_the_contacts(take_turns: Take, ledger: Ledger) -> None:
    small, large = variants.line(10_000), variants.line(1_000_000)
    turns = take_turns({"small": lambda: through_kpis(small), "large": lambda: through_kpis(large)}, rounds=3)
    ratio = turns.ratio("large", "small")
    note = f"`bench_mm50m` through KPIs, 10⁴: {times(turns.median('small'))}, 10⁶: {times(turns.median('large'))}"
    ledger.add(BARS, "100 times the contacts", f"{ratio:.0f} × the time", ratio, 110.0, "at most", note)


@pytest.mark.parametrize("rule", ["longest_idle", "p_mu", "skill_rank"])
def test_hundred_times_the_agents(rule: str, take_turns: Take, ledger: Ledger) -> None:
    few, many = variants.line(200_000, 50, rule), variants.line(200_000, 5_000, rule)
    turns = take_turns({"few": lambda: simulate(few, 1, 0), "many": lambda: simulate(many, 1, 0)}, rounds=3)
    ratio = turns.ratio("many", "few")
    note = f"200,000 contacts; 50 agents {times(turns.median('few'))}, 5,000 {times(turns.median('many'))}, with set-up"
    ledger.add(
        BARS, f"100 times the agents at equal load, `{rule}`", f"{ratio:.2f} × a contact", ratio, 1.5, "at most", note
    )


@pytest.mark.benchmark
def test_memory_of_one_long_run(benchmark: Any, ledger: Ledger) -> None:
    bare = child("bare")
    peaks = {n: child("memory", 1, *_contacts(n)) - bare for n in (100_000, 1_000_000)}
    slope = (peaks[1_000_000] - peaks[100_000]) / 900_000
    expected = (peaks[1_000_000] + 9_000_000 * slope) / GIB
    taken = f"10⁵ took {peaks[100_000] / GIB:.2f}, 10⁶ {peaks[1_000_000] / GIB:.2f} GiB"
    note = f"by the slope from smaller runs, {slope:,.0f} bytes a contact; {taken}"
    ledger.add(
        BARS, "peak memory, 10⁷ contacts in one run, KPIs only", f"{expected:.1f} GiB", expected, 2.0, "at most", note
    )
    benchmark.pedantic(lambda: None, rounds=1)


def test_memory_is_flat_in_replications(benchmark: Any, ledger: Ledger) -> None:
    few, many = (child("memory", count, *_contacts(10_000)) for count in (10, 100))
    ratio = many / few
    note = f"10⁴ contacts a replication: 10 of them {few / 2**20:.0f} MiB, 100 of them {many / 2**20:.0f} MiB"
    ledger.add(BARS, "peak memory of 100 replications against 10", f"{ratio:.2f} ×", ratio, 1.1, "at most", note)
    benchmark.pedantic(lambda: None, rounds=1)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_two_workers(take_turns: Take, ledger: Ledger, all_cores: None) -> None:
    loaded, replications = variants.line(250_000), 12

    def run(workers: int) -> Callable[[], Any]:
        return lambda: sim.run(loaded, replications, 1, "local", workers=workers, progress=False)

    turns = take_turns({"one": run(1), "two": run(2)}, rounds=5, clock=time.perf_counter)
    bare = Turns({"one": lambda: _loops(1), "two": lambda: _loops(2)}, time.perf_counter)
    for _ in range(3):
        bare.round()
    best = max(one / two for one, two in zip(*turns.seconds.values(), strict=True))
    ratio, each = turns.ratio("one", "two"), turns.median("one") / replications
    note = (
        f"wall time, {replications} replications of {each:.1f} s; best round {best:.2f} ×; two bare `heapq` loops "
        f"at the same time gain {bare.ratio('one', 'two'):.2f} × here, load average {os.getloadavg()[0]:.1f}"
    )
    ledger.add(BARS, "2 workers against 1", f"{ratio:.2f} ×", ratio, 1.85, note=note)


def _loops(processes: int) -> None:
    """Eight runs of the bare loop, shared out: what two cores give on this machine at this moment."""
    work = [Process(target=_some, args=(8 // processes,)) for _ in range(processes)]
    for process in work:
        process.start()
    for process in work:
        process.join()


def _some(count: int) -> None:
    for seed in range(count):
        heap_line.run(parameters.line(), seed)


def test_start_of_the_command_line(benchmark: Any, ledger: Ledger) -> None:
    import resource
    import subprocess
    import sys

    cpu: list[float] = []

    def start() -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "sim.cli", "--help"], cwd=ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    benchmark.pedantic(start, rounds=15, warmup_rounds=2)
    wall = benchmark.stats.stats.median
    note = f"median wall time of 15; {median(cpu):.2f} s of processor"
    ledger.add(BARS, "import and start of `ccsim --help`", f"{wall:.2f} s", wall, 0.4, "at most", note)


def _arms(overrides: tuple[str, ...] = ()) -> list[Loaded]:
    return list(load_experiment("quality_routing", for_experiment(overrides)).arms.values())


def _tables(journal: Journal) -> None:
    kpis.tables(journal)
    flows.table(journal)


def _contacts(count: int) -> list[str]:
    minutes = count / 10
    return [f"calendar.length='{minutes} min'", f"calendar.interval='{minutes / 100} min'"]
