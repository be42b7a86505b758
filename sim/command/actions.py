"""The two things a command line can do with numbers: run a scenario, compare the arms of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.command import show
from sim.command.catalogue import kind
from sim.command.request import Request, of_experiment
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.experiment.study import Comparison

DEFAULT_REPLICATIONS = 10
DEFAULT_SEED = 1


def run_scenario(request: Request) -> int:
    """Run one scenario, print its KPIs and where they are stored."""
    from sim.experiment import study

    if request.scenario is None:
        raise UsageError("no scenario is named; write scenario=NAME (`ccsim list scenarios` shows them)")
    if kind(request.scenario) == "experiment":
        raise UsageError(f"{request.scenario} is an experiment; write: ccsim compare {request.scenario}")
    if request.explain is not None:
        raise UsageError(f"explain={request.explain}: write ccsim explain {request.scenario} for a run of one scenario")
    _tell_of_code(request)
    found = study.run(
        request.scenario,
        DEFAULT_REPLICATIONS if request.replications is None else request.replications,
        DEFAULT_SEED if request.seed is None else request.seed,
        request.engine,
        workers=request.workers,
        contacts=request.contacts,
        results=request.results,
        overrides=request.overrides,
        replication=request.replication,
        births_factor=request.births_factor,
        address=request.address,
        time_limit=request.time_limit,
        names=request.names,
        rules=request.rules,
    )
    show.kpis(found)
    print(f"\n{found.finished.volume}" if found.finished.plan.births_factor != 1.0 else "")
    print(f"KPIs: {found.folder}/kpi.csv")
    return show.failed(found.failures)


def compare_experiment(request: Request) -> int:
    """Compare the arms of an experiment, print the cards and where the report is."""
    from sim.experiment import study
    from sim.experiment.plan import whole

    experiment = of_experiment(
        request,
        f"write: ccsim run {request.experiment}",
        "contact records are kept by a run of one scenario, not by a comparison",
    )
    if request.explain is not None:
        whole("explain", request.explain, 0, 10_000)
    _tell_of_code(request)
    found = study.compare(
        experiment,
        request.replications,
        request.seed,
        request.engine,
        workers=request.workers,
        results=request.results,
        overrides=request.overrides,
        address=request.address,
        time_limit=request.time_limit,
        names=request.names,
        rules=request.rules,
    )
    if found.failures:
        print(f"{experiment}: {_partial(found)}; no verdict")
        print(f"Report: {found.report()}")
        return show.failed(found.failures)
    if request.explain:
        _explain(found, request)
    report = found.report()
    show.cards(found)
    print(f"Report: {report}")
    return 0


def _explain(found: Comparison, request: Request) -> None:
    from sim.experiment import engines, explained
    from sim.explain.observer import Wanted

    engine, workers = engines.chosen(request.engine, request.workers)
    if found.folder is not None:
        explained.keep(found.finished.plan, Wanted(int(request.explain or 0)), found.folder, engine, workers)


def _tell_of_code(request: Request) -> None:
    from sim.experiment import own_rules

    for file in own_rules.read(request.rules):
        print(file.told())


def _partial(found: Comparison) -> str:
    from sim.report.partial import counted

    failed = len(found.failures)
    return counted(len(found.finished.outcomes) + failed, failed)
