"""Small centres with contacts at exactly stated seconds, and readers of what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.config.load import Loaded
from sim.model.journal import AgentState, Journal, LegEnd
from sim.simulate import simulate
from tests.scenarios import Data, centre, fixed, traced

Built = Callable[..., Loaded]
Leg = tuple[str, str, str, float, float | None, float]


def step(talk: float, wrap_up: float = 0.0, resolution: float = 1.0, **more: Any) -> Data:
    """A step of constant durations."""
    made: Data = {"talk": fixed(talk), "resolution": resolution, **more}
    return {**made, "wrap_up": fixed(wrap_up)} if wrap_up else made


def intent(path: Data, channel: str = "voice", **more: Any) -> Data:
    """An intent without its arrivals."""
    return {"channel": channel, "path": path, **more}


def team(tier: int, *skills: str, count: int = 1, **more: Any) -> Data:
    """A group."""
    return {"tier": tier, "skills": dict.fromkeys(skills, 1.0), "count": count, **more}


def traced_run(
    built: Built,
    contacts: Mapping[str, tuple[Data, Sequence[float]]],
    groups: Data,
    queues: Data,
    staff: Data | None = None,
    start: str = "2026-03-02T08:00",
    **sections: Any,
) -> Journal:
    """Run a centre whose contacts come at the stated seconds: `contacts[intent] = (its section, moments)`."""
    tables = {f"{name}.csv": {"moment": traced(list(moments), start)} for name, (_, moments) in contacts.items()}
    intents = {
        name: {**section, "arrivals": {"kind": "trace", "file": f"{name}.csv", "column": "moment"}}
        for name, (section, _) in contacts.items()
    }
    calendar = {
        "start": start,
        "length": "1 h",
        "interval": "30 min",
        "max_drain": "1 h",
        **sections.pop("calendar", {}),
    }
    data = centre(
        calendar=calendar,
        intents=intents,
        queues=queues,
        staff={"groups": groups, **(staff or {})},
        channels={"voice": {}, "chat": {"takes": "slot", "slowdown": [1.0, 1.5]}},
        **sections,
    )
    return simulate(built(data, tables), 1, 0)


def legs(journal: Journal) -> list[Leg]:
    """(intent, queue, end, entered, answered or None, ended) of every leg, contact by contact in order of birth."""
    rows = np.sort(journal.legs, order=["case", "attempt", "leg"])
    lexicon = journal.lexicon
    return [
        (
            lexicon.intents[row["intent"]],
            lexicon.queues[row["queue"]] if row["queue"] >= 0 else "bot",
            LegEnd(row["end"]).name,
            float(row["entered"]),
            None if np.isnan(row["answered"]) else float(row["answered"]),
            float(row["ended"]),
        )
        for row in rows
    ]


def states(journal: Journal, agent: str) -> list[tuple[str, float, float]]:
    """(state, start, end) of an agent, equal neighbours joined."""
    rows = journal.states[journal.states["agent"] == journal.lexicon.agents.index(agent)]
    joined: list[tuple[str, float, float]] = []
    for row in rows:
        name, begin, end = AgentState(row["state"]).name, float(row["start"]), float(row["end"])
        if joined and joined[-1][0] == name:
            joined[-1] = (name, joined[-1][1], end)
        else:
            joined.append((name, begin, end))
    return joined
