"""Coaching as it is explained and planned: why somebody is coached, and the same hours in the plan and on the floor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.config.load import Loaded
from sim.explain.observer import Observer, Wanted
from sim.model.journal import AgentState, Journal, SessionEnd
from sim.simulate import prepare, simulate
from sim.staffing.levers import coaching
from sim.staffing.levers.coaching import CoachingLever
from tests.unit.coached_desk import busy_desk, coached_desk, sessions
from tests.unit.test_staffing_levers import forecast
from tests.unit.worlds import needs_fast

Built = Callable[..., Loaded]
EVERYTHING = Wanted(sample=10_000, at=0.0)


def explained(loaded: Loaded, wanted: Wanted = EVERYTHING) -> tuple[Journal, list[dict[str, Any]], dict[str, int]]:
    pieces: list[Journal] = []
    observer = Observer(wanted)
    prepare(loaded).stream(5, 0, 1.0, pieces.append, observer)
    told = observer.told()
    return pieces[-1], told["coaching"], told["counted"]


# --- why -------------------------------------------------------------------------------------------------------------


def test_every_session_booked_or_lost_is_told_with_its_reason(built: Built) -> None:
    loaded = built(busy_desk())
    journal = simulate(loaded, 5, 0)
    _, told, counted = explained(loaded)
    by_what = {what: [one for one in told if one["what"] == what] for what in {one["what"] for one in told}}
    ends = journal.sessions["end"]
    assert len(by_what["booked"]) == journal.sessions.size
    assert len(by_what["called off"]) == int((ends == SessionEnd.CALLED_OFF).sum()) > 5
    assert "held" not in by_what and counted["coaching"] == len(told)
    assert all("the team is busy" in one["sentence"] for one in by_what["called off"])
    first = by_what["booked"][0]
    booked = f"Coaching of {first['agent']} booked for 2026-03-02 "
    assert first["sentence"].startswith(booked) and first["sentence"].endswith("not coached yet: next in turn.")


def test_being_watched_changes_no_session(built: Built) -> None:
    loaded = built(busy_desk())
    alone = simulate(loaded, 5, 0)
    pieces: list[Journal] = []
    prepare(loaded).stream(5, 0, 1.0, pieces.append, Observer(EVERYTHING))
    assert sum(piece.sessions.size for piece in pieces) == alone.sessions.size
    assert [row for piece in pieces for row in sessions(piece)] == sessions(alone)


def test_a_fault_of_the_process_is_told_and_coaches_nobody(built: Built) -> None:
    """The desk's cluster is in moves, whoever handles them."""
    rule = {"rule": "defect_clusters", "params": {"rest_in_turn": False}}
    loaded = built(coached_desk(rule, load=3.0))
    _, told, _ = explained(loaded)
    remarks = [one["sentence"] for one in told if one["what"] == "nobody"]
    assert remarks and all("process defects in move" in one and "look at the process" in one for one in remarks)
    assert simulate(loaded, 5, 0).sessions.size == 0


def test_a_sample_of_the_log_is_told(built: Built) -> None:
    _, told, counted = explained(built(busy_desk()), Wanted(sample=3))
    assert len(told) == 3 < counted["coaching"]


# --- the plan and the floor ----------------------------------------------------------------------------------------


def test_lever_and_section_take_the_same_hours_off_the_floor(built: Built) -> None:
    """16 sessions of half an hour among six agents with 8 h 30 of work on each of four days: 8 h of 204."""
    loaded = built(coached_desk())
    spare = prepare(loaded).slack
    assert spare is not None
    heads = np.sum(spare.at_work, axis=0)
    week = float(heads.sum() * 900.0 / 16.0)
    lever = CoachingLever.model_validate({"hours": "30 min", "week": f"{week} s"})
    booked = coaching.booked(forecast([0.0] * heads.size), heads, lever)
    journal = simulate(loaded, 5, 0)
    rows = journal.states[journal.states["state"] == AgentState.COACHING]
    away = float((rows["end"] - rows["start"]).sum())
    assert booked.sum() * 900.0 == journal.sessions.size * 1800.0 == 8 * 3600.0
    assert 0.9 * 8 * 3600.0 < away <= 8 * 3600.0  # a contact in hand is finished first


# --- compiled and pure -----------------------------------------------------------------------------------------------

CHILD = """
import hashlib, json, sys, tempfile
from pathlib import Path
from sim.model.environment import COMPILED
from sim.simulate import simulate
from tests import scenarios
from tests.relations.outcome import STREAMS
from tests.unit.coached_desk import busy_desk
found = {}
for rule in ("defect_clusters", "fair_access"):
    with tempfile.TemporaryDirectory() as folder:
        loaded = scenarios.build(Path(folder) / "desk", busy_desk({"rule": rule}), None)
    journal = simulate(loaded, 5, 0)
    for name in STREAMS:
        rows = getattr(journal, name).tolist()
        found[f"{rule} {name}"] = len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()
json.dump([COMPILED, found], sys.stdout)
"""


@needs_fast
def test_compiled_and_pure_coach_the_same() -> None:
    said = []
    for pure in ("0", "1"):
        where = {**os.environ, "SIM_PURE": pure}
        done = subprocess.run([sys.executable, "-c", CHILD], env=where, capture_output=True, text=True, check=True)
        said.append(json.loads(done.stdout))
    (compiled, ours), (pure_too, theirs) = said
    assert compiled and not pure_too
    assert ours["fair_access sessions"][0] > 10 < ours["defect_clusters sessions"][0]
    assert ours == theirs
