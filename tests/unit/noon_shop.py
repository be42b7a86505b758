"""A shop of two hours a day: what tests of agents over weeks run on."""

from __future__ import annotations

from typing import Any

from sim.metrics import kpis
from sim.model.journal import Journal
from tests.scenarios import Data, centre, exponential

DAY, WEEK = 86400.0, 7 * 86400.0
BY_SPEED = {"rule": "fastest_first"}


def shop(weeks: int = 2, heads: int = 10, per_hour: float = 3.0, **changes: Any) -> Data:
    """Two hours a day, with a break; few calls, so that weeks are cheap."""
    staff = {
        "shifts": {"noon": {"start": "10:00", "end": "12:00", "breaks": [{"at": "10:40", "length": "15 min"}]}},
        "groups": {"team": {"tier": 1, "skills": {"calls": 1.0}, "count": heads, "shift": "noon"}},
        **changes.pop("staff", {}),
    }
    hours = [0.0] * 10 + [per_hour] * 2 + [0.0] * 12
    call = {
        "channel": "voice",
        "arrivals": {"kind": "curve", "begins": "00:00", "every": "1 h", "per_hour": hours},
        "patience": exponential(300),
        "path": {"front": {"talk": exponential(200), "wrap_up": exponential(40), "resolution": 0.7}},
    }
    return centre(
        calendar={"start": "2026-03-02T00:00", "length": f"{weeks} w", "interval": "24 h", "max_drain": "0 s"},
        intents={"call": call},
        staff=staff,
        quality={"history": {"weeks": 0}, **changes.pop("quality", {})},
        **changes,
    )


def total(journal: Journal, kpi: str) -> tuple[float, float]:
    """Numerator and denominator of a KPI over the whole run."""
    frame = kpis.table(journal)
    row = frame[(frame["kpi"] == kpi) & (frame["scope"] == "all") & (frame["interval"] == "total")].iloc[0]
    return float(row["numerator"]), float(row["denominator"])
