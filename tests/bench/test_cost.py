"""What a contact costs as the centre grows, and what the compiler gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.config.load import Loaded
from sim.simulate import simulate
from tests.bench import variants
from tests.bench.conftest import Take
from tests.bench.report import Ledger
from tests.bench.test_bars import through_kpis
from tests.bench.timing import child


@pytest.mark.parametrize("contacts", [10**3, 10**4, 10**5, 10**6, pytest.param(10**7, marks=pytest.mark.slow)])
def test_cost_against_contacts(contacts: int, take_turns: Take, ledger: Ledger) -> None:
    loaded = variants.line(contacts)
    rounds = 1 if contacts > 10**6 else 3
    turns = take_turns({"flow": lambda: simulate(loaded, 1, 0), "run": lambda: through_kpis(loaded)}, rounds)
    flow, run = (1e9 * turns.median(name) / contacts for name in ("flow", "run"))
    ledger.add(
        "Cost against contacts",
        f"{contacts:,} contacts",
        f"{flow:,.0f} ns a contact",
        note=f"through KPIs {run:,.0f} ns",
    )


@pytest.mark.parametrize("agents", [10, 100, 1_000, 10_000, 100_000])
def test_cost_against_agents(agents: int, take_turns: Take, ledger: Ledger) -> None:
    """At equal load an agent; short runs with as many contacts each, or six an agent where that is more."""
    contacts = max(100_000, 6 * agents)
    idle, best = (variants.line(contacts, agents, rule, intervals=10) for rule in ("longest_idle", "p_mu"))
    rounds = 1 if agents > 10_000 else 3
    turns = take_turns({"idle": lambda: simulate(idle, 1, 0), "p_mu": lambda: simulate(best, 1, 0)}, rounds)
    one, other = (1e9 * turns.median(name) / contacts for name in ("idle", "p_mu"))
    note = f"with `p_mu` {other:,.0f} ns; {contacts:,} contacts, set-up included"
    ledger.add("Cost against agents", f"{agents:,} agents", f"{one:,.0f} ns a contact", note=note)


@pytest.mark.parametrize(("intents", "skills"), [(1, 1), (10, 1), (10, 5), (100, 1), (100, 10)])
def test_cost_against_intents_and_skills(
    intents: int, skills: int, take_turns: Take, ledger: Ledger, tmp_path: Path
) -> None:
    loaded: Loaded = variants.wide(tmp_path, intents, skills)
    turns = take_turns({"flow": lambda: simulate(loaded, 1, 0), "run": lambda: through_kpis(loaded)}, 3)
    flow, run = (1e9 * turns.median(name) / 50_000 for name in ("flow", "run"))
    what = f"{intents} intents, {intents} groups with {skills} skills each"
    note = f"through KPIs {run:,.0f} ns; 50,000 contacts, 400 agents"
    ledger.add("Cost against intents and skills", what, f"{flow:,.0f} ns a contact", note=note)


@pytest.mark.parametrize("name", ["bench_mm50m", "bench_reference"])
def test_uncompiled_against_compiled(name: str, benchmark: Any, ledger: Ledger) -> None:
    """In fresh interpreters, taking turns."""
    overrides = ["calendar.length='1000 min'"] if name == "bench_mm50m" else ["calendar.length='12 h'"]
    found: dict[bool, list[float]] = {True: [], False: []}

    def both() -> None:
        for pure, seen in found.items():
            one = child("simulated", name, *overrides, pure=pure)
            seen.append(1e9 * one["seconds"] / one["contacts"])

    benchmark.pedantic(both, rounds=3)
    pure, compiled = (sorted(seen)[len(seen) // 2] for seen in found.values())
    note = f"uncompiled {pure:,.0f} ns a contact, compiled {compiled:,.0f} ns"
    ledger.add(
        "Uncompiled (`SIM_PURE=1`, stock SimPy) against compiled", f"`{name}`", f"{pure / compiled:.1f} ×", note=note
    )
