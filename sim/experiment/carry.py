"""Replications carried out: find what is on disk, compute what is missing, write each as it comes in.

Any number of plans can be carried out at once; their replications go into one pool of workers. A plan
without a folder keeps its numbers in memory. What is concluded from the numbers is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import CcsimError
from sim.experiment import engines, progress, store
from sim.experiment.engines import Where
from sim.experiment.plan import Plan, Task
from sim.experiment.progress import Meter, Precision
from sim.experiment.replication import Failure, Instruments, Outcome, perform
from sim.experiment.store.shards import Headline, Packed, Recipe, Shelf, pack
from sim.experiment.watchdog import USUAL, Limits

KILLED = Failure("the worker process was killed; most often memory ran out (fewer workers need less)")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with a sentence that says what is kept and how to go on."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A plan whose volume is calibrated, and the folder of its results (None: in memory only)."""

    plan: Plan
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class _Orders:
    """What a worker must know of a plan."""

    plan: Plan
    tools: Instruments
    recipe: Recipe | None
    limits: Limits
    shelf: Shelf | None = None  # only where another process works in the same folder


@dataclass
class _Bench:
    """A plan while it is carried out."""

    orders: _Orders
    shelf: Shelf | None
    outcomes: dict[Task, Outcome]
    missing: list[Task]


def carry_out(
    assignments: Sequence[Assignment], tools: Instruments, where: Where, wanted: bool | None, limits: Limits = USUAL
) -> list[list[Outcome]]:
    """The outcomes of every plan, in the order of its tasks. Raises Interrupted after Ctrl-C."""
    total = sum(len(list(one.plan.tasks())) for one in assignments)
    first = assignments[0]
    with ExitStack() as stack:
        company = [one.folder is not None and stack.enter_context(store.entered(one.folder)) for one in assignments]
        meter = stack.enter_context(
            progress.follow(first.plan.name, total, wanted, first.folder, points=len(assignments))
        )
        if len(assignments) == 1:
            meter.precision = _precision(first.plan, tools)
        benches = [_bench(one, tools, limits, beside, meter) for one, beside in zip(assignments, company, strict=True)]
        try:
            _work(benches, any(company), where, meter)
        except KeyboardInterrupt as error:
            raise Interrupted(_kept(meter, first.folder)) from error
    return [
        [bench.outcomes[task] for task in one.plan.tasks()] for bench, one in zip(benches, assignments, strict=True)
    ]


def _bench(one: Assignment, tools: Instruments, limits: Limits, beside: bool, meter: Meter) -> _Bench:
    """What of a plan is on disk, and what is missing."""
    recipe = Recipe.of(one.plan, tools) if one.folder is not None else None
    shelf = Shelf(one.folder, recipe) if one.folder is not None and recipe is not None else None
    bench = _Bench(_Orders(one.plan, tools, recipe, limits, shelf if beside else None), shelf, {}, [])
    for task in one.plan.tasks():
        found = shelf.find(task) if shelf is not None else None
        if found is None:
            bench.missing.append(task)
            continue
        bench.outcomes[task] = found[0]
        _note(meter, task, found[1])
    meter.reuse(len(bench.outcomes))
    meter.log(f"{one.plan.name}: {len(bench.outcomes)} replications are there, {len(bench.missing)} to compute")
    for note, count in (shelf.notes if shelf is not None else {}).items():
        meter.log(f"{one.plan.name}: {count} shards {note}")
    return bench


def _work(benches: Sequence[_Bench], in_company: bool, where: Where, meter: Meter) -> None:
    """Compute what is missing. Beside another process, begin at the other end: the two meet in the middle."""
    items = [(index, task) for index, bench in enumerate(benches) for task in bench.missing]
    if in_company:
        items.reverse()
    shared = tuple(bench.orders for bench in benches)
    with closing(engines.stream(_perform, shared, items, where)) as coming:
        for place, result in coming:
            index, task = items[place]
            _enter(benches[index], task, result, meter)


def _enter(bench: _Bench, task: Task, result: Any, meter: Meter) -> None:
    if isinstance(result, engines.Killed):
        result = Outcome(task, failure=Failure(result.why) if result.why else KILLED)
    if isinstance(result, Packed):
        _note(meter, task, result.headline)
        result = _stored(bench, result, meter)
    bench.outcomes[task] = result
    if result.failure is not None:
        meter.log(f"failed: {task.arm}, replication {task.replication}: {result.failure.message}")
    meter.step(result.contacts, result.failure is not None)


def _stored(bench: _Bench, packed: Packed, meter: Meter) -> Outcome:
    if packed.failure is not None or bench.shelf is None:
        return Outcome(packed.task, seconds=packed.seconds, failure=packed.failure)
    if not packed.shard:  # the other process had it
        found = bench.shelf.find(packed.task)
        if found is not None:
            return found[0]
        packed = _packed(replace(bench.orders, shelf=None), packed.task)
    try:
        return bench.shelf.save(packed)
    except OSError as error:
        raise CcsimError(
            f"{error.filename}: {error.strerror}; {meter.done} of {meter.total} replications are stored: "
            "mend that, and the same command goes on from there"
        ) from error


def _perform(shared: tuple[_Orders, ...], item: tuple[int, Task]) -> Outcome | Packed:
    """A worker's task: one replication, packed where it is to be stored."""
    index, task = item
    orders = shared[index]
    if orders.recipe is None:
        return perform(orders.plan, orders.tools, task, orders.limits)
    if orders.shelf is not None and orders.shelf.find(task) is not None:
        return Packed(task)
    return _packed(orders, task)


def _packed(orders: _Orders, task: Task) -> Packed:
    import traceback

    assert orders.recipe is not None
    outcome = perform(orders.plan, orders.tools, task, orders.limits)
    try:
        return pack(orders.recipe, outcome)
    except Exception as error:
        failure = Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
        return Packed(task, seconds=outcome.seconds, failure=failure)


def _note(meter: Meter, task: Task, headline: Headline | None) -> None:
    if meter.precision is not None and headline is not None:
        meter.precision.add(task.arm, task.replication, headline)


def _precision(plan: Plan, tools: Instruments) -> Precision | None:
    """What the meter needs to tell the primary's half-width; a plan of one arm has none."""
    name = plan.question.primary
    if name is None or len(plan.arms) < 2:
        return None
    measures = plan.arms[0].loaded.scenario.measures
    kinds = {one.name: one.kind for one in tools.definitions(measures.answer_within, measures.repeat_window)}
    arms = tuple(arm.name for arm in plan.arms)
    return Precision(name, kinds.get(name) == "ratio", arms, plan.question.confidence)


def _kept(meter: Meter, folder: Path | None) -> str:
    if folder is None:
        return "nothing was stored"
    return (
        f"{meter.done} of {meter.total} replications are stored in {folder}; the same command goes on from there, "
        "also with another number of replications or workers"
    )
