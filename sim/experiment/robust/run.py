"""Carry out a robustness study: draw worlds, simulate both arms in each, and judge."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import CcsimError, UsageError
from sim.experiment import calibrate, engines, estimate, plan, progress, store
from sim.experiment.plan import Plan, whole
from sim.experiment.replication import real
from sim.experiment.robust import alter, judge, worlds
from sim.experiment.robust.judge import Verdict
from sim.experiment.robust.worlds import Floats

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded, LoadedExperiment
    from sim.config.schema.uncertain import Uncertain

WORLDS, REPLICATIONS, FEWEST = 40, 4, 2


@dataclass(frozen=True, slots=True)
class Robustness:
    """How a difference fares over worlds. `table`: one row a world, its inputs, the difference and its error."""

    plan: Plan
    arm: str
    kpi: Any
    uncertain: Mapping[str, Uncertain]
    table: pd.DataFrame
    verdict: Verdict
    replications: int
    folder: Path | None

    def facts(self) -> dict[str, Any]:
        """Everything as plain data: the contents of robustness.json."""
        scenario = self.plan.arms[0].loaded.scenario
        return {
            "baseline": self.plan.baseline,
            "arm": self.arm,
            "arm_label": self.plan.arm(self.arm).label,
            "kpi": self.kpi.name,
            "title": self.kpi.title,
            "unit": self.kpi.unit,
            "better": self.kpi.better,
            "currency": scenario.costs.currency,
            "confidence": self.plan.question.confidence,
            "matters": self.plan.question.matters,
            "seed": self.plan.seed,
            "worlds": len(self.table),
            "replications": self.replications,
            "inputs": {name: one.model_dump() for name, one in self.uncertain.items()},
            **asdict(self.verdict),
        }


@dataclass(frozen=True, slots=True)
class _Work:
    arms: tuple[Loaded, Loaded]
    overrides: tuple[tuple[str, ...], tuple[str, ...]]
    uncertain: Mapping[str, Uncertain]
    values: Mapping[str, Floats]
    seed: int
    factor: float
    kpi: str
    replications: int


def robust(
    experiment: LoadedExperiment | str,
    worlds_wanted: int = WORLDS,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    engine: str = "local",
    *,
    arm: str | None = None,
    workers: int | None = None,
    results: str | os.PathLike[str] | None = None,
    overrides: Sequence[str] = (),
    progress_bar: bool | None = None,
) -> Robustness:
    """Does the arm (the second, unless named) still beat the baseline in worlds drawn from the uncertain inputs?

    Each world is simulated `replications` times with both arms on the same customers. Raises UsageError for an
    experiment without uncertain inputs. With `results`, the tables are stored in the folder of the comparison.
    """
    loaded = _load(experiment, overrides) if isinstance(experiment, str) else experiment
    made = plan.of_experiment(loaded, None, seed, tuple(overrides))
    uncertain = loaded.experiment.uncertain
    worlds.check(uncertain)
    count = whole("worlds", worlds_wanted, len(uncertain) + 5, 100_000)
    whole("replications", replications, FEWEST, 1000)
    chosen = _arm(made, arm)
    base = made.arms[0]
    alter.check(base.loaded, uncertain)
    kpi = _kpi(made)
    values = worlds.draw(uncertain, count, made.seed)
    engine, hands = engines.chosen(engine, workers)
    with store.place(results, made) as place:
        work = _Work(
            (base.loaded, chosen.loaded), (base.overrides, chosen.overrides), uncertain, values, made.seed,
            _factor(made, engine, hands), kpi.name, replications,
        )  # fmt: skip
        totals = _carry_out(made.name, work, count, engine, hands, progress_bar)
        gaps, variances = _differences(totals)
        verdict = judge.judge(gaps, variances, replications - 1, kpi.better, values, made.question.confidence)
        table = _table(values, gaps, variances, totals)
        found = Robustness(made, chosen.name, kpi, uncertain, table, verdict, replications, place)
        if place is not None:
            store.write_csv(place / "robustness.csv", table, list(table.columns))
            store.write_json(place / "robustness.json", found.facts())
    return found


def _load(name: str, overrides: Sequence[str]) -> LoadedExperiment:
    from sim.config.load import load_experiment

    return load_experiment(name, plan.for_experiment(overrides))


def _arm(made: Plan, name: str | None) -> plan.Arm:
    names = [arm.name for arm in made.arms[1:]]
    if name is not None and name not in names:
        raise UsageError(f"arm={name}: not an arm to hold against {made.baseline}; one of {', '.join(names)}")
    return made.arm(name or names[0])


def _kpi(made: Plan) -> Any:
    """The primary KPI's definition; it must be a ratio, whose sums can be pooled over replications."""
    from sim.metrics import kpis

    measures = made.arms[0].loaded.scenario.measures
    known = kpis.definitions(measures.answer_within, measures.repeat_window)
    found = next(one for one in known if one.name == made.question.primary)
    if found.kind == "statistic":
        raise UsageError(f"primary.kpi: {found.name} is a statistic, not a sum or a ratio; name another for this")
    return found


def _factor(made: Plan, engine: str, workers: int) -> float:
    """The factor on births of the scenario as it is: worlds change the volume from there."""

    def pilots(items: Sequence[calibrate.Pilot]) -> list[tuple[int, int]]:
        found = engines.run(calibrate.count, (made, real()), items, engine, workers, lambda: None)
        if any(isinstance(one, engines.Killed) for one in found):
            raise CcsimError(f"{made.name}: a worker was killed while the volume was calibrated")
        return [one for one in found if not isinstance(one, engines.Killed)]

    return calibrate.calibrate(made, pilots).factor


def _carry_out(name: str, work: _Work, count: int, engine: str, workers: int, shown: bool | None) -> Floats:
    """Numerators and denominators, shape (2 sums, 2 arms, worlds, replications)."""
    meter = progress.Meter(f"{name}, robustness", count)
    with progress.bar(meter.name, count, shown) as show:

        def step() -> None:
            meter.step()
            show(meter)

        done = engines.run(_perform, work, range(count), engine, workers, step)
    for world, one in enumerate(done):
        if isinstance(one, engines.Killed):
            raise CcsimError(f"{name}: the worker on world {world} was killed")
    return np.array(done).transpose(2, 1, 0, 3)


def _perform(work: _Work, world: int) -> Floats:
    """One world: both arms, every replication; shape (2 arms, 2 sums, replications)."""
    values = {name: float(column[world]) for name, column in work.values.items()}
    return np.array([_of_arm(work, place, values, world) for place in range(2)])


def _of_arm(work: _Work, place: int, values: Mapping[str, float], world: int) -> Floats:
    from sim.metrics import kpis
    from sim.model.blueprint import draft
    from sim.simulate import prepare

    planned = work.arms[place]
    loaded, more = alter.altered(_set(work, place, values), work.uncertain, values)
    prepared = replace(prepare(planned), blueprint=draft(loaded))
    kpi = kpis.find(work.kpi)
    sums = []
    for number in range(work.replications):
        facts = kpis.begin(prepared.lexicon)
        prepared.stream(work.seed, world * work.replications + number, work.factor * more, facts.take)
        fold = kpi.fold(facts)
        sums.append((fold.numerator[0], fold.denominator[0]))  # the first cell is the whole centre in total
    return np.array(sums).T


def _set(work: _Work, place: int, values: Mapping[str, float]) -> Loaded:
    """The arm with the numbers set that this world sets."""
    from sim.config.load import load

    more = alter.overrides(work.uncertain, values)
    return load(work.arms[place].source, [*work.overrides[place], *more]) if more else work.arms[place]


def _differences(totals: Floats) -> tuple[Floats, Floats]:
    """The difference in each world, and the variance of its error from the paired jackknife over replications."""
    base, arm = (estimate.ratio_pseudo(totals[0, side], totals[1, side]) for side in range(2))
    gap, _ = estimate.difference(arm, base)
    return gap.value, gap.error**2


def _table(values: Mapping[str, Floats], gaps: Floats, variances: Floats, totals: Floats) -> pd.DataFrame:
    import pandas as pd

    levels = totals[0].sum(axis=2) / totals[1].sum(axis=2)
    return pd.DataFrame(
        {
            "world": np.arange(gaps.size), **values, "baseline": levels[0], "arm": levels[1], "difference": gaps,
            "standard_error": np.sqrt(variances),
        }
    )  # fmt: skip
