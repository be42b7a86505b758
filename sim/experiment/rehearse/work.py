"""The work of a rehearsal: both arms everywhere and every design, replication by replication, in workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import CcsimError
from sim.experiment import calibrate, engines, progress
from sim.experiment.plan import Plan
from sim.experiment.rehearse import counts, possible
from sim.experiment.rehearse.pilots import Record
from sim.experiment.replication import real
from sim.metrics import kpis
from sim.routing.sides import Days, Design

if TYPE_CHECKING:
    from sim.config.load import Loaded

TODAY, NEW = "today everywhere", "new everywhere"


@dataclass(frozen=True, slots=True)
class Work:
    """What every task shares."""

    baseline: Loaded
    treated: Loaded
    seed: int
    factor: float
    days: Days
    designs: tuple[Design, ...]
    kpi: str


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one arm everywhere, or of one design."""

    replication: int
    what: str


def carry_out(
    made: Plan,
    baseline: Loaded,
    treated: Loaded,
    designs: Sequence[Design],
    days: Days,
    kpi: str,
    engine: str,
    workers: int | None,
    shown: bool | None,
) -> tuple[dict[str, Record], dict[str, str]]:
    """Counts of every arm and design over all replications, and which designs cannot be read and why."""
    where = engines.asked(engine, workers)
    factor = _factor(made, where)
    skipped = {design.name: why for design in designs if (why := _why_not(design, kpi, baseline, treated, days))}
    able = tuple(design for design in designs if design.name not in skipped)
    work = Work(baseline, treated, made.seed, factor, days, able, kpi)
    kinds = [TODAY, NEW, *(design.name for design in able)]
    tasks = [Task(replication, what) for replication in made.replications for what in kinds]
    with progress.follow(f"{made.name}, rehearsal", len(tasks), shown) as meter:
        done = engines.gather(_perform, work, tasks, where, meter.step)
    found: dict[str, list[counts.Counts]] = {}
    for task, result in zip(tasks, done, strict=True):
        if isinstance(result, engines.Killed):
            raise CcsimError(f"{made.name}: the worker on replication {task.replication} ({task.what}) was killed")
        for what, one in result.items():
            found.setdefault(what, []).append(one)
    return {what: Record.of(parts) for what, parts in found.items()}, skipped


def _why_not(design: Design, kpi: str, baseline: Loaded, treated: Loaded, days: Days) -> str:
    from sim.simulate import prepare

    words = prepare(baseline).lexicon
    labels = counts.width(design, len(words.agents), len(words.queues)) * days.per_replication
    return possible.why_not(design, kpis.find(kpi), baseline, treated, labels)


def _factor(made: Plan, where: engines.Where) -> float:
    """The factor on births that the comparison of the same experiment would use."""

    def pilots(items: Sequence[calibrate.Pilot]) -> list[tuple[int, int]]:
        found = engines.gather(calibrate.count, (made, real()), items, where)
        if any(isinstance(one, engines.Killed) for one in found):
            raise CcsimError(f"{made.name}: a worker was killed while the volume was calibrated")
        return [one for one in found if not isinstance(one, engines.Killed)]

    return calibrate.calibrate(made, pilots).factor


def _perform(work: Work, task: Task) -> dict[str, counts.Counts]:
    """Simulate one task; today's rules everywhere are also read by queue, as the time before a pilot."""
    from sim.replication.rules import Trial
    from sim.simulate import prepare

    kpi = kpis.find(work.kpi)
    if task.what == NEW:
        return {NEW: counts.by_day(_plain(work, work.treated, task), kpi, work.days)}
    prepared = prepare(work.baseline)
    first = np.array([intent.steps[0].queue for intent in prepared.blueprint.intents], dtype=np.int64)
    if task.what == TODAY:
        journal = _plain(work, work.baseline, task)
        found = {TODAY: counts.by_day(journal, kpi, work.days)}
        for design in work.designs:
            if design.by == "queue":
                sides = Trial(work.treated, design, work.days).sides(prepared, work.seed, task.replication)
                found[before(design)] = counts.by_group(journal, kpi, sides, first)
        return found
    design = next(one for one in work.designs if one.name == task.what)
    trial = Trial(work.treated, design, work.days)
    journal = prepared.run(work.seed, task.replication, work.factor, trial)
    return {task.what: counts.by_group(journal, kpi, trial.sides(prepared, work.seed, task.replication), first)}


def _plain(work: Work, loaded: Loaded, task: Task) -> Any:
    from sim.simulate import prepare

    return prepare(loaded).run(work.seed, task.replication, work.factor)


def before(design: Design) -> str:
    return f"{design.name}, before"
