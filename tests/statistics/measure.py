"""How often the product's statistics are right about synthetic experiments: shares of experiments, no opinions.

Estimates, intervals, p-values and verdicts all come from `sim.experiment`; only the data and the truth are made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment import card, comparison, estimate
from sim.experiment.estimate import Estimates
from sim.experiment.plan import Question
from tests.statistics import synthetic
from tests.statistics.synthetic import Days, Floats

LEVEL = 0.95
EFFECT = 0.8  # the better arm waits a fifth less
WORSE = 1.2  # and this one a fifth more
ARMS = ("base", "one", "two", "three")
GUARDRAILS = ("service level", "abandonment")
Pseudo = tuple[Floats, Floats]
Arms = Mapping[str, Mapping[str, tuple[Floats, Floats]]]  # numerators and denominators by replication
Bools = NDArray[np.bool_]


def definition(kpi: str) -> Any:
    """What `comparison.table` wants to know of a KPI."""
    better = "higher" if kpi == "service level" else "lower"
    return SimpleNamespace(name=kpi, title=kpi, kind="mean" if kpi == "cost" else "ratio", better=better, unit="")


def pseudo(kpi: str, top: Floats, bottom: Floats) -> Pseudo:
    """Estimates and pseudo-values as the product makes them for this kind of KPI."""
    return estimate.mean_pseudo(top / bottom) if kpi == "cost" else estimate.ratio_pseudo(top, bottom)


def covers(found: Estimates, truth: float, level: float = LEVEL) -> Bools:
    """Which intervals hold the truth."""
    return np.asarray(np.abs(found.value - truth) <= estimate.half_width(found, level))


def single(kpi: str, seed: int, experiments: int, n: int) -> Estimates:
    """One arm in every experiment."""
    return estimate.single(*pseudo(kpi, *synthetic.days(seed, experiments, n).take(kpi)))


def paired(kpi: str, seed: int, experiments: int, n: int, effect: float = EFFECT) -> Estimates:
    """Two arms on the same days, the first with the effect."""
    days = synthetic.days(seed, experiments, n)
    return estimate.difference(pseudo(kpi, *days.take(kpi, effect)), pseudo(kpi, *days.take(kpi)))[0]


def gap(kpi: str, effect: float = EFFECT) -> float:
    """The true paired difference."""
    return synthetic.truth(kpi, effect) - synthetic.truth(kpi)


def single_coverage(kpi: str, seed: int, experiments: int, n: int) -> float:
    """Share of intervals of one arm that hold the truth."""
    return float(covers(single(kpi, seed, experiments, n), synthetic.truth(kpi)).mean())


def paired_coverage(kpi: str, seed: int, experiments: int, n: int) -> float:
    """Share of intervals of the paired difference that hold the truth."""
    return float(covers(paired(kpi, seed, experiments, n), gap(kpi)).mean())


def null_p_values(kpi: str, seed: int, experiments: int, n: int) -> Floats:
    """p-values of "no difference" between arms that do not differ."""
    return estimate.two_sided_p(paired(kpi, seed, experiments, n, effect=1.0))


# --- families: several KPIs and arms ---------------------------------------------------------------------------------


def totals(arms: Arms) -> pd.DataFrame:
    """The rows of kpi.csv for one experiment: `arms[arm][kpi]` = numerators and denominators by replication."""
    parts = [
        pd.DataFrame(
            {"arm": arm, "kpi": kpi, "replication": np.arange(top.size), "numerator": top, "denominator": base}
        )
        for arm, kpis in arms.items()
        for kpi, (top, base) in kpis.items()
    ]
    frame = pd.concat(parts, ignore_index=True).assign(scope="all", interval="total")
    return frame.assign(value=frame["numerator"] / frame["denominator"])


def family_question() -> Question:
    """Mean wait decides; the guardrails' margins are exactly what the arms of `families` lose on them."""
    return Question(primary="mean wait", guardrails={kpi: abs(gap(kpi, WORSE)) for kpi in GUARDRAILS})


def families(seed: int, experiments: int, n: int) -> Families:
    """Experiments with three arms in which all nine hypotheses of the decision are true.

    No arm changes the mean wait, and every arm stands exactly on the margin of both guardrails.
    """
    days = synthetic.days(seed, experiments, n)
    effects = {"mean wait": 1.0, **dict.fromkeys(GUARDRAILS, WORSE)}
    return Families(
        {
            arm: {kpi: days.take(kpi, 1.0 if arm == "base" else effect) for kpi, effect in effects.items()}
            for arm in ARMS
        }
    )


@dataclass(frozen=True, slots=True)
class Families:
    """Numerators and denominators of many experiments, by arm and KPI."""

    drawn: Mapping[str, Mapping[str, tuple[Floats, Floats]]]

    def p_values(self) -> Floats:
        """p-values of the nine hypotheses, shape (experiments, 9): KPI by KPI, arm by arm."""
        base = {kpi: pseudo(kpi, *pair) for kpi, pair in self.drawn["base"].items()}
        return np.column_stack([self._p(arm, kpi, base[kpi]) for kpi in base for arm in ARMS[1:]])

    def _p(self, arm: str, kpi: str, base: Pseudo) -> Floats:
        found = estimate.difference(pseudo(kpi, *self.drawn[arm][kpi]), base)[0]
        return estimate.two_sided_p(found, 0.0 if kpi == "mean wait" else gap(kpi, WORSE))

    def table(self, row: int) -> pd.DataFrame:
        """The product's comparison table of one experiment."""
        one = {arm: {kpi: (t[row], b[row]) for kpi, (t, b) in kpis.items()} for arm, kpis in self.drawn.items()}
        return comparison.table(totals(one), ARMS, family_question(), [definition(kpi) for kpi in one["base"]])


def errs(p_values: Floats, adjust: Callable[[Floats], Floats] = estimate.holm) -> float:
    """Share of families in which at least one true hypothesis is rejected at 5 %."""
    return float(np.mean([adjust(row).min() <= 1.0 - LEVEL for row in p_values]))


# --- looking again and again -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stopped:
    """When each experiment stopped, and what was estimated then."""

    n: NDArray[np.int64]
    value: Floats
    width: Floats
    p: Floats

    @classmethod
    def none(cls, experiments: int) -> Stopped:
        """All still running."""
        unknown = np.full(experiments, np.nan)
        return cls(np.zeros(experiments, dtype=np.int64), unknown, unknown.copy(), unknown.copy())

    def note(self, rows: NDArray[np.int64], found: Estimates) -> None:
        """These experiments stop here."""
        self.n[rows], self.value[rows] = found.n, found.value
        self.width[rows], self.p[rows] = estimate.half_width(found, LEVEL), estimate.two_sided_p(found)

    def coverage(self, truth: float) -> float:
        """Share of final intervals that hold the truth."""
        return float((np.abs(self.value - truth) <= self.width).mean())


def sequentially(
    arms: tuple[Pseudo, ...], estimates: Callable[..., Estimates], stops: Callable[[Estimates], Bools], first: int
) -> Stopped:
    """Look after `first` replications and after each further one; stop where told to, or at the last.

    `arms`: (numerators, denominators) of each arm; `estimates` makes estimates of the first columns of them.
    """
    experiments, budget = arms[0][0].shape
    done = Stopped.none(experiments)
    running = np.arange(experiments)
    for n in range(first, budget + 1):
        found = estimates(*((top[running, :n], bottom[running, :n]) for top, bottom in arms))
        stopping = stops(found) | (n == budget)
        chosen = Estimates(found.value[stopping], found.error[stopping], found.n[stopping])
        done.note(running[stopping], chosen)
        running = running[~stopping]
    return done


def to_precision(kpi: str, seed: int, experiments: int, target: float, first: int, budget: int) -> Stopped:
    """One arm; stop when the half-width is below `target`."""
    arm = synthetic.days(seed, experiments, budget).take(kpi)
    return sequentially(
        (arm,),
        lambda one: estimate.single(*pseudo(kpi, *one)),
        lambda found: np.asarray(estimate.half_width(found, LEVEL) <= target),
        first,
    )


def paired_to_precision(kpi: str, seed: int, experiments: int, target: float, first: int, budget: int) -> Stopped:
    """The paired difference; stop when the half-width is below `target`."""
    days = synthetic.days(seed, experiments, budget)
    return _paired_sequence(
        kpi, days, EFFECT, lambda found: np.asarray(estimate.half_width(found, LEVEL) <= target), first
    )


def until_significant(kpi: str, seed: int, experiments: int, first: int, budget: int) -> Stopped:
    """Arms that do not differ; stop as soon as p falls to 5 %: the mistake that peeking is."""
    days = synthetic.days(seed, experiments, budget)
    return _paired_sequence(kpi, days, 1.0, lambda found: np.asarray(estimate.two_sided_p(found) <= 0.05), first)


def _paired_sequence(kpi: str, days: Days, effect: float, stops: Callable[[Estimates], Bools], first: int) -> Stopped:
    arms = (days.take(kpi, effect), days.take(kpi))
    return sequentially(
        arms, lambda arm, base: estimate.difference(pseudo(kpi, *arm), pseudo(kpi, *base))[0], stops, first
    )


# --- the card's own advice -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Followed:
    """What came of running as many more replications as the decision card asked for, once."""

    verdicts: list[str] = field(default_factory=list)
    replications: list[int] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)

    def share(self, *verdicts: str) -> float:
        """Share of experiments that ended with one of these verdicts."""
        return float(np.isin(self.verdicts, verdicts).mean())


def following_the_card(
    kpi: str, seed: int, experiments: int, first: int, matters: float, budget: int, effect: float = 1.0
) -> Followed:
    """Run `first` replications; where the card says "not settled, N more", run N more (to `budget`) and read again."""
    days = synthetic.days(seed, experiments, budget)
    arms = days.take(kpi, effect), days.take(kpi)
    question = Question(primary=kpi, matters=matters)
    followed = Followed()
    for row in range(experiments):
        primary = primary_row(kpi, arms, row, first)
        if card.decide(primary, [], matters) == "not settled":
            more = card.further(primary, [], question, 1)
            primary = primary_row(kpi, arms, row, min(budget, first + (budget if more is None else more)))
        followed.verdicts.append(card.decide(primary, [], matters))
        followed.replications.append(int(primary["n"]))
        followed.covered.append(bool(primary["joint_low"] <= gap(kpi, effect) <= primary["joint_high"]))
    return followed


def primary_row(kpi: str, arms: tuple[Pseudo, Pseudo], row: int, n: int) -> dict[str, Any]:
    """What the card reads of the primary KPI's row after `n` replications, where it is the only decision."""
    arm, base = (pseudo(kpi, top[row : row + 1, :n], bottom[row : row + 1, :n]) for top, bottom in arms)
    found = estimate.difference(arm, base)[0]
    difference, width = float(found.value[0]), float(estimate.half_width(found, LEVEL)[0])
    sign = -1.0 if definition(kpi).better == "lower" else 1.0
    moved = "better" if sign * difference > 0.0 else "worse"
    verdict = moved if estimate.two_sided_p(found)[0] <= 1.0 - LEVEL else "no difference shown"
    return {
        "kpi": kpi, "n": n, "difference": difference, "verdict": verdict,
        "joint_low": difference - width, "joint_high": difference + width,
    }  # fmt: skip
