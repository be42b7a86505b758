"""A sweep: many points of one scenario, their replications in one pool of workers, and one table of what came out.

`results/<name>/<fingerprint>/` holds `sweep.json`, `points.csv` and, below `points/`, a folder with the shards of each
point. The fingerprint stands for all points; a sweep that was ended goes on where it was, and may be given more
replications later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim
from sim.errors import CcsimError, Problem, ScenarioError
from sim.experiment import carry, plan, store, study
from sim.experiment.carry import Assignment
from sim.experiment.finished import Finished, summary, together
from sim.experiment.plan import Plan
from sim.experiment.points import Parameter, Point
from sim.experiment.replication import ready
from sim.experiment.study import Setting
from sim.experiment.watchdog import Limits

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded
    from sim.experiment.own_rules import RuleFile

AT_ONCE = 200  # points whose replications share a pool; each holds a lock while it is worked on
MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Sweep:
    """Everything that fixes a sweep's numbers: its points, each a plan of one scenario."""

    name: str
    sampler: str
    axes: tuple[Parameter, ...]
    points: tuple[Point, ...]
    plans: tuple[Plan, ...]

    @property
    def fingerprint(self) -> str:
        """12 hexadecimal digits that stand for all points, in order."""
        said = "\n".join([self.name, *(store.fingerprint(one) for one in self.plans)])
        return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: a row a point (the columns of points.csv), and how many replications failed."""

    table: pd.DataFrame
    folder: Path
    failed: int


def planned(
    scenario: str,
    name: str,
    sampler: str,
    axes: Sequence[Parameter],
    points: Sequence[Point],
    fixed: Sequence[str],
    replications: int,
    seed: int,
    rules: tuple[RuleFile, ...] = (),
) -> Sweep:
    """Load and judge every point; raises ScenarioError with the problems of all of them."""
    overrides = [(*fixed, *map(Parameter.override, axes, point)) for point in points]
    loaded = _loaded(scenario, overrides, seed)
    plans = [
        replace(plan.of_scenario(one, replications, seed, chosen), rules=rules)
        for one, chosen in zip(loaded, overrides, strict=True)
    ]
    return Sweep(plan.folder_name(name), sampler, tuple(axes), tuple(points), tuple(plans))


def run(swept: Sweep, setting: Setting) -> Swept:
    """Compute what is missing of every point, write the table, and return it."""
    root = setting.results or "results"
    folder = Path(root) / swept.name / swept.fingerprint
    store.made(root, folder)
    return write(swept, rows(swept, folder, setting), folder, setting)


def rows(swept: Sweep, folder: Path, setting: Setting) -> list[dict[str, Any]]:
    """The rows of points.csv; what is missing is computed."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(swept.plans), AT_ONCE):
        for finished in _finished(swept.plans[start : start + AT_ONCE], folder, setting):
            found.append(_row(swept, len(found), finished))
    return found


def write(
    swept: Sweep, found: Sequence[dict[str, Any]], folder: Path, setting: Setting, more: Mapping[str, Any] | None = None
) -> Swept:
    """Write points.csv and sweep.json (with what `more` says)."""
    table = _table(found)
    store.write_csv(folder / "points.csv", table, list(table.columns))
    store.write_json(folder / "sweep.json", _told(swept, setting) | dict(more or {}))
    return Swept(table, folder, int(table["failed"].sum()))


def _loaded(scenario: str, overrides: Sequence[tuple[str, ...]], seed: int) -> list[Loaded]:
    from sim.config.load import load_points

    loaded: list[Loaded] = []
    problems: dict[Problem, None] = {}
    for number, found in enumerate(load_points(scenario, overrides)):
        try:
            if isinstance(found, ScenarioError):
                raise found
            ready({"": found})
            loaded.append(found)
        except ScenarioError as error:
            here = (replace(one, path=f"point {number}: {one.path}") for one in error.problems)
            problems.update(dict.fromkeys(here))
    if problems:
        raise ScenarioError(scenario, tuple(problems)[:MOST_PROBLEMS])
    return loaded


def _finished(plans: Sequence[Plan], folder: Path, setting: Setting) -> Iterator[Finished | None]:
    """Each plan with its replications; None where all of them failed."""
    tools, where = study.instruments(setting), setting.where
    places = [store.folder(folder / "points", one) for one in plans]
    volumes = [study.calibrated(one, tools, where, None, place) for one, place in zip(plans, places, strict=True)]
    made = [replace(one, births_factor=volume.factor) for one, volume in zip(plans, volumes, strict=True)]
    different = {place: Assignment(one, place) for one, place in zip(made, places, strict=True)}  # points may coincide
    limits = Limits(seconds=setting.time_limit)
    found = carry.carry_out(list(different.values()), tools, where, setting.progress, limits)
    outcomes = dict(zip(different, found, strict=True))
    for one, volume, place in zip(made, volumes, places, strict=True):
        try:
            yield together(one, study.definitions(one, tools), outcomes[place], volume.note, where.engine, {})
        except CcsimError:
            yield None


def _row(swept: Sweep, number: int, finished: Finished | None) -> dict[str, Any]:
    """One row of points.csv."""
    named = zip(swept.axes, swept.points[number], strict=True)
    row: dict[str, Any] = {"point": number} | {axis.path.lstrip("+"): value.strip("'\"") for axis, value in named}
    row["replications"] = 0 if finished is None else len(finished.outcomes)
    row["failed"] = len(swept.plans[number].replications) - row["replications"]
    if finished is not None:
        estimates = summary(finished)
        for one in estimates[estimates["scope"] == "all"].to_dict("records"):
            row |= {one["kpi"]: one["mean"], f"{one['kpi']}_low": one["ci_low"], f"{one['kpi']}_high": one["ci_high"]}
    return row


def _table(found: Sequence[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    columns = dict.fromkeys(key for row in found for key in row)
    return pd.DataFrame(list(found), columns=list(columns))


def _told(swept: Sweep, setting: Setting) -> dict[str, Any]:
    first = swept.plans[0]
    known = study.definitions(first, study.instruments(setting))
    return {
        "kind": "sweep",
        "name": swept.name,
        "title": first.arms[0].loaded.scenario.title,
        "scenario": first.arms[0].loaded.name,
        "fingerprint": swept.fingerprint,
        "version": sim.__version__,
        "sampler": swept.sampler,
        "seed": first.seed,
        "replications": len(first.replications),
        "points": len(swept.points),
        "parameters": [
            {"path": axis.path, "values": list(axis.values), "ends": axis.ends, "unit": axis.unit}
            for axis in swept.axes
        ],
        "rules": [{"file": one.path, "sha256": one.sha256} for one in first.rules],
        "kpis": [{"name": one.name, "title": one.title, "unit": one.unit, "better": one.better} for one in known],
    }
