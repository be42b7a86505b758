"""Replications put together: tables in the plan's order, what failed, and estimates of a single arm.

Tables are made when they are first asked for: until then a replication is two vectors.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CcsimError
from sim.experiment import comparison, estimate, store
from sim.experiment.plan import Plan, Task
from sim.experiment.replication import Outcome, defined, names

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded

SUMMARY = ("kpi", "scope", "n", "mean", "ci_low", "ci_high", "half_width", "unit", "title", "definition")


@dataclass(frozen=True, slots=True)
class Failed:
    """A replication without numbers, and the line that makes it fail again."""

    arm: str
    replication: int
    message: str
    trace: str
    command: str


@dataclass(frozen=True)
class Finished:
    """All replications of a plan, in the plan's order."""

    plan: Plan
    definitions: Sequence[Any]
    outcomes: Sequence[Outcome]
    records: Mapping[str, pd.DataFrame]
    failures: tuple[Failed, ...]
    volume: str
    engine: str
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """The rows of kpi.csv."""
        return _stack([(o.task, defined(o.kpis.frame())) for o in self.outcomes if o.kpis], store.KPI_COLUMNS)

    @cached_property
    def agents(self) -> pd.DataFrame:
        """The rows of agents.csv; people of a roster go by ids unless names were asked for."""
        found = _stack([(o.task, o.agents.frame()) for o in self.outcomes if o.agents], store.KPI_COLUMNS)
        if self.plan.names:
            shown = {f"agent:{one}": f"agent:{name}" for one, name in _names(self.plan).items()}
            found["scope"] = found["scope"].astype(object).replace(shown)
        return found

    @cached_property
    def flows(self) -> pd.DataFrame:
        """The rows of flows.csv."""
        return _stack([(o.task, o.flows.frame()) for o in self.outcomes if o.flows], store.FLOW_COLUMNS)


def together(
    made: Plan,
    definitions: Sequence[Any],
    outcomes: Sequence[Outcome],
    volume: str,
    engine: str,
    facts: dict[str, Any],
) -> Finished:
    """Outcomes in the plan's order; raises CcsimError when every replication failed."""
    places = {arm.name: place for place, arm in enumerate(made.arms)}
    ordered = sorted(outcomes, key=lambda o: (places[o.task.arm], o.task.replication))
    failures = tuple(
        Failed(o.task.arm, o.task.replication, o.failure.message, o.failure.trace, command(made, o.task))
        for o in ordered
        if o.failure is not None
    )
    good = [outcome for outcome in ordered if outcome.failure is None]
    if not good:
        raise CcsimError(f"{made.name}: every replication failed; the first: {told(failures[0])}")
    records = {arm.name: _records(good, arm.name) for arm in made.arms} if made.contacts else {}
    if made.names:
        shown = _names(made)
        for frame in records.values():
            frame["agent"] = frame["agent"].astype(object).replace(shown)
    facts |= {
        "replication_seconds": sum(outcome.seconds for outcome in ordered),
        "contacts": sum(outcome.contacts for outcome in good),
        "complete": not failures,
    }
    return Finished(made, definitions, good, records, failures, volume, engine, facts)


def joined(first: Finished, later: Finished) -> Finished:
    """Two rounds of replications of the same arms as one; what the first said of the volume stays."""
    places = {arm.name: place for place, arm in enumerate(first.plan.arms)}
    outcomes = sorted((*first.outcomes, *later.outcomes), key=lambda o: (places[o.task.arm], o.task.replication))
    counts = ("seconds", "replication_seconds", "contacts")
    facts = {**first.facts, **{name: first.facts[name] + later.facts[name] for name in counts}}
    facts["complete"] = first.facts["complete"] and later.facts["complete"]
    made = replace(first.plan, replications=(*first.plan.replications, *later.plan.replications))
    return replace(first, plan=made, outcomes=outcomes, failures=(*first.failures, *later.failures), facts=facts)


def without_lives(finished: Finished) -> Finished:
    """The same without what became of each case, which takes most of the room."""
    if all(outcome.lives is None for outcome in finished.outcomes):
        return finished
    lighter = replace(finished, outcomes=[replace(outcome, lives=None) for outcome in finished.outcomes])
    lighter.__dict__.update(
        {name: frame for name, frame in vars(finished).items() if name in ("kpis", "agents", "flows")}
    )
    return lighter


def _names(made: Plan) -> dict[str, str]:
    """The name behind each id, over all arms: an id is made from the name alone."""
    return {one: name for arm in made.arms for one, name in names(arm.loaded).items()}


def _stack(parts: Sequence[tuple[Task, pd.DataFrame]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    frames = [frame.assign(arm=task.arm, replication=task.replication) for task, frame in parts]
    stacked: pd.DataFrame = pd.concat(frames, ignore_index=True)[list(columns)]
    return stacked


def _records(outcomes: Sequence[Outcome], arm: str) -> pd.DataFrame:
    import pandas as pd

    frames = [
        outcome.records.frame().assign(replication=outcome.task.replication)
        for outcome in outcomes
        if outcome.records is not None and outcome.task.arm == arm
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


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
    words += [f"rules={','.join(one.path for one in made.rules)}"] if made.rules else []
    return shlex.join(["ccsim", "run", *words, "engine=serial", *arm.overrides])


def _address(loaded: Loaded) -> str:
    """The shipped name, or the path of a scenario that lies elsewhere."""
    from sim.config.files import shipped

    return loaded.name if Path(loaded.source).is_relative_to(shipped()) else loaded.source


def told(failed: Failed) -> str:
    """One line about a failed replication."""
    return f"{failed.arm}, replication {failed.replication}: {failed.message}; repeat it with: {failed.command}"
