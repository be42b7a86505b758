"""The flow by hand: a few contacts with constant durations, every moment worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.journal import CaseEnd, ContactEnd, Initiator, Journal, Origin
from tests.scenarios import Data, fixed
from tests.unit.traces import Built, intent, legs, states, step, team, traced_run

FRONT: Data = {"front": {"tier": 1, "skills": ["a"]}}
TWO_TIERS: Data = {**FRONT, "expert": {"tier": 2, "skills": ["e"]}}
ONE: Data = {"ann": team(1, "a")}
PAIR: Data = {"ann": team(1, "a", count=2), "eve": team(2, "e")}
UP = intent({"front": step(100, 10, resolution=0.0), "expert": step(50)})


# --- one line ---------------------------------------------------------------------------------------------------------


def test_who_waits_is_served_when_the_agent_frees_after_wrap_up(built: Built) -> None:
    journal = traced_run(built, {"call": (intent({"front": step(100, 10)}), [0, 40])}, ONE, FRONT)
    assert legs(journal) == [
        ("call", "front", "RESOLVED", 0, 0, 100),
        ("call", "front", "RESOLVED", 40, 110, 210),
    ]


@pytest.mark.parametrize("work", [(100, 0), (90, 10)])
def test_an_agent_who_frees_as_patience_runs_out_still_serves(work: tuple[int, int], built: Built) -> None:
    call = intent({"front": step(*work)}, patience=fixed(60.0))
    journal = traced_run(built, {"call": (call, [0, 40])}, ONE, FRONT)
    assert legs(journal)[1][2:5] == ("RESOLVED", 40, 100)


def test_patience_that_ends_a_moment_earlier_abandons(built: Built) -> None:
    call = intent({"front": step(100)}, patience=fixed(59.5))
    journal = traced_run(built, {"call": (call, [0, 40])}, ONE, FRONT)
    assert legs(journal)[1] == ("call", "front", "ABANDONED", 40, None, 99.5)


def test_who_waits_comes_before_who_arrives_as_the_agent_frees(built: Built) -> None:
    journal = traced_run(built, {"call": (intent({"front": step(100)}), [0, 40, 100])}, ONE, FRONT)
    assert [leg[4] for leg in legs(journal)] == [0, 100, 200]


def test_who_arrives_as_the_agent_frees_does_not_wait(built: Built) -> None:
    journal = traced_run(built, {"call": (intent({"front": step(100)}), [0, 100])}, ONE, FRONT)
    assert [leg[4] for leg in legs(journal)] == [0, 100]


def test_who_has_no_patience_is_served_by_a_free_agent_and_else_goes_at_once(built: Built) -> None:
    call = intent({"front": step(100)}, patience=fixed(0.0))
    journal = traced_run(built, {"call": (call, [0, 40, 100])}, ONE, FRONT)
    assert [leg[2] for leg in legs(journal)] == ["RESOLVED", "ABANDONED", "RESOLVED"]
    assert legs(journal)[1][5] == 40


def test_who_finds_the_line_full_is_blocked(built: Built) -> None:
    queues = {"front": {"tier": 1, "skills": ["a"], "capacity": 1}}
    journal = traced_run(built, {"call": (intent({"front": step(100)}), [0, 10, 20, 100])}, ONE, queues)
    assert [leg[2] for leg in legs(journal)] == ["RESOLVED", "RESOLVED", "BLOCKED", "RESOLVED"]
    assert [leg[4] for leg in legs(journal)] == [0, 100, None, 200]


def test_a_segment_with_priority_is_served_first(built: Built) -> None:
    queues = {"front": {"tier": 1, "skills": ["a"]}, "gold": {"tier": 1, "skills": ["a"], "priority": 1}}
    contacts = {
        "plain": (intent({"front": step(100)}), [0, 10, 20]),
        "gold": (intent({"gold": step(100)}), [30]),
    }
    journal = traced_run(built, contacts, ONE, queues)
    assert {(leg[0], leg[3]): leg[4] for leg in legs(journal)} == {
        ("plain", 0): 0,
        ("plain", 10): 200,
        ("plain", 20): 300,
        ("gold", 30): 100,
    }


def test_aging_lets_a_long_wait_overtake_a_higher_level(built: Built) -> None:
    """One level is worth ten seconds of waiting: 10 s at the gold queue do not make up for 90 s at the front."""
    queues = {
        "front": {"tier": 1, "skills": ["a"], "aging": "10 s"},
        "gold": {"tier": 1, "skills": ["a"], "priority": 1, "aging": "10 s"},
    }
    contacts = {
        "plain": (intent({"front": step(100)}), [0, 10]),
        "gold": (intent({"gold": step(100)}), [90]),
    }
    journal = traced_run(built, contacts, ONE, queues)
    assert {(leg[0], leg[3]): leg[4] for leg in legs(journal)}["plain", 10] == 100


def test_of_two_who_come_at_one_moment_the_first_to_wait_is_served_first(built: Built) -> None:
    """They stand in lines of their own, as their intents differ."""
    contacts = {name: (intent({"front": step(100)}), [0] if name == "block" else [10]) for name in ("block", "x", "y")}
    rows = np.sort(traced_run(built, contacts, ONE, FRONT).legs, order="case")
    assert rows["answered"].tolist() == [0.0, 100.0, 200.0]


def test_a_wait_ages_from_the_moment_the_contact_came_to_the_queue(built: Built) -> None:
    """Again has been a case for longer, but new has been waiting for longer."""
    contacts = {
        "again": (intent({"front": step(100, resolution=0.0)}), [0]),
        "block": (intent({"front": step(300)}), [100]),
        "new": (intent({"front": step(100)}), [150]),
    }
    returns = {"repeat": {"probability": 1.0, "delay": fixed(60.0)}, "max_contacts": 2}
    queues = {"front": {**FRONT["front"], "aging": "100 s"}}
    found = {leg[:1] + leg[3:4]: leg[4] for leg in legs(traced_run(built, contacts, ONE, queues, returns=returns))}
    assert (found["new", 150], found["again", 160]) == (400, 500)


def test_proficiency_divides_handle_time(built: Built) -> None:
    groups = {"ann": {"tier": 1, "skills": {"a": 1.25}, "count": 1}}
    journal = traced_run(built, {"call": (intent({"front": step(100, 10)}), [0, 1])}, groups, FRONT)
    assert legs(journal)[0][5] == 80
    assert legs(journal)[1][4] == 88


def test_a_queue_is_served_by_those_who_have_all_its_skills(built: Built) -> None:
    """And they are as fast as the skill in which they are weakest."""
    queues = {"front": {"tier": 1, "skills": ["a", "b"]}}
    groups = {
        "ann": team(1, "a", count=2),
        "bob": team(1, "b"),
        "two": team(2, "a", "b"),
        "cem": {"tier": 1, "skills": {"a": 2.0, "b": 0.5, "c": 1.0}, "count": 1},
    }
    journal = traced_run(built, {"call": (intent({"front": step(100)}), [0, 10])}, groups, queues)
    assert legs(journal) == [("call", "front", "RESOLVED", 0, 0, 200), ("call", "front", "RESOLVED", 10, 200, 400)]


def test_hold_is_part_of_the_time_with_the_agent(built: Built) -> None:
    call = intent({"front": step(100, 10, hold=fixed(25.0), hold_share=1.0)})
    journal = traced_run(built, {"call": (call, [0])}, ONE, FRONT)
    assert legs(journal)[0][5] == 125
    assert journal.legs["hold"][0] == 25


# --- escalation -------------------------------------------------------------------------------------------------------

WARM: Data = {"agent_notices": 1.0, "warm": 1.0, "handover": fixed(20.0)}


def test_the_sender_of_a_warm_escalation_stays_until_the_receiver_knows(built: Built) -> None:
    journal = traced_run(built, {"call": (UP, [0])}, PAIR, TWO_TIERS, escalation=WARM)
    assert legs(journal) == [("call", "front", "ESCALATED", 0, 0, 100), ("call", "expert", "RESOLVED", 100, 100, 170)]
    assert states(journal, "ann-001")[:4] == [
        ("BUSY", 0, 100),
        ("HANDOVER", 100, 120),
        ("WRAP_UP", 120, 130),
        ("AVAILABLE", 130, 3600),
    ]
    assert journal.legs["warm"][journal.legs["leg"] == 0].tolist() == [1]
    assert journal.contacts["transfers"].tolist() == [1]


def test_the_sender_waits_with_the_customer_for_a_busy_receiver(built: Built) -> None:
    journal = traced_run(built, {"call": (UP, [0, 10])}, PAIR, TWO_TIERS, escalation=WARM)
    assert legs(journal)[3] == ("call", "expert", "RESOLVED", 110, 170, 240)
    assert states(journal, "ann-002")[:4] == [
        ("AVAILABLE", 0, 10),
        ("BUSY", 10, 110),
        ("HANDOVER", 110, 190),
        ("WRAP_UP", 190, 200),
    ]


def test_the_sender_is_let_go_when_the_customer_gives_up(built: Built) -> None:
    up = {**UP, "patience": fixed(30.0)}
    journal = traced_run(built, {"call": (up, [0, 10])}, PAIR, TWO_TIERS, escalation=WARM)
    assert legs(journal)[3] == ("call", "expert", "ABANDONED", 110, None, 140)
    assert states(journal, "ann-002")[2:4] == [("HANDOVER", 110, 140), ("WRAP_UP", 140, 150)]


def test_the_sender_is_let_go_when_the_line_is_full(built: Built) -> None:
    queues = {**FRONT, "expert": {"tier": 2, "skills": ["e"], "capacity": 0}}
    journal = traced_run(built, {"call": (UP, [0, 10])}, PAIR, queues, escalation=WARM)
    assert legs(journal)[3] == ("call", "expert", "BLOCKED", 110, None, 110)
    assert states(journal, "ann-002")[1:3] == [("BUSY", 10, 110), ("WRAP_UP", 110, 120)]


def test_the_sender_stays_on_the_line_through_an_overflow(built: Built) -> None:
    queues = {
        **FRONT,
        "expert": {"tier": 2, "skills": ["e"], "overflow": {"after": "30 s", "to": "top"}},
        "top": {"tier": 3, "skills": ["t"]},
    }
    groups = {**PAIR, "tom": team(3, "t")}
    journal = traced_run(built, {"call": (UP, [0, 10])}, groups, queues, escalation=WARM)
    assert legs(journal)[3:] == [
        ("call", "expert", "OVERFLOWED", 110, None, 140),
        ("call", "top", "RESOLVED", 140, 140, 210),
    ]
    assert states(journal, "ann-002")[2:4] == [("HANDOVER", 110, 160), ("WRAP_UP", 160, 170)]


def test_a_cold_escalation_frees_the_sender_and_costs_the_receiver(built: Built) -> None:
    cold = {"agent_notices": 1.0, "cold_costs": "5 s"}
    journal = traced_run(built, {"call": (UP, [0])}, PAIR, TWO_TIERS, escalation=cold)
    assert legs(journal)[1] == ("call", "expert", "RESOLVED", 100, 100, 155)
    assert states(journal, "ann-001")[:3] == [("BUSY", 0, 100), ("WRAP_UP", 100, 110), ("AVAILABLE", 110, 3600)]


def test_whoever_notices_is_written_down(built: Built) -> None:
    for who, initiator in (("agent_notices", Initiator.AGENT), ("customer_asks", Initiator.CUSTOMER)):
        journal = traced_run(built, {"call": (UP, [0])}, PAIR, TWO_TIERS, escalation={who: 1.0})
        assert journal.legs["initiator"][journal.legs["leg"] == 0].tolist() == [initiator]


def test_what_nobody_notices_fails_silently(built: Built) -> None:
    journal = traced_run(built, {"call": (UP, [0])}, PAIR, TWO_TIERS)
    assert legs(journal) == [("call", "front", "UNRESOLVED", 0, 0, 100)]
    assert journal.cases["end"].tolist() == [CaseEnd.GIVEN_UP]


def test_a_supervisor_takes_over_once_and_the_path_ends_there(built: Built) -> None:
    supervisor = {"queue": "lead", "customer_asks": 1.0, "step": step(200, resolution=0.0)}
    queues = {**TWO_TIERS, "lead": {"tier": 2, "skills": ["lead"]}}
    groups = {**PAIR, "sue": team(2, "lead")}
    escalation = {"agent_notices": 1.0, "supervisor": supervisor}
    journal = traced_run(built, {"call": (UP, [0])}, groups, queues, escalation=escalation)
    assert legs(journal) == [
        ("call", "front", "TO_SUPERVISOR", 0, 0, 100),
        ("call", "lead", "UNRESOLVED", 100, 100, 300),
    ]


def _asked_for(groups: Data, built: Built) -> Journal:
    """A customer of the front asks for a supervisor of the same tier; every handover would be warm."""
    supervisor = {"queue": "lead", "customer_asks": 1.0, "step": step(200)}
    queues = {**FRONT, "lead": {"tier": 1, "skills": ["lead"]}}
    call = intent({"front": step(100, 10, resolution=0.0)})
    escalation = {"warm": 1.0, "handover": fixed(20.0), "supervisor": supervisor}
    return traced_run(built, {"call": (call, [0])}, groups, queues, escalation=escalation)


def test_a_supervisor_of_the_same_tier_is_told_by_the_sender(built: Built) -> None:
    journal = _asked_for({"ann": team(1, "a"), "sue": team(1, "lead")}, built)
    assert legs(journal)[1] == ("call", "lead", "RESOLVED", 100, 100, 320)
    assert states(journal, "ann-001")[:3] == [("BUSY", 0, 100), ("HANDOVER", 100, 120), ("WRAP_UP", 120, 130)]


def test_who_could_be_the_receiver_does_not_wait_on_the_line_for_one(built: Built) -> None:
    """Ann is her own supervisor: she takes the contact after her wrap-up, and not never."""
    journal = _asked_for({"ann": team(1, "a", "lead")}, built)
    assert journal.legs["warm"].tolist() == [0, 0]
    assert legs(journal)[1] == ("call", "lead", "RESOLVED", 100, 110, 310)


def test_a_contact_never_climbs_down_so_its_depth_is_bounded(built: Built) -> None:
    """The supervisor's line overflows into the intent's own path: the supervisor is not asked a second time."""
    supervisor = {"queue": "lead", "customer_asks": 1.0, "step": step(200, resolution=0.0)}
    queues = {**TWO_TIERS, "lead": {"tier": 2, "skills": ["lead"], "overflow": {"after": "30 s", "to": "expert"}}}
    groups = {**PAIR, "sue": team(2, "lead", shift="late")}
    late = {"shifts": {"late": {"start": "08:50", "end": "09:00"}}}
    up = intent({"front": step(100, resolution=0.0), "expert": step(50, resolution=0.0)})
    escalation = {"agent_notices": 1.0, "supervisor": supervisor}
    journal = traced_run(built, {"call": (up, [0])}, groups, queues, late, escalation=escalation)
    assert [leg[1:3] for leg in legs(journal)] == [
        ("front", "TO_SUPERVISOR"),
        ("lead", "OVERFLOWED"),
        ("expert", "UNRESOLVED"),
    ]


# --- overflow ---------------------------------------------------------------------------------------------------------

WIDE: Data = {
    "front": {"tier": 1, "skills": ["a"], "overflow": {"after": "30 s", "to": "wide"}},
    "wide": {"tier": 1, "skills": ["w"]},
}


def test_who_waits_too_long_goes_to_other_people(built: Built) -> None:
    groups = {"ann": team(1, "a"), "wim": team(1, "w")}
    journal = traced_run(built, {"call": (intent({"front": step(100)}), [0, 10, 20])}, groups, WIDE)
    assert legs(journal)[1:] == [
        ("call", "front", "OVERFLOWED", 10, None, 40),
        ("call", "wide", "RESOLVED", 40, 40, 140),
        ("call", "front", "OVERFLOWED", 20, None, 50),
        ("call", "wide", "RESOLVED", 50, 140, 240),
    ]
    assert journal.contacts["waited"].max() == 120


def test_patience_runs_on_through_an_overflow(built: Built) -> None:
    groups = {"ann": team(1, "a"), "wim": team(1, "w")}
    call = intent({"front": step(100)}, patience=fixed(50.0))
    journal = traced_run(built, {"call": (call, [0, 10, 20])}, groups, WIDE)
    assert legs(journal)[-1] == ("call", "wide", "ABANDONED", 50, None, 70)


def test_who_moves_keeps_the_higher_level_of_two_queues(built: Built) -> None:
    """The front goes before the wide queue, and so do its contacts when they have moved there."""
    queues = {**WIDE, "front": {**WIDE["front"], "priority": 5}}
    contacts = {
        "long": (intent({"front": step(1000)}), [0]),
        "block": (intent({"wide": step(200)}), [0]),
        "calm": (intent({"wide": step(100)}), [10]),
        "call": (intent({"front": step(100)}), [20]),
    }
    journal = traced_run(built, contacts, {"ann": team(1, "a"), "wim": team(1, "w")}, queues)
    found = {(leg[0], leg[1]): leg[4] for leg in legs(journal)}
    assert (found["call", "wide"], found["calm", "wide"]) == (200, 300)


def test_who_should_move_and_give_up_at_one_moment_moves_first(built: Built) -> None:
    groups = {"ann": team(1, "a"), "wim": team(1, "w")}
    call = intent({"front": step(100)}, patience=fixed(30.0))
    journal = traced_run(built, {"call": (call, [0, 10, 20])}, groups, WIDE)
    assert legs(journal)[1:] == [
        ("call", "front", "OVERFLOWED", 10, None, 40),
        ("call", "wide", "RESOLVED", 40, 40, 140),
        ("call", "front", "OVERFLOWED", 20, None, 50),
        ("call", "wide", "ABANDONED", 50, None, 50),
    ]


# --- the bot ----------------------------------------------------------------------------------------------------------


def _bot(**more: Any) -> Data:
    policy = {"rule": "bot_first", "params": {}}
    return {"policy": policy, "session": fixed(60.0), "turn": "15 s", "sentiment_limit": -20.0, **more}


def test_a_contained_customer_meets_no_human(built: Built) -> None:
    call = intent({"front": step(100)}, bot={"containment": 1.0})
    journal = traced_run(built, {"call": (call, [0])}, ONE, FRONT, bot=_bot())
    assert legs(journal) == [("call", "bot", "CONTAINED", 0, None, 60)]
    assert journal.cases["resolved_at"].tolist() == [60]


def test_a_first_contact_is_handled_by_whoever_ends_it_bot_or_human_and_not_where_it_is_given_up(built: Built) -> None:
    """The bot contains one for good and one falsely, ann serves one, and the last gives up."""
    contacts = {
        "kept": (intent({"front": step(100)}, bot={"containment": 1.0}), [0]),
        "false": (intent({"front": step(100)}, bot={"containment": 1.0, "false_containment": 1.0}), [1]),
        "served": (intent({"front": step(100)}), [2]),
        "gone": (intent({"front": step(100)}, patience=fixed(10.0)), [3]),
    }
    journal = traced_run(built, contacts, ONE, FRONT, bot=_bot())
    found = np.sort(journal.cases, order="born")
    assert found["first_handled"].tolist() == [1, 1, 1, 0]
    assert found["first_resolved"].tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("context", "talk"), [({"passed": 1.0, "saves": "30 s"}, 70), ({"passed": 0.0, "costs": "23 s"}, 123)]
)
def test_context_shortens_talk_and_its_loss_lengthens_it(context: Data, talk: float, built: Built) -> None:
    call = intent({"front": step(100)}, bot={"containment": 0.0})
    journal = traced_run(built, {"call": (call, [0])}, ONE, FRONT, bot=_bot(context=context))
    assert legs(journal)[0] == ("call", "bot", "HANDED_OFF", 0, None, 60)
    assert legs(journal)[1] == ("call", "front", "RESOLVED", 60, 60, 60 + talk)


def test_context_is_not_forgotten_by_an_overflow(built: Built) -> None:
    groups = {"ann": team(1, "a"), "wim": team(1, "w")}
    contacts = {
        "block": (intent({"front": step(600)}), [0]),
        "call": (intent({"front": step(100)}, bot={"containment": 0.0}), [0]),
    }
    bot = _bot(context={"passed": 1.0, "saves": "30 s"})
    journal = traced_run(built, contacts, groups, WIDE, bot=bot)
    assert legs(journal)[-1] == ("call", "wide", "RESOLVED", 90, 90, 160)


def test_who_comes_from_the_bot_at_t_still_finds_the_agent_who_frees_at_t(built: Built) -> None:
    contacts = {
        "block": (intent({"front": step(60)}), [0]),
        "call": (intent({"front": step(100)}, bot={"containment": 0.0}, patience=fixed(0.0)), [0]),
    }
    journal = traced_run(built, contacts, ONE, FRONT, bot=_bot(context={"saves": "0 s", "costs": "0 s"}))
    assert legs(journal)[-1] == ("call", "front", "RESOLVED", 60, 60, 160)


def test_a_session_that_the_outage_breaks_off_goes_on_with_people_without_context(built: Built) -> None:
    """The bot is down from 08:00:40 to 08:02:00: the first session ends there, the second has none."""
    call = intent({"front": step(100)}, bot={"containment": 1.0})
    outages = [{"at": "08:00:40", "length": "80 s"}]
    bot = _bot(outages=outages, context={"passed": 1.0, "costs": "23 s"})
    journal = traced_run(built, {"call": (call, [0, 60, 120])}, PAIR | {"bob": team(1, "a")}, FRONT, bot=bot)
    assert legs(journal) == [
        ("call", "bot", "HANDED_OFF", 0, None, 40),
        ("call", "front", "RESOLVED", 40, 40, 163),
        ("call", "front", "RESOLVED", 60, 60, 160),
        ("call", "bot", "CONTAINED", 120, None, 180),
    ]
    assert journal.legs["initiator"][journal.legs["queue"] < 0].tolist() == [Initiator.OUTAGE, Initiator.NONE]


def test_a_session_broken_off_may_end_with_the_customer_gone(built: Built) -> None:
    call = intent({"front": step(100)}, bot={"containment": 1.0})
    bot = _bot(outages=[{"at": "08:00:40", "length": "80 s"}], hang_up=1.0, asks_human=0.0)
    journal = traced_run(built, {"call": (call, [0])}, ONE, FRONT, bot=bot)
    assert legs(journal) == [("call", "bot", "HUNG_UP", 0, None, 40)]
    assert journal.contacts["end"].tolist() == [ContactEnd.HUNG_UP]


def test_a_session_that_would_end_as_the_outage_begins_is_broken_off(built: Built) -> None:
    call = intent({"front": step(100)}, bot={"containment": 1.0})
    bot = _bot(outages=[{"at": "08:01", "length": "1 s"}])
    assert legs(traced_run(built, {"call": (call, [0])}, ONE, FRONT, bot=bot))[0][2] == "HANDED_OFF"


def test_who_finds_all_sessions_taken_goes_to_people_at_once(built: Built) -> None:
    """One session at once: the second contact finds it taken, the third begins as it ends and finds it free."""
    call = intent({"front": step(100)}, bot={"containment": 1.0})
    journal = traced_run(built, {"call": (call, [0, 40, 60])}, ONE, FRONT, bot=_bot(sessions_at_once=1))
    assert [leg[1:4] for leg in legs(journal)] == [
        ("bot", "CONTAINED", 0),
        ("front", "RESOLVED", 40),
        ("bot", "CONTAINED", 60),
    ]


# --- coming back ------------------------------------------------------------------------------------------------------


def test_who_was_not_resolved_comes_back_until_the_most_contacts(built: Built) -> None:
    returns = {"repeat": {"probability": 1.0, "delay": fixed(300.0)}, "max_contacts": 3}
    call = intent({"front": step(100, resolution=0.0)})
    journal = traced_run(built, {"call": (call, [0])}, ONE, FRONT, returns=returns)
    assert [leg[3] for leg in legs(journal)] == [0, 400, 800]
    assert np.sort(journal.contacts, order="attempt")["origin"].tolist() == [Origin.FIRST, Origin.REPEAT, Origin.REPEAT]
    assert journal.cases[["contacts", "end"]].tolist() == [(3, CaseEnd.GIVEN_UP)]
    assert journal.cases["next_contact"].tolist() == [400]


def test_who_would_come_back_after_the_horizon_is_due_later(built: Built) -> None:
    returns = {"repeat": {"probability": 1.0, "delay": fixed(3500.0)}}
    call = intent({"front": step(100, resolution=0.0)})
    journal = traced_run(built, {"call": (call, [0])}, ONE, FRONT, returns=returns)
    assert journal.cases[["contacts", "end", "due", "next_contact"]].tolist() == [(1, CaseEnd.DUE_LATER, 3600, 3600)]
    assert journal.contacts["next_due"].tolist() == [3600]


def test_who_comes_back_goes_before_others_by_the_boost(built: Built) -> None:
    returns = {"retrial": {"probability": 1.0, "delay": fixed(10.0)}, "priority_boost": 1, "max_contacts": 2}
    contacts = {
        "block": (intent({"front": step(100)}), [0]),
        "calm": (intent({"front": step(100)}), [5]),
        "hasty": (intent({"front": step(100)}, patience=fixed(80.0)), [6]),
    }
    journal = traced_run(built, contacts, ONE, FRONT, returns=returns)
    found = {(leg[0], leg[3]): leg[4] for leg in legs(journal)}
    assert found["hasty", 6] is None
    assert found["hasty", 96] == 100
    assert found["calm", 5] == 200


def test_who_returns_at_t_meets_the_line_before_who_is_born_at_t(built: Built) -> None:
    returns = {"repeat": {"probability": 1.0, "delay": fixed(50.0)}, "max_contacts": 2}
    contacts = {
        "again": (intent({"front": step(100, resolution=0.0)}), [0]),
        "new": (intent({"front": step(100)}), [150]),
    }
    journal = traced_run(built, contacts, ONE, FRONT, returns=returns)
    found = {(leg[0], leg[3]): leg[4] for leg in legs(journal)}
    assert (found["again", 150], found["new", 150]) == (150, 250)


@pytest.mark.parametrize("patience", ["per_case", "per_attempt"])
def test_patience_belongs_to_the_case_or_to_the_attempt(patience: str, built: Built) -> None:
    returns = {"retrial": {"probability": 1.0, "delay": fixed(10.0)}, "max_contacts": 4, "patience": patience}
    contacts = {
        "block": (intent({"front": step(3000)}), [0]),
        "call": (intent({"front": step(10)}, patience={"law": "uniform", "low": "10 s", "high": "100 s"}), [5]),
    }
    journal = traced_run(built, contacts, ONE, FRONT, returns=returns)
    waited = journal.contacts["waited"][journal.contacts["end"] == ContactEnd.ABANDONED]
    assert waited.size == 4
    assert (np.ptp(waited) < 1e-9) == (patience == "per_case")


# --- the end of the run -----------------------------------------------------------------------------------------------


def test_what_is_open_when_the_drain_ends_is_unfinished_wherever_it_is(built: Built) -> None:
    contacts = {
        "talks": (intent({"front": step(500, 10, hold=fixed(90.0))}), [3500]),
        "waits": (intent({"front": step(500)}), [3550]),
        "types": (intent({"front": step(500)}, bot={"containment": 1.0}), [3580]),
    }
    journal = traced_run(built, contacts, ONE, FRONT, bot=_bot(), calendar={"max_drain": "0 s"})
    assert legs(journal) == [
        ("talks", "front", "UNFINISHED", 3500, 3500, 3600),
        ("waits", "front", "UNFINISHED", 3550, None, 3600),
        ("types", "bot", "UNFINISHED", 3580, None, 3600),
    ]
    assert journal.cases["end"].tolist() == [CaseEnd.UNFINISHED] * 3
    assert journal.legs["wrap_up"].sum() == 0


def test_nobody_is_answered_by_the_closing_of_the_run(built: Built) -> None:
    """A sender on the line with a waiting customer stays there; closing frees nobody for a last contact."""
    contacts = {"call": (UP, [3300, 3310]), "more": (intent({"front": step(100)}), [3420])}
    groups = {"ann": team(1, "a", count=2), "eve": team(2, "e")}
    up = {**UP, "path": {**UP["path"], "expert": step(5000)}}
    contacts["call"] = (up, [3300, 3310])
    journal = traced_run(built, contacts, groups, TWO_TIERS, escalation=WARM, calendar={"max_drain": "0 s"})
    answered = journal.legs["answered"]
    assert not (answered == 3600).any()


def test_who_arrived_in_time_is_served_after_the_horizon(built: Built) -> None:
    journal = traced_run(built, {"call": (intent({"front": step(500)}), [3500, 3550])}, ONE, FRONT)
    assert legs(journal)[1] == ("call", "front", "RESOLVED", 3550, 4000, 4500)
