"""A centre that costs nothing: loaded arms, a `simulate` and KPI tables of known truth, all picklable.

The customers of a replication are drawn from (seed, replication) alone, so arms share them; `effect` is what an arm
does to the primary KPI, `harm` what it does to a guardrail.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.config.schema import Costs
from sim.experiment import plan
from sim.experiment.plan import Plan, Question
from sim.experiment.replication import Instruments


@dataclass(frozen=True)
class Scenario:
    title: str = "A fake centre"
    description: str = ""
    volume: str = "first_contacts"
    assumptions: tuple[Any, ...] = ()
    measures: Any = field(default_factory=lambda: SimpleNamespace(answer_within=20.0, repeat_window=86400.0))
    costs: Any = field(default_factory=lambda: Costs(currency="EUR"))
    calendar: Any = field(
        default_factory=lambda: SimpleNamespace(length=36000.0, warmup=0.0, start=datetime(2026, 3, 2, 8))
    )


@dataclass(frozen=True)
class Loaded:
    name: str = "fake"
    effect: float = 0.0
    harm: float = 0.0
    scenario: Scenario = field(default_factory=Scenario)
    source: str = "/elsewhere/fake.yaml"

    def resolved(self) -> dict[str, Any]:
        return {"title": self.scenario.title, "effect": self.effect, "harm": self.harm}

    def fingerprint_parts(self) -> dict[str, str]:
        return {"calls.csv": "abc"}


def definition(name: str, kind: str, better: str, unit: str) -> Any:
    return SimpleNamespace(
        name=name, title=name.upper(), kind=kind, better=better, unit=unit, definition=f"{name} / case", window="",
        scopes=("all",), by_interval=False,
    )  # fmt: skip


DEFINITIONS = (
    definition("fcr", "ratio", "higher", "share"),
    definition("wait", "ratio", "lower", "s"),
    definition("gini", "statistic", "lower", ""),
    definition("cost", "mean", "lower", "money"),
    definition("cases", "mean", "neither", "count"),
)


def simulate(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """Customers by replication; `effect` moves FCR, `harm` moves the wait."""
    draw = np.random.Generator(np.random.Philox(key=seed, counter=replication))
    cases = float(draw.integers(900, 1100))
    solved = cases * min(1.0, 0.7 + 0.05 * draw.standard_normal() + loaded.effect * (1 + 0.1 * draw.standard_normal()))
    waited = cases * (30.0 + draw.standard_normal() + loaded.harm)
    gini, cost = 0.3 + 0.01 * draw.standard_normal(), 1000.0 + 10.0 * draw.standard_normal()
    return SimpleNamespace(
        cases=cases, solved=solved, waited=waited, gini=gini, cost=cost, contacts=range(int(cases)), taken=int(cases)
    )


def kpis(journal: Any) -> pd.DataFrame:
    rows = [
        ("all", "total", "fcr", journal.solved, journal.cases),
        ("intent:a", "total", "fcr", journal.solved / 2, journal.cases / 2),
        ("all", "2026-03-02T09:00:00", "fcr", journal.solved / 4, journal.cases / 4),
        ("all", "total", "wait", journal.waited, journal.cases),
        ("all", "total", "gini", journal.gini, 1.0),
        ("all", "total", "cost", journal.cost, 1.0),
        ("all", "total", "cases", journal.cases, 1.0),
        ("intent:b", "total", "fcr", 0.0, 0.0),
    ]
    frame = pd.DataFrame(rows, columns=["scope", "interval", "kpi", "numerator", "denominator"])
    frame["value"] = frame["numerator"] / frame["denominator"].where(frame["denominator"] != 0.0)
    return frame


@dataclass(frozen=True)
class Framed:
    """A table that is made already."""

    table: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        return self.table


def results(journal: Any) -> tuple[Framed, Framed]:
    return Framed(kpis(journal)), Framed(kpis(journal).head(1).assign(scope="agent:=cmd()"))


def flows(journal: Any) -> Framed:
    return Framed(pd.DataFrame({"source": ["arrival"], "target": ["resolved"], "count": [int(journal.solved)]}))


def definitions(_answer_within: float, _repeat_window: float) -> Any:
    return DEFINITIONS


TOOLS = Instruments(simulate, simulate, results, flows, definitions)


def tools(simulate: Callable[..., Any]) -> Instruments:
    """The fake instruments with another `simulate`."""
    return replace(TOOLS, simulate=simulate, fold=simulate)


def fails_at_two(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """Raises in replication 2 of arms that have an effect."""
    if replication == 2 and loaded.effect:
        raise ZeroDivisionError("no agents at all")
    return simulate(loaded, seed, replication, births_factor)


def dies_at_two(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """Kills its own process in replication 2 of arms that have an effect."""
    if replication == 2 and loaded.effect:
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(loaded, seed, replication, births_factor)


def question(**more: Any) -> Question:
    return Question(**({"primary": "fcr", "matters": 0.01, "guardrails": {"wait": 2.0}} | more))


def comparison_plan(replications: int = 20, asked: Question | None = None, **arms: Loaded) -> Plan:
    """A plan over fake arms; without arms: a baseline and one that does nothing else."""
    chosen = arms or {"base": Loaded(), "same": Loaded()}
    return plan.of_arms(chosen, asked or question(), replications, 1, "fake")  # type: ignore[arg-type]
