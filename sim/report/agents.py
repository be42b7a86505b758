"""How work is spread over agents, by arm, from agents.csv. No agent is named or numbered: only the spread is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from sim.report import formats
from sim.report.figures import Findings

MEASURES = {
    "occupancy": ("Occupancy", "share"),
    "handled": ("Contacts handled", "count"),
    "aht": ("Handle time", "s"),
    "resolution_rate": ("Contacts resolved", "share"),
}
POINTS = {"Lowest": 0.0, "A tenth below": 0.1, "Middle": 0.5, "A tenth above": 0.9, "Highest": 1.0}
_FEWEST = 5  # with fewer agents a spread would be a list of people
_COLUMNS = {
    "arm": pa.string(),
    "scope": pa.string(),
    "interval": pa.string(),
    "kpi": pa.string(),
    "value": pa.float64(),
}


@dataclass(frozen=True, slots=True)
class Spread:
    """One measure of one arm over its agents, each agent by the mean of all replications."""

    measure: str
    place: int
    label: str
    agents: int
    values: list[str]


def spreads(folder: Path, found: Findings) -> list[Spread]:
    """By measure, then by arm; empty without agents.csv or with fewer than five agents."""
    path = folder / "agents.csv"
    if not path.is_file() or path.stat().st_size == 0:
        return []
    means = _means(path)
    arms = (found.stored.baseline, *found.stored.others)
    several = []
    for kpi, (title, unit) in MEASURES.items():
        for place, arm in enumerate(arms):
            known = means[(means["arm"] == arm.name) & (means["kpi"] == kpi)]["value"]
            if len(known) >= _FEWEST:
                several.append(Spread(title, place, arm.label, len(known), _written(known, unit)))
    return several


def _means(path: Path) -> pd.DataFrame:
    options = pacsv.ConvertOptions(
        column_types=_COLUMNS, include_columns=list(_COLUMNS), null_values=["", "nan", "NaN"], strings_can_be_null=False
    )
    table = pacsv.read_csv(path, convert_options=options)
    wanted = pc.and_(pc.equal(table["interval"], "total"), pc.is_in(table["kpi"], value_set=pa.array(list(MEASURES))))
    grouped = table.filter(wanted).group_by(["arm", "kpi", "scope"]).aggregate([("value", "mean")])
    frame: pd.DataFrame = grouped.to_pandas().rename(columns={"value_mean": "value"}).dropna(subset=["value"])
    return frame


def _written(values: pd.Series[float], unit: str) -> list[str]:
    at = [float(values.quantile(point)) for point in POINTS.values()]
    scale = formats.scale(unit, at[2])
    return [formats.value(one, scale) for one in at]
