"""The cases of tests/cases.json, how each is run (plan.yaml), and what of them the model cannot act out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import yaml

from tests.validation import laws, parts, translate
from tests.validation.laws import Data

HERE = Path(__file__).parent
MANY, FEWEST = 100, 30  # replications
NOT_RUN = ("invariant", "data", "ab")  # kinds and types that have no scenario of their own


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its name, kind, group, title, parameters and stated values."""

    name: str
    kind: str
    group: str
    title: str
    model: Data
    expected: dict[str, Data]
    notes: str


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario of a case, and how often it is run.

    `variant`: what is done otherwise than in the case's own run, to show some of its quantities; see plan.yaml.
    """

    name: str
    case: Case
    plan: Data
    variant: Data | None = None

    @property
    def path(self) -> Path:
        """Its scenario file."""
        return translate.FOLDER / f"{self.name}.yaml"

    @property
    def unit(self) -> float:
        """Seconds of the case's unit of time."""
        return float(self.plan.get("unit") or parts.unit(self.case.model))

    @property
    def seed(self) -> int:
        """Each run has customers of its own: with one seed for all, cases would err together.

        What stands beside a case's own run has that run's customers, so that their difference is sharp.
        """
        name = self.case.name if self.variant and self.variant.get("beside") else self.name
        return int(self.plan["seed"]) + crc32(name.encode())

    @property
    def agents(self) -> int:
        """Heads of the model, where they do not change."""
        model = self.case.model
        if "pools" in model:
            return sum(int(pool["n"]) for pool in model["pools"])
        heads = model.get("n") or str(model.get("staffing", "=1")).split("=")[1]
        return int(heads) if isinstance(heads, int) or str(heads).isdigit() else 1

    @property
    def survival(self) -> Any:
        """P(patience > t), where nobody is certain to give up; probes never do."""
        if self.plan.get("probe"):
            return np.ones_like
        patience = self.case.model.get("patience")
        return laws.survival(patience) if isinstance(patience, dict) and "dist" in patience else None

    def shortened(self, scale: float) -> Run:
        """The same run with so much of its length: fewer contacts or days, or fewer of very many replications."""
        how = dict(self.plan)
        how["contacts"] = max(int(how["contacts"] * scale), 500)
        if "days" in how:
            how["days"] = max(round(how["days"] * scale), 2)
        if how["replications"] > MANY:
            how["replications"] = max(round(how["replications"] * scale), FEWEST)
        return replace(self, plan=how)

    def other(self, k: int) -> Run:
        """The same run of other customers; 0: of the same ones."""
        return replace(self, plan={**self.plan, "seed": int(self.plan["seed"]) + 7919 * k})

    @property
    def overrides(self) -> list[str]:
        """What makes the scenario file as long as the plan says."""
        calendar = translate.translate("", self.case.model, self.plan)["calendar"]
        return [f"calendar.{key}='{calendar[key]}'" for key in ("length", "interval", "warmup") if key in calendar]

    def text(self) -> str:
        """The scenario file as it must be; `short`: what of the plan is smaller in the file than in the runs."""
        title = f"{self.name}: {self.case.title}"
        data = translate.translate(title, self.case.model, self.plan | self.plan.get("short", {}))
        return translate.text(self.case.name, self.case.group, data)


@cache
def cases() -> tuple[Case, ...]:
    """All of them, in the file's order."""
    listed = json.loads((HERE.parent / "cases.json").read_text())["cases"]
    return tuple(
        Case(one["id"], one["kind"], one["group"], one["title"], one["model"], _values(one["expected"]), one["notes"])
        for one in listed
    )


def _values(expected: Data) -> dict[str, Data]:
    """A stated value may stand alone."""
    return {name: stated if isinstance(stated, dict) else {"value": stated} for name, stated in expected.items()}


def case(name: str) -> Case:
    """The case of this name."""
    return next(one for one in cases() if one.name == name)


@cache
def _file() -> Data:
    found: Data = yaml.safe_load((HERE / "plan.yaml").read_text())
    return found


def plan(name: str) -> Data:
    """How a case is run."""
    found: Data = {}
    for entry in _file()["runs"]:
        if fnmatchcase(name, entry["match"]):
            found |= entry
    return found


def lacking(name: str, metric: str | None = None) -> str | None:
    """What the model lacks for a case (`metric` None) or for one of its quantities."""
    for entry in _file()["lacking"]:
        wanted = entry.get("metric")
        whole = wanted is None and metric is None
        part = wanted is not None and metric is not None and fnmatchcase(metric, wanted)
        if fnmatchcase(name, entry["match"]) and (whole or part):
            return str(entry["what"])
    return None


def explained(name: str, metric: str) -> Data | None:
    """Why a printed value does not reproduce, and by how much of it at most it may differ."""
    for entry in _file().get("explained", []):
        if fnmatchcase(name, entry["match"]) and fnmatchcase(metric, entry["metric"]):
            found: Data = entry
            return found
    return None


def runs_of(one: Case) -> Iterator[Run]:
    """The scenarios of a case: one, or one for each law that must give the same answer."""
    how = plan(one.name)
    if "model_of" in how:
        one = replace(one, model=case(how["model_of"]).model)
    elif one.kind in NOT_RUN or one.model["type"] in NOT_RUN or lacking(one.name):
        return
    own = {name: values for name, values in one.expected.items() if not _elsewhere(one.name, name)}
    for service in how.get("services", ["exponential"]):
        suffix = "" if service == "exponential" else f"-{service.split('(')[0]}"
        yield Run(_file_name(one.name + suffix), replace(one, expected=own), {**how, "service": service})
    for variant in variants(one.name):
        shown = {name: values for name, values in one.expected.items() if fnmatchcase(name, variant["metric"])}
        name = _file_name(f"{one.name}-{variant['name']}")
        yield Run(name, replace(one, expected=shown), {**how, **variant.get("plan", {})}, variant)


def variants(name: str) -> list[Data]:
    """Further runs of a case, each of which shows some of its quantities."""
    return [entry for entry in _file()["variants"] if fnmatchcase(name, entry["match"])]


def _elsewhere(name: str, metric: str) -> bool:
    """Whether a variant alone shows a quantity."""
    return any(fnmatchcase(metric, one["metric"]) for one in variants(name) if not one.get("beside"))


def _file_name(name: str) -> str:
    """Scenario files have no dots in their names."""
    return name.replace(".", "_")


def plans() -> list[Run]:
    """All scenarios."""
    return [run for one in cases() for run in runs_of(one)]
