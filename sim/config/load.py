"""From a name or a path to a scenario: scan, read, merge intent defaults, override, validate, cross-check.

All problems of a stage are reported together, each with its line, path, value, rule and mend. A stage
begins only when the one before found nothing that would make its findings wrong. Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel, ValidationError

from sim import registry
from sim.config import defaults, files, limits, references, rounds, rules, schema
from sim.config.document import Document, Path, Place, read
from sim.config.overrides import OverrideError, change, parse
from sim.config.plain import Places, distinct, explain
from sim.config.rules import NamedFile
from sim.config.scan import LARGEST_FILE
from sim.config.suggest import nearest
from sim.config.tables import Table, Tables, no_column, read_table
from sim.errors import LawError, Problem, ScenarioError, UsageError, shortened

ROSTER_COLUMNS = ("name", "tier", "skills")
SCENARIO_PREFIX = "scenario."


@dataclass(frozen=True, slots=True)
class Loaded:
    """A validated scenario with the contents of its CSV files; `source` is the file it came from."""

    name: str
    scenario: schema.Scenario
    tables: Tables
    source: str

    def resolved(self) -> dict[str, Any]:
        """The whole scenario with every default filled in, as plain JSON values (times in seconds)."""
        return self.scenario.model_dump(mode="json")

    def fingerprint_parts(self) -> dict[str, str]:
        """SHA-256 of the bytes of each CSV file that the scenario reads, by file name."""
        return {name: table.sha256 for name, table in sorted(self.tables.files.items())}


@dataclass(frozen=True, slots=True)
class LoadedExperiment:
    """A validated experiment and its arms, each a whole scenario with the arm's overrides applied."""

    name: str
    experiment: schema.Experiment
    arms: dict[str, Loaded]


def load(name_or_path: str, overrides: Sequence[str] = (), folder: str | FilePath | None = None) -> Loaded:
    """Load a scenario by shipped name or by the path of a YAML file, with dotted overrides applied.

    `folder` adds a folder of the caller's own in which names are looked up first. Raises UsageError for a
    name that does not exist or an override that cannot be applied, ScenarioError with all problems of the
    file otherwise.
    """
    found = files.find(str(name_or_path), "scenario", _folder(folder))
    return _scenario(found, _document(found), _listed(overrides))


def load_points(name: str, overrides: Sequence[Sequence[str]]) -> Iterator[Loaded | ScenarioError]:
    """The scenario once for every set of overrides, its file read once; the error of a set stands in its place."""
    found = files.find(str(name), "scenario")
    document = _document(found)
    for chosen in overrides:
        try:
            yield _scenario(found, document, _listed(chosen))
        except ScenarioError as error:
            yield error


def load_experiment(
    name_or_path: str, overrides: Sequence[str] = (), folder: str | FilePath | None = None
) -> LoadedExperiment:
    """Load an experiment and every arm of it.

    Overrides change the experiment file (`replications=50`); those that begin with `scenario.` change the
    base scenario of all arms (`scenario.calendar.length='1 d'`) before the arm's own. Errors of an arm name
    the arm.
    """
    found = files.find(str(name_or_path), "experiment", _folder(folder))
    document = _document(found)
    shared = [text for text in _listed(overrides) if _of_scenario(text)]
    own = [text for text in _listed(overrides) if not _of_scenario(text)]
    data, places = _overridden(document, own, found.path.name)
    problems = list(document.problems)
    experiment = _validated(schema.Experiment, data, places, problems)
    if experiment is not None:
        problems.extend(_measures(experiment, places))
        problems.extend(rounds.check(experiment, places))
    if problems or experiment is None:
        raise ScenarioError(str(found.path), distinct(problems))
    base = _base(experiment, found, places, _folder(folder))
    return LoadedExperiment(found.name, experiment, _arms(experiment, base, shared, places, str(found.path)))


def sections(found: files.Found) -> dict[str, Any]:
    """The plain contents of a scenario or experiment file, read safely, with `intent_defaults` merged.

    Nothing is validated here; raises ScenarioError for a file that cannot be read as plain data.
    """
    return _overridden(_document(found), (), found.path.name)[0]


def _scenario(found: files.Found, document: Document, overrides: Sequence[str]) -> Loaded:
    data, places = _overridden(document, overrides, found.path.name)
    problems = [*document.problems, *defaults.faults(document.data, places)]
    scenario = _validated(schema.Scenario, data, places, problems)
    if scenario is not None:
        params = rules.check(scenario, places, problems)
        tables = _tables([*_named_files(scenario), *rules.files(params)], found, places, problems)
        problems.extend(references.check(scenario, tables, places))
        problems.extend(limits.check(scenario, tables, places))
        problems.extend(_laws(scenario, tables, places))
    if problems or scenario is None:
        raise ScenarioError(str(found.path), distinct(problems))
    return Loaded(found.name, scenario, tables, str(found.path))


def _folder(folder: str | FilePath | None) -> FilePath | None:
    return None if folder is None else FilePath(folder)


def _listed(overrides: Sequence[str]) -> list[str]:
    if isinstance(overrides, str) or not all(isinstance(one, str) for one in overrides):
        raise UsageError(f"overrides: a list of texts is needed (read: {overrides!r}); write ['a.b=c']")
    return list(overrides)


def _document(found: files.Found) -> Document:
    try:
        with found.path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"{found.path}: cannot be read ({error.strerror}); check its permissions") from None
    return read(content, found.path.name)


def _overridden(document: Document, overrides: Sequence[str], source: str) -> tuple[dict[str, Any], Places]:
    """Data and places after overrides; those of `intent_defaults` apply before the defaults are merged."""
    places = Places(source, document.places)
    parsed = [parse(text) for text in overrides]
    data = document.data if not overrides else defaults.copied(document.data)
    for one in parsed:
        if one.path[0] == defaults.KEY:
            change(data, one)
            _moved(places, one.path, one.text)
    data = defaults.merged(data, places)
    for one in parsed:
        if one.path[0] != defaults.KEY:
            change(data, one)
            _moved(places, one.path, one.text)
    return data, places


def _moved(places: Places, path: Path, text: str) -> None:
    typed = tuple(int(part) if isinstance(part, str) and part.isdigit() else part for part in path)
    places.move(typed, Place(f"override {shortened(repr(text), 120)}"))


def _validated(model: type[BaseModel], data: Any, places: Places, problems: list[Problem]) -> Any:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        told = {problem.path for problem in problems}
        problems.extend(one for one in explain(error, model, data, places) if one.path not in told)
        return None


def _tables(named: list[NamedFile], found: files.Found, places: Places, problems: list[Problem]) -> Tables:
    read_so_far: dict[str, Table] = {}
    failed: set[str] = set()
    for path, file, columns in named:
        if file not in read_so_far and file not in failed:
            table = _table(file, found, places, path, problems)
            if table is None:
                failed.add(file)
            else:
                read_so_far[file] = table
        if file in read_so_far:
            problems.extend(_lacking(read_so_far[file], columns, path, places))
    return Tables(read_so_far)


def _named_files(scenario: schema.Scenario) -> Iterator[NamedFile]:
    for path, section in references.sections(scenario):
        if isinstance(section, schema.Empirical | schema.ProfileArrivals | schema.TraceArrivals):
            yield (*path, "file"), section.file, {"column": section.column}
    if scenario.staff.roster is not None:
        yield ("staff", "roster"), scenario.staff.roster, {name: name for name in ROSTER_COLUMNS}


def _table(file: str, found: files.Found, places: Places, path: Path, problems: list[Problem]) -> Table | None:
    where = found.table(file)
    if where is None:
        mend = nearest(file, found.tables()) or "put it beside the scenario or into its data folder"
        problems.append(places.problem(path, file, "there is no such CSV file", mend))
        return None
    if found.escapes(where):
        rule = "the CSV file is a link that leads out of its folder"
        problems.append(places.problem(path, file, rule, "put a copy of the file there"))
        return None
    try:
        return read_table(where)
    except ScenarioError as error:
        problems.extend(error.problems)
    except OSError as error:
        mend = "check its permissions"
        problems.append(places.problem(path, file, f"the file cannot be read ({error.strerror})", mend))
    return None


def _lacking(table: Table, columns: dict[str, str], path: Path, places: Places) -> Iterator[Problem]:
    for key, column in columns.items():
        if column not in table.columns:
            where = (*path[:-1], key) if key == "column" else path
            bare = no_column("", table, column)
            yield places.problem(where, column, bare.rule, bare.mend)


def _laws(scenario: schema.Scenario, tables: Tables, places: Places) -> Iterator[Problem]:
    """Laws with impossible parameters; a law whose file is missing has been reported already."""
    from sim.config import laws

    inside: set[Path] = set()
    for path, section in references.sections(scenario):
        if not isinstance(section, laws.SPECS) or any(path[:n] in inside for n in range(len(path))):
            continue
        inside.add(path)
        if any(pair not in tables.columns for pair in laws.files(section)):
            continue
        try:
            laws.build(section, tables)
        except LawError as error:
            yield places.problem(path, None, f"not a possible law: {error}", "correct its parameters")
        except ScenarioError as error:
            yield from error.problems


def _of_scenario(text: str) -> bool:
    return text.lstrip("+~").startswith(SCENARIO_PREFIX)


def _measures(experiment: schema.Experiment, places: Places) -> Iterator[Problem]:
    known = _kpi_names()
    if not known:
        return
    wanted: list[tuple[Path, str]] = [(("primary", "kpi"), experiment.primary.kpi)]
    wanted += [(("guardrails", name), name) for name in experiment.guardrails]
    if experiment.select is not None and experiment.select.kpi is not None:
        wanted.append((("select", "kpi"), experiment.select.kpi))
    for path, name in wanted:
        if name not in known:
            yield places.problem(path, name, "no KPI has this name", nearest(name, known))


def _kpi_names() -> list[str]:
    """Names of all KPIs; empty while no KPI is installed."""
    try:
        from sim.metrics import kpis
    except ImportError:
        return registry.names("kpi")
    return [definition.name for definition in kpis.definitions()]


def _base(experiment: schema.Experiment, found: files.Found, places: Places, folder: FilePath | None) -> files.Found:
    """The base scenario: beside the experiment, in `scenario/` near it, in `folder`, or shipped."""
    here = found.path.parent
    for place in (here, here / "scenario", here.parent / "scenario"):
        candidate = place / f"{experiment.base}.yaml"
        if candidate.is_file():
            return files.find(str(candidate), "scenario")
    try:
        return files.find(experiment.base, "scenario", folder)
    except UsageError:
        near = {*files.names("scenario", folder), *(path.stem for path in here.glob("*.yaml"))} - {found.name}
        mend = nearest(experiment.base, sorted(near)) or "write the name of a scenario"
        problem = places.problem(("base",), experiment.base, "no scenario has this name", mend)
        raise ScenarioError(str(found.path), (problem,)) from None


def _arms(
    experiment: schema.Experiment, base: files.Found, shared: Sequence[str], places: Places, source: str
) -> dict[str, Loaded]:
    document = _document(base)
    common = [_without_prefix(text) for text in shared]
    _scenario(base, document, common)
    arms: dict[str, Loaded] = {}
    problems: list[Problem] = []
    for name, arm in experiment.arms.items():
        try:
            arms[name] = _scenario(base, document, [*common, *_readable(name, arm, places, problems)])
        except OverrideError as error:
            problems.append(_arm_override(name, arm, error, places))
        except ScenarioError as error:
            problems.extend(_in_arm(name, problem) for problem in error.problems)
    if problems:
        raise ScenarioError(source, distinct(problems))
    return arms


def _without_prefix(text: str) -> str:
    sign = text[: len(text) - len(text.lstrip("+~"))]
    return sign + text[len(sign) + len(SCENARIO_PREFIX) :]


def _readable(name: str, arm: schema.Arm, places: Places, problems: list[Problem]) -> list[str]:
    """The overrides of an arm that can be read; the others become problems."""
    readable: list[str] = []
    for text in arm.overrides:
        try:
            parse(text)
        except OverrideError as error:
            problems.append(_arm_override(name, arm, error, places))
        else:
            readable.append(text)
    return readable


def _arm_override(name: str, arm: schema.Arm, error: OverrideError, places: Places) -> Problem:
    at = arm.overrides.index(error.text)
    return places.problem(("arms", name, "overrides", at), error.text, error.rule, error.mend)


def _in_arm(name: str, problem: Problem) -> Problem:
    return Problem(f"arm {name}: {problem.path}", problem.value, problem.rule, problem.mend)


__all__ = ["Loaded", "LoadedExperiment", "load", "load_experiment", "sections"]
