"""The two things people ask for: run a scenario, compare arms. The rest of this package serves them."""

from __future__ import annotations

import os
import shlex
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CcsimError, UsageError
from sim.experiment import calibrate, comparison, engines, estimate, plan, progress, store
from sim.experiment.plan import Plan, Question, Task
from sim.experiment.replication import Failure, Instruments, Outcome, perform, real

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded, LoadedExperiment

SUMMARY = ("kpi", "scope", "n", "mean", "ci_low", "ci_high", "half_width", "unit", "title", "definition")
_KILLED = Failure("the worker process was killed; most often memory ran out (fewer workers need less)")


@dataclass(frozen=True, slots=True)
class Setting:
    """How replications are carried out; none of it changes a number."""

    engine: str = "local"
    workers: int | None = None
    results: str | os.PathLike[str] | None = None
    progress: bool | None = None
    instruments: Instruments | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A replication without numbers, and the line that makes it fail again."""

    arm: str
    replication: int
    message: str
    trace: str
    command: str


@dataclass(frozen=True, slots=True)
class Finished:
    """All replications of a plan, put together in the plan's order."""

    plan: Plan
    definitions: Sequence[Any]
    kpis: pd.DataFrame
    agents: pd.DataFrame
    flows: pd.DataFrame
    records: Mapping[str, pd.DataFrame]
    failures: tuple[Failed, ...]
    volume: str
    engine: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """What one scenario did over its replications."""

    finished: Finished
    folder: Path | None

    @property
    def kpis(self) -> pd.DataFrame:
        """Totals over the horizon: replication, scope, kpi, numerator, denominator, value."""
        return self._rows(total=True)

    @property
    def intervals(self) -> pd.DataFrame:
        """The same by interval of the day, with its start in ISO 8601."""
        return self._rows(total=False)

    @property
    def agents(self) -> pd.DataFrame:
        """The same by agent."""
        return self.finished.agents.drop(columns="arm").reset_index(drop=True)

    @property
    def contacts(self) -> pd.DataFrame:
        """One row a contact. Raises UsageError unless the run kept them."""
        kept = self.finished.records.get(self.finished.plan.baseline)
        if kept is None:
            raise UsageError("contact records were not kept; ask for them with sim.run(…, contacts=True)")
        return kept

    @property
    def failures(self) -> tuple[Failed, ...]:
        """Replications that failed; the numbers are those of the others."""
        return self.finished.failures

    def summary(self) -> pd.DataFrame:
        """Mean, t interval and number of replications of every KPI and scope (ratios are ratios of sums)."""
        return summary(self.finished)

    def _rows(self, *, total: bool) -> pd.DataFrame:
        frame = self.finished.kpis
        rows = frame[(frame["interval"] == "total") == total].drop(columns="arm")
        return (rows.drop(columns="interval") if total else rows).reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the arms of an experiment did, compared with the first one."""

    finished: Finished
    table: pd.DataFrame
    card: list[dict[str, Any]]
    folder: Path | None

    @property
    def kpis(self) -> pd.DataFrame:
        """The rows of kpi.csv: every arm, replication, scope and interval."""
        return self.finished.kpis

    @property
    def failures(self) -> tuple[Failed, ...]:
        """Replications that failed; with any of them there is no table and no card."""
        return self.finished.failures

    def report(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write the report page; a copy goes to `path` when given. Returns where it stands."""
        from sim.report.page import write

        if self.folder is None:
            raise UsageError("compare was told to store nothing; give it a results folder to get a report")
        written = write(self.folder)
        if path is None:
            return written
        store.write_bytes(Path(path), written.read_bytes())
        return Path(path)


def run(
    scenario: Loaded | str,
    replications: int = 10,
    seed: int = 1,
    engine: str = "local",
    *,
    workers: int | None = None,
    contacts: bool = False,
    results: str | os.PathLike[str] | None = None,
    overrides: Sequence[str] = (),
    replication: int | None = None,
    births_factor: float | None = None,
    progress: bool | None = None,
    instruments: Instruments | None = None,
) -> Run:
    """Run a scenario (loaded, or by name or path with dotted overrides) and return its KPIs.

    Replication k is the same alone (`replication=k`) as in a batch. `births_factor` repeats a calibrated
    volume; without it, `volume: offered` is calibrated first. With `results`, the tables are stored below
    that folder.
    """
    loaded = _loaded(scenario, overrides)
    made = plan.of_scenario(loaded, replications, seed, tuple(overrides))
    if replication is not None:
        made = replace(made, replications=(plan.whole("replication", replication, 0, 2**41),))
    setting = Setting(engine, workers, results, progress, instruments)
    finished = carry_out(replace(made, contacts=contacts), setting, births_factor)
    _warn(finished)
    return Run(finished, _stored(finished, results))


def compare(
    arms: LoadedExperiment | str | Mapping[str, Loaded],
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "local",
    *,
    primary: str | None = None,
    matters: float = 0.0,
    guardrails: Mapping[str, float] | None = None,
    confidence: float = 0.95,
    name: str = "comparison",
    workers: int | None = None,
    results: str | os.PathLike[str] | None = "results",
    overrides: Sequence[str] = (),
    progress: bool | None = None,
    instruments: Instruments | None = None,
) -> Comparison:
    """Compare arms on the same customers: an experiment (loaded, or by name), or scenarios by arm.

    The first arm is the baseline. `primary`, `matters`, `guardrails`, `confidence` and `name` are for arms
    given as a mapping; an experiment brings its own. `results=None` stores nothing.
    """
    if isinstance(arms, Mapping):
        question = Question(name, "", primary, matters, dict(guardrails or {}), confidence)
        made = plan.of_arms(
            arms, question, 10 if replications is None else replications, 1 if seed is None else seed, name
        )
    else:
        made = plan.of_experiment(_experiment(arms, overrides), replications, seed, tuple(overrides))
    return compare_plan(made, Setting(engine, workers, results, progress, instruments))


def compare_plan(made: Plan, setting: Setting) -> Comparison:
    """Carry out a comparison and draw its conclusions; a partial one has none."""
    import pandas as pd

    from sim.experiment import card

    comparison.check(made.question, {item.name: item for item in _definitions(made, _instruments(setting))})
    finished = carry_out(made, setting)
    table, cards = pd.DataFrame(columns=list(comparison.COLUMNS)), []
    if not finished.failures:
        names = [arm.name for arm in finished.plan.arms]
        table = comparison.table(finished.kpis, names, made.question, finished.definitions)
        cards = card.cards(table, finished.plan, finished.definitions)
    _warn(finished)
    place = _stored(finished, setting.results)
    if place is not None and not finished.failures:
        store.write_csv(place / "comparison.csv", table, comparison.COLUMNS)
        store.write_json(place / "card.json", cards)
    return Comparison(finished, table, cards, place)


def carry_out(made: Plan, setting: Setting, births_factor: float | None = None) -> Finished:
    """Calibrate the volume where needed, run every replication and put the tables together."""
    began = time.perf_counter()
    engine, workers = engines.chosen(setting.engine, setting.workers)
    tools = _instruments(setting)
    volume = _calibrated(made, tools, engine, workers, births_factor)
    made = replace(made, births_factor=volume.factor)
    tasks = list(made.tasks())
    with progress.bar(made.name, len(tasks), setting.progress) as step:
        raw = engines.run(_perform, (made, tools), tasks, engine, workers, step)
    outcomes = [Outcome(o.item, failure=_KILLED) if isinstance(o, engines.Killed) else o for o in raw]
    facts = {"seconds": time.perf_counter() - began, "workers": workers, "engine": engine}
    return _together(made, _definitions(made, tools), outcomes, volume.note, engine, facts)


def summary(finished: Finished) -> pd.DataFrame:
    """Estimates of the first arm, one row a KPI and scope, in the order of the definitions."""
    import numpy as np
    import pandas as pd

    known = {definition.name: definition for definition in finished.definitions}
    base = finished.plan.baseline
    keys, cubes = comparison.cube(finished.kpis, [base], list(known))
    ratios = np.array([known[kpi].kind == "ratio" for _scope, kpi in keys], dtype=bool)
    found = comparison.estimates(cubes[base], ratios)
    width = estimate.half_width(found, finished.plan.question.confidence)
    frame = pd.DataFrame(keys, columns=["scope", "kpi"])
    frame["n"], frame["mean"], frame["half_width"] = found.n, found.value, width
    frame["ci_low"], frame["ci_high"] = found.value - width, found.value + width
    for column in ("unit", "title", "definition"):
        frame[column] = [getattr(known[kpi], column) for kpi in frame["kpi"]]
    return frame[list(SUMMARY)]


def command(made: Plan, task: Task) -> str:
    """The one line that repeats a single replication of one arm."""
    arm = made.arm(task.arm)
    words = [f"scenario={_address(arm.loaded)}", f"replication={task.replication}", f"seed={made.seed}"]
    if made.births_factor != 1.0:
        words.append(f"births_factor={made.births_factor!r}")
    return shlex.join(["ccsim", "run", *words, "engine=serial", *arm.overrides])


def _loaded(scenario: Loaded | str, overrides: Sequence[str]) -> Loaded:
    if not isinstance(scenario, str):
        if overrides:
            raise UsageError("overrides belong to a scenario given by name; pass them to sim.load instead")
        return scenario
    from sim.config.load import load

    return load(scenario, overrides)


def _address(loaded: Loaded) -> str:
    """The shipped name, or the path of a scenario that lies elsewhere."""
    from sim.config.files import shipped

    return loaded.name if Path(loaded.source).is_relative_to(shipped()) else loaded.source


def _experiment(named: LoadedExperiment | str, overrides: Sequence[str]) -> LoadedExperiment:
    if not isinstance(named, str):
        return named
    from sim.config.load import load_experiment

    return load_experiment(named, plan.for_experiment(overrides))


def _instruments(setting: Setting) -> Instruments:
    return setting.instruments or real()


def _definitions(made: Plan, tools: Instruments) -> Sequence[Any]:
    """What the KPIs mean, with the baseline's thresholds written into their titles."""
    measures = made.arms[0].loaded.scenario.measures
    return tools.definitions(measures.answer_within, measures.repeat_window)


def _perform(shared: tuple[Plan, Instruments], task: Task) -> Outcome:
    return perform(*shared, task)


def _calibrated(
    made: Plan, tools: Instruments, engine: str, workers: int, births_factor: float | None
) -> calibrate.Calibration:
    if births_factor is not None:
        return calibrate.Calibration(births_factor)

    def pilots(items: Sequence[calibrate.Pilot]) -> list[tuple[int, int]]:
        counts = engines.run(calibrate.count, (made, tools), items, engine, workers, lambda: None)
        if any(isinstance(count, engines.Killed) for count in counts):
            raise CcsimError(f"{made.name}: a pilot replication of the baseline failed: {_KILLED.message}")
        return [count for count in counts if not isinstance(count, engines.Killed)]

    return calibrate.calibrate(made, pilots)


def _together(
    made: Plan,
    definitions: Sequence[Any],
    outcomes: Sequence[Outcome],
    volume: str,
    engine: str,
    facts: dict[str, Any],
) -> Finished:
    places = {arm.name: place for place, arm in enumerate(made.arms)}
    ordered = sorted(outcomes, key=lambda o: (places[o.task.arm], o.task.replication))
    failures = tuple(
        Failed(o.task.arm, o.task.replication, o.failure.message, o.failure.trace, command(made, o.task))
        for o in ordered
        if o.failure is not None
    )
    good = [outcome for outcome in ordered if outcome.failure is None]
    if not good:
        raise CcsimError(f"{made.name}: every replication failed; the first: {_told(failures[0])}")
    records = {arm.name: _records(good, arm.name) for arm in made.arms} if made.contacts else {}
    facts |= {
        "replication_seconds": sum(outcome.seconds for outcome in ordered),
        "contacts": sum(outcome.contacts for outcome in good),
        "complete": not failures,
    }
    return Finished(
        made, definitions, _stack(good, "kpis", store.KPI_COLUMNS), _stack(good, "agents", store.KPI_COLUMNS),
        _stack(good, "flows", store.FLOW_COLUMNS), records, failures, volume, engine, facts,
    )  # fmt: skip


def _stack(outcomes: Sequence[Outcome], part: str, columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    frames = [
        getattr(outcome, part).assign(arm=outcome.task.arm, replication=outcome.task.replication)
        for outcome in outcomes
    ]
    stacked: pd.DataFrame = pd.concat(frames, ignore_index=True)[list(columns)]
    return stacked


def _records(outcomes: Sequence[Outcome], arm: str) -> pd.DataFrame:
    import pandas as pd

    frames = [
        outcome.records.assign(replication=outcome.task.replication)
        for outcome in outcomes
        if outcome.records is not None and outcome.task.arm == arm
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _stored(finished: Finished, root: str | os.PathLike[str] | None) -> Path | None:
    if root is None:
        return None
    place = store.folder(root, finished.plan)
    store.drop_derived(place)
    store.write_csv(place / "kpi.csv", finished.kpis, store.KPI_COLUMNS)
    store.write_csv(place / "agents.csv", finished.agents, store.KPI_COLUMNS)
    store.write_csv(place / "flows.csv", finished.flows, store.FLOW_COLUMNS)
    for arm, frame in finished.records.items():
        store.write_parquet(place / "contacts" / f"{arm}.parquet", frame)
    told = store.manifest(finished.plan, finished.definitions, finished.engine, finished.volume)
    store.write_json(place / "manifest.json", told)
    store.write_json(place / "run.json", finished.facts | {"failures": [asdict(f) for f in finished.failures]})
    return place


def _warn(finished: Finished) -> None:
    if finished.failures:
        count, first = len(finished.failures), finished.failures[0]
        warnings.warn(f"{count} replications failed; the first: {_told(first)}", stacklevel=3)


def _told(failed: Failed) -> str:
    return f"{failed.arm}, replication {failed.replication}: {failed.message}; repeat it with: {failed.command}"
