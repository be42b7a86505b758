"""The list of relations, read from the tests that hold them: `python -m tests.relations.catalogue` writes it to
`docs/relations.md`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "relations.md"

INTRODUCTION = """# Metamorphic relations

Nobody knows the right answer for a random contact centre, but everybody knows how the answers of two runs must relate.
Each row below is one claim of that kind and the test that holds it over random scenarios full of ties: five of them in
`make test`, forty in `make test-all`. Where a relation says "the same", journals are compared field by field and bit
by bit. Every test is shown able to fail: it meets a change that must be noticed, or demands that what it speaks of
occurs.

This page is made by `python -m tests.relations.catalogue` from the first paragraph of each test's docstring.
"""


def modules() -> Iterator[ModuleType]:
    """Modules of this folder in which relations stand."""
    for file in sorted(HERE.glob("test_*.py")):
        module = import_module(f"tests.relations.{file.stem}")
        if any(_role(test) for _, test in tests(module)):
            yield module


def tests(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Tests of a module by name, in the order in which they are written."""
    for name, value in vars(module).items():
        if name.startswith("test_") and callable(value):
            yield name, value


def unmarked() -> list[str]:
    """Tests of these modules that are neither a relation nor a partner of one, and relations that say nothing."""
    return [
        f"{module.__name__}.{name}"
        for module in modules()
        for name, test in tests(module)
        if not _role(test) or (_role(test) == "relation" and not test.__doc__)
    ]


def relations(module: ModuleType) -> Iterator[tuple[str, str]]:
    """What each relation of a module claims, and the test's name."""
    for name, test in tests(module):
        if _role(test) == "relation":
            yield " ".join((test.__doc__ or "").split("\n\n")[0].split()), name


def page() -> str:
    """The page as it must stand in `docs/`."""
    parts, number = [INTRODUCTION], 0
    for module in modules():
        file = module.__name__.rpartition(".")[2]
        parts.append(f"\n## {(module.__doc__ or '').splitlines()[0]}\n\n`tests/relations/{file}.py`\n")
        parts.append("\n| | relation | test |\n|---|---|---|\n")
        for claim, name in relations(module):
            number += 1
            parts.append(f"| {number} | {claim} | `{name}` |\n")
    return "".join(parts)


def _role(test: Callable[..., Any]) -> str:
    return getattr(test, "role", "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
