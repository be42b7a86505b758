"""The console script `ccsim`: its grammar, and errors into exit codes. What it does stands in `sim/command/`.

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
from pathlib import Path
from typing import Any, NoReturn

from sim.command import actions
from sim.command.catalogue import LISTS, kind
from sim.command.request import DEFAULT_RESULTS, Request
from sim.errors import CcsimError, ScenarioError, UsageError, literal

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130  # exit codes


# --- commands --------------------------------------------------------------------------------------------------------


def _run(args: argparse.Namespace) -> int:
    return actions.run_scenario(Request.read(_named(args.words, "scenario")))


def _compare(args: argparse.Namespace) -> int:
    return actions.compare_experiment(Request.read(_named(args.words, "experiment")))


def _advise(args: argparse.Namespace) -> int:
    from sim.command import advise

    return advise.advise(args.name, Request.read(args.words))


def _sweep(args: argparse.Namespace) -> int:
    from sim.command import sweep

    return sweep.run(_named(args.words, "scenario"))


def _explain(args: argparse.Namespace) -> int:
    from sim.command import explain

    return explain.run(_named(args.words, "scenario"))


def _rehearse(args: argparse.Namespace) -> int:
    from sim.command import rehearsing

    return rehearsing.rehearse_experiment(_named(args.words, "experiment"))


def _robust(args: argparse.Namespace) -> int:
    from sim.command import robustness

    return robustness.robust_experiment(_named(args.words, "experiment"))


def _named(words: Sequence[str], key: str) -> list[str]:
    """A bare first word is the name of the scenario or experiment."""
    bare = bool(words) and "=" not in words[0] and not words[0].startswith("~")
    return [f"{key}={words[0]}", *words[1:]] if bare else list(words)


def _report(args: argparse.Namespace) -> int:
    folders = [Path(folder) for folder in args.folders]
    if len(folders) > 1:
        return _overview(folders)
    folder = folders[0]
    if (folder / "sweep.json").is_file():
        from sim.report.swept import write as write_sweep

        print(f"Report: {write_sweep(folder)}")
        return 0
    from sim.report.page import write

    _finished(folder)
    print(f"Report: {write(folder)}")
    return 0


def _overview(folders: Sequence[Path]) -> int:
    """One page over several comparisons, in the folder that holds them all."""
    from sim.report import overview

    for folder in folders:
        _finished(folder)
    common = Path(os.path.commonpath([folder.resolve() for folder in folders]))
    print(f"Overview: {overview.write(folders, common / overview.NAME)}")
    return 0


def _finished(folder: Path) -> None:
    for name in ("manifest.json", "comparison.csv"):
        if not (folder / name).is_file():
            raise UsageError(f"{folder}: no {name} here; name a finished comparison: results/NAME/FINGERPRINT")


def _validate(args: argparse.Namespace) -> int:
    worst = 0
    _enter_rules([name for name in args.names if name.startswith("rules=")])
    for name in (name for name in args.names if not name.startswith("rules=")):
        try:
            print(f"{name}: {_validated(name)}")
        except (ScenarioError, UsageError) as error:
            print(_told(error), file=sys.stderr)
            worst = WRONG
    return worst


def _enter_rules(words: Sequence[str]) -> None:
    from sim.experiment import own_rules

    for file in own_rules.read(Request.read(words).rules):
        print(file.told())
        own_rules.enter((file,))


def _validated(name: str) -> str:
    from sim.config.load import load, load_experiment
    from sim.experiment.replication import ready

    if kind(name) != "experiment":
        ready({name: load(name)})
        return "a valid scenario"
    arms = load_experiment(name).arms
    ready(arms)
    return f"a valid experiment of {len(arms)} arms"


def _list(args: argparse.Namespace) -> int:
    wanted = [args.what] if args.what else list(LISTS)
    for what in wanted:
        if len(wanted) > 1:
            print(f"{what}:")
        for name, text in LISTS[what]():
            print(f"  {name:<28} {text}".rstrip())
    return DONE


def _results(args: argparse.Namespace) -> int:
    from sim.command import results

    what, *words = args.words if args.words and args.words[0] in results.ACTIONS else ["list", *args.words]
    return results.act(what, words, args.yes)


def _status(args: argparse.Namespace) -> int:
    from sim.command import results

    return results.status(args.words)


def _doctor(args: argparse.Namespace) -> int:
    from sim.command import doctor

    return doctor.report(args.results)


# --- the parser --------------------------------------------------------------------------------------------

_FORM: Any = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
_KEYS = """our keys:
  replications=N  seed=S  engine=local|serial|ray|dask  workers=N  results=DIR
  ray.address=HOST:PORT  dask.address=tcp://HOST:PORT  time_limit='10 min' (of one replication)
  names=show       people of a roster by name; by default tables hold ids
  rules=FILE.py    runs this Python file, so that scenarios can use the rules it registers
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
_EXPLAIN = f"""examples:
  ccsim explain quality_weeks routing.rule=p_mu sample=5
  ccsim explain quality_routing                          each arm of an experiment
  ccsim explain quality_weeks seed=1 replication=3 at='2026-03-03 10:15'
  ccsim explain quality_weeks contact=723                every decision about case 723

  sample=N  contact=CASE  at=TIME
{_KEYS}"""
_REHEARSE = f"""The pilot itself is simulated, both arms side by side in one centre, by several designs: how wrong would
its reading be, and how many weeks would it need?

examples:
  ccsim rehearse experiment=quality_routing
  ccsim rehearse quality_routing weeks=4 replications=400
  ccsim rehearse quality_routing arm=p_mu kpi=service_level designs=customer,switchback_day

keys of its own:
  weeks=N  length of a pilot    replications=N  days or runs to simulate    arm=NAME    kpi=NAME    designs=A,B
{_KEYS}"""
_RESULTS = """examples:
  ccsim results                                      every result folder: complete, partial or running
  ccsim results verify quality_routing               read every shard to its last byte
  ccsim results query "SELECT arm, sum(numerator) / sum(denominator) AS fcr FROM kpi
                       WHERE kpi = 'fcr_true' AND scope = 'all' AND interval = 'total' GROUP BY arm"
  ccsim results prune                                what was set aside, and what killed processes left behind
  ccsim results prune quality_routing/0123456789ab   a whole result folder; asks first
"""
_SWEEP = """examples:
  ccsim sweep single_queue staff.groups.agents.count=46,48,50
  ccsim sweep single_queue staff.groups.agents.count='range(44,54,2)' replications=20 name=heads
  ccsim sweep single_queue intents.call.patience.mean='interval(60 s, 300 s)' sampler=sobol points=64
  ccsim sweep single_queue points=my_points.csv             a row a point, a column a dotted path

  ccsim sweep single_queue staff.groups.agents.count='range(40,60)' objectives=service_level,cost_per_contact points=30

samplers: grid (every combination), lhs (Latin hypercube), sobol, search (by objectives=); points=N for the last three
"""
_ROBUST = f"""Worlds are drawn from the laws in the experiment's section `uncertain`; both arms are run in each.

examples:
  ccsim robust measured_or_true arm=per_hour worlds=60
  ccsim robust my_experiment.yaml worlds=100 replications=6 arm=new

keys of its own:
  worlds=N    replications=N  runs of each world    arm=NAME
{_KEYS}"""
_TOP = """examples:
  ccsim list scenarios
  ccsim run scenario=single_queue replications=10 seed=1
  ccsim compare experiment=quality_routing
  ccsim validate my_centre.yaml

exit codes: 0 done, 1 failed, 2 a wrong file or argument, 130 interrupted
"""


class _Parser(argparse.ArgumentParser):
    """Says how choices are written here to whoever tries `--seed 3`."""

    def error(self, message: str) -> NoReturn:
        flags = message.startswith("unrecognized arguments: -")
        super().error(f"{message}; choices are written key=value, such as seed=3" if flags else message)


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    text = "Contact centres, simulated: compare rules before they go live."
    top = _Parser("ccsim", description=text, epilog=_TOP, **_FORM)
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
    advise = add("advise", _advise, "a pilot: how many replications an experiment needs, how much warm-up a scenario")
    advise.add_argument("name", metavar="NAME_OR_PATH")
    advise.add_argument("words", nargs="*", metavar="key=value")
    sweep = add("sweep", _sweep, "run many points of one scenario: a table of its KPIs by point", _SWEEP)
    sweep.add_argument("words", nargs="*", metavar="key=value")
    explain = add("explain", _explain, "say why a router decided so, and why a schedule was changed", _EXPLAIN)
    explain.add_argument("words", nargs="*", metavar="key=value")
    rehearse = add("rehearse", _rehearse, "rehearse the live test: bias, power and length by design", _REHEARSE)
    rehearse.add_argument("words", nargs="*", metavar="key=value")
    robust = add("robust", _robust, "redraw uncertain inputs: does the new arm still win, and what matters", _ROBUST)
    robust.add_argument("words", nargs="*", metavar="key=value")
    report = add(
        "report", _report, "write the page of a comparison or a sweep again; of several comparisons, one overview"
    )
    report.add_argument("folders", nargs="+", metavar="FOLDER")
    validate = add("validate", _validate, "check scenario and experiment files, all problems at once")
    validate.add_argument("names", nargs="+", metavar="NAME_OR_PATH")
    shown = add("list", _list, "what there is: scenarios, experiments, rules, KPIs")
    shown.add_argument("what", nargs="?", choices=list(LISTS))
    results = add("results", _results, "what is stored: list, verify, query with SQL, prune", _RESULTS)
    results.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="list (if nothing is said), verify, query SQL, prune; NAME, results=DIR",
    )
    results.add_argument("--yes", action="store_true", help="remove without asking")
    add("status", _status, "how far experiments are, from another terminal").add_argument(
        "words", nargs="*", metavar="results=DIR"
    )
    doctor = add("doctor", _doctor, "versions, compiled or pure, cores, where results go")
    doctor.add_argument("results", nargs="?", default=DEFAULT_RESULTS, help="results folder to check")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `ccsim`; returns the exit code."""
    return guarded(lambda: _main(sys.argv[1:] if argv is None else argv))


def _main(argv: Sequence[str]) -> int:
    made = parser()
    args = made.parse_args(sorted(argv, key=lambda word: word == "--yes"))  # argparse wants flags on one side of words
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
        print(_told(error), file=sys.stderr)
        return WRONG
    except CcsimError as error:
        print(f"ccsim: {_told(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt as error:
        print(f"interrupted: {error}" if str(error) else "interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        print(f"ccsim: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return FAILED
    except Exception:
        traceback.print_exc()
        print("ccsim: this is a fault of the program, not of your files", file=sys.stderr)
        return FAILED


def _told(error: CcsimError) -> str:
    """The message, a line a problem; what stands in it from a file cannot steer the terminal."""
    return "\n".join(literal(line) for line in str(error).split("\n"))


def _tolerant_output() -> None:
    """A terminal that cannot show a character shows a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
