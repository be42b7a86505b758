"""A search: points chosen one batch after the other by what came out so far (Optuna), for one objective or several.

Its memory is `search.log` in the result folder, plain JSON a line, so that a search goes on where it was ended; shards
make what was computed free. An uninterrupted search is repeatable by its seed; one that went on draws other points.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.experiment import store, sweep
from sim.experiment.points import Parameter, Point
from sim.experiment.study import Setting
from sim.experiment.sweep import Sweep, Swept

LOG = "search.log"
BATCH = 8  # points asked for before the next are chosen
Planned = Callable[[Sequence[Point]], Sweep]


@dataclass(frozen=True, slots=True)
class Objective:
    """A KPI at scope `all`, and which way is better."""

    kpi: str
    maximise: bool


def objectives(text: str, better: dict[str, str]) -> tuple[Objective, ...]:
    """`kpi:max,kpi:min`; without a side, the one that the KPI calls better (`better`: of every KPI)."""
    found = []
    for part in text.split(","):
        kpi, _, side = part.strip().partition(":")
        if kpi not in better:
            raise UsageError(f"objectives={text}: no KPI is named {kpi!r} (`ccsim list kpis` shows them)")
        side = side or {"higher": "max", "lower": "min"}.get(better[kpi], "")
        if side not in ("max", "min"):
            raise UsageError(f"objectives={text}: write {kpi}:max or {kpi}:min")
        found.append(Objective(kpi, side == "max"))
    return tuple(found)


def run(
    planned: Planned, axes: Sequence[Parameter], aims: Sequence[Objective], count: int, seed: int, setting: Setting
) -> Swept:
    """Visit `count` points in all, those of earlier calls included; `front` in points.csv marks what nothing beats.

    Every value of each parameter is judged, beside the first of the others, before the first point runs.
    """
    trial = planned(_edges(axes))
    root = setting.results or "results"
    folder = Path(root) / trial.name / _fingerprint(trial, axes, aims, seed)
    store.made(root, folder)
    study = _study(folder, aims, seed)
    visited: list[Point] = []
    rows: list[dict[str, Any]] = []
    while len(visited) < count or not rows:
        known = study.get_trials(deepcopy=False)
        asked = known[len(visited) :] or [_ask(study, axes) for _ in range(min(BATCH, count - len(visited)))]
        new = [_point(axes, one.params) for one in asked]
        came = sweep.rows(planned(new), folder, setting)
        for one, row in zip(asked, came, strict=True):
            rows.append(row | {"point": len(rows)})
            _tell(study, one, [float(row.get(aim.kpi, math.nan)) for aim in aims])
        visited += new
    best = {one.number for one in study.best_trials}
    marked = [row | {"front": row["point"] in best} for row in rows]
    more = {"objectives": [{"kpi": aim.kpi, "better": "higher" if aim.maximise else "lower"} for aim in aims]}
    return sweep.write(replace(planned(visited), sampler="search"), marked, folder, setting, more)


def _edges(axes: Sequence[Parameter]) -> list[Point]:
    """Each value, or both ends, of each parameter, the others at their first."""
    first = [axis.at(0.0) for axis in axes]
    ends = [(place, value) for place, axis in enumerate(axes) for value in axis.values or (axis.at(0.0), axis.at(1.0))]
    return [tuple([*first[:place], value, *first[place + 1 :]]) for place, value in ends]


def _fingerprint(trial: Sweep, axes: Sequence[Parameter], aims: Sequence[Objective], seed: int) -> str:
    said = repr((trial.fingerprint, list(axes), list(aims), seed))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _study(folder: Path, aims: Sequence[Objective], seed: int) -> Any:
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend
    except ImportError:
        raise UsageError("sampler=search: the package optuna is not installed; pip install 'ccsim[search]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    memory = JournalStorage(JournalFileBackend(str(folder / LOG)))
    return optuna.create_study(
        storage=memory,
        study_name="search",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=seed % 2**32),
        directions=["maximize" if aim.maximise else "minimize" for aim in aims],
    )


def _ask(study: Any, axes: Sequence[Parameter]) -> Any:
    asked = study.ask()
    for axis in axes:
        if axis.ends is None:
            asked.suggest_categorical(axis.path, list(axis.values))
        else:
            asked.suggest_float(axis.path, 0.0, 1.0)
    return asked


def _point(axes: Sequence[Parameter], chosen: dict[str, Any]) -> Point:
    return tuple(str(chosen[axis.path]) if axis.ends is None else axis.at(chosen[axis.path]) for axis in axes)


def _tell(study: Any, asked: Any, values: list[float]) -> None:
    """Enter what came out, unless an earlier call has; a point without a number counts as failed."""
    from optuna.trial import TrialState

    if all(map(math.isfinite, values)):
        study.tell(asked.number, values, skip_if_finished=True)
    else:
        study.tell(asked.number, state=TrialState.FAIL, skip_if_finished=True)
