"""`ccsim sweep`: the points of one scenario, from the words of a command line to a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.command import actions, show
from sim.command.catalogue import kind
from sim.command.request import Request, parted
from sim.errors import UsageError
from sim.experiment import engines, own_rules, points, search, sweep
from sim.experiment.plan import whole
from sim.experiment.study import Setting

OWN = ("sampler", "points", "name", "objectives")
REFUSED = ("contacts", "replication", "births_factor", "explain", "names", "experiment")


def run(words: Sequence[str]) -> int:
    """Carry out a sweep; `words` as `ccsim sweep` gets them."""
    own, rest = parted(words, OWN, REFUSED, ", not to a sweep; leave it out")
    axes, fixed = points.parameters(rest)
    request = Request.read(fixed)
    _refuse(request)
    files = own_rules.read(request.rules)
    own_rules.enter(files)
    seed = actions.DEFAULT_SEED if request.seed is None else request.seed
    searching = own.get("sampler") == "search" or "objectives" in own
    sampler, axes, chosen = ("search", axes, []) if searching else _chosen(own, axes, seed)
    engines.asked(request.engine, request.workers, request.address)
    count = actions.DEFAULT_REPLICATIONS if request.replications is None else request.replications
    name = own.get("name") or Path(str(request.scenario)).stem

    def planned(visited: Sequence[points.Point]) -> sweep.Sweep:
        return sweep.planned(str(request.scenario), name, sampler, axes, visited, request.overrides, count, seed, files)

    setting = Setting(request.engine, request.workers, request.results, None, None, request.address, request.time_limit)
    for file in files:
        print(file.told())
    if searching:
        found = _search(own, planned, axes, seed, setting)
    else:
        made = planned(chosen)
        print(f"{len(chosen)} points, {count} replications each", flush=True)
        found = sweep.run(made, setting)
    from sim.report import swept

    print(f"points: {found.folder}/points.csv")
    print(f"Report: {swept.write(found.folder)}")
    return show.lost(found.failed)


def _search(
    own: dict[str, str], planned: search.Planned, axes: list[points.Parameter], seed: int, setting: Setting
) -> sweep.Swept:
    from sim.metrics import kpis

    if "objectives" not in own:
        raise UsageError("a search needs objectives; write objectives=service_level:max,cost_per_contact:min")
    if not axes:
        raise UsageError("a search needs a parameter with several values; write a.b='interval(0.1, 0.9)'")
    aims = search.objectives(own["objectives"], {one.name: one.better for one in kpis.definitions()})
    count = whole("points", _number(own.get("points", "50")), 1, points.MOST_POINTS)
    return search.run(planned, axes, aims, count, seed, setting)


def _refuse(request: Request) -> None:
    if request.scenario is None:
        raise UsageError("no scenario is named; write ccsim sweep NAME a.b=1,2,3")
    if kind(request.scenario) == "experiment":
        raise UsageError(f"{request.scenario} is an experiment; a sweep takes a scenario")


def _chosen(
    own: dict[str, str], axes: list[points.Parameter], seed: int
) -> tuple[str, list[points.Parameter], list[points.Point]]:
    """Sampler, parameters and points; a table of points brings its own parameters."""
    wanted = own.get("points", "")
    if wanted.endswith(".csv"):
        if axes or "sampler" in own:
            raise UsageError(f"points={wanted}: the table brings the parameters; leave the others and sampler= out")
        return "list", *_from_table(wanted)
    continuous = any(axis.ends is not None for axis in axes)
    sampler = own.get("sampler") or ("sobol" if continuous else "grid")
    count = whole("points", _number(wanted), 1, points.MOST_POINTS) if wanted else None
    return sampler, axes, points.sampled(sampler, axes, count, seed)


def _from_table(name: str) -> tuple[list[points.Parameter], list[points.Point]]:
    from sim.config.tables import read_table

    path = Path(name)
    if not path.is_file():
        raise UsageError(f"points={name}: there is no such file; write points=FILE.csv or points=64")
    return points.listed(name, read_table(path).columns)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"points={text}: not a whole number; write points=64 or points=FILE.csv")
    return int(text)
