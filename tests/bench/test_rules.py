"""What a decision costs on each of the three levels on which a user can write a rule.

A probe stands in for the router of the reference centre and asks the rule it wraps 2,000 times over, at a few moments
of a busy day; nothing else of the run is in the figure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, ClassVar

import pytest

import sim
from sim.model.policy import Router, ScoreRouter
from sim.registry import build, register
from sim.simulate import simulate
from tests.bench.report import Ledger
from tests.bench.timing import ROOT

OWN = Path(__file__).parent / "rules" / "quickest_free.py"
HEADERS = ROOT / "build" / "cython"  # where the build leaves the headers of all modules
TABLE = "One decision (agent selection), reference centre at its busiest hours"
MOMENTS = range(8_000, 40_000, 2_000)
REPEAT = 2_000


@register("router", "bench_score")
class MyScore(ScoreRouter):
    """Level 2: a score in Python, asked once an agent and kind of contact."""

    def score(self, view: Any, agent: Any, contact: Any) -> float:
        signals, intent = view.signals, contact.intent.index
        return 0.7 * signals.resolution[agent.index][intent] - 0.001 * signals.handle_time[agent.index][intent]


@register("router", "bench_python")
class MyRouter(Router):
    """Level 3: a rule in Python that looks at every free agent."""

    uses_signals = True

    def choose_agent(self, view: Any, contact: Any) -> Any:
        shares, intent = view.signals.resolution, contact.intent.index
        return max(
            view.free_agents(contact), key=lambda agent: (shares[agent.index][intent], -agent.rank), default=None
        )


@register("router", "bench_first")
class MyFirst(Router):
    """Level 3: a rule in Python that takes the longest idle of the first lane that has one."""

    def choose_agent(self, view: Any, contact: Any) -> Any:
        return next(view.free_agents(contact), None)


@register("router", "bench_probe")
class Probe(Router):
    """Asks the wrapped rule, and now and then measures it."""

    wrapped: ClassVar[str] = "longest_idle"
    seconds: ClassVar[list[float]] = []
    free: ClassVar[list[int]] = []

    def __init__(self, params: Any) -> None:
        super().__init__(params)
        self.rule = build("router", self.wrapped, {})
        self.uses_signals = self.rule.uses_signals
        self.asked = 0

    def refresh(self, view: Any) -> None:
        self.rule.refresh(view)

    def choose_agent(self, view: Any, contact: Any) -> Any:
        self.asked += 1
        if self.asked in MOMENTS:
            self._measure(view, contact)
        return self.rule.choose_agent(view, contact)

    def choose_contact(self, view: Any, agent: Any) -> Any:
        return self.rule.choose_contact(view, agent)

    def reconsider(self, view: Any, contact: Any) -> float:
        return self.rule.reconsider(view, contact)

    def _measure(self, view: Any, contact: Any) -> None:
        choose = self.rule.choose_agent
        choose(view, contact)
        began = time.process_time()
        for _ in range(REPEAT):
            choose(view, contact)
        self.seconds.append((time.process_time() - began) / REPEAT)
        self.free.append(sum(1 for _ in view.free_agents(contact)))


LEVELS = {
    "longest_idle": "level 1, named rule `longest_idle`",
    "p_mu": "level 1, named rule `p_mu`",
    "quality_tier": "level 1, named rule `quality_tier`",
    "bench_score": "level 2, `ScoreRouter` with a score in Python",
    "bench_first": "level 3, Python `choose_agent`, first of `view.free_agents`",
    "bench_python": "level 3, Python `choose_agent`, `max` over `view.free_agents`",
}


@pytest.fixture
def probed() -> Iterator[type[Probe]]:
    yield Probe
    Probe.seconds, Probe.free = [], []


@pytest.mark.parametrize("rule", LEVELS)
def test_cost_of_a_decision(rule: str, probed: type[Probe], benchmark: Any, ledger: Ledger) -> None:
    probed.wrapped = rule
    loaded = sim.load("bench_reference", ["routing.rule=bench_probe"])
    benchmark.pedantic(lambda: simulate(loaded, 1, 0), rounds=3)
    note = f"median over {len(probed.seconds)} moments, {median(probed.free):.0f} agents free"
    ledger.add(TABLE, LEVELS[rule], f"{1e9 * median(probed.seconds):,.0f} ns", note=note)


def _compiled(folder: Path) -> Path:
    """The user's rule, compiled by the recipe of docs/performance.md."""
    for file in (OWN, OWN.with_suffix(".pxd")):
        shutil.copy(file, folder)
    command = [sys.executable, "-m", "Cython.Build.Cythonize", "-i", "-3", "-X", "annotation_typing=False", OWN.name]
    env = {**os.environ, "PYTHONPATH": str(HEADERS)}
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    return next(folder.glob("quickest_free.*.so"))


def _imported(file: Path) -> None:
    spec = importlib.util.spec_from_file_location("quickest_free", file)
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.mark.skipif(not HEADERS.is_dir(), reason="the package is not compiled here")
def test_a_rule_of_ones_own_compiled_and_not(
    probed: type[Probe], benchmark: Any, ledger: Ledger, tmp_path: Path
) -> None:
    loaded, cost, waited = None, [], []
    probed.wrapped = "quickest_free"
    for file in (OWN, _compiled(tmp_path)):
        _imported(file)
        loaded = sim.load("bench_reference", ["routing.rule=bench_probe"])
        probed.seconds.clear()
        waited.append([simulate(loaded, 1, 0).contacts["waited"].sum() for _ in range(3)])
        cost.append(1e9 * median(probed.seconds))
    benchmark.pedantic(lambda: simulate(loaded, 1, 0), rounds=1)
    ledger.add(TABLE, "level 3, a loop over the idle in Python (`tests/bench/rules`)", f"{cost[0]:,.0f} ns")
    note = "the same file with its `.pxd`; equal results"
    ledger.add(TABLE, "level 3, the same compiled", f"{cost[1]:,.0f} ns", note=note)
    assert waited[0] == waited[1]
