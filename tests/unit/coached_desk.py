"""A small desk in shifts, whose six agents are coached every day: for tests of coaching."""

from __future__ import annotations

from typing import Any

from sim.model.journal import Journal, SessionEnd
from tests.scenarios import Data, centre, exponential

DAYS = 4


def coached_desk(
    rule: Data | None = None, coaching: Data | None = None, load: float = 1.0, count: int = 6, **sections: Any
) -> Data:
    """Two intents, 08:00 to 17:00 with a break at noon, four days; `coaching` overrides parts of the section."""
    step = {"talk": exponential(200), "wrap_up": exponential(30)}
    intent: Data = {"channel": "voice", "difficulty_sd": 1.0, "patience": exponential(300)}

    def arriving(per_hour: float, resolution: float) -> Data:
        hours = [load * per_hour if 8 <= hour < 17 else 0.0 for hour in range(24)]
        curve = {"kind": "curve", "begins": "00:00", "every": "1 h", "per_hour": hours}
        return {**intent, "arrivals": curve, "path": {"front": {**step, "resolution": resolution}}}

    section: Data = {
        "rule": rule or {"rule": "round_robin"},
        "every": "1 d",
        "session": "30 min",
        "leaders": 1,
        "hours_per_leader_week": "14 h",
        "least_slack": -100.0,
        **(coaching or {}),
    }
    data = centre(
        calendar={"start": "2026-03-02T00:00", "length": f"{DAYS} d", "interval": "1 d", "max_drain": "1 h"},
        intents={"bill": arriving(20, 0.7), "move": arriving(10, 0.6)},
        staff={
            "shifts": {"day": {"start": "08:00", "end": "17:00", "breaks": [{"at": "12:00", "length": "30 min"}]}},
            "groups": {"desk": {"tier": 1, "skills": {"calls": 1.0}, "count": count, "shift": "day"}},
        },
        returns={"repeat": {"probability": 0.6, "delay": exponential(6 * 3600)}},
        quality={
            "truth": {"speed_sd": 0.2, "resolution_sd": 0.1},
            "evaluation": {
                "share": 0.5,
                "lag": "10 min",
                "scorecard": {"steps": {"checks": "process", "detected": 1.0, "false_alarm": 0.0}},
            },
            "defects": {"process": 0.2, "clusters": [{"intent": "move", "category": "process", "share": 0.6}]},
            "history": {"weeks": 26},
            "changes_every": "30 min",
        },
    )
    return {**data, "coaching": section, **sections}


def busy_desk(rule: Data | None = None) -> Data:
    """The same under load, with a floor manager who calls sessions off and leaves breaks alone."""
    data = coached_desk(rule, load=5.0)
    thresholds = {"waiting": 1, "longest_wait": "1 h"}
    never = {"later": "0 s", "earlier": "0 s"}
    data["staff"]["floor_manager"] = {"every": "5 min", "coaching": thresholds, "breaks": never}
    return data


def sessions(journal: Journal) -> list[tuple[str, float, str, float, float]]:
    """(agent, due, end, began, ended) of each session, in order of closing; NaN as -1."""
    return [
        (
            journal.lexicon.agents[row["agent"]],
            float(row["due"]),
            SessionEnd(row["end"]).name,
            *(float(row[name]) if row[name] == row[name] else -1.0 for name in ("began", "ended")),
        )
        for row in journal.sessions
    ]
