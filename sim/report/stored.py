"""The only reader of a result folder: manifest, cards and tables become typed values; nothing is computed here.

Labels and names are read as text, as they stand ("NA" and "007" are names); an empty number is NaN.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from sim.errors import Problem, ScenarioError, UsageError
from sim.report import formats

_KPI = {
    "arm": pa.string(),
    "replication": pa.int64(),
    "scope": pa.string(),
    "interval": pa.string(),
    "kpi": pa.string(),
    "numerator": pa.float64(),
    "denominator": pa.float64(),
    "value": pa.float64(),
}
_FLOWS = {
    "arm": pa.string(),
    "replication": pa.int64(),
    "source": pa.string(),
    "target": pa.string(),
    "count": pa.float64(),
}
_WHO = {name: pa.string() for name in ("arm", "kpi", "kind", "name", "basis", "verdict", "unit")} | {
    name: pa.float64() for name in ("n", "share_better", "share_worse", "difference", "ci_low", "ci_high", "p_adjusted")
}
_TEXTS = ("kpi", "scope", "arm", "baseline", "verdict")
_NUMBERS = ("n", "baseline_mean", "arm_mean", "difference", "ci_low", "ci_high", "p_adjusted")
_COMPARISON = {name: pa.string() for name in _TEXTS} | {name: pa.float64() for name in _NUMBERS}


@dataclass(frozen=True, slots=True)
class Kpi:
    """One KPI's definition, as the manifest stores it."""

    name: str
    title: str
    unit: str
    better: str
    definition: str
    window: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: its name in the tables, its label for people, what it overrides."""

    name: str
    label: str
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class Stored:
    """A result folder in memory. `kpi`, `comparison` and `flows` have the columns of the results contract."""

    fingerprint: str
    manifest: dict[str, Any]
    times: dict[str, Any]
    cards: tuple[dict[str, Any], ...]
    kpis: dict[str, Kpi]
    arms: tuple[Arm, ...]
    kpi: pd.DataFrame
    comparison: pd.DataFrame
    flows: pd.DataFrame
    who: pd.DataFrame = field(default_factory=lambda: _empty(_WHO))
    selection: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The rows of the whole run, without the intervals."""
        return self.kpi[self.kpi["interval"] == "total"]

    @property
    def baseline(self) -> Arm:
        """The arm that the others are compared with (of a run: its only arm)."""
        name = self.manifest.get("baseline")
        return next((arm for arm in self.arms if arm.name == name), self.arms[0])

    @property
    def others(self) -> tuple[Arm, ...]:
        """Every arm but the baseline, in the manifest's order."""
        return tuple(arm for arm in self.arms if arm is not self.baseline)

    @property
    def confidence(self) -> float:
        """Confidence of every interval on the page."""
        return float(self.manifest.get("confidence") or 0.95)

    @property
    def currency(self) -> str:
        """The scenario's currency, empty where it names none."""
        return str(_section(self.manifest, "scenario", "costs").get("currency", ""))

    @property
    def replications(self) -> int:
        """The fewest replications that any arm has."""
        done = self.totals.groupby("arm", observed=True)["replication"].nunique()
        return int(min((done.get(arm.name, 0) for arm in self.arms), default=0))

    def label(self, family: str, name: str) -> str:
        """The scenario's label of an intent, segment or queue; its name where it has none."""
        entry = _section(self.manifest, "scenario", family).get(name)
        label = entry.get("label") if isinstance(entry, dict) else ""
        return formats.clean(label or name.replace("_", " ")) or name


def read(folder: Path) -> Stored:
    """Read one result folder.

    Raises UsageError when it is no result folder, ScenarioError when a file in it cannot be understood.
    """
    if not (folder / "manifest.json").is_file():
        raise UsageError(f"{folder}: no manifest.json here; name a folder that a run or a comparison wrote")
    manifest = _json(folder / "manifest.json", {})
    arms = tuple(_arm(entry) for entry in manifest.get("arms") or [{"name": "baseline"}])
    cards = _json(folder / "card.json", [])
    return Stored(
        fingerprint=str(manifest.get("fingerprint") or folder.name),
        manifest=manifest,
        times=_json(folder / "run.json", {}),
        cards=tuple(cards if isinstance(cards, list) else [cards]),
        kpis={kpi.name: kpi for kpi in map(_kpi, manifest.get("definitions") or [])},
        arms=arms,
        kpi=_table(folder / "kpi.csv", _KPI),
        comparison=_table(folder / "comparison.csv", _COMPARISON),
        flows=_table(folder / "flows.csv", _FLOWS),
        who=_table(folder / "who.csv", _WHO),
        selection=_json(folder / "selection.json", {}),
    )


def _arm(entry: dict[str, Any]) -> Arm:
    name = str(entry.get("name", ""))
    overrides = tuple(formats.clean(one) for one in entry.get("overrides") or ())
    return Arm(name, formats.clean(entry.get("label") or name.replace("_", " ")) or name, overrides)


def _kpi(entry: dict[str, Any]) -> Kpi:
    def text(key: str) -> str:
        return formats.clean(entry.get(key) or "")

    title = text("title") or text("name").replace("_", " ")
    return Kpi(
        str(entry["name"]), title, text("unit"), text("better"), text("definition"), text("window"), text("kind")
    )


def _section(manifest: dict[str, Any], *path: str) -> dict[str, Any]:
    found: Any = manifest
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _json(path: Path, absent: Any) -> Any:
    if not path.is_file():
        return absent
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as broken:
        raise _unreadable(path, str(broken)) from None


def _table(path: Path, columns: dict[str, pa.DataType]) -> pd.DataFrame:
    if not path.is_file() or path.stat().st_size == 0:
        return _empty(columns)
    options = pacsv.ConvertOptions(
        column_types=columns,
        include_columns=list(columns),
        include_missing_columns=True,
        null_values=["", "nan", "NaN"],
        strings_can_be_null=False,
    )
    try:
        frame: pd.DataFrame = pacsv.read_csv(path, convert_options=options).to_pandas(strings_to_categorical=True)
        return frame
    except pa.ArrowInvalid as broken:
        raise _unreadable(path, str(broken)) from None


def _empty(columns: dict[str, pa.DataType]) -> pd.DataFrame:
    kinds = {name: "category" if kind == pa.string() else np.float64 for name, kind in columns.items()}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _unreadable(path: Path, why: str) -> ScenarioError:
    short = why.splitlines()[0] if why else "unreadable"
    return ScenarioError(str(path), (Problem(path.name, None, short, "run the experiment again"),))
