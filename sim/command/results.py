"""`ccsim results` and `ccsim status`: what stands under the results root, how far it is, whether it is whole."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.command.request import DEFAULT_RESULTS
from sim.errors import CcsimError, UsageError, literal

QUERIED = ("kpi", "agent", "flow", "contacts")


def act(what: str, words: Sequence[str], yes: bool) -> int:
    """Carry out `ccsim results WHAT words…`; returns the exit code."""
    root, rest = _root(words)
    return _ACTIONS[what](root, rest, yes)


def status(words: Sequence[str]) -> int:
    """Print how far each experiment under the root is, those that run first; a result folder shows that one."""
    from sim.experiment.store import inventory

    root, rest = _root([f"results={word}" if "=" not in word else word for word in words])
    _none_left(rest)
    if (root / "status.json").is_file():
        found = [root]
    else:
        found = [path for path in inventory.folders(root) if (path / "status.json").is_file()]
    shown = [(inventory.held(path).state, inventory.said(path / "status.json"), path) for path in found]
    for state, told, path in sorted(shown, key=lambda one: (one[0] != "running", str(one[2]))):
        print(f"{path.parent.name}/{path.name}  {_progress(state, told)}")
    if not shown:
        print(f"nothing has run in {root}")
    return 0


def _list(root: Path, words: Sequence[str], _yes: bool) -> int:
    from sim.experiment.store import inventory

    found = [inventory.held(path) for path in inventory.folders(root, _one(words))]
    for one in found:
        of = "" if one.replications is None else f" of {one.replications}"
        failed = f", {one.failed} failed" if one.failed else ""
        print(f"{one.name:<48} {one.state:<9} {one.shards}{of} shards{failed}, {one.size / 1e6:.1f} MB")
    if not found:
        print(f"no results in {root}")
    return 0


def _verify(root: Path, words: Sequence[str], _yes: bool) -> int:
    from sim.experiment.store import inventory

    worst = 0
    for folder in inventory.folders(root, _one(words)):
        shards = list(inventory.check(folder))
        wrong = [shard for shard in shards if shard.wrong]
        print(f"{folder.parent.name}/{folder.name}: {len(shards) - len(wrong)} of {len(shards)} files whole")
        for shard in wrong:
            print(f"  {shard.path}: {shard.wrong}; the next run computes it anew")
        platforms = inventory.mixed(shards)
        if len(platforms) > 1:
            print(f"  made on {len(platforms)} platforms, of which one run uses one: {'; '.join(sorted(platforms))}")
        worst = max(worst, int(bool(wrong)))
    return worst


def _query(root: Path, words: Sequence[str], _yes: bool) -> int:
    if not words:
        raise UsageError(f"ccsim results query 'SELECT …' [NAME]: no SQL is given; there are {', '.join(QUERIED)}")
    from sim.experiment.store.query import query

    frame = query(root, words[0], _one(words[1:]))
    if sys.stdout.isatty():
        print(literal_lines(frame.to_string(index=False)))
    else:
        frame.to_csv(sys.stdout, index=False)
    return 0


def _prune(root: Path, words: Sequence[str], yes: bool) -> int:
    """Without a name the litter goes, with one the result folders of that name."""
    from sim.experiment.store import inventory

    name = _one(words)
    targets = inventory.folders(root, name) if name else inventory.litter(root)
    if not targets:
        print(f"nothing to remove in {root}; name results to remove them whole: ccsim results prune NAME/FINGERPRINT")
        return 0
    busy = [path for path in targets if path.is_dir() and inventory.held(path).state == "running"]
    if busy:
        raise UsageError(f"{busy[0]}: an experiment runs there; end it first")
    for target in targets:
        print(target)
    if not (yes or _agreed(f"Remove {len(targets)} of these for good?")):
        print("nothing was removed")
        return 1
    for target in targets:
        inventory.remove(root, target)
    print(f"removed {len(targets)}")
    return 0


_ACTIONS: dict[str, Callable[[Path, Sequence[str], bool], int]] = {
    "list": _list,
    "verify": _verify,
    "query": _query,
    "prune": _prune,
}
ACTIONS = tuple(_ACTIONS)


def literal_lines(text: str) -> str:
    """Text of several lines that a terminal shows and does not obey."""
    return "\n".join(literal(line) for line in text.split("\n"))


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("prune asks before it removes, and nobody is there to answer; say --yes")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _root(words: Sequence[str]) -> tuple[Path, list[str]]:
    """The results root (`results=DIR`), and the other words."""
    root, rest = Path(DEFAULT_RESULTS), []
    for word in words:
        if word.startswith("results="):
            root = Path(word.partition("=")[2])
        else:
            rest.append(word)
    if not root.is_dir():
        raise UsageError(f"results={root}: there is no such folder")
    return root, rest


def _one(words: Sequence[str]) -> str:
    _none_left(words[1:])
    return words[0].rstrip("/") if words else ""


def _none_left(words: Sequence[str]) -> None:
    if words:
        raise UsageError(f"{words[0]}: one word too many")


def _progress(state: str, told: dict[str, Any]) -> str:
    from sim.experiment import progress

    try:
        parts = [state, f"{told['done']} of {told['replications']} replications"]
        parts += [f"{told['points']} points"] if told["points"] > 1 else []
        parts += [f"about {_spoken(told['seconds_left'])} left"] if told["seconds_left"] and state == "running" else []
        more = progress.said(told)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CcsimError("status.json is not one of ours") from error
    return literal(" · ".join([*parts, *([more] if more else [])]))


def _spoken(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
