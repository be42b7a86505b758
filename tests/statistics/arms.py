"""Races between arms of known means: how often the best is chosen, and after how many replications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiment import selection
from sim.experiment.selection import Race
from tests.statistics import measure, synthetic
from tests.statistics.synthetic import Floats

BUDGET = 2000
GAP = 1.0  # the indifference of the normal races


@dataclass(frozen=True, slots=True)
class Field:
    """Arms whose replications are normal: means, standard deviations, and what arms share of a replication."""

    means: tuple[float, ...]
    spreads: tuple[float, ...]
    shared: float  # correlation of any two arms

    def values(self, draw: np.random.Generator, replications: int) -> Floats:
        """Shape (arms, replications)."""
        common = draw.standard_normal(replications)
        own = draw.standard_normal((len(self.means), replications))
        noise = np.sqrt(self.shared) * common + np.sqrt(1.0 - self.shared) * own
        return np.array(self.means)[:, None] + np.array(self.spreads)[:, None] * noise


def slippage(arms: int, shared: float, spread: float = 3.0) -> Field:
    """The hardest case: the best is better by just the indifference, and all others are equal."""
    return Field((GAP,) + (0.0,) * (arms - 1), (spread,) * arms, shared)


FIELDS = {
    "slippage, 5 arms, correlation 0.5": slippage(5, 0.5),
    "slippage, 5 arms, independent": slippage(5, 0.0),
    "slippage, 10 arms, correlation 0.8": slippage(10, 0.8),
    "spreads rise with the mean": Field((GAP, 0.0, 0.0, 0.0), (6.0, 4.0, 3.0, 2.0), 0.5),
    "evenly spaced means": Field((4.0, 3.0, 2.0, 1.0, 0.0), (3.0,) * 5, 0.5),
}


def races(
    made: Field, seed: int, experiments: int, first: int = 10, gap: float = GAP, error: float = 0.05
) -> list[Race]:
    """So many races; the first arm is the best."""
    draw = np.random.default_rng(seed)
    done = []
    for _ in range(experiments):
        values = made.values(draw, BUDGET)

        def more(alive: Sequence[int], begin: int, end: int, values: Floats = values) -> Floats:
            return values[np.array(alive), begin:end]

        done.append(selection.race(values[:, :first], more, gap, error, BUDGET))
    return done


def correct(done: Sequence[Race]) -> float:
    """Share of races that the best arm won."""
    return float(np.mean([race.alive == [0] for race in done]))


def ran(done: Sequence[Race]) -> float:
    """Replications of an arm, on average."""
    return float(np.mean([np.mean([race.fell.get(arm, race.n) for arm in range(len(race.means))]) for race in done]))


def of_kpi(kpi: str, seed: int, experiments: int, arms: int = 4) -> float:
    """Share of races won by the best, of arms that share their days; all others stand at the indifference."""
    gap, sign = abs(measure.gap(kpi)), 1.0 if kpi == "service level" else -1.0
    right = 0
    for number in range(experiments):
        days = synthetic.days(seed * 100_000 + number, 1, 600)
        pairs = [days.take(kpi, measure.EFFECT if arm == 0 else 1.0) for arm in range(arms)]
        values = sign * np.array([(top / bottom)[0] for top, bottom in pairs])

        def more(alive: Sequence[int], begin: int, end: int, values: Floats = values) -> Floats:
            return values[np.array(alive), begin:end]

        right += selection.race(values[:, :10], more, gap, 0.05, 600).alive == [0]
    return right / experiments


def mcb_holds(made: Field, seed: int, experiments: int, n: int) -> float:
    """Share of experiments in which every arm's interval holds its difference from the best of the others."""
    draw = np.random.default_rng(seed)
    means = np.array(made.means)
    truth = np.array([mean - np.delete(means, arm).max() for arm, mean in enumerate(means)])
    held = 0
    for _ in range(experiments):
        values = made.values(draw, n)
        low, high = selection.pairs([(float(v.mean()), v) for v in values], 0.05, "higher").from_the_best()
        held += bool(((low <= truth) & (truth <= high)).all())
    return held / experiments
