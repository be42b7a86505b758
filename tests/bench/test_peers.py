"""The same M/M/50+M in other programs. Each first shows that it gives Erlang-A's answer: equal work, then speed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import Any

import pytest

from sim.metrics import kpis
from sim.simulate import simulate
from tests.bench import variants
from tests.bench.baselines import parameters, simpy_centre
from tests.bench.baselines.tally import Tally
from tests.bench.conftest import Take
from tests.bench.report import Ledger
from tests.oracles import birth_death

Z = 4.0
PEERS = {"heap_line": 1.0, "simpy_line": 0.2, "ciw_line": 0.1, "salabim_line": 0.1}  # share of the 10,000 minutes
NAMES = {
    "heap_line": "bare `heapq` loop",
    "simpy_line": "plain SimPy",
    "ciw_line": "Ciw",
    "salabim_line": "salabim",
}
Run = Callable[[parameters.Line, int], Tally]


def peer(name: str) -> Run:
    """The peer's run; skips where its package is not installed."""
    needs = {"ciw_line": "ciw", "salabim_line": "salabim"}.get(name)
    if needs is not None:
        pytest.importorskip(needs, reason=f"{needs} is not installed: pip install -e '.[bench]'")
    run: Run = importlib.import_module(f"tests.bench.baselines.{name}").run
    return run


def shortened(share: float) -> parameters.Line:
    """The benchmark's line over a share of its time."""
    line = parameters.line()
    return replace(line, length=share * line.length)


def agrees(tallies: list[Tally], truth: birth_death.Line) -> bool:
    """Abandonment and mean wait within z standard errors of the formula, from independent runs."""
    return all(
        abs(mean - formula) <= Z * error
        for (mean, error), formula in (
            (_estimate([tally.abandoned / tally.customers for tally in tallies]), truth.abandonment),
            (_estimate([tally.waited / tally.customers for tally in tallies]), truth.wait_all),
        )
    )


def _estimate(values: list[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))


@pytest.mark.parametrize("name", PEERS)
def test_peers_do_equal_work(name: str, benchmark: Any) -> None:
    run, line = peer(name), shortened(0.1)
    tallies = benchmark.pedantic(lambda: [run(line, seed) for seed in range(10)], rounds=1)
    assert agrees(tallies, birth_death.line(line.rate, line.service, line.agents, line.patience))
    assert not agrees(tallies, birth_death.line(line.rate, line.service, line.agents - 3, line.patience))


@pytest.mark.parametrize("name", PEERS)
def test_speed_of_a_peer(name: str, take_turns: Take, ledger: Ledger) -> None:
    run, share = peer(name), PEERS[name]
    line, loaded = shortened(share), variants.line(100_000)
    counted = []
    turns = take_turns({"peer": lambda: counted.append(run(line, 1)), "ours": lambda: simulate(loaded, 1, 0)}, rounds=3)
    customers = counted[0].customers
    theirs, ours = turns.median("peer") / customers, turns.median("ours") / 100_000
    note = f"{1e9 * theirs:,.0f} ns a customer, ours {1e9 * ours:,.0f} ns to a complete journal"
    ledger.add("M/M/50+M in other programs", NAMES[name], f"ours {theirs / ours:.1f} × as fast", note=note)


def test_plain_simpy_does_the_work_of_the_reference_centre(benchmark: Any) -> None:
    """Contacts, legs with people and share abandoned of tier 1, over days of both models."""
    centre, loaded = parameters.centre(), variants.reference()

    def days() -> tuple[list[float], list[float]]:
        plain = [simpy_centre.run(centre, seed) for seed in range(4)]
        ours = [simulate(loaded, 1, replication) for replication in range(4)]
        return (
            [sum(model.contacts for model in plain), sum(r[2] > 0 for m in plain for r in m.records), _occupied(plain)],
            [
                sum(len(journal.contacts) for journal in ours),
                sum(int((journal.legs["tier"] > 0).sum()) for journal in ours),
                sum(_occupancy(journal) for journal in ours),
            ],
        )

    theirs, ours = benchmark.pedantic(days, rounds=1)
    assert theirs == pytest.approx(ours, rel=0.02)


def _occupied(models: list[Any]) -> float:
    agents = sum(group.count for group in models[0].centre.groups)
    return float(sum(model.busy / (agents * model.centre.length) for model in models))


def _occupancy(journal: Any) -> float:
    table = kpis.table(journal)
    found = table[(table.scope == "all") & (table.interval == "total") & (table.kpi == "occupancy")]
    return float(found.value.iloc[0])
