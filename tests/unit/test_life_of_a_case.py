"""What a case goes through, told by its contacts and legs: why it comes back, who gets it next, what the bot kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.config.load import Loaded
from sim.model.journal import CaseEnd, ContactEnd, LegEnd, Origin
from tests.scenarios import exponential, fixed
from tests.unit.traces import intent, legs, step, team, traced_run

Built = Callable[..., Loaded]
FRONT = {"front": {"tier": 1, "skills": ["calls"]}}
BACK_SOON = {"probability": 1.0, "delay": fixed(60)}


def test_who_gave_up_comes_back_as_a_retrial_and_who_was_not_helped_as_a_repeat(built: Built) -> None:
    """The first is on the line for 100 s without being helped; the second gives up after 10 s."""
    call = intent({"front": step(100, resolution=0.0)}, patience=fixed(10))
    journal = traced_run(
        built,
        {"call": (call, [0, 1])},
        {"agents": team(1, "calls")},
        FRONT,
        returns={"max_contacts": 2, "retrial": BACK_SOON, "repeat": BACK_SOON},
    )
    contacts = np.sort(journal.contacts, order=["case", "attempt"])
    told = [(row["case"], ContactEnd(row["end"]), Origin(row["origin"])) for row in contacts]
    assert told[0] == (0, ContactEnd.UNRESOLVED, Origin.FIRST)
    assert told[1][2] == Origin.REPEAT
    assert told[2] == (1, ContactEnd.ABANDONED, Origin.FIRST)
    assert told[3][2] == Origin.RETRIAL


def test_an_escalation_goes_up_one_tier_at_a_time(built: Built) -> None:
    queues = {f"tier_{tier}": {"tier": tier, "skills": [f"skill_{tier}"]} for tier in (1, 2, 3)}
    path = {"tier_1": step(10, resolution=0.0), "tier_2": step(20, resolution=0.0), "tier_3": step(30)}
    groups = {f"team_{tier}": team(tier, f"skill_{tier}") for tier in (1, 2, 3)}
    journal = traced_run(
        built, {"call": (intent(path), [0])}, groups, queues, escalation={"agent_notices": 1.0, "warm": 0.0}
    )
    assert [(queue, end, entered) for _, queue, end, entered, _, _ in legs(journal)] == [
        ("tier_1", "ESCALATED", 0.0),
        ("tier_2", "ESCALATED", 10.0),
        ("tier_3", "RESOLVED", 30.0),
    ]


def test_what_a_bot_contains_falsely_is_not_resolved_and_comes_back(built: Built) -> None:
    call = intent({"front": step(10)}, bot={"containment": 0.5, "false_containment": 0.5})
    journal = traced_run(
        built,
        {"call": (call, list(range(0, 600, 10)))},
        {"agents": team(1, "calls", count=20)},
        FRONT,
        bot={"session": fixed(20), "policy": {"rule": "bot_first"}, "hang_up": 0.0, "asks_human": 0.0},
        returns={"max_contacts": 2, "false_containment": BACK_SOON},
    )
    contained = journal.contacts[journal.contacts["end"] == ContactEnd.CONTAINED]
    falsely = contained[contained["resolved"] == 0]
    truly = contained[contained["resolved"] == 1]
    assert len(falsely) > 10 and len(truly) > 10
    first = falsely[falsely["attempt"] == 0]
    again = journal.contacts[(journal.contacts["attempt"] == 1) & np.isin(journal.contacts["case"], first["case"])]
    assert len(again) == len(first)
    resolved = journal.cases[np.isin(journal.cases["case"], truly["case"])]
    assert set(resolved["end"]) == {CaseEnd.RESOLVED}
    assert LegEnd.CONTAINED in journal.legs["end"]


def test_an_agent_of_two_slots_never_has_three_in_hand(built: Built) -> None:
    """Four customers at once: two are answered, two wait until a slot is free."""
    chat = intent({"front": step(100)}, channel="chat")
    journal = traced_run(built, {"chat": (chat, [0, 0, 0, 0])}, {"agents": team(1, "calls", slots=2)}, FRONT)
    answered = sorted(float(time) for time in journal.legs["answered"])
    assert answered[:2] == [0.0, 0.0]
    assert min(answered[2:]) >= 100.0
    assert journal.states["load"].max() == 2


def test_a_segment_with_twice_the_patience_waits_twice_as_long(built: Built) -> None:
    call = intent({"front": step(1000)}, patience=fixed(10))
    journal = traced_run(
        built,
        {"call": (call, [0, *range(1, 60)])},
        {"agents": team(1, "calls")},
        FRONT,
        segments={"plain": {"share": 0.5}, "vip": {"share": 0.5, "patience_factor": 2.0}},
    )
    gone = journal.contacts[journal.contacts["end"] == ContactEnd.ABANDONED]
    names = np.array(journal.lexicon.segments)[gone["segment"]]
    assert set(gone["waited"][names == "plain"]) == {10.0}
    assert set(gone["waited"][names == "vip"]) == {20.0}


def test_the_length_of_a_wrap_up_says_nothing_of_the_talk_before_it(built: Built) -> None:
    """Both exponential, and 300 of them: independent uniforms correlate by less than four standard errors."""
    path = {"front": {"talk": exponential(60), "wrap_up": exponential(60), "resolution": 1.0}}
    journal = traced_run(
        built, {"call": (intent(path), list(range(300)))}, {"agents": team(1, "calls", count=300)}, FRONT
    )
    talk = journal.legs["ended"] - journal.legs["answered"]
    assert abs(np.corrcoef(talk, journal.legs["wrap_up"])[0, 1]) < 4.0 / np.sqrt(300)
