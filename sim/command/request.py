"""The `key=value` words of a command line, read: our own keys, and dotted overrides of the scenario."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.command.catalogue import kind
from sim.errors import UsageError, shortened

if TYPE_CHECKING:
    from sim.config.load import Loaded, LoadedExperiment

OWN = (
    "scenario", "experiment", "replications", "seed", "engine", "workers", "results", "contacts",
    "replication", "births_factor", "explain", "names", "rules", "ray.address", "dask.address", "time_limit",
)  # fmt: skip
DEFAULT_RESULTS = "results"
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
    explain: int | None = None
    address: str | None = None
    time_limit: float | None = None
    names: bool = False
    rules: tuple[str, ...] = ()
    overrides: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, words: Sequence[str]) -> Request:
        """From `key=value` words: our keys as they are, anything else a dotted override of the scenario."""
        own: dict[str, Any] = {}
        overrides: list[str] = []
        for word in words:
            key, equals, value = word.partition("=")
            if equals and key in OWN:
                own |= {} if value in _NOTHING else {_FIELDS.get(key, key): _READERS.get(key, text)(key, value)}
            else:
                _refuse_near_miss(word, key)
                overrides.append(word)
        return cls(**own, overrides=tuple(overrides))

    def loaded(self) -> Loaded | LoadedExperiment:
        """The scenario or experiment asked for, validated."""
        from sim.config.load import load, load_experiment
        from sim.experiment import engines, own_rules, plan

        engines.asked(self.engine, self.workers, self.address)
        own_rules.enter(own_rules.read(self.rules))
        if self.scenario is not None:
            return load(self.scenario, self.overrides)
        return load_experiment(str(self.experiment), plan.for_experiment(self.overrides))

    def check(self) -> None:
        """Load it, and hire its people; raises what running it would be refused for."""
        from sim.config.load import Loaded
        from sim.experiment.replication import ready

        found = self.loaded()
        ready({found.name: found} if isinstance(found, Loaded) else found.arms)


def parted(
    words: Sequence[str], own: Sequence[str], refused: Sequence[str] = (), instead: str = ""
) -> tuple[dict[str, str], list[str]]:
    """A command's own keys with their values, and the words that every command knows.

    Raises UsageError at a key of other commands; `instead` ends its sentence.
    """
    found: dict[str, str] = {}
    rest = []
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key in refused:
            raise UsageError(f"{word}: this belongs to run or compare{instead}")
        if equals and key in own:
            found[key] = value
        else:
            rest.append(word)
    return found, rest


def of_experiment(asked: Request, scenario: str, contacts: str) -> str:
    """The experiment named; raises UsageError for what belongs to a scenario.

    `scenario` ends the sentence on a scenario named in its place, `contacts` that on contacts=true.
    """
    if asked.experiment is None:
        raise UsageError("no experiment is named; write experiment=NAME (`ccsim list experiments` shows them)")
    if kind(asked.experiment) == "scenario":
        raise UsageError(f"{asked.experiment} is a scenario; {scenario}")
    for key in ("replication", "births_factor", "scenario"):
        if getattr(asked, key) is not None:
            raise UsageError(f"{key}=: this belongs to a run of one scenario; leave it out, or leave out experiment=")
    if asked.contacts:
        raise UsageError(f"contacts=true: {contacts}")
    return asked.experiment


def _refuse_near_miss(word: str, key: str) -> None:
    """A misspelt key of ours (`result=`, `Seed=`) must not be taken for an override of the scenario."""
    from difflib import get_close_matches

    near = get_close_matches(key.lower(), OWN, n=1, cutoff=0.85)
    if near:
        raise UsageError(f"{word}: there is no key {key!r}; did you mean {near[0]}=?")


def text(_key: str, value: str) -> str:
    """A value without the quotes around it."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def whole_number(key: str, value: str) -> int:
    """A value as a whole number; raises UsageError."""
    if re.fullmatch(r"[+-]?[0-9]{1,20}", value, re.ASCII) is None:
        raise UsageError(f"{key}={shortened(value, 60)}: not a whole number; write {key}=10, for example")
    return int(value)


def _folder(key: str, value: str) -> str:
    """A path as the system takes it: of visible characters."""
    name = text(key, value)
    if not name.isprintable() or len(name) > 1000:
        raise UsageError(f"{key}={shortened(name, 60)!r}: not the name of a file or folder; write {key}=PATH")
    return name


def _number(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0.0 < number <= 1.0:
        raise UsageError(f"{key}={value}: not a number above 0 and up to 1")
    return number


def _names(key: str, value: str) -> bool:
    if value not in ("show", "hide"):
        raise UsageError(f"{key}={shortened(value, 60)}: write names=show or names=hide")
    return value == "show"


def _paths(key: str, value: str) -> tuple[str, ...]:
    return tuple(_folder(key, part) for part in text(key, value).split(","))


def _switch(key: str, value: str) -> bool:
    if value.lower() not in (*_YES, *_NO):
        raise UsageError(f"{key}={value}: write {key}=true or {key}=false")
    return value.lower() in _YES


def _duration(key: str, value: str) -> float:
    from sim.config.units import UnitError, duration

    try:
        return duration(text(key, value))
    except UnitError as error:
        raise UsageError(f"{key}={shortened(value, 60)}: {error}") from None


_FIELDS = {"ray.address": "address", "dask.address": "address"}
_READERS: dict[str, Callable[[str, str], Any]] = {
    "replications": whole_number,
    "seed": whole_number,
    "workers": whole_number,
    "replication": whole_number,
    "explain": whole_number,
    "births_factor": _number,
    "time_limit": _duration,
    "contacts": _switch,
    "results": _folder,
    "names": _names,
    "rules": _paths,
}
