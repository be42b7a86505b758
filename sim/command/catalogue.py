"""What there is to choose from: scenarios, experiments, rules of every kind, KPIs. `ccsim list` prints it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from sim.errors import ScenarioError


def kind(name: str) -> Literal["scenario", "experiment", ""]:
    """What a name or a file is: by its folder, or by its having a section `arms`; empty where it is neither."""
    from sim.config import files

    path = Path(name)
    if name in files.names("scenario"):
        return "scenario"
    if path.is_file():
        return "experiment" if _has_arms(path) else "scenario"
    return "experiment" if name in files.names("experiment") else ""


def _has_arms(path: Path) -> bool:
    from sim.config import document, scan

    with path.open("rb") as file:
        content = file.read(scan.LARGEST_FILE)
    try:
        return "arms" in document.read(content, path.name).data
    except ScenarioError:  # will be told by whoever loads it
        return re.search(rb"^[\"']?arms[\"']?\s*:", content, re.MULTILINE) is not None


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
