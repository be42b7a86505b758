"""The two things people ask for: run a scenario, compare arms. The rest of this package serves them."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CcsimError, UsageError
from sim.experiment import calibrate, carry, comparison, engines, own_rules, plan, store
from sim.experiment.carry import Assignment
from sim.experiment.engines import Where
from sim.experiment.finished import Failed, Finished, summary, together, told, without_lives
from sim.experiment.own_rules import RuleFile
from sim.experiment.plan import Plan, Question
from sim.experiment.replication import Instruments, ready, real
from sim.experiment.store import calibration
from sim.experiment.watchdog import Limits

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded, LoadedExperiment

_GRACE = 15.0  # seconds after the time limit in which a replication ends by itself


@dataclass(frozen=True, slots=True)
class Setting:
    """How replications are carried out; none of it changes a number."""

    engine: str = "local"
    workers: int | None = None
    results: str | os.PathLike[str] | None = None
    progress: bool | None = None
    instruments: Instruments | None = None
    address: str | None = None  # of a cluster that is there already
    time_limit: float | None = None  # seconds that one replication may take

    @property
    def where(self) -> Where:
        """The engine as asked for; raises UsageError for one that we do not have."""
        late = None if self.time_limit is None else self.time_limit + _GRACE
        return replace(engines.asked(self.engine, self.workers, self.address), patience=late)


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
    selection: dict[str, Any] | None = None

    @property
    def kpis(self) -> pd.DataFrame:
        """The rows of kpi.csv: every arm, replication, scope and interval."""
        return self.finished.kpis

    @property
    def failures(self) -> tuple[Failed, ...]:
        """Replications that failed; with any of them there is no table and no card."""
        return self.finished.failures

    def report(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write the report page; a copy goes to `path` when given. Returns where it stands.

        Where replications failed it says so, and has no verdict.
        """
        from sim.report import page, partial

        if self.folder is None:
            raise UsageError("compare was told to store nothing; give it a results folder to get a report")
        written = partial.write(self.folder) if self.failures else page.write(self.folder)
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
    names: bool = False,
    rules: Sequence[str] = (),
    progress: bool | None = None,
    instruments: Instruments | None = None,
    address: str | None = None,
    time_limit: float | None = None,
) -> Run:
    """Run a scenario (loaded, or by name or path with dotted overrides) and return its KPIs.

    Replication k is the same alone (`replication=k`) as in a batch. `births_factor` repeats a calibrated
    volume; without it, `volume: offered` is calibrated first. With `results`, the tables are stored below
    that folder. `names`: people of a roster by name, not by id. `rules`: Python files of one's own; they are run.
    """
    files = _entered(rules)
    loaded = _loaded(scenario, overrides)
    made = replace(plan.of_scenario(loaded, replications, seed, tuple(overrides)), names=names, rules=files)
    if replication is not None:
        made = replace(made, replications=(plan.whole("replication", replication, 0, 2**41),))
    setting = Setting(engine, workers, results, progress, instruments, address, time_limit)
    _ready(made, setting)
    with store.place(results, made) as place:
        finished = carry_out(replace(made, contacts=contacts), setting, births_factor)
        _warn(finished)
        _store(finished, place)
    return Run(finished, place)


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
    names: bool = False,
    rules: Sequence[str] = (),
    progress: bool | None = None,
    instruments: Instruments | None = None,
    address: str | None = None,
    time_limit: float | None = None,
) -> Comparison:
    """Compare arms on the same customers: an experiment (loaded, or by name), or scenarios by arm.

    The first arm is the baseline. `primary`, `matters`, `guardrails`, `confidence` and `name` are for arms
    given as a mapping; an experiment brings its own. `results=None` stores nothing. `names`, `rules`: see `run`.
    """
    files = _entered(rules)
    if isinstance(arms, Mapping):
        question = Question(name, "", primary, matters, dict(guardrails or {}), confidence)
        made = plan.of_arms(
            arms, question, 10 if replications is None else replications, 1 if seed is None else seed, name
        )
    else:
        made = plan.of_experiment(_experiment(arms, overrides), replications, seed, tuple(overrides))
    made = replace(made, names=names, rules=files)
    return compare_plan(made, Setting(engine, workers, results, progress, instruments, address, time_limit))


def compare_plan(made: Plan, setting: Setting) -> Comparison:
    """Carry out a comparison and draw its conclusions; a partial one has none."""
    import pandas as pd

    from sim.experiment import card, effects, selection, stopping, who

    comparison.check(made.question, {item.name: item for item in definitions(made, instruments(setting))})
    _ready(made, setting)
    with store.place(setting.results, made) as place:
        aside = replace(setting, results=None)  # what a race adds belongs to some arms only: it is not stored
        finished, ended = stopping.carried(made, lambda part, factor: carry_out(part, setting, factor))
        table, cards, best = pd.DataFrame(columns=list(comparison.COLUMNS)), [], None
        if not finished.failures:
            table = stopping.read(finished, ended.reading)
            cards = card.cards(table, finished.plan, finished.definitions)
            cards = effects.added(cards, finished.kpis, table, finished.plan, ended.reading)
            cards = stopping.told(cards, ended, finished.plan)
            lives = who.table(finished)
            cards = who.told(cards, lives)
            finished = without_lives(finished)
            best = selection.selected(finished, lambda part, factor: carry_out(part, aside, factor))
        _warn(finished)
        _store(finished, place)
        if place is not None and not finished.failures:
            store.write_csv(place / "comparison.csv", table, comparison.COLUMNS)
            store.write_json(place / "card.json", cards)
            if len(lives):
                store.write_csv(place / "who.csv", lives, who.COLUMNS)
            if best is not None:
                store.write_json(place / "selection.json", best)
    return Comparison(finished, table, cards, place, best)


def carry_out(made: Plan, setting: Setting, births_factor: float | None = None) -> Finished:
    """Calibrate the volume where needed, run every replication that is not stored and put the tables together.

    With `setting.results`, what was finished before is read and what is finished now is kept.
    """
    began = time.perf_counter()
    tools, where = instruments(setting), setting.where
    place = None if setting.results is None else store.folder(setting.results, made)
    volume = calibrated(made, tools, where, births_factor, place)
    made = replace(made, births_factor=volume.factor)
    limits = Limits(seconds=setting.time_limit)
    outcomes = carry.carry_out([Assignment(made, place)], tools, where, setting.progress, limits)[0]
    facts = {"seconds": time.perf_counter() - began, "workers": where.workers, "engine": where.engine}
    return together(made, definitions(made, tools), outcomes, volume.note, where.engine, facts)


def _entered(paths: Sequence[str]) -> tuple[RuleFile, ...]:
    files = own_rules.read(paths)
    own_rules.enter(files)
    return files


def _loaded(scenario: Loaded | str, overrides: Sequence[str]) -> Loaded:
    if not isinstance(scenario, str):
        if overrides:
            raise UsageError("overrides belong to a scenario given by name; pass them to sim.load instead")
        return scenario
    from sim.config.load import load

    return load(scenario, overrides)


def _experiment(named: LoadedExperiment | str, overrides: Sequence[str]) -> LoadedExperiment:
    if not isinstance(named, str):
        return named
    from sim.config.load import load_experiment

    return load_experiment(named, plan.for_experiment(overrides))


def _ready(made: Plan, setting: Setting) -> None:
    if setting.instruments is None:
        ready({arm.name: arm.loaded for arm in made.arms})


def instruments(setting: Setting) -> Instruments:
    return setting.instruments or real()


def definitions(made: Plan, tools: Instruments) -> Sequence[Any]:
    """What the KPIs mean, with the baseline's thresholds written into their titles."""
    measures = made.arms[0].loaded.scenario.measures
    return tools.definitions(measures.answer_within, measures.repeat_window)


def births_factor(made: Plan, setting: Setting) -> float:
    """The factor on births of this plan, by pilot replications where its volume is that of a record."""
    engine, workers = engines.chosen(setting.engine, setting.workers)
    return calibrated(made, instruments(setting), Where(engine, workers), None, None).factor


def calibrated(
    made: Plan, tools: Instruments, where: Where, births_factor: float | None, place: Path | None
) -> calibrate.Calibration:
    """The factor on births, as given, as found before in this folder, or by pilot replications."""
    if births_factor is not None:
        return calibrate.Calibration(births_factor)

    def pilots(items: Sequence[calibrate.Pilot]) -> list[tuple[int, int]]:
        counts = engines.gather(calibrate.count, (made, tools), items, where)
        if any(isinstance(count, engines.Killed) for count in counts):
            raise CcsimError(f"{made.name}: a pilot replication of the baseline failed: {carry.KILLED.message}")
        return [count for count in counts if not isinstance(count, engines.Killed)]

    return calibration.known(made, tools, place, lambda: calibrate.calibrate(made, pilots))


def _store(finished: Finished, place: Path | None) -> None:
    if place is None:
        return
    store.drop_derived(place)
    store.write_csv(place / "kpi.csv", finished.kpis, store.KPI_COLUMNS)
    store.write_csv(place / "agents.csv", finished.agents, store.KPI_COLUMNS)
    store.write_csv(place / "flows.csv", finished.flows, store.FLOW_COLUMNS)
    for arm, frame in finished.records.items():
        store.write_parquet(place / "contacts" / f"{arm}.parquet", frame)
    told = store.manifest(finished.plan, finished.definitions, finished.engine, finished.volume)
    store.write_json(place / "manifest.json", told)
    store.write_json(place / "run.json", finished.facts | {"failures": [asdict(f) for f in finished.failures]})


def _warn(finished: Finished) -> None:
    if finished.failures:
        count, first = len(finished.failures), finished.failures[0]
        warnings.warn(f"{count} replications failed; the first: {told(first)}", stacklevel=3)
