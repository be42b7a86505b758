"""Experiments of known truth that end by themselves, read with the product's levels or with none.

Only the primary KPI decides here, as in `measure.following_the_card`; levels come from `sim.experiment.spending`.
`ended` looks at all experiments at once; `carried` leaves each to the rounds, tables and reasons to end of the product
itself, which is slow: a test holds the two to one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sim.experiment import estimate, spending, stopping
from sim.experiment.estimate import Estimates
from sim.experiment.plan import Arm, Plan, Question, Stopping
from sim.experiment.spending import PLAIN, Reading
from tests.statistics import measure, synthetic
from tests.statistics.measure import LEVEL, Bools
from tests.statistics.synthetic import Floats

ERROR = 1.0 - LEVEL


@dataclass(slots=True)
class Ended:
    """When each experiment ended, and how its last look reads."""

    n: NDArray[np.int64]
    value: Floats
    width: Floats
    p: Floats

    @classmethod
    def none(cls, experiments: int) -> Ended:
        """All still running."""
        unknown = np.full(experiments, np.nan)
        return cls(np.zeros(experiments, dtype=np.int64), unknown, unknown.copy(), unknown.copy())

    def coverage(self, truth: float) -> float:
        """Share of final intervals that hold the truth."""
        return float((np.abs(self.value - truth) <= self.width).mean())

    @property
    def claims(self) -> float:
        """Share of experiments that call the arms different."""
        return float((self.p <= ERROR).mean())


def rule(budget: int, looks: int, half_width: float | None = None, first: int = 10) -> Stopping:
    """A stopping rule with so many looks, with the spending function that the product takes for it."""
    every = -(-(budget - first) // max(1, looks - 1))
    kind: spending.Spending = "obrien_fleming" if half_width is None else "pocock"
    return Stopping(budget, half_width, first, every, kind)


def naive(looks: Sequence[int], _kind: str) -> tuple[Reading, ...]:
    """The planted mistake: every look is read as if it were the only one."""
    return (PLAIN,) * len(looks)


def ended(
    kpi: str,
    seed: int,
    experiments: int,
    asked: Stopping,
    effect: float = 1.0,
    matters: float = 0.0,
    levels: Callable[..., Sequence[Reading]] = spending.readings,
) -> Ended:
    """Experiments with a paired difference, looked at as the rule says, ended by a verdict, a width or the budget."""
    days = synthetic.days(seed, experiments, asked.budget)
    arms = days.take(kpi, effect), days.take(kpi)
    done = Ended.none(experiments)
    running = np.arange(experiments)
    for n, reading in zip(asked.looks, levels(asked.looks, asked.spending), strict=True):
        pair = (measure.pseudo(kpi, top[running, :n], bottom[running, :n]) for top, bottom in arms)
        found = estimate.difference(*pair)[0]
        _note(done, running, found, reading)
        running = running[~_over(done, running, asked, matters)]
    return done


def _note(done: Ended, rows: NDArray[np.int64], found: Estimates, reading: Reading) -> None:
    done.n[rows], done.value[rows] = found.n, found.value
    done.width[rows] = estimate.half_width(found, 1.0 - reading.nominal(ERROR))
    done.p[rows] = reading.overall(estimate.two_sided_p(found))


def _over(done: Ended, rows: NDArray[np.int64], asked: Stopping, matters: float) -> Bools:
    """What ends an experiment: shown to differ, shown not to matter, or narrow enough."""
    small = np.abs(done.value[rows]) + done.width[rows] <= matters
    narrow = np.zeros(rows.size, dtype=bool) if asked.half_width is None else done.width[rows] <= asked.half_width
    return np.asarray((done.p[rows] <= ERROR) | small | narrow)


# --- the product's own rounds ---------------------------------------------------------------------------------------


def carried(kpi: str, seed: int, experiments: int, asked: Stopping, effect: float = 1.0, matters: float = 0.0) -> Ended:
    """The same experiments, each carried out in rounds and ended by `sim.experiment.stopping`, from its own tables."""
    days = synthetic.days(seed, experiments, asked.budget)
    arms = {"one": days.take(kpi, effect), "base": days.take(kpi)}
    question = Question(primary=kpi, matters=matters, stopping=asked)
    made = Plan("compare", "made", tuple(Arm(name, name, None) for name in ("base", "one")), (), 1, question)  # type: ignore[arg-type]
    done = Ended.none(experiments)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stopping, "joined", _joined)
        for row in range(experiments):
            drawn = {arm: {kpi: (top[row], bottom[row])} for arm, (top, bottom) in arms.items()}
            found, ended = stopping.carried(made, partial(_round, kpi, drawn))
            last = stopping.read(found, ended.reading).iloc[0]
            done.n[row], done.value[row], done.p[row] = last["n"], last["difference"], last["p_adjusted"]
            done.width[row] = (last["ci_high"] - last["ci_low"]) / 2.0
    return done


def _round(kpi: str, drawn: measure.Arms, made: Plan, births_factor: float | None) -> Any:
    """What is finished of a plan: the rows of kpi.csv of its replications."""
    rows = measure.totals(drawn)
    kept = rows[rows["replication"].isin(made.replications)]
    definitions = [measure.definition(kpi)]
    return SimpleNamespace(plan=made, kpis=kept, definitions=definitions, failures=())


def _joined(one: Any, two: Any) -> Any:
    """Both rounds together, as `sim.experiment.finished.joined` puts them."""
    plan = replace(two.plan, replications=(*one.plan.replications, *two.plan.replications))
    return SimpleNamespace(**{**vars(two), "plan": plan, "kpis": pd.concat([one.kpis, two.kpis], ignore_index=True)})
