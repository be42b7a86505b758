"""What there is to choose from: scenarios, experiments, rules of every kind, KPIs. `ccsim list` prints it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from sim.config.scan import LARGEST_FILE
from sim.errors import ScenarioError


def kind(name: str) -> Literal["scenario", "experiment", ""]:
    """What a name or a file is: by its folder, or by its having a section `arms`; empty where it is neither."""
    from sim.config import files

    path = Path(name)
    if name in files.names("scenario"):
        return "scenario"
    if path.is_file():
        with path.open("rb") as file:
            arms = re.search(rb"^arms\s*:", file.read(LARGEST_FILE), re.MULTILINE)
        return "scenario" if arms is None else "experiment"
    return "experiment" if name in files.names("experiment") else ""


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


LISTS: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "scenarios": lambda: _files("scenario"),
    "experiments": lambda: _files("experiment"),
    "routers": lambda: _rules("router"),
    "escalation": lambda: _rules("escalation"),
    "bots": lambda: _rules("bot"),
    "staffing": lambda: _rules("staffing"),
    "coaching": lambda: _rules("coaching"),
    "kpis": _kpis,
}
