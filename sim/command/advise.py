"""`ccsim advise`: a pilot, then how many replications (an experiment) or how much warm-up (a scenario), and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.command.catalogue import kind
from sim.command.request import Request
from sim.errors import UsageError
from sim.experiment import advice
from sim.experiment.wording import UNDEFINED, number, size

if TYPE_CHECKING:
    from sim.config.load import Loaded

PILOT = 10
SERIES = ("asa", "occupancy")  # the first that every interval defines


def advise(name: str, request: Request) -> int:
    """Run a pilot of the experiment or scenario and print the advice with its reasons."""
    return _experiment(name, request) if kind(name) == "experiment" else _scenario(name, request)


def _pilot(request: Request) -> int:
    count = PILOT if request.replications is None else request.replications
    if count < PILOT // 2:
        raise UsageError(f"replications={count}: a pilot needs {PILOT // 2} at least")
    return count


def _experiment(name: str, request: Request) -> int:
    from dataclasses import replace

    from sim.config.load import load_experiment
    from sim.experiment import plan, study

    loaded = load_experiment(name, plan.for_experiment(request.overrides))
    made = plan.of_experiment(loaded, _pilot(request), request.seed, request.overrides)
    made = replace(made, question=replace(made.question, stopping=None))
    found = study.compare_plan(made, study.Setting(request.engine, request.workers, None))
    if found.failures:
        from sim.command import show

        return show.failed(found.failures)
    rows: list[dict[Any, Any]] = found.table.to_dict("records")
    needs = advice.needs(rows, made.question)
    units = {row["kpi"]: row["unit"] for row in rows}
    print(f"{name}: a pilot of {len(made.replications)} replications of each arm, seed {made.seed}")
    for need in needs:
        print(f"  {_said(need, units[need.kpi], made.arm(need.arm).label)}")
    print(_conclusion(needs, made.question.matters))
    return 0


def _said(need: advice.Need, unit: str, label: str) -> str:
    if need.target <= 0.0:
        return f"{label}: {need.kpi}: no smallest difference that matters is stated, so no number follows from it"
    spread = UNDEFINED if need.spread != need.spread else size(need.spread, unit)
    wanted = f"to tell {size(need.target, unit)} from nothing where a replication's difference spreads by {spread}"
    answer = "no number would do" if need.replications is None else f"{need.replications:,} replications"
    return f"{label}: {need.kpi}: {answer}, {wanted}"


def _conclusion(needs: list[advice.Need], matters: float) -> str:
    known = [need.replications for need in needs if need.replications is not None]
    if not known or matters <= 0.0:
        return "State primary.matters (the smallest difference that matters): without it no number follows."
    most = max(known)
    return (
        f"Advice: replications={most}, or stopping.max_replications={most} to end as soon as the verdicts are clear.\n"
        f"Why: it finds what matters in {100 * advice.POWER:.0f} of 100 experiments, at the level of the joint "
        "decision; the pilot's spread is taken at its upper 80 % bound. Use another seed than the pilot's for a fixed "
        "number, as the pilot has been seen."
    )


def _scenario(name: str, request: Request) -> int:
    from sim.config.load import load
    from sim.experiment import study

    loaded = load(name, [*request.overrides, "++calendar.warmup='0 s'"])
    why_not = _no_steady_state(loaded)
    if why_not:
        print(f"{name}: no warm-up. Why: {why_not}")
        return 0
    seed = 1 if request.seed is None else request.seed
    found = study.run(loaded, _pilot(request), seed, request.engine, workers=request.workers)
    kpi, series = _series(found.intervals)
    seen, interval = advice.mser(series), loaded.scenario.calendar.interval
    head = f"{name}: {kpi} in {seen.of} intervals of {number(interval, 's')}, mean of {_pilot(request)} replications"
    if seen.intervals is None:
        print(f"{head}\nNo advice: {seen.reason}")
    else:
        print(f"{head}\nAdvice: calendar.warmup='{seen.intervals * interval:g} s'\nWhy: {seen.reason} (MSER-5)")
    return 0


def _no_steady_state(loaded: Loaded) -> str:
    """Why a scenario has no steady state to warm up to; empty where it may have one."""
    moving = [name for name, intent in loaded.scenario.intents.items() if intent.arrivals.kind != "constant"]
    if moving:
        return (
            f"arrivals of {moving[0]} follow the clock, so there is no steady state to wait for; a day that opens "
            "empty is what is asked about"
        )
    return ""


def _series(intervals: Any) -> tuple[str, advice.Floats]:
    """Ratio of sums over the replications by interval, of the first KPI that all intervals define."""
    whole = intervals[intervals["scope"] == "all"]
    for kpi in SERIES:
        rows = whole[whole["kpi"] == kpi].groupby("interval", observed=True)[["numerator", "denominator"]].sum()
        if len(rows) and (rows["denominator"] > 0.0).all():
            return kpi, np.asarray((rows["numerator"] / rows["denominator"]).to_numpy(dtype=np.float64))
    return SERIES[-1], np.zeros(0)
