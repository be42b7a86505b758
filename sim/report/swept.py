"""The page of a sweep, from its points.csv and sweep.json: charts of the response, and a table of all points."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.errors import Problem, ScenarioError
from sim.report import formats, page, surface

MAIN = ("service_level", "asa", "fcr_true", "cost_per_resolved_case", "occupancy", "abandonment")
MOST_KPIS, MOST_ROWS = 4, 400


@dataclass(frozen=True, slots=True)
class Row:
    """One point as the table shows it; `front`: no other point beats it in every KPI shown."""

    number: str
    values: list[str]
    kpis: list[str]
    front: bool


def write(folder: Path) -> Path:
    """Write `report.html` and `charts/` of a sweep; raises ScenarioError where its files cannot be understood."""
    told, table = _read(folder)
    paths = [str(one["path"]).lstrip("+") for one in told["parameters"]]
    axes = [surface.axis(path, table[path].tolist()) for path in paths]
    shown = responses(told, table)
    target = folder / "charts"
    target.mkdir(exist_ok=True)
    css = page.styles()
    text = (
        page.house()
        .get_template("swept.html.j2")
        .render(
            css=Markup(css),
            policy=page.policy(css),
            title=formats.clean(told.get("title") or told["name"]),
            replications=told.get("replications"),
            seed=told.get("seed"),
            sampler=formats.clean(told.get("sampler") or ""),
            count=len(table),
            pictures=[page.picture(chart, target) for chart in surface.charts(table, axes, shown)],
            parameters=[one.title for one in axes],
            responses=shown,
            rows=rows(table, paths, shown)[:MOST_ROWS],
        )
    )
    page.replace(folder / "report.html", text.encode())
    return folder / "report.html"


def responses(told: dict[str, Any], table: pd.DataFrame) -> list[surface.Response]:
    """The KPIs that the page shows: those a search was for, else the main ones that differ between points."""
    known = {one["name"]: one for one in told["kpis"]}
    aims = [str(one.get("kpi") if isinstance(one, dict) else one) for one in told.get("objectives") or []]
    names = [name for name in aims if name in known and name in table] or [
        name for name in MAIN if name in known and name in table and table[name].nunique() > 1
    ]
    return [
        surface.Response(
            name,
            formats.clean(known[name]["title"]),
            known[name]["better"],
            formats.scale(known[name]["unit"], float(table[name].abs().median())),
        )
        for name in names[:MOST_KPIS]
    ]


def front(table: pd.DataFrame, shown: Sequence[surface.Response]) -> list[bool]:
    """Which points no other beats: as good in every KPI that has a better direction, and better in one, by means."""
    if "front" in table:
        return [str(one) in ("True", "true", "1") for one in table["front"]]
    signs = {one.name: 1.0 if one.better == "higher" else -1.0 for one in shown if one.better in ("higher", "lower")}
    values = np.column_stack([table[name].to_numpy(float) * sign for name, sign in signs.items()]) if signs else None
    if values is None or len(signs) < 2:
        return [False] * len(table)
    whole: np.ndarray[Any, np.dtype[np.bool_]] = np.asarray(np.isfinite(values).all(axis=1))
    return [
        bool(fine and not ((values >= own).all(axis=1) & (values > own).any(axis=1) & whole).any())
        for own, fine in zip(values, whole, strict=True)
    ]


def rows(table: pd.DataFrame, paths: Sequence[str], shown: Sequence[surface.Response]) -> list[Row]:
    """Every point with its parameters and its KPIs."""
    marks = front(table, shown)
    return [
        Row(
            str(entry["point"]),
            [formats.clean(entry[path]) for path in paths],
            [_level(entry, one) for one in shown],
            mark,
        )
        for entry, mark in zip(table.to_dict("records"), marks, strict=True)
    ]


def _level(entry: dict[Any, Any], one: surface.Response) -> str:
    half = (entry[f"{one.name}_high"] - entry[f"{one.name}_low"]) / 2
    return f"{formats.value(entry[one.name], one.scale, half)} {formats.margin(half, one.scale)}".strip()


def _read(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    try:
        told: dict[str, Any] = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
        paths = [str(one["path"]).lstrip("+") for one in told["parameters"]]
        table = pd.read_csv(folder / "points.csv", dtype=dict.fromkeys([*paths, "front"], str), keep_default_na=False,
                            na_values=[""])  # fmt: skip
        table = table.assign(**{path: table[path].fillna("") for path in paths})
    except (OSError, ValueError, KeyError, TypeError) as broken:
        problem = Problem("points.csv", None, str(broken).splitlines()[0][:200], "run the sweep again")
        raise ScenarioError(str(folder), (problem,)) from None
    return told, table
