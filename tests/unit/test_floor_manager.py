"""What a floor manager moves, when, and how far; and that nothing is moved otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.errors import ScenarioError
from sim.model.journal import AgentState, Journal
from sim.simulate import simulate
from tests.relations.test_arms import same
from tests.scenarios import Data, Wide, centre
from tests.unit.traces import Built, intent, legs, states, step, team, traced_run

FRONT: Data = {"front": {"tier": 1, "skills": ["a"]}}
CALL = intent({"front": step(100)})
BREAK: Data = {"start": "08:00", "end": "09:00", "breaks": [{"at": "08:10", "length": "5 min"}]}
NEVER_QUIET: Data = {"breaks": {"later": "30 min", "earlier": "0 s"}}


def managed(
    built: Built, moments: list[float], manager: Data | None, shift: Data = BREAK, count: int = 1, **group: Any
) -> Journal:
    """Agents on one shift from 08:00, which is second 0; calls of 100 s at the moments; a look every 5 minutes."""
    staff: Data = {"shifts": {"day": shift}}
    if manager is not None:
        staff["floor_manager"] = manager
    groups = {"ann": team(1, "a", shift="day", count=count, **group)}
    return traced_run(built, {"call": (CALL, moments)}, groups, FRONT, staff)


def spent(journal: Journal, agent: str, state: str) -> float:
    return sum(end - start for name, start, end in states(journal, agent) if name == state)


def begins(journal: Journal, agent: str = "ann-001", state: str = "BREAK") -> list[float]:
    return [start for name, start, _ in states(journal, agent) if name == state]


# --- busy -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("busy", "starts"),
    [
        ({"waiting": 2, "longest_wait": "1 h"}, 900),
        ({"waiting": 3, "longest_wait": "1 h"}, 600),
        ({"waiting": 100, "longest_wait": "90 s"}, 900),
        ({"waiting": 100, "longest_wait": "91 s"}, 600),
    ],
)
def test_a_break_is_put_off_to_the_next_look_from_the_threshold_on(busy: Data, starts: float, built: Built) -> None:
    """At the look at 600, when the break is due, two wait, the first for 90 seconds."""
    journal = managed(built, [500, 510, 520], {"busy": busy, **NEVER_QUIET})
    assert begins(journal) == [starts]
    assert spent(journal, "ann-001", "BREAK") == 300


def test_a_break_is_put_off_again_and_again_up_to_its_limit(built: Built) -> None:
    calls = [500.0 + 50 * n for n in range(40)]
    limits = {"later": "25 min", "earlier": "0 s"}
    journal = managed(built, calls, {"busy": {"waiting": 1}, "breaks": limits})
    assert begins(journal) == [2100]


def test_a_break_is_never_put_off_into_the_next(built: Built) -> None:
    breaks = [{"at": "08:10", "length": "5 min"}, {"at": "08:17", "length": "5 min"}]
    journal = managed(built, [500, 510, 520], {"busy": {"waiting": 1}, **NEVER_QUIET}, {**BREAK, "breaks": breaks})
    assert begins(journal)[0] == 800  # from 720 on, after the call that began before
    assert states(journal, "ann-001")[2] == ("BREAK", 800, 1320)


@pytest.mark.parametrize(("delay", "starts"), [("0 s", 900), ("9 s", 909), ("11 s", 700)])
def test_what_was_seen_is_acted_on_after_the_delay(delay: str, starts: float, built: Built) -> None:
    """Two wait at the look at 600; the break is due at 610, and would begin after the call in hand."""
    shift = {**BREAK, "breaks": [{"at": "08:10:10", "length": "5 min"}]}
    journal = managed(built, [500, 510, 520], {"busy": {"waiting": 2}, "delay": delay, **NEVER_QUIET}, shift)
    assert begins(journal) == [starts]


def test_overtime_is_asked_for_while_the_team_is_busy_and_is_paid(built: Built) -> None:
    shift = {"start": "08:00", "end": "08:10"}
    calls = [500.0 + 50 * n for n in range(40)]
    limits = {"later": "12 min", "earlier": "0 s"}
    journal = managed(built, calls, {"busy": {"waiting": 1}, "shift_end": limits}, shift)
    assert begins(journal, state="OFF") == [1400]  # 600 + 720, and the call in hand
    assert journal.states[journal.states["scheduled"] == 1]["end"].max() == 1320


# --- quiet ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("earlier", "starts"), [("5 min", [300, 600]), ("299 s", [600, 600]), ("0 s", [600, 600])])
def test_breaks_are_brought_forward_within_their_limit_one_after_the_other(
    earlier: str, starts: list[float], built: Built
) -> None:
    """Of two idle agents one stays; the first by name goes first."""
    limits = {"later": "0 s", "earlier": earlier}
    journal = managed(built, [3000], {"breaks": limits}, count=2)
    assert [begins(journal, agent)[0] for agent in ("ann-001", "ann-002")] == starts
    assert all(spent(journal, agent, "BREAK") == 300 for agent in ("ann-001", "ann-002"))


@pytest.mark.parametrize(("occupancy", "gone"), [(1.0, 2), (0.5, 1), (0.4, 0)])
def test_nobody_leaves_if_the_rest_were_occupied_above_the_threshold(occupancy: float, gone: int, built: Built) -> None:
    """One of three is on a call at 300. Who is on it never leaves, though first by name."""
    manager = {"quiet": {"occupancy": occupancy}, "breaks": {"later": "0 s", "earlier": "5 min"}}
    journal = managed(built, [250], manager, count=3)
    starts = [begins(journal, f"ann-00{n}")[0] for n in (1, 2, 3)]
    assert starts == [600, *[300] * gone, *[600] * (2 - gone)]
    assert legs(journal) == [("call", "front", "RESOLVED", 250, 250, 350)]


def test_voluntary_time_off_is_not_paid(built: Built) -> None:
    shift = {"start": "08:00", "end": "08:20"}
    limits = {"later": "0 s", "earlier": "6 min"}
    journal = managed(built, [3000], {"shift_end": limits}, shift, count=3)
    assert [begins(journal, f"ann-00{n}", "OFF") for n in (1, 2, 3)] == [[900], [900], [1200]]


# --- otherwise --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(8))
def test_a_manager_who_may_move_nothing_changes_nothing(number: int, built: Built) -> None:
    made = Wide(number)
    groups = made.data["staff"]["groups"].values()
    if not any("shift" in group or "plan" in group for group in groups):
        next(iter(groups))["shift"] = "all_day"
    still = {"later": "0 s", "earlier": "0 s"}
    journals = []
    for manager in ({"every": "5 s", "breaks": still}, None):
        made.data["staff"]["floor_manager"] = manager
        journals.append(simulate(built(made.data, made.tables), 3, 0))
    assert same(*journals)


@pytest.mark.parametrize("number", range(12))
def test_talk_is_never_cut_and_breaks_keep_their_length(number: int, built: Built) -> None:
    """Six on three shifts, busy and quiet by turns."""
    calls = [float(n) for n in np.sort(np.random.default_rng(number).integers(0, 3000, 90))]
    manager = {
        "every": "1 min",
        "busy": {"waiting": 1 + number % 3},
        "quiet": {"occupancy": 0.5 + 0.1 * (number % 5)},
        "breaks": {"later": "10 min", "earlier": "9 min"},
        "shift_end": {"later": "7 min", "earlier": "8 min"},
    }
    shift = {
        **BREAK,
        "end": "08:50",
        "breaks": [{"at": "08:15", "length": "4 min"}, {"at": "08:34", "length": "6 min"}],
    }
    journal = managed(built, calls, manager, shift, count=6)
    assert all(leg[5] - leg[4] == 100 for leg in legs(journal) if leg[4] is not None and leg[2] == "RESOLVED")
    away = journal.states[journal.states["state"] == AgentState.BREAK]
    assert sorted(away["end"] - away["start"]) == [240.0] * 6 + [360.0] * 6
    early, late = np.sort(away["start"]).reshape(2, 6)
    assert early.min() >= 900 - 540 and early.max() <= 900 + 600 + 100
    assert late.min() >= 2040 - 540 and late.max() <= 2040 + 600 + 100
    home = [begins(journal, f"ann-00{n}", "OFF")[0] for n in range(1, 7)]
    assert min(home) >= 3000 - 480 and max(home) <= 3000 + 420 + 100


@pytest.mark.parametrize(
    ("staff", "said"),
    [
        (
            {"delay": "5 min"},
            "floor_manager.delay: seconds: acts only when it looks again, or later (read: 300.0); make it shorter",
        ),
        ({"quiet": {"occupancy": 0.0}}, "staff.floor_manager.quiet.occupancy"),
        ({"busy": {"waitng": 3}}, "did you mean 'waiting'"),
        ({}, "staff.floor_manager: everybody is always on duty, so there is no break and no end of a shift to move"),
    ],
)
def test_a_manager_who_cannot_act_is_refused(staff: Data, said: str, built: Built) -> None:
    groups = {"ann": {"tier": 1, "skills": {"calls": 1.0}, "count": 1}}
    shifts = {"day": BREAK} if staff else {}
    if shifts:
        groups["ann"]["shift"] = "day"
    with pytest.raises(ScenarioError) as caught:
        built(centre(staff={"groups": groups, "shifts": shifts, "floor_manager": staff}))
    assert said in str(caught.value)


def test_the_page_about_it_shows_the_defaults(built: Built) -> None:
    page = (Path(__file__).parents[2] / "docs" / "floor-manager.md").read_text("utf-8")
    shown = yaml.safe_load(page.split("```yaml")[1].split("```")[0])["staff"]["floor_manager"]
    groups = {"ann": {"tier": 1, "skills": {"calls": 1.0}, "count": 1, "shift": "day"}}
    sections = [
        built(centre(staff={"groups": groups, "shifts": {"day": BREAK}, "floor_manager": manager})).scenario
        for manager in (shown, {})
    ]
    assert sections[0].staff.floor_manager == sections[1].staff.floor_manager
    assert set(shown) == set(type(sections[0].staff.floor_manager).model_fields)
