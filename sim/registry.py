"""Named rules: one rule a file, found by walking its package, each with the model of its parameters beside it.

A rule announces itself with ``@register("router", "longest_idle")``. The loader validates ``{rule: name, params: {…}}``
through this table, and the contract tests run over every entry, so a new rule is tested the moment its file exists.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from sim.errors import UsageError

PACKAGES: dict[str, str] = {
    "router": "sim.routing",
    "escalation": "sim.escalation",
    "bot": "sim.bots",
    "staffing": "sim.staffing",
    "coaching": "sim.coaching",
    "kpi": "sim.metrics",
}

T = TypeVar("T")
Place = tuple[str | int, ...]


class Params(BaseModel):
    """The parameters of a rule: refuses what it does not know, converts nothing in silence, never changes.

    Strict and finite, as every section of a scenario: `"0.4"` and `yes` are no numbers, `.nan` and `.inf` neither. A
    whole number may stand for a float; a duration is text with a unit (`sim.config.schema.Duration`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def named_agents(self) -> Iterator[tuple[Place, str]]:
        """Agents whom these parameters name, each with its place in them; one who was not hired is an error."""
        return iter(())

    def named_parts(self) -> Iterator[tuple[Place, str, str]]:
        """Intents, segments and queues that these parameters name: place in them, which of the three, and the name."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered rule: its kind and name, what builds it, and the model of its parameters."""

    kind: str
    name: str
    build: Callable[..., Any]
    params: type[Params]

    @property
    def summary(self) -> str:
        """First line of the rule's docstring, as `ccsim list` prints it."""
        return (self.build.__doc__ or "").strip().split("\n")[0]


_entries: dict[tuple[str, str], Entry] = {}


def register(kind: str, name: str, params: type[Params] = Params) -> Callable[[T], T]:
    """Class decorator: make a rule known under `name`; `params` is the model of its parameters.

    Raises UsageError for an unknown kind, or when two different classes claim one name.
    """
    if kind not in PACKAGES:
        raise UsageError(f"register: unknown kind {kind!r}; one of {sorted(PACKAGES)}")

    def enter(build: T) -> T:
        present = _entries.get((kind, name))
        if present is not None and present.build.__qualname__ != build.__qualname__:  # type: ignore[attr-defined]
            raise UsageError(f"register: two rules claim {kind} {name!r}; give one of them another name")
        _entries[kind, name] = Entry(kind, name, build, params)  # type: ignore[arg-type]
        return build

    return enter


@cache
def _walk(kind: str) -> None:
    package = importlib.import_module(PACKAGES[kind])
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def names(kind: str) -> list[str]:
    """All registered names of one kind, sorted."""
    _walk(kind)
    return sorted(name for k, name in _entries if k == kind)


def find(kind: str, name: str) -> Entry:
    """The entry of one rule; raises UsageError that names the nearest known rule."""
    _walk(kind)
    entry = _entries.get((kind, name))
    if entry is None:
        near = difflib.get_close_matches(name, names(kind), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"no {kind} named {name!r}; {hint}known: {', '.join(names(kind))}")
    return entry


def build(kind: str, name: str, params: dict[str, Any]) -> Any:
    """Build the rule: its class is called with one argument, its validated parameters."""
    entry = find(kind, name)
    return entry.build(entry.params.model_validate(params))
