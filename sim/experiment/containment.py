"""What a decision card says of a bot that keeps more contacts to itself while customers are less satisfied.

Containment alone looks like a gain whoever is contained, so the two readings stand in one sentence. It is said where
both differences are clear, each by its own interval; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from sim.experiment.wording import between, change, number

Row = Mapping[str, Any]
KEPT, FELT, UNHAPPY = "contained_share", "csat_everyone", "contained_unhappy"


def warning(rows: Iterable[Row]) -> str | None:
    """The sentence about one arm from its rows of the comparison; None where there is nothing to warn of."""
    of_all = {row["kpi"]: row for row in rows if row["scope"] == "all"}
    kept, felt, unhappy = (of_all.get(kpi) for kpi in (KEPT, FELT, UNHAPPY))
    if kept is None or felt is None or not (kept["ci_low"] > 0.0 and felt["ci_high"] < 0.0):
        return None
    sentence = (
        f"The bot keeps more contacts ({_moved(kept)}), and everyone together is less satisfied ({_moved(felt)}): "
        "more containment is not better service here"
    )
    if unhappy is None or not isfinite(unhappy["arm_mean"]):
        return f"{sentence}."
    return f"{sentence}; {number(unhappy['arm_mean'], unhappy['unit'])} of those it keeps are not satisfied."


def _moved(row: Row) -> str:
    half_width = (row["ci_high"] - row["ci_low"]) / 2.0
    interval = between(row["ci_low"], row["ci_high"], row["unit"])
    return f"{change(row['difference'], row['unit'], half_width=half_width)}, interval {interval}"
