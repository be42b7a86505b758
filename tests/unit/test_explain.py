"""What is explained and how: samples, one case, from a moment on, the floor manager's moves; compiled and pure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.errors import UsageError
from sim.explain.observer import Wanted
from sim.explain.sampling import Reservoir
from sim.model.journal import AgentState
from sim.sampling.streams import Streams
from sim.simulate import simulate
from tests.contracts.test_explanations import watched
from tests.relations.test_arms import same
from tests.routing.arms import one_pool, rule
from tests.scenarios import Data
from tests.unit.test_quality_loop import desk
from tests.unit.worlds import needs_fast

Built = Callable[..., Loaded]


def _manager(count: int = 12) -> Data:
    """A desk with shifts and breaks, and somebody who moves them."""
    day = {"start": "08:00", "end": "12:00", "breaks": [{"at": "09:30", "length": "15 min"}]}
    staff = {
        "shifts": {"day": day},
        "groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": count, "shift": "day"}},
        "floor_manager": {"shift_end": {"later": "20 min", "earlier": "20 min"}},
    }
    return desk(staff=staff)


# --- samples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 5])
def test_a_reservoir_gives_every_place_in_the_stream_the_same_chance(size: int) -> None:
    """Binomial counts, five standard errors; streams of 40 with 2,000 reservoirs each."""
    hits = np.zeros(40)
    for key in range(2000):
        chances, kept = Reservoir(size, Streams(3, 0).purpose("explained"), key), {}
        for number in range(40):
            place = chances.place()
            if place >= 0:
                kept[place] = number
        assert sorted(kept) == list(range(size))
        hits[list(kept.values())] += 1
    p = size / 40
    assert np.abs(hits / 2000 - p).max() < 5 * np.sqrt(p * (1 - p) / 2000)


def test_a_reservoir_of_nothing_keeps_nothing() -> None:
    chances = Reservoir(0, Streams(3, 0).purpose("explained"), 0)
    assert {chances.place() for _ in range(100)} == {-1}


def test_a_sample_has_its_size_is_of_real_choices_and_the_same_each_time(built: Built) -> None:
    loaded = built(desk())
    one, told = watched(loaded, 1, 0, Wanted(sample=12))
    _, again = watched(loaded, 1, 0, Wanted(sample=12))
    assert same(one, simulate(loaded, 1, 0))
    assert told == again
    assert len(told["decisions"]) == 12
    assert {decision["question"] for decision in told["decisions"]} == {"agent selection", "contact selection"}
    assert all(decision["could"] > 1 or decision["chosen"] is None for decision in told["decisions"])
    assert all(before["at"] <= after["at"] for before, after in pairwise(told["decisions"]))


def test_a_wrong_sample_is_refused() -> None:
    with pytest.raises(UsageError, match="sample=-1"):
        Wanted(sample=-1)


# --- one case, and from a moment on ----------------------------------------------------------------------------------


def test_all_decisions_about_one_case_are_those_of_its_legs(built: Built) -> None:
    """Each leg with people was offered; who waited was then taken by an agent who freed, or gave up."""
    loaded = built(desk())
    journal, _ = watched(loaded, 1, 0)
    case = int(np.bincount(journal.legs["case"]).argmax())
    _, told = watched(loaded, 1, 0, Wanted(sample=100, case=case))
    legs = np.sort(journal.legs[journal.legs["case"] == case], order="entered")
    offered = [one for one in told["decisions"] if one["question"] == "agent selection" and one["waited"] == 0.0]
    assert [one["at"] for one in offered] == legs["entered"].tolist()
    took = {one["at"] for one in told["decisions"] if one["chosen"] is not None}
    assert took == set(legs["answered"][legs["agent"] >= 0].tolist())


def test_from_a_moment_on_the_first_decisions_are_explained(built: Built) -> None:
    _, told = watched(built(desk()), 1, 0, Wanted(sample=7, at=3600.0))
    assert len(told["decisions"]) == 7
    assert all(3600.0 <= one["at"] < 4200.0 for one in told["decisions"])
    assert told["decisions"][0]["time"].startswith("2026-03-02 09:0")


def test_the_estimates_told_are_those_the_rule_saw(built: Built) -> None:
    """Oracle signals have no limit of observations; a guarded rule's estimates are the guarded ones."""
    made = watched(built({**one_pool(), "routing": rule("p_mu")}), 1, 0, Wanted(sample=5))[1]
    evidence = made["decisions"][0]["candidates"][0]["evidence"]
    assert [one["signal"] for one in evidence] == ["resolution", "handle_time"]
    assert all(one["count"] is None and one["error"] == 0.0 for one in evidence)
    hidden = rule("guarded", inner=rule("p_mu"), approved=[], max_share_move=None)
    told = watched(built({**one_pool(), "routing": hidden}), 1, 0, Wanted(sample=20))[1]
    chosen = [one for one in told["decisions"] if one["question"] == "agent selection"]
    assert len({who["evidence"][1]["value"] for one in chosen for who in one["candidates"]}) == 1


# --- why a schedule was changed --------------------------------------------------------------------------------------


def test_each_move_of_the_floor_manager_has_its_reason(built: Built) -> None:
    loaded = built(_manager())
    journal, told = watched(loaded, 1, 0, Wanted(sample=10_000, at=0.0))
    assert same(journal, simulate(loaded, 1, 0))
    moves = told["moves"]
    assert {move["what"] for move in moves} == {"break", "end of shift"}
    for move in moves:
        later = move["becomes"] > move["was"]
        assert ("busy: " if later else "quiet: nobody waiting") in move["reason"]
        assert move["becomes"] != move["was"]
        assert move["sentence"].endswith(".") and move["agent"] in move["sentence"]
    assert told["counted"]["moves"] == len(moves)


def test_the_moves_told_are_those_made(built: Built) -> None:
    """Who was moved early went on a break at that moment."""
    journal, told = watched(built(_manager(24)), 1, 0, Wanted(sample=10_000, at=0.0))
    early = [move for move in told["moves"] if move["what"] == "break" and move["becomes"] < move["was"]]
    assert early
    for move in early:
        agent = journal.lexicon.agents.index(move["agent"])
        starts = journal.states[(journal.states["agent"] == agent) & (journal.states["state"] == BREAK)]["start"]
        assert move["at"] in starts.tolist()


BREAK = int(AgentState.BREAK)


# --- compiled and pure -----------------------------------------------------------------------------------------------

CHILD = """
import json, sys
from sim.config.load import load
from sim.explain.observer import Observer, Wanted
from sim.simulate import prepare
observer = Observer(Wanted(20))
loaded = load("quality_weeks", ["calendar.length=1 d", "calendar.warmup=0 s", "routing.rule=p_mu"])
prepare(loaded).stream(1, 0, 1.0, lambda _: None, observer)
json.dump(observer.told(), sys.stdout)
"""


@needs_fast
def test_compiled_and_pure_explain_the_same() -> None:
    said = []
    for pure in ("0", "1"):
        where = {**os.environ, "SIM_PURE": pure}
        done = subprocess.run([sys.executable, "-c", CHILD], env=where, capture_output=True, text=True, check=True)
        said.append(json.loads(done.stdout))
    assert said[0] == said[1]
    assert len(said[0]["decisions"]) == 20
