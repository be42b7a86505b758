"""What every contract test of rules needs: the rules there are, and a way to add one for the length of a test."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sim import registry
from tests.scenarios import Data, Made

NUMBERS = (1, 4, 8, 10, 20)  # random scenarios with queues, chat, bots, supervisors and returns between them
FORBIDDEN = ("truth", "recorder", "draws", "open_contacts", "centre", "calendar")


@contextmanager
def added(kind: str, name: str, rule: type, params: type[registry.Params] = registry.Params) -> Iterator[str]:
    """Register a rule, and take it out again."""
    registry.names(kind)
    registry.register(kind, name, params)(rule)
    try:
        yield name
    finally:
        registry._entries.pop((kind, name))


@contextmanager
def forgetting() -> Iterator[None]:
    """Rules that are entered within are gone after it; the shipped ones, which are read but once, stay."""
    for kind in registry.PACKAGES:
        registry.names(kind)
    before = dict(registry._entries)
    try:
        yield
    finally:
        registry._entries.clear()
        registry._entries.update(before)


def peeks(rule: type) -> list[str]:
    """What a rule's own file reads that no rule may: hidden attributes of others, the truth, the machinery."""
    source = _file(rule)
    return [
        f"{source.name}:{node.lineno} .{node.attr}"
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Attribute) and _hidden(node)
    ]


def _file(rule: type) -> Path:
    """The Python source of a rule's module, also where the module is compiled beside it."""
    compiled = Path(inspect.getfile(sys.modules[rule.__module__]))
    return compiled.with_name(compiled.name.split(".")[0] + ".py")


def _hidden(node: ast.Attribute) -> bool:
    own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
    return node.attr in FORBIDDEN or (node.attr.startswith("_") and not node.attr.startswith("__") and not own)


def imports(rule: type) -> list[str]:
    """Modules of ours that a rule's file imports."""
    tree = ast.parse(_file(rule).read_text())
    found = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [module for module in found if module.startswith("sim.")]


def routed(number: int, rule: str, params: Data | None = None) -> Made:
    """A random scenario under another router."""
    made = Made(number)
    made.data["routing"] = {"rule": rule, "params": params or {}}
    return made


def stub(**fields: Any) -> Any:
    """Something that looks like a contact, an agent or a view, as far as a rule looks."""
    return SimpleNamespace(**fields)
