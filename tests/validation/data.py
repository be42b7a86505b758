"""Summaries of real data, computed again from the files. What is not in the repository is read from `CCSIM_DATA`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SHIPPED = Path(__file__).parents[2] / "scenarios" / "data"
FIVE_MINUTES = "fpp3_bank_calls_5min_2003.csv.gz"
Values = dict[str, Any]


def folder() -> Path | None:
    """Where the large files are, if anybody said so."""
    named = os.environ.get("CCSIM_DATA")
    return Path(named) if named and (Path(named) / FIVE_MINUTES).exists() else None


def bank_by_five_minutes() -> Values:
    """The North American bank: 164 days of 169 intervals."""
    place = folder()
    assert place is not None
    table = pd.read_csv(place / FIVE_MINUTES, parse_dates=["DateTime"])
    calls = table["Calls"]
    days = table.groupby(table["DateTime"].dt.date)["Calls"].sum()
    grid = table.pivot_table(
        index=table["DateTime"].dt.date, columns=table["DateTime"].dt.strftime("%H:%M"), values="Calls"
    )
    means = grid.mean()
    profile = {}
    for start in sorted({_half_hour(text) for text in grid.columns}):
        inside = [text for text in grid.columns if _half_hour(text) == start]
        profile[start] = round(float(grid[inside].sum(axis=1).mean()), 1)
    return {
        "rows": len(table),
        "days": len(days),
        "first": str(table["DateTime"].min()),
        "last": str(table["DateTime"].max()),
        "bins_per_day": grid.shape[1],
        "mean_per_day": float(days.mean()),
        "sd_per_day": float(days.std(ddof=1)),
        "mean_per_5min": float(calls.mean()),
        "peak_bin": str(means.idxmax()),
        "peak_mean": float(means.max()),
        "overdispersion_same_time_of_day": float((grid.var(ddof=1) / means).mean()),
        "cv_daily": float(days.std(ddof=1) / days.mean()),
        "adjacent_bin_corr_within_day": _adjacent((grid - means).to_numpy()),
        "halfhour_profile": profile,
        "nan": int(calls.isna().sum()),
    }


def _half_hour(text: str) -> str:
    return f"{text[:3]}{'00' if int(text[3:]) < 30 else '30'}"


def _adjacent(rest: Any) -> float:
    return float(np.corrcoef(rest[:, :-1].ravel(), rest[:, 1:].ravel())[0, 1])


def bank_of_classes() -> Values:
    """The US bank that is shipped: 17 classes, quarter hours of three of the source's intervals."""
    arrivals = pd.read_csv(SHIPPED / "us_bank_2003_arrivals_15min.csv", index_col="start", dtype={"start": str})
    agents = pd.read_csv(SHIPPED / "us_bank_2003_agents_15min.csv", dtype={"start": str})["agents"].to_numpy(float)
    classes = pd.read_csv(SHIPPED / "us_bank_2003_classes.csv", index_col="class")
    volume = arrivals.sum()
    handle = classes["mean_handle_s"].reindex(arrivals.columns)
    load = (arrivals * handle).sum(axis=1).to_numpy() / 900.0
    return {
        "intervals": 3 * len(arrivals),
        "start": str(arrivals.index[0]),
        "arrivals_per_day": float(volume.sum()),
        "agents_min_max": [float(agents.min()), float(agents.max())],
        "mean_aht_s": float((volume * handle).sum() / volume.sum()),
        "mean_offered_load": float(load.mean()),
        "mean_load_over_agents": float((load / agents).mean()),
        "max_load_over_agents": float((load / agents).max()),
    }
