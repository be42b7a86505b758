"""Many arms: which is the best, how far each may be from it, and which are beaten in everything that matters.

* The best arm: the fully sequential procedure of Kim and Nelson (2001), which allows for common random numbers. Where
  the best arm is better than every other by the indifference or more, it is chosen with the stated confidence. Arms
  fall out as soon as they are behind by more than chance allows; only those still in the race run on.
* Distance from the best (multiple comparisons with the best, Hsu 1984): simultaneous intervals of every arm's
  difference from the best of the others, from Bonferroni's paired intervals of all pairs.
* Pareto set over primary and guardrails: an arm is out when another is nowhere worse by what matters, nowhere worse
  for certain, and somewhere better for certain, all intervals holding together.

The race takes a KPI's value of each replication (for a ratio: a mean of daily ratios, not the ratio of sums that the
comparison states); the other two take the comparison's own estimates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.experiment import comparison, estimate
from sim.experiment.finished import Finished
from sim.experiment.plan import Plan

Floats = NDArray[np.float64]
Draw = Callable[[Sequence[int], int, int], Floats]
Pair = tuple[int, int]
Run = Callable[[Plan, float | None], Finished]


@dataclass(slots=True)
class Race:
    """Arms that race for the highest mean: who is still in it, and after how many replications each fell out."""

    alive: list[int]
    n: int
    means: Floats
    fell: dict[int, int] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether one arm alone is left."""
        return len(self.alive) == 1


def race(first: Floats, draw: Draw, indifference: float, error: float, budget: int) -> Race:
    """Kim and Nelson's procedure for the highest mean.

    `first`: values of shape (arms, replications) of the first stage, replications shared by the arms.
    `draw(arms, begin, end)` gives more values of these arms. It looks after batches, which errs no more often than
    looking after every replication does. Undecided where `budget` replications do not decide.
    """
    arms, n = first.shape
    eta = 0.5 * ((2.0 * error / (arms - 1)) ** (-2.0 / (n - 1)) - 1.0)
    reach = 2.0 * eta * (n - 1) * _spread(first)  # h² S², per pair of arms
    sums = first.sum(axis=1)
    now = Race(list(range(arms)), n, sums / n)
    batch = max(1, n // 2)
    _screen(now, reach, indifference)
    while not now.decided and now.n < budget:
        end = min(budget, now.n + batch)
        sums[now.alive] += draw(now.alive, now.n, end).sum(axis=1)
        now.n = end
        now.means[now.alive] = sums[now.alive] / end
        _screen(now, reach, indifference)
    return now


def _screen(now: Race, reach: Floats, indifference: float) -> None:
    """Take those out of the race that lie behind another by more than the corridor, which narrows with n."""
    inside = np.array(now.alive)
    corridor = reach[np.ix_(inside, inside)] / indifference**2 - now.n
    allowed = np.maximum(0.0, indifference / (2.0 * now.n) * corridor)
    behind = now.means[inside][None, :] - now.means[inside][:, None] - allowed  # of the row's arm
    np.fill_diagonal(behind, -math.inf)
    lost = (behind > 0.0).any(axis=1)
    if not lost.any() and (corridor[~np.eye(inside.size, dtype=bool)] <= 0.0).all():
        lost = np.arange(inside.size) != int(np.argmax(now.means[inside]))  # exactly equal: the first one
    now.fell.update({int(arm): now.n for arm in inside[lost]})
    now.alive = [int(arm) for arm in inside[~lost]]


def _spread(first: Floats) -> Floats:
    """Variance of the paired difference of every two arms."""
    gaps = first[:, None, :] - first[None, :, :]
    return np.asarray(gaps.var(axis=2, ddof=1))


# --- all pairs, all intervals holding together -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pairs:
    """Simultaneous intervals of the gain of arm i over arm j, shape (arms, arms); the diagonal is 0."""

    low: Floats
    high: Floats

    def from_the_best(self) -> tuple[Floats, Floats]:
        """Intervals of each arm's difference from the best of the others; above 0: it is the best for certain."""
        others = ~np.eye(len(self.low), dtype=bool)
        low, high = (np.where(others, ends, math.inf).min(axis=1) for ends in (self.low, self.high))
        return low, high


def pairs(pseudo: Sequence[tuple[float, Floats]], error: float, better: str) -> Pairs:
    """Paired t intervals of all pairs of arms at error / number of pairs; gains are positive."""
    size = len(pseudo)
    low, high = np.zeros((size, size)), np.zeros((size, size))
    sign = 1.0 if better == "higher" else -1.0
    level = 1.0 - error / (size * (size - 1) / 2)
    for i, j in combinations(range(size), 2):
        left, right = ((np.array([value]), values[None, :]) for value, values in (pseudo[i], pseudo[j]))
        found = estimate.difference(left, right)[0]
        gain, width = sign * float(found.value[0]), float(estimate.half_width(found, level)[0])
        low[i, j], high[i, j] = gain - width, gain + width
        low[j, i], high[j, i] = -high[i, j], -low[i, j]
    return Pairs(low, high)


def dominated(found: Sequence[Pairs], tolerances: Sequence[float]) -> dict[int, int]:
    """Which arm is beaten, and by which one: the first that does, if possible one that is not beaten itself."""
    arms = range(len(found[0].low))
    by = {loser: [arm for arm in arms if arm != loser and _dominates(arm, loser, found, tolerances)] for loser in arms}
    return {
        loser: next((arm for arm in winners if not by[arm]), winners[0]) for loser, winners in by.items() if winners
    }


def _dominates(winner: int, loser: int, found: Sequence[Pairs], tolerances: Sequence[float]) -> bool:
    lows = [one.low[winner, loser] for one in found]
    highs = [one.high[winner, loser] for one in found]
    safe = all(low >= -tolerance for low, tolerance in zip(lows, tolerances, strict=True))
    return safe and not any(high < 0.0 for high in highs) and any(low > 0.0 for low in lows)


# --- of an experiment ------------------------------------------------------------------------------------------------


def selected(finished: Finished, run: Run) -> dict[str, Any] | None:
    """What selection.json holds; None where the experiment asks for none. `run` runs the arms still in the race on."""
    question = finished.plan.question
    asked = question.select
    if asked is None:
        return None
    known = {definition.name: definition for definition in finished.definitions}
    kpi = asked.kpi or str(question.primary)
    if known[kpi].better not in ("higher", "lower"):
        raise UsageError(f"select.kpi: {kpi!r} has no better direction, so no arm can be the best; name another KPI")
    sign = 1.0 if known[kpi].better == "higher" else -1.0
    first = sign * _values(finished, kpi, list(range(len(finished.plan.arms))))
    if first.shape[1] < estimate.FEWEST:
        raise UsageError(f"replications={first.shape[1]}: select needs {estimate.FEWEST} at least")

    def draw(arms: Sequence[int], begin: int, end: int) -> Floats:
        chosen = tuple(finished.plan.arms[arm] for arm in arms)
        more = replace(finished.plan, arms=chosen, replications=tuple(range(begin, end)))
        return sign * _values(run(more, finished.plan.births_factor), kpi, range(len(arms)))

    error = 1.0 - question.confidence
    done = race(first, draw, asked.indifference, error, asked.budget)
    return _told(finished, kpi, sign, done, error)


def _values(finished: Finished, kpi: str, arms: Sequence[int]) -> Floats:
    """Values of the KPI at scope `all`, shape (arms, replications)."""
    names = [finished.plan.arms[arm].name for arm in arms]
    whole = finished.kpis[finished.kpis["scope"] == "all"]
    _keys, cubes = comparison.cube(whole, names, [kpi])
    values = np.array([cubes[name].value[0] for name in names])
    if finished.failures or not np.isfinite(values).all():
        raise UsageError(f"select.kpi: {kpi!r} is not defined in every replication of every arm; name another KPI")
    return values


def _told(finished: Finished, kpi: str, sign: float, done: Race, error: float) -> dict[str, Any]:
    plan, asked = finished.plan, finished.plan.question.select
    assert asked is not None
    names = [arm.name for arm in plan.arms]
    low, high = _pairs(finished, [kpi], error)[0].from_the_best()
    arms = [
        {
            "arm": name, "label": plan.arms[i].label, "mean": sign * float(done.means[i]),
            "replications": done.fell.get(i, done.n), "in_the_race": i in done.alive,
            "from_the_best_low": float(low[i]), "from_the_best_high": float(high[i]),
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    sure = f"{100.0 * (1.0 - error):g} %"
    return {
        "kpi": kpi,
        "indifference": asked.indifference,
        "best": names[done.alive[0]] if done.decided else None,
        "in_the_race": [names[i] for i in done.alive],
        "replications": done.n,
        "guarantee": (
            f"if the best arm is better than every other by {asked.indifference:g} or more, it is chosen with "
            f"probability {sure} at least (Kim and Nelson 2001)"
        ),
        "arms": arms,
        "pareto": _pareto(finished, error),
    }


def _pareto(finished: Finished, error: float) -> dict[str, Any]:
    question, names = finished.plan.question, [arm.name for arm in finished.plan.arms]
    tolerances = {} if question.primary is None else {question.primary: question.matters}
    tolerances |= dict(question.guardrails)
    found = _pairs(finished, list(tolerances), error / len(tolerances))
    beaten = dominated(found, list(tolerances.values()))
    return {
        "kpis": list(tolerances),
        "front": [name for i, name in enumerate(names) if i not in beaten],
        "dominated": {names[loser]: names[winner] for loser, winner in beaten.items()},
    }


def _pairs(finished: Finished, kpis: Sequence[str], error: float) -> list[Pairs]:
    """All pairs of arms, of each KPI at scope `all`, by the comparison's estimates."""
    known = {definition.name: definition for definition in finished.definitions}
    names = [arm.name for arm in finished.plan.arms]
    whole = finished.kpis[finished.kpis["scope"] == "all"]
    made = []
    for kpi in kpis:
        _keys, cubes = comparison.cube(whole, names, [kpi])
        ratio = known[kpi].kind == "ratio"
        pseudo = [
            estimate.ratio_pseudo(one.numerator, one.denominator) if ratio else estimate.mean_pseudo(one.value)
            for one in (cubes[name] for name in names)
        ]
        made.append(pairs([(float(value[0]), values[0]) for value, values in pseudo], error, known[kpi].better))
    return made


def sentences(found: dict[str, Any]) -> list[str]:
    """The selection in words, for a terminal."""
    left, many = found["in_the_race"], found["replications"]
    labels = {row["arm"]: row["label"] for row in found["arms"]}
    head = (
        f"Best by {found['kpi']}: {labels[found['best']]} ({found['best']}), after {many} replications"
        if found["best"]
        else f"Best by {found['kpi']}: not decided after {many} replications; still in the race: {', '.join(left)}"
    )
    said = [f"{head}; {found['guarantee']}."]
    for row in found["arms"]:
        ends = f"{row['from_the_best_low']:+.4g} to {row['from_the_best_high']:+.4g}"
        stays = "still in the race" if row["in_the_race"] else f"out after {row['replications']}"
        said.append(f"{row['arm']}: {ends} from the best of the others (all intervals hold together); {stays}")
    beaten = [f"{loser} (by {winner})" for loser, winner in found["pareto"]["dominated"].items()]
    over = ", ".join(found["pareto"]["kpis"])
    said.append(f"Beaten in everything that decides ({over}): {', '.join(beaten) or 'no arm for certain'}.")
    return said
