"""One replication of one arm: simulate, fold its records into KPIs as they come, and let the records go.

What crosses from a worker to the main process is an `Outcome`: KPIs as vectors of a few hundred kilobytes, never
a journal. A replication that raises is a record too, so that the others can finish.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

from sim.errors import Problem, ScenarioError
from sim.experiment import own_rules
from sim.experiment.plan import Plan, Task
from sim.experiment.watchdog import USUAL, Limits, watched
from sim.staff import ids

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded
    from sim.metrics.facts import Facts
    from sim.metrics.lives import Lives
    from sim.model.journal import Journal


class Framed(Protocol):
    """Numbers in little room that can be shown as a table."""

    def frame(self) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A table that is made already."""

    table: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """The table."""
        return self.table


class Followed(Protocol):
    """What became of each case, at hand or on disk."""

    def read(self) -> Lives: ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """What a replication is made with; tests put fakes here. All of them must be picklable."""

    simulate: Callable[..., Journal]
    fold: Callable[..., Any]  # like `simulate`, for what KPIs and flows are made of; the journal is not kept
    results: Callable[[Any], tuple[Framed, Framed]]  # KPIs, and those of each agent; of a fold or of a journal
    flows: Callable[[Any], Framed]
    definitions: Callable[[float, float], Sequence[Any]]
    follow: Callable[..., tuple[Any, Lives]] | None = None  # like `fold`, with what became of each case


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a replication has no numbers: one line for people, the traceback for whoever mends it."""

    message: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The numbers of one replication, or its failure."""

    task: Task
    kpis: Framed | None = None
    agents: Framed | None = None
    flows: Framed | None = None
    records: Framed | None = None
    contacts: int = 0
    seconds: float = 0.0
    failure: Failure | None = None
    lives: Followed | None = None


def ready(arms: Mapping[str, Loaded]) -> None:
    """Hire and draft every arm before anything is written; workers that are forked later find it done.

    Raises ScenarioError with all that is wrong with rosters and plans, where there is more than one arm under its name.
    """
    from sim.simulate import prepare

    problems: dict[Problem, None] = {}
    for name, loaded in arms.items():
        try:
            prepare(loaded)
        except ScenarioError as error:
            source = loaded.source
            where = "" if len(arms) == 1 else f"arm {name}: "
            found = (replace(problem, path=where + problem.path) for problem in error.problems)
            problems.update(dict.fromkeys(found))
    if problems:
        raise ScenarioError(source, tuple(problems))


def real() -> Instruments:
    """The package's own model and KPIs, imported when first needed."""
    from sim.metrics import flows, kpis
    from sim.simulate import simulate

    return Instruments(simulate, folded, kpis.results, flows.results, kpis.definitions, followed)


def folded(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Facts:
    """Run one replication and keep what its KPIs are made of; see `simulate`."""
    from sim.metrics import kpis
    from sim.simulate import prepare

    prepared = prepare(loaded)
    facts = kpis.begin(prepared.lexicon)
    prepared.stream(seed, replication, births_factor, facts.take)
    return facts


def followed(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> tuple[Facts, Lives]:
    """`folded`, and what became of each case."""
    from sim.metrics import kpis
    from sim.metrics.lives import Chronicle
    from sim.simulate import prepare

    prepared = prepare(loaded)
    facts = kpis.begin(prepared.lexicon)
    chronicle = Chronicle(prepared.lexicon, [person.group for person in prepared.staff])

    def take(piece: Journal) -> None:
        facts.take(piece)
        chronicle.take(piece)

    prepared.stream(seed, replication, births_factor, take)
    return facts, chronicle.lives()


def perform(plan: Plan, instruments: Instruments, task: Task, limits: Limits = USUAL) -> Outcome:
    """Run one replication; whatever it raises comes back as its failure (Ctrl-C excepted), and so does one
    that would never end.
    """
    from sim.simulate import now

    began = time.perf_counter()
    try:
        own_rules.enter(plan.rules)
        return watched(limits, now, lambda: _perform(plan, instruments, task, began))
    except Exception as error:
        failure = _failure(plan, instruments, task, error)
        return Outcome(task, seconds=time.perf_counter() - began, failure=failure)


def _failure(plan: Plan, instruments: Instruments, task: Task, error: Exception) -> Failure:
    """What is kept of an error; agents go by their ids in it."""
    texts = f"{type(error).__name__}: {error}", traceback.format_exc()
    try:
        shown = {name: one for one, name in names(plan.arm(task.arm).loaded).items()}
    except Exception:
        shown = {}  # nobody was hired
    return Failure(*(ids.pseudonymous(text, shown) for text in texts))


def names(loaded: Loaded) -> dict[str, str]:
    """The name behind each id of the people in the scenario's roster."""
    from sim.simulate import prepare

    return ids.names(prepare(loaded).staff) if loaded.scenario.staff.roster is not None else {}


def _perform(plan: Plan, instruments: Instruments, task: Task, began: float) -> Outcome:
    loaded = plan.arm(task.arm).loaded
    given = loaded, plan.seed, task.replication, plan.births_factor
    journal = instruments.simulate(*given) if plan.contacts else None
    made: Any = journal
    lives = None
    if journal is None and instruments.follow is not None and task.replication in plan.followed:
        made, lives = instruments.follow(*given)
    elif journal is None:
        made = instruments.fold(*given)
    kpis, agents = instruments.results(made)
    return Outcome(
        task,
        kpis,
        agents,
        instruments.flows(made),
        None if journal is None else Whole(records(journal)),
        len(journal.contacts) if journal is not None else made.taken,
        time.perf_counter() - began,
        lives=lives,
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
