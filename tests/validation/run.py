"""Run a case and judge what it shows.

Of each quantity: the estimate is a function of sums over replications, its standard error the jackknife's over
replications. It agrees when |ours − theirs| ≤ 4·√(SE² + SE_theirs²), half a unit of the last printed digit apart where
theirs is print.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.config.load import Loaded
from sim.simulate import simulate
from tests.validation import invariants, renewals
from tests.validation.cases import Case, Run, case, explained, lacking
from tests.validation.estimands import Context, Estimand, metric
from tests.validation.facts import Facts, gather
from tests.validation.laws import Data
from tests.validation.printed import printed

Z = 4.0
PRECISE_MEAN, PRECISE_SPREAD, PRECISE_SHARE = 0.01, 0.03, 0.005  # of the value; of the value; absolute
NEVER_SEEN = 1e-6  # a share that is 0 (or 1) in every replication may be so little off
SPREADS = ("var_", "sd_", "second_moment", "wait_q")
SHARES = ("p_", "sl_", "P(", "service_level", "Service level", "Proportion", "occupancy", "rho_real", "Occupancy ratio")
AGREES, WIDE, EXPLAINED, DIFFERS = "agrees", "agrees, wide", "differs, explained", "DIFFERS"
LACKING, HELD, SKIPPED = "not modelled", "held by a test", "not run"


@dataclass(frozen=True, slots=True)
class Stated:
    """What the case states: the target, its standard error, half a unit of its last digit, and what was printed."""

    target: float
    error: float
    rounding: float
    printed: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity of one run, judged."""

    case: str
    run: str
    kind: str
    group: str
    quantity: str
    definition: str
    theirs: float | None
    theirs_error: float
    interval: tuple[float, float] | None
    printed: float | None
    ours: float | None
    error: float
    z: float | None
    verdict: str
    note: str = ""


# --- what is stated -------------------------------------------------------------------------------------------------


def stated(values: Data) -> Stated:
    """The best statement of a value: exact before reference before print."""
    value = float(values["value"])
    beside = values.get("exact")
    interval = values.get("ci95") or values.get("published_ci")
    if isinstance(beside, float):
        return Stated(beside, 0.0, 0.0, value, interval)
    if "reference" in values:
        return Stated(float(values["reference"]), float(values["reference_se"]), 0.0, value, interval)
    if "ci95" in values:
        return Stated(value, (values["ci95"][1] - values["ci95"][0]) / 3.92, 0.0, None, interval)
    if "published_se" in values:
        return Stated(value, float(values["published_se"]), _half_digit(value), None, interval)
    return Stated(value, 0.0, float(values.get("tol_abs", 0.0)), None, None)


def _half_digit(value: float) -> float:
    decimals = len(repr(value).partition(".")[2])
    return 0.5 * 10.0**-decimals


# --- estimates ------------------------------------------------------------------------------------------------------


def jackknife(combine: Callable[[Any], float], sums: Any) -> tuple[float, float]:
    """The estimate from all replications' sums (a row each), and its standard error."""
    total = sums.sum(axis=0)
    without = np.array([combine(total - row) for row in sums])
    n = len(sums)
    return combine(total), float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))


@dataclass(frozen=True, slots=True)
class Question:
    """A quantity to be estimated, and what the case states of it."""

    case: Case
    quantity: str
    estimand: Estimand
    stated: Stated
    variant: Data | None = None


def asked_of(run: Run) -> list[Question]:
    """Everything that is looked at on a run: its case's quantities, and the identities it shows."""
    more = [
        Question(case(name), quantity, estimand, Stated(target, 0.0, 0.0, None, None))
        for name, quantity, estimand, target in invariants.shown_by(run.name)
    ]
    return [*questions(run.case, run.variant), *more]


def questions(one: Case, variant: Data | None = None) -> list[Question]:
    """The quantities of a case that the model can show."""
    found = []
    for name, values in one.expected.items():
        if lacking(one.name, name):
            continue
        told = stated(values)
        estimand = printed(one.name, name) or metric(name, told.target)
        if estimand is None:
            raise LookupError(f"{one.name}: nothing estimates {name!r}")
        found.append(Question(one, name, estimand, told, variant))
    return found


def measure(run: Run, asked: Sequence[Question]) -> list[Any]:
    """For each question the sums of every replication, a row each."""
    tables: list[list[tuple[float, ...]]] = [[] for _ in asked]
    for replication, loaded in enumerate(renewals.loaded(run)):
        facts = facts_of(run, loaded, replication)
        for table, question in zip(tables, asked, strict=True):
            table.append(question.estimand.sums(facts, context(run, loaded, question.stated.target)))
    return [np.array(table, dtype=float) for table in tables]


def facts_of(run: Run, loaded: Loaded, replication: int, seed: int | None = None) -> Facts:
    """Simulate one replication of a run, with its own customers or those of a seed."""
    journal = simulate(loaded, run.seed if seed is None else seed, replication)
    opening = run.plan.get("opening")
    facts = gather(journal, run.unit, tuple(opening) if opening else None)
    return facts.of_intent("probe") if run.plan.get("probe") else facts


def context(run: Run, loaded: Loaded, target: float) -> Context:
    """What estimands know of a run."""
    return Context(loaded.scenario.measures.answer_within / run.unit, run.agents, run.survival, target)


# --- verdicts -------------------------------------------------------------------------------------------------------


def judged(run: Run, question: Question, sums: Any) -> Row:
    """Ours against theirs."""
    ours, error = jackknife(question.estimand.combine, sums)
    told = question.stated
    apart = max(abs(ours - told.target) - told.rounding, 0.0) if np.isfinite(ours) else float("inf")
    spread = float(np.hypot(error, told.error))
    z = np.copysign(apart / spread, ours - told.target) if spread else (0.0 if apart <= NEVER_SEEN else float("inf"))
    verdict, note = _verdict(question, ours, error, float(z))
    return Row(
        case=question.case.name,
        run=run.name,
        kind=question.case.kind,
        group=question.case.group,
        quantity=question.quantity + (question.variant or {}).get("beside", ""),
        definition=question.estimand.what,
        theirs=told.target,
        theirs_error=told.error,
        interval=told.interval,
        printed=told.printed,
        ours=ours,
        error=error,
        z=float(z),
        verdict=verdict,
        note=note,
    )


def _verdict(question: Question, ours: float, error: float, z: float) -> tuple[str, str]:
    told, reason = question.stated, explained(question.case.name, question.quantity)
    if question.variant is not None:
        reason = {"why": question.variant["why"], "of": "print", "always": True}
    if abs(z) > Z or not np.isfinite(ours):
        if reason and reason.get("of") != "print" and abs(ours - told.target) <= reason["at_most"] * abs(told.target):
            return EXPLAINED, reason["why"]
        return DIFFERS, ""
    note = reason["why"] if reason and reason.get("always") else _print_note(question, ours, error, reason)
    if question.case.kind != "invariant" and not precise(question.quantity, told.target, error):
        return WIDE, note
    return AGREES, note


def _print_note(question: Question, ours: float, error: float, reason: Data | None) -> str:
    """Where a value was printed beside the exact one: whether the print reproduces too."""
    told = question.stated
    if told.printed is None:
        return ""
    values = question.case.expected[question.quantity]
    spread = float(values.get("published_se", values.get("sd_per_replication", 0.0) / 5**0.5))
    allowed = Z * float(np.hypot(error, spread)) + _half_digit(told.printed)
    allowed += float(values.get("tol_abs", 0.0)) + float(values.get("tol_rel", 0.0)) * abs(told.printed)
    if abs(ours - told.printed) <= allowed:
        return ""
    return f"the print does not reproduce: {reason['why']}" if reason else "the print does not reproduce"


def precise(quantity: str, target: float, error: float) -> bool:
    """Whether the standard error is small enough for agreement to mean something."""
    if quantity.startswith(SHARES) or any(part in quantity for part in ("_p_wait", "_occupancy", "ccupancy ratio")):
        return error <= PRECISE_SHARE * (100.0 if target > 1.5 else 1.0)
    return error <= (PRECISE_SPREAD if quantity.startswith(SPREADS) else PRECISE_MEAN) * abs(target)


def bare_row(one: Case, quantity: str, verdict: str, note: str) -> Row:
    """A quantity that nothing was estimated of."""
    values = one.expected.get(quantity, {})
    numeric = isinstance(values.get("value"), (int, float))
    told = stated(values) if numeric else Stated(float("nan"), 0.0, 0.0, None, None)
    theirs = told.target if numeric else None
    return Row(
        one.name,
        one.name,
        one.kind,
        one.group,
        quantity,
        "",
        theirs,
        told.error,
        told.interval,
        told.printed,
        None,
        0.0,
        None,
        verdict,
        note,
    )


def lacking_row(one: Case, quantity: str, what: str) -> Row:
    """A quantity that the model cannot show."""
    observed = what.removeprefix("nothing: ")
    return bare_row(one, quantity, LACKING, observed if observed != what else f"needs {what}")


# --- a whole run ----------------------------------------------------------------------------------------------------


def run_one(run: Run, scale: float = 1.0) -> list[Row]:
    """All quantities of one scenario; `scale`: the share of its length that is run."""
    asked = asked_of(run)
    tables = measure(run.shortened(scale), asked)
    return [judged(run, question, table) for question, table in zip(asked, tables, strict=True)]
