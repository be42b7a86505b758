"""One replication of one arm: simulate, fold the journal into tables, keep the tables and let the journal go.

What crosses from a worker to the main process is an `Outcome`: KPI tables of a few hundred kilobytes, never
a journal. A replication that raises is a record too, so that the others can finish.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sim.experiment.plan import Plan, Task

if TYPE_CHECKING:
    import pandas as pd

    from sim.model.journal import Journal


@dataclass(frozen=True, slots=True)
class Instruments:
    """What a replication is made with; tests put fakes here. All of them must be picklable."""

    simulate: Callable[..., Journal]
    tables: Callable[[Journal], tuple[pd.DataFrame, pd.DataFrame]]  # KPIs, and those of each agent
    flows: Callable[[Journal], pd.DataFrame]
    definitions: Callable[[float, float], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a replication has no numbers: one line for people, the traceback for whoever mends it."""

    message: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tables of one replication, or its failure."""

    task: Task
    kpis: pd.DataFrame | None = None
    agents: pd.DataFrame | None = None
    flows: pd.DataFrame | None = None
    records: pd.DataFrame | None = None
    contacts: int = 0
    seconds: float = 0.0
    failure: Failure | None = None


def real() -> Instruments:
    """The package's own model and KPIs, imported when first needed."""
    from sim.metrics import flows, kpis
    from sim.simulate import simulate

    return Instruments(simulate, kpis.tables, flows.table, kpis.definitions)


def perform(plan: Plan, instruments: Instruments, task: Task) -> Outcome:
    """Run one replication; whatever it raises comes back as its failure (Ctrl-C excepted)."""
    began = time.perf_counter()
    try:
        return _perform(plan, instruments, task, began)
    except Exception as error:
        failure = Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
        return Outcome(task, seconds=time.perf_counter() - began, failure=failure)


def _perform(plan: Plan, instruments: Instruments, task: Task, began: float) -> Outcome:
    loaded = plan.arm(task.arm).loaded
    journal = instruments.simulate(loaded, plan.seed, task.replication, plan.births_factor)
    kpis, agents = instruments.tables(journal)
    return Outcome(
        task,
        defined(kpis),
        agents,
        instruments.flows(journal),
        records(journal) if plan.contacts else None,
        len(journal.contacts),
        time.perf_counter() - began,
    )


def defined(kpis: pd.DataFrame) -> pd.DataFrame:
    """The KPIs without interval rows in which nothing happened (denominator 0): what is absent is not defined.

    Totals stay, so that the rows of replications line up.
    """
    kept = (kpis["interval"] == "total") | (kpis["denominator"] != 0.0)
    return kpis[kept].reset_index(drop=True)


def records(journal: Journal) -> pd.DataFrame:
    """The contact records of one replication with their small integers spelt out as names."""
    import pandas as pd

    from sim.model.journal import ContactEnd, Origin

    words, raw = journal.lexicon, journal.contacts
    frame = pd.DataFrame({name: raw[name] for name in raw.dtype.names or ()})
    for column, known in (
        ("intent", words.intents), ("segment", words.segments), ("channel", words.channels),
        ("agent", words.agents), ("origin", _words(Origin)), ("end", _words(ContactEnd)),
    ):  # fmt: skip
        frame[column] = pd.Categorical.from_codes(raw[column], categories=pd.Index(known, dtype=object))
    for column in ("resolved", "bot"):
        frame[column] = frame[column].astype(bool)
    return frame


def _words(kind: type[IntEnum]) -> tuple[str, ...]:
    return tuple(item.name.lower() for item in kind)
