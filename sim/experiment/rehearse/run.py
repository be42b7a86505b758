"""Carry out a rehearsal: both arms everywhere, every design as a pilot, and what follows from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.experiment import plan, store
from sim.experiment.plan import Plan, whole
from sim.experiment.rehearse import judge, possible, reading
from sim.experiment.rehearse.judge import Question, Row
from sim.experiment.rehearse.pilots import Record
from sim.experiment.rehearse.reading import Reading
from sim.experiment.rehearse.work import NEW, TODAY, before, carry_out
from sim.routing.sides import DESIGNS, Days, Design

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded, LoadedExperiment
    from sim.metrics.base import Kpi

WEEKS, PILOTS = 2, 20
WORKDAYS, WEEK = 5, 7  # days of a pilot's week: of a scenario shorter than a week each day is a working day
COLUMNS = (
    "design", "label", "verdict", "pilots", "reading", "error", "spread", "half_width", "bias", "bias_low", "bias_high",
    "coverage", "coverage_low", "coverage_high", "power", "predicted", "weeks", "control_shift", "control_low",
    "control_high", "treated_shift", "treated_low", "treated_high", "crossed", "why",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What pilots of one experiment would read. `truth`: new rules everywhere less today's rules everywhere."""

    plan: Plan
    arm: str
    kpi: str
    title: str
    unit: str
    question: Question
    rows: tuple[Row, ...]
    recommended: str | None
    folder: Path | None

    @property
    def table(self) -> pd.DataFrame:
        """One row a design, with the columns of rehearsal.csv."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.rows])[list(COLUMNS)]

    def facts(self) -> dict[str, Any]:
        """Everything as plain data: the contents of rehearsal.json."""
        asked, truth = self.question, self.question.truth
        width = truth.half_width(asked.confidence)
        return {
            "baseline": self.plan.baseline,
            "arm": self.arm,
            "arm_label": self.plan.arm(self.arm).label,
            "kpi": self.kpi,
            "title": self.title,
            "unit": self.unit,
            "currency": self.plan.arms[0].loaded.scenario.costs.currency,
            "confidence": asked.confidence,
            "seed": self.plan.seed,
            "replications": len(self.plan.replications),
            "weeks": asked.weeks,
            "pilot_days": asked.days.pilot,
            "truth": {"value": truth.value, "low": truth.value - width, "high": truth.value + width},
            "shown": asked.shown,
            "matters": asked.matters,
            "sought": asked.sought,
            "tolerance": asked.tolerance,
            "recommended": self.recommended,
            "designs": [asdict(row) for row in self.rows],
        }


def rehearse(
    experiment: LoadedExperiment | str,
    weeks: int = WEEKS,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "local",
    *,
    arm: str | None = None,
    kpi: str | None = None,
    designs: Sequence[Design | str] = DESIGNS,
    workers: int | None = None,
    results: str | os.PathLike[str] | None = None,
    overrides: Sequence[str] = (),
    progress_bar: bool | None = None,
) -> Rehearsal:
    """Rehearse the live test of one arm against the baseline: pilots of `weeks` weeks by every design.

    `arm`: the second of the experiment, unless named. `kpi`: the primary one, unless named. `replications`: days of a
    scenario that lasts a day, else whole runs; by default as many as make 20 pilots. Raises UsageError for arms that
    one centre cannot run side by side, or a KPI that cannot be read by side. With `results`, the tables are stored
    in the folder of the comparison of the same experiment.
    """
    loaded = experiment if not isinstance(experiment, str) else _load(experiment, overrides)
    made = plan.of_experiment(loaded, None, seed, tuple(overrides))
    name = arm if arm is not None else made.arms[1].name
    baseline, treated = made.arms[0].loaded, _arm(made, name).loaded
    possible.check_arms(baseline, treated, name)
    measure = _kpi(kpi or str(made.question.primary))
    days = _days(baseline, whole("weeks", weeks, 1, 104))
    runs = _replications(days, replications)
    made = _with_replications(made, runs)
    chosen = [_design(one) for one in designs]
    with store.place(results, made) as place:
        records, skipped = carry_out(made, baseline, treated, chosen, days, measure.name, engine, workers, progress_bar)
        question = _question(made, records, days, weeks, kpi is None or kpi == made.question.primary, baseline)
        rows = _rows(question, chosen, records, skipped)
        best = judge.recommend(rows, question.tolerance)
        told = _told(measure, baseline)
        found = Rehearsal(
            made, name, measure.name, told.title, told.unit, question, rows, best.design if best else None, place
        )
        _store(found, place)
    return found


def _load(name: str, overrides: Sequence[str]) -> LoadedExperiment:
    from sim.config.load import load_experiment

    return load_experiment(name, plan.for_experiment(overrides))


def _arm(made: Plan, name: str) -> plan.Arm:
    names = [arm.name for arm in made.arms[1:]]
    if name not in names:
        raise UsageError(f"arm={name}: not an arm to rehearse against {made.baseline}; one of {', '.join(names)}")
    return made.arm(name)


def _kpi(name: str) -> Kpi:
    from sim.metrics import kpis

    found = kpis.find(name)
    possible.check_kpi(found)
    return found


def _told(kpi: Kpi, loaded: Loaded) -> Any:
    """The KPI's definition with the scenario's thresholds in its title."""
    from sim.metrics import kpis

    measures = loaded.scenario.measures
    return next(one for one in kpis.definitions(measures.answer_within, measures.repeat_window) if one.name == kpi.name)


def _design(one: Design | str) -> Design:
    if isinstance(one, Design):
        return one
    known = {design.name: design for design in DESIGNS}
    if one not in known:
        raise UsageError(f"designs: {one!r} is not known; one of {', '.join(known)}")
    return known[one]


def _days(loaded: Loaded, weeks: int) -> Days:
    from sim.simulate import prepare

    words, calendar = prepare(loaded).lexicon, loaded.scenario.calendar
    measured = Days.of(calendar.second_of_day, words.warmup, words.horizon, 1).per_replication
    pilot = weeks * (WORKDAYS if measured < WEEK else WEEK)
    return Days.of(calendar.second_of_day, words.warmup, words.horizon, pilot)


def _replications(days: Days, asked: int | None) -> int:
    if asked is None:
        return -(-PILOTS * days.pilot // days.per_replication)
    runs = whole("replications", asked, 1, 100_000)
    if runs * days.per_replication < 2 * days.pilot:
        need = -(-2 * days.pilot // days.per_replication)
        raise UsageError(
            f"replications={asked}: {runs * days.per_replication} days make no two pilots of {days.pilot} days; "
            f"write replications={need} at least, or fewer weeks"
        )
    return runs


def _with_replications(made: Plan, runs: int) -> Plan:
    from dataclasses import replace

    return replace(made, replications=plan.numbered(runs))


def _question(
    made: Plan, records: dict[str, Record], days: Days, weeks: int, primary: bool, baseline: Loaded
) -> Question:
    truth = _truth(records, days)
    matters = made.question.matters if primary else 0.0
    redrawn = baseline.scenario.quality.truth.draw != "fixed"
    return Question(days, weeks, made.question.confidence, truth, matters, redrawn)


def _truth(records: dict[str, Record], days: Days) -> Reading:
    """New rules everywhere less today's, paired replication by replication."""
    new, today = (_by_replication(records[what], days) for what in (NEW, TODAY))
    return reading.paired(new, today)


def _by_replication(record: Record, days: Days) -> Any:
    plain = record.sums[:, 0, :]
    return plain.reshape(2, -1, days.per_replication).sum(axis=2)


def _rows(
    question: Question, designs: Sequence[Design], records: dict[str, Record], skipped: dict[str, str]
) -> tuple[Row, ...]:
    plain = records[TODAY].sums[:, 0, :], records[NEW].sums[:, 0, :]
    rows = []
    for design in designs:
        if design.name in skipped:
            rows.append(Row(design.name, design.label, "not possible", skipped[design.name]))
        else:
            earlier = records.get(before(design), records[TODAY])
            rows.append(judge.judge(question, design, records[design.name], earlier, plain))
    return tuple(rows)


def _store(found: Rehearsal, place: Path | None) -> None:
    if place is None:
        return
    store.write_csv(place / "rehearsal.csv", found.table, COLUMNS)
    store.write_json(place / "rehearsal.json", found.facts())
