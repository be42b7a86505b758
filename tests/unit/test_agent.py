"""An agent's day by hand: shifts, breaks, slots and what is in hand when they end."""

from __future__ import annotations

import pytest

from sim.model.journal import Journal
from tests.scenarios import Data
from tests.unit.traces import Built, intent, legs, states, step, team, traced_run

FRONT: Data = {"front": {"tier": 1, "skills": ["a"]}}
CALL = intent({"front": step(100, 10)})
MORNING = "2026-03-02T08:00"


def on_shift(
    built: Built, moments: list[float], shift: Data, start: str = "2026-03-02T08:00", **more: object
) -> Journal:
    """One agent on one shift; calls of 100 s with 10 s of wrap-up."""
    groups = {"ann": team(1, "a", shift="day")}
    return traced_run(built, {"call": (CALL, moments)}, groups, FRONT, {"shifts": {"day": shift}}, start, **more)


def test_a_shift_that_ends_during_a_contact_ends_after_its_wrap_up(built: Built) -> None:
    journal = on_shift(built, [1750, 1760], {"start": "08:00", "end": "08:30"})
    assert legs(journal)[0] == ("call", "front", "RESOLVED", 1750, 1750, 1850)
    assert legs(journal)[1][2] == "UNFINISHED"
    assert states(journal, "ann-001")[:4] == [
        ("AVAILABLE", 0, 1750),
        ("BUSY", 1750, 1850),
        ("WRAP_UP", 1850, 1860),
        ("OFF", 1860, 7200),
    ]


def test_overtime_is_not_on_the_plan(built: Built) -> None:
    journal = on_shift(built, [1750], {"start": "08:00", "end": "08:30"})
    planned = journal.states[journal.states["scheduled"] == 1]
    assert (planned["start"].min(), planned["end"].max()) == (0, 1800)


def test_who_comes_at_the_very_end_of_a_shift_is_not_taken(built: Built) -> None:
    journal = on_shift(built, [1800], {"start": "08:00", "end": "08:30"})
    assert legs(journal)[0][2] == "UNFINISHED"


def test_who_comes_at_the_very_start_of_a_shift_is_taken(built: Built) -> None:
    journal = on_shift(built, [600, 610], {"start": "08:10", "end": "09:00"})
    assert [leg[4] for leg in legs(journal)] == [600, 710]


def test_who_waits_for_the_shift_is_taken_when_it_starts(built: Built) -> None:
    journal = on_shift(built, [30], {"start": "08:10", "end": "09:00"})
    assert legs(journal)[0][4] == 600
    assert states(journal, "ann-001")[:2] == [("OFF", 0, 600), ("BUSY", 600, 700)]


BREAK: Data = {"start": "08:00", "end": "09:00", "breaks": [{"at": "08:10", "length": "5 min"}]}


def test_a_break_comes_when_planned(built: Built) -> None:
    journal = on_shift(built, [650], BREAK)
    assert states(journal, "ann-001")[:3] == [("AVAILABLE", 0, 600), ("BREAK", 600, 900), ("BUSY", 900, 1000)]


def test_a_break_that_starts_late_is_taken_in_full(built: Built) -> None:
    journal = on_shift(built, [590, 595], BREAK)
    assert [leg[4] for leg in legs(journal)] == [590, 1000]
    assert ("BREAK", 700, 1000) in states(journal, "ann-001")


LAST_BREAK: Data = {"start": "08:00", "end": "08:15", "breaks": [{"at": "08:10", "length": "5 min"}]}


@pytest.mark.parametrize("moments", [[650.0], [590.0, 595.0]])
def test_a_break_at_the_end_of_a_shift_leads_home(moments: list[float], built: Built) -> None:
    """On time or late: nobody takes a contact after the shift's end."""
    journal = on_shift(built, moments, LAST_BREAK)
    assert legs(journal)[-1][2] == "UNFINISHED"
    assert not [state for state in states(journal, "ann-001") if state[0] == "AVAILABLE" and state[2] > 900]


def test_a_shift_goes_on_past_midnight(built: Built) -> None:
    shift = {"start": "22:00", "end": "06:00+1"}
    calendar = {"length": "8 h", "max_drain": "0 s"}
    journal = on_shift(built, [10, 3700, 7 * 3600 + 10], shift, "2026-03-02T23:00", calendar=calendar)
    assert [leg[4] for leg in legs(journal)] == [10, 3700, None]
    assert states(journal, "ann-001")[-1] == ("OFF", 7 * 3600, 8 * 3600)


def test_the_second_half_of_yesterdays_night_shift_counts(built: Built) -> None:
    journal = on_shift(built, [10], {"start": "22:00", "end": "00:30+1"}, "2026-03-03T00:00")
    assert legs(journal)[0][4] == 10
    assert states(journal, "ann-001")[-1][0] == "OFF"


def test_a_shift_is_only_on_its_days(built: Built) -> None:
    """2 March 2026 is a Monday."""
    for days, answered in ((["mon"], 10), (["tue"], None)):
        journal = on_shift(built, [10], {"start": "08:00", "end": "09:00", "days": days})
        assert legs(journal)[0][4] == answered


# --- slots ------------------------------------------------------------------------------------------------------------

CHAT: Data = {"chats": {"tier": 1, "skills": ["a"]}}


def test_chats_share_an_agent_and_slow_each_other_down(built: Built) -> None:
    """The slowdown is that of the load at the start: 1, then 1.5."""
    contacts = {"chat": (intent({"chats": step(100)}, channel="chat"), [0, 10, 20])}
    journal = traced_run(built, contacts, {"ann": team(1, "a", slots=2)}, CHAT)
    assert legs(journal) == [
        ("chat", "chats", "RESOLVED", 0, 0, 100),
        ("chat", "chats", "RESOLVED", 10, 10, 160),
        ("chat", "chats", "RESOLVED", 20, 100, 250),
    ]
    loads = journal.states[journal.states["load"] > 0]
    spent = loads["end"] - loads["start"]
    assert [spent[loads["load"] == load].sum() for load in (1, 2)] == [100, 150]


def test_wrap_up_of_a_chat_keeps_its_slot(built: Built) -> None:
    contacts = {"chat": (intent({"chats": step(100, 40)}, channel="chat"), [0, 0, 50])}
    journal = traced_run(built, contacts, {"ann": team(1, "a", slots=2)}, CHAT)
    assert legs(journal)[2][4] == 140


def test_a_call_needs_an_agent_with_nothing_in_hand(built: Built) -> None:
    queues = {**CHAT, "front": {"tier": 1, "skills": ["a"]}}
    contacts = {
        "chat": (intent({"chats": step(100)}, channel="chat"), [0]),
        "call": (intent({"front": step(50)}), [10]),
    }
    journal = traced_run(built, contacts, {"ann": team(1, "a", slots=3)}, queues)
    assert legs(journal)[1] == ("call", "front", "RESOLVED", 10, 100, 150)


def test_who_is_on_a_call_takes_no_chat(built: Built) -> None:
    queues = {**CHAT, "front": {"tier": 1, "skills": ["a"]}}
    contacts = {
        "call": (intent({"front": step(50, 5)}), [0]),
        "chat": (intent({"chats": step(100)}, channel="chat"), [10]),
    }
    journal = traced_run(built, contacts, {"ann": team(1, "a", slots=3)}, queues)
    assert legs(journal)[1][4] == 55


def test_an_empty_agent_is_preferred_to_one_who_chats(built: Built) -> None:
    contacts = {"chat": (intent({"chats": step(100)}, channel="chat"), [0, 10])}
    journal = traced_run(built, contacts, {"ann": team(1, "a", count=2, slots=2)}, CHAT)
    assert [leg[5] for leg in legs(journal)] == [100, 110]


def test_an_empty_agent_is_preferred_also_to_one_who_has_chatted_for_longer(built: Built) -> None:
    contacts = {
        "long": (intent({"chats": step(1000)}, channel="chat"), [0, 20]),
        "short": (intent({"chats": step(5)}, channel="chat"), [5]),
    }
    journal = traced_run(built, contacts, {"ann": team(1, "a", count=2, slots=2)}, CHAT)
    assert [leg[5] for leg in legs(journal) if leg[0] == "long"] == [1000, 1020]


def test_a_shift_that_ends_with_two_chats_ends_after_both(built: Built) -> None:
    contacts = {"chat": (intent({"chats": step(100)}, channel="chat"), [1750, 1790, 1810])}
    shifts = {"shifts": {"day": {"start": "08:00", "end": "08:30"}}}
    journal = traced_run(built, contacts, {"ann": team(1, "a", slots=3, shift="day")}, CHAT, shifts)
    assert states(journal, "ann-001")[1:] == [("BUSY", 1750, 1940), ("OFF", 1940, 7200)]
    assert legs(journal)[2][2] == "UNFINISHED"


def test_who_is_on_duty_around_the_clock_goes_on_from_one_shift_into_the_next(built: Built) -> None:
    """Idle or busy at the change: nobody waits for it, and a contact in hand is no reason to refuse the next."""
    shift = {"start": "08:00", "end": "08:00+1"}
    day = 86400
    calendar = {"length": "2 d", "interval": "1 h", "max_drain": "0 s"}
    idle = on_shift(built, [10, day + 10], shift, calendar=calendar)
    assert [leg[4] for leg in legs(idle)] == [10, day + 10]
    busy = on_shift(built, [day - 50, day - 40], shift, calendar=calendar)
    assert [leg[4] for leg in legs(busy)] == [day - 50, day + 60]
