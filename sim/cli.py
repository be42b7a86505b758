"""The console script `ccsim`: words of a command line into calls of the public API, errors into exit codes.

Exit codes: 0 done, 1 failed, 2 a wrong file or argument, 130 interrupted. Everything heavy is imported by
the command that needs it. `python -m sim` ends in the same two actions, `run_scenario` and
`compare_experiment`.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CcsimError, ScenarioError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded, LoadedExperiment
    from sim.experiment.study import Comparison, Failed, Run

OWN = (
    "scenario", "experiment", "replications", "seed", "engine", "workers", "results", "contacts",
    "replication", "births_factor",
)  # fmt: skip
DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130  # exit codes
DEFAULT_RESULTS = "results"
DEFAULT_REPLICATIONS = 10
DEFAULT_SEED = 1
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")
_NOTHING = ("", "null")


@dataclass(frozen=True, slots=True)
class Request:
    """What a command line asks for; `None` leaves a choice to the file or to the default."""

    scenario: str | None = None
    experiment: str | None = None
    replications: int | None = None
    seed: int | None = None
    engine: str = "local"
    workers: int | None = None
    results: str = DEFAULT_RESULTS
    contacts: bool = False
    replication: int | None = None
    births_factor: float | None = None
    overrides: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """From `key=value` words: our keys as they are, anything else a dotted override of the scenario."""
        own: dict[str, Any] = {}
        overrides: list[str] = []
        for word in words:
            key, equals, value = word.partition("=")
            if equals and key in OWN:
                own |= {} if value in _NOTHING else {key: _READERS.get(key, _text)(key, value)}
            else:
                overrides.append(word)
        return cls(**own, overrides=tuple(overrides))

    def loaded(self) -> Loaded | LoadedExperiment:
        """The scenario or experiment asked for, validated."""
        from sim.config.load import load, load_experiment
        from sim.experiment import engines, plan

        engines.chosen(self.engine, self.workers)
        if self.scenario is not None:
            return load(self.scenario, self.overrides)
        return load_experiment(str(self.experiment), plan.for_experiment(self.overrides))


def _text(_key: str, value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _whole(key: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise UsageError(f"{key}={value}: not a whole number; write {key}=10, for example") from None


def _number(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0.0 < number <= 1.0:
        raise UsageError(f"{key}={value}: not a number above 0 and up to 1")
    return number


def _switch(key: str, value: str) -> bool:
    if value.lower() not in (*_YES, *_NO):
        raise UsageError(f"{key}={value}: write {key}=true or {key}=false")
    return value.lower() in _YES


_READERS: dict[str, Callable[[str, str], Any]] = {
    "replications": _whole,
    "seed": _whole,
    "workers": _whole,
    "replication": _whole,
    "births_factor": _number,
    "contacts": _switch,
}


# --- the two actions ---------------------------------------------------------------------------------------


def run_scenario(request: Request) -> int:
    """Run one scenario, print its KPIs and where they are stored."""
    from sim.experiment import study

    if request.scenario is None:
        raise UsageError("no scenario is named; write scenario=NAME (`ccsim list scenarios` shows them)")
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
    )
    _print_kpis(found)
    print(f"\n{found.finished.volume}" if found.finished.plan.births_factor != 1.0 else "")
    print(f"KPIs: {found.folder}/kpi.csv")
    return _reported(found.failures)


def compare_experiment(request: Request) -> int:
    """Compare the arms of an experiment, print the cards and where the report is."""
    from sim.experiment import study

    _refuse_for_comparison(request)
    found = study.compare(
        str(request.experiment),
        request.replications,
        request.seed,
        request.engine,
        workers=request.workers,
        results=request.results,
        overrides=request.overrides,
    )
    if found.failures:
        print(f"{request.experiment}: partial, so there is no verdict; what was measured: {found.folder}")
        return _reported(found.failures)
    report = found.report()
    print_cards(found)
    print(f"Report: {report}")
    return 0


def _refuse_for_comparison(request: Request) -> None:
    if request.experiment is None:
        raise UsageError("no experiment is named; write experiment=NAME (`ccsim list experiments` shows them)")
    for key in ("replication", "births_factor", "scenario"):
        if getattr(request, key) is not None:
            raise UsageError(f"{key}=: this belongs to a run of one scenario; leave it out, or leave out experiment=")
    if request.contacts:
        raise UsageError("contacts=true: contact records are kept by a run of one scenario, not by a comparison")


def print_cards(found: Comparison) -> None:
    """The decision cards as boxes."""
    from sim.experiment import card

    console = _console(100)
    for one in found.card:
        console.print(card.render(one))


def _print_kpis(found: Run) -> None:
    from rich.table import Table

    from sim.experiment.wording import with_half_width

    plan = found.finished.plan
    currency = plan.arms[0].loaded.scenario.costs.currency
    head = f"{plan.arms[0].label} · {len(plan.replications)} replications, seed {plan.seed}"
    grid = Table("KPI", "value ± half-width", "name", title=head, title_justify="left", box=None, pad_edge=False)
    grid.columns[1].justify = "right"
    for row in _shown(found.summary()):
        grid.add_row(
            str(row["title"]), with_half_width(row["mean"], row["half_width"], row["unit"], currency), str(row["kpi"])
        )
    _console(120).print(grid)
    if len(plan.replications) < 5:
        print("Fewer than 5 replications: no half-widths.")


def _shown(summary: pd.DataFrame) -> list[dict[Any, Any]]:
    defined = summary[(summary["scope"] == "all") & summary["mean"].notna()]
    return defined.to_dict("records")


def _console(width_when_piped: int) -> Any:
    from rich.console import Console

    piped = not sys.stdout.isatty()
    return Console(width=width_when_piped if piped else None, highlight=False, markup=False)


def _reported(failures: Sequence[Failed]) -> int:
    for failed in failures[:5]:
        print(f"failed: arm {failed.arm}, replication {failed.replication}: {failed.message}", file=sys.stderr)
        print(f"  repeat it: {failed.command}", file=sys.stderr)
    if len(failures) > 5:
        print(f"… and {len(failures) - 5} more, see run.json", file=sys.stderr)
    return 1 if failures else 0


# --- other commands ----------------------------------------------------------------------------------------


def _run(args: argparse.Namespace) -> int:
    return run_scenario(Request.read(_named(args.words, "scenario")))


def _compare(args: argparse.Namespace) -> int:
    return compare_experiment(Request.read(_named(args.words, "experiment")))


def _named(words: Sequence[str], key: str) -> list[str]:
    """A bare first word is the name of the scenario or experiment."""
    bare = bool(words) and "=" not in words[0] and not words[0].startswith("~")
    return [f"{key}={words[0]}", *words[1:]] if bare else list(words)


def _report(args: argparse.Namespace) -> int:
    from sim.report.page import write

    folder = Path(args.folder)
    for name in ("manifest.json", "comparison.csv"):
        if not (folder / name).is_file():
            raise UsageError(f"{folder}: no {name} here; name a finished comparison: results/NAME/FINGERPRINT")
    print(f"Report: {write(folder)}")
    return 0


def _validate(args: argparse.Namespace) -> int:
    worst = 0
    for name in args.names:
        try:
            print(f"{name}: {_validated(name)}")
        except (ScenarioError, UsageError) as error:
            print(error, file=sys.stderr)
            worst = WRONG
    return worst


def _validated(name: str) -> str:
    from sim.config.load import load, load_experiment

    if not _is_experiment(name):
        load(name)
        return "a valid scenario"
    return f"a valid experiment of {len(load_experiment(name).arms)} arms"


def _is_experiment(name: str) -> bool:
    """By its folder when it is a name; a path to a file with a section `arms` is an experiment too."""
    import re

    from sim.config import files

    if name in files.names("scenario"):
        return False
    path = Path(name)
    if path.is_file():
        return re.search(rb"^arms\s*:", path.read_bytes(), re.MULTILINE) is not None
    return name in files.names("experiment")


def _list(args: argparse.Namespace) -> int:
    wanted = [args.what] if args.what else list(_LISTS)
    for what in wanted:
        if len(wanted) > 1:
            print(f"{what}:")
        for name, text in _LISTS[what]():
            print(f"  {name:<28} {text}".rstrip())
    return 0


def _files(group: str) -> list[tuple[str, str]]:
    from sim.config import document, files

    found = []
    for name in files.names(group):
        path = files.find(name, group).path
        try:
            title = document.read(path.read_bytes(), path.name).data.get("title", "")
        except ScenarioError:
            title = "(has problems: ccsim validate)"
        found.append((name, str(title)))
    return found


def _rules(kind: str) -> list[tuple[str, str]]:
    from sim import registry

    return [(name, registry.find(kind, name).summary) for name in registry.names(kind)]


def _kpis() -> list[tuple[str, str]]:
    from sim.metrics import kpis

    return [(d.name, f"{d.title} [{d.unit}]: {d.definition}") for d in kpis.definitions()]


_LISTS: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "scenarios": lambda: _files("scenario"),
    "experiments": lambda: _files("experiment"),
    "routers": lambda: _rules("router"),
    "escalation": lambda: _rules("escalation"),
    "bots": lambda: _rules("bot"),
    "staffing": lambda: _rules("staffing"),
    "kpis": _kpis,
}


def _doctor(args: argparse.Namespace) -> int:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from sim import __version__
    from sim.config.files import shipped
    from sim.experiment.store import compiled

    print(f"ccsim {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    for name in (
        "simpy",
        "numpy",
        "scipy",
        "pandas",
        "matplotlib",
        "hydra-core",
        "pydantic",
        "pyarrow",
        "rich",
    ):
        try:
            print(f"  {name:<12} {version(name)}")
        except PackageNotFoundError:
            print(f"  {name:<12} not installed")
    flow = "compiled" if compiled() else "pure Python (slower; a C compiler and a new installation make it fast)"
    print(f"contact flow: {flow}\ncores: {os.cpu_count()}\nscenarios: {shipped()}")
    writable = _writable(Path(args.results))
    print(f"results: {Path(args.results).absolute()} ({'writable' if writable else 'NOT writable'})")
    return 0 if writable else 1


def _writable(folder: Path) -> bool:
    """Whether the folder, or the nearest one above it that exists, can be written."""
    while not folder.exists():
        folder = folder.absolute().parent
    return folder.is_dir() and os.access(folder, os.W_OK)


# --- the parser --------------------------------------------------------------------------------------------

_FORM: Any = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
_KEYS = """our keys:
  replications=N  seed=S  engine=local|serial  workers=N  results=DIR
anything else is a dotted override of the scenario: calendar.length='2 d', +a.b=c to add, ~a.b to delete
"""
_RUN = f"""examples:
  ccsim run scenario=single_queue replications=10 seed=1
  ccsim run single_queue staff.groups.agents.count=48 results=/tmp/mine
  ccsim run my_centre.yaml contacts=true engine=serial
  ccsim run single_queue replication=7 seed=1        one replication alone, as in the batch

{_KEYS}"""
_COMPARE = f"""examples:
  ccsim compare experiment=quality_routing
  ccsim compare quality_routing replications=40 staff.groups.agents.count=48

{_KEYS}"""
_TOP = """examples:
  ccsim list scenarios
  ccsim run scenario=single_queue replications=10 seed=1
  ccsim compare experiment=quality_routing
  ccsim validate my_centre.yaml

exit codes: 0 done, 1 failed, 2 a wrong file or argument, 130 interrupted
"""


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    text = "Contact centres, simulated: compare rules before they go live."
    top = argparse.ArgumentParser("ccsim", description=text, epilog=_TOP, **_FORM)
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, action: Callable[[argparse.Namespace], int], text: str, more: str = "") -> Any:
        made = commands.add_parser(name, help=text, description=text, epilog=more, **_FORM)
        made.set_defaults(action=action)
        return made

    run = add("run", _run, "run one scenario: print its KPIs, write kpi.csv", _RUN)
    run.add_argument("words", nargs="*", metavar="key=value")
    compare = add("compare", _compare, "compare the arms of an experiment: decision card and report", _COMPARE)
    compare.add_argument("words", nargs="*", metavar="key=value")
    add("report", _report, "write the report page of a result folder again").add_argument("folder")
    validate = add("validate", _validate, "check scenario and experiment files, all problems at once")
    validate.add_argument("names", nargs="+", metavar="NAME_OR_PATH")
    shown = add("list", _list, "what there is: scenarios, experiments, rules, KPIs")
    shown.add_argument("what", nargs="?", choices=list(_LISTS))
    doctor = add("doctor", _doctor, "versions, compiled or pure, cores, where results go")
    doctor.add_argument("results", nargs="?", default=DEFAULT_RESULTS, help="results folder to check")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `ccsim`; returns the exit code."""
    return guarded(lambda: _main(sys.argv[1:] if argv is None else argv))


def _main(argv: Sequence[str]) -> int:
    made = parser()
    args = made.parse_args(list(argv))
    if args.version:
        from sim import __version__

        print(f"ccsim {__version__}")
        return 0
    if not hasattr(args, "action"):
        made.print_help(sys.stderr)
        return WRONG
    code: int = args.action(args)
    return code


def guarded(work: Callable[[], int]) -> int:
    """Run a command and turn whatever it raises into an exit code; only a fault of ours shows a traceback."""
    import warnings

    _tolerant_output()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*replications failed")
            return work()
    except (ScenarioError, UsageError) as error:
        print(error, file=sys.stderr)
        return WRONG
    except CcsimError as error:
        print(f"ccsim: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception:
        traceback.print_exc()
        print("ccsim: this is a fault of the program, not of your files", file=sys.stderr)
        return 1


def _tolerant_output() -> None:
    """A terminal that cannot show a character shows a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
