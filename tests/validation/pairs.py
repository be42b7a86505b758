"""Pairs of arms with a known effect: both serve the same customers, and the interval of the difference covers it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.config.load import Loaded, load
from tests.validation.cases import Case, Run, case, cases, runs_of
from tests.validation.estimands import Context, Estimand, metric
from tests.validation.run import AGREES, DIFFERS, WIDE, Row, Z, context, facts_of, jackknife

EFFECT = "effect_B_minus_A: "
MORE_AGENTS = "an agent more, the same customers, all patient: replications in which they wait longer in all"


def pairs() -> Iterator[Case]:
    """The pairs whose arms are cases."""
    yield from (one for one in cases() if one.kind == "ab-pair" and one.name != "AB-NULL")


def effect(pair: Case, scale: float = 1.0) -> list[Row]:
    """The difference of a pair's arms, B − A, paired by replication."""
    name = next(iter(pair.expected))
    quantity, truth = name.removeprefix(EFFECT), float(pair.expected[name]["value"])
    estimand = metric(quantity, 0.0)
    assert estimand is not None
    seed = _arm(pair.model["A"]).seed
    first, second = (_sums(_arm(pair.model[arm]), estimand, scale, seed) for arm in ("A", "B"))
    difference, error = jackknife(
        lambda totals: estimand.combine(totals[2:]) - estimand.combine(totals[:2]), np.hstack([first, second])
    )
    z = (difference - truth) / error
    verdict = DIFFERS if abs(z) > Z else AGREES if abs(truth) > 2.0 * error else WIDE
    alone = [jackknife(estimand.combine, sums)[1] for sums in (first, second)]
    note = f"{pair.model['A']} → {pair.model['B']}; separate customers would give ± {np.hypot(*alone):.2g}"
    return [_row(pair, name, f"{estimand.what}, B − A", truth, difference, error, float(z), verdict, note)]


def nothing(pair: Case, scale: float = 1.0) -> list[Row]:
    """The same arm twice differs by exactly nothing."""
    run = _arm("EX-V-1")
    loaded, again = load(str(run.path)), load(str(run.path))
    same = all(_alike(*(facts_of(run, arm, k).journal.legs for arm in (loaded, again))) for k in range(2))
    verdict = AGREES if same else DIFFERS
    return [
        _row(
            pair,
            "effect",
            "identical arms, record by record",
            0.0,
            0.0 if same else 1.0,
            0.0,
            0.0,
            verdict,
            "EX-V-1 twice",
        )
    ]


def monotone(one: Case, scale: float = 1.0) -> list[Row]:
    """In how many replications an agent more made all wait longer; pathwise true where nobody gives up."""
    run = _arm("CF-EC-1")
    short = run.shortened(0.3 * scale).overrides
    arms = [load(str(run.path), [*short, f"staff.groups.agents.count={run.agents + more}"]) for more in (0, 1)]
    waits = [[_waits(run, loaded, k) for loaded in arms] for k in range(10)]
    worse = float(sum(more > fewer for fewer, more in waits))
    verdict = AGREES if worse == 0.0 else DIFFERS
    return [
        _row(
            one,
            MORE_AGENTS,
            "count",
            0.0,
            worse,
            0.0,
            worse,
            verdict,
            f"CF-EC-1 with 14 and 15 agents, {len(waits)} replications",
        )
    ]


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Every field of every record; what never happened is NaN in both."""
    names = one.dtype.names or ()
    return len(one) == len(other) and all(np.array_equal(one[n], other[n], equal_nan=True) for n in names)


def _waits(run: Run, loaded: Loaded, replication: int) -> float:
    facts = facts_of(run, loaded, replication)
    return facts.total(facts.waited)


def _arm(name: str) -> Run:
    return next(runs_of(case(name)))


def _sums(run: Run, estimand: Estimand, scale: float, seed: int) -> np.ndarray:
    short = run.shortened(scale)
    loaded = load(str(run.path), short.overrides)
    told: Context = context(run, loaded, 0.0)
    return np.array([estimand.sums(facts_of(run, loaded, k, seed), told) for k in range(run.plan["replications"])])


def _row(
    one: Case, quantity: str, what: str, truth: float, ours: float, error: float, z: float, verdict: str, note: str
) -> Row:
    return Row(
        one.name, one.name, one.kind, one.group, quantity, what, truth, 0.0, None, None, ours, error, z, verdict, note
    )
