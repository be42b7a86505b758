"""Mechanisms that no published case shows, each against an exact solution made for it: small desks, every part at work.

Wrap-up as a phase, agents of unequal speed, chats, patience by segment, overflow, priority that grows or is earned by
coming back, calls that outlast a shift, arrivals by the clock, what an escalation costs whom, and a bot's false
containment. Each agreement stands beside a solution a little off, or one of another rule, which has to be refuted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import Journal
from tests.oracles import desks, offered_wait
from tests.scenarios import Data, exponential, fixed
from tests.theory.lines import line, steady, team
from tests.theory.measuring import Agree, Sums, both, kpi_sums, measure, p_wait, refuted

Built = Callable[..., Loaded]
Read = Callable[[Journal], Sums]


def named(read: Read, **names: str) -> Read:
    """What `read` finds, under other names: `old="new"`."""
    return lambda journal: {names.get(name, name): pair for name, pair in read(journal).items()}


def by(scope: str, *kpis: str) -> Read:
    """KPIs of a scope, named with it."""
    return named(kpi_sums(*kpis, scope=scope), **{kpi: f"{kpi} of {scope}" for kpi in kpis})


def desk(arrival: float, agents: int, talk: float, hours: float, patience: float = inf) -> Data:
    """A line by its arrivals a second and its mean talk."""
    data = line(1.0, agents, hours, law=exponential(talk), **({"patience": patience} if patience < inf else {}))
    data["intents"]["call"]["arrivals"]["per_hour"] = arrival * 3600.0
    return data


# --- one line --------------------------------------------------------------------------------------------------------


def test_wrap_up_holds_the_agent_as_a_second_phase_of_service(built: Built, agree: Agree) -> None:
    data = desk(0.03, 3, 60.0, 45, patience=90.0)
    data["intents"]["call"]["path"]["front"]["wrap_up"] = exponential(50.0)
    found = measure(built(data), both(kpi_sums("wait_all", "abandonment", "occupancy"), p_wait))
    agree("wrap-up", found, desks.wrap_up(0.03, 60.0, 50.0, 3, 90.0))
    for wrong in ((0.03, 110.0, 1e-6, 3, 90.0), (0.03, 60.0, 46.0, 3, 90.0), (0.03, 60.0, 50.0, 3, 97.0)):
        assert refuted(found, desks.wrap_up(*wrong))


SPEEDS = (1.6, 1.0, 0.55)
UNEQUAL = ("longest_idle", "skill_rank")


@pytest.mark.parametrize("rule", UNEQUAL)
def test_agents_of_unequal_speed_are_as_busy_as_the_rule_makes_them(built: Built, agree: Agree, rule: str) -> None:
    """Who is free longest, or the fastest who is free: the other rule's desk is refuted, agent by agent."""
    data = desk(0.022, 3, 100.0, 90, patience=120.0) | {"routing": {"rule": rule}}
    data["staff"]["groups"] = {f"a{n}": team(1) | {"skills": {"calls": speed}} for n, speed in enumerate(SPEEDS)}
    busy = [named(kpi_sums("occupancy", scope=f"agent:a{n}-001"), occupancy=f"busy {n}") for n in range(3)]
    found = measure(built(data), both(kpi_sums("wait_all", "abandonment"), *busy))
    theory = {
        name: desks.unequal(0.022, [100.0 / speed for speed in SPEEDS], 120.0, name == "skill_rank") for name in UNEQUAL
    }
    agree(rule, found, theory.pop(rule))
    assert len(refuted(found, theory.popitem()[1])) >= 4


SLOWER = [1.0, 1.3, 1.9]


def test_a_chat_lasts_as_long_as_the_number_in_hand_when_it_begins_makes_it(built: Built, agree: Agree) -> None:
    data = desk(0.0077, 1, 240.0, 170, patience=200.0)
    data["intents"]["call"]["channel"] = "chat"
    data["channels"] = {"chat": {"takes": "slot", "slowdown": SLOWER}}
    data["staff"]["groups"]["agents"]["slots"] = 3
    found = measure(built(data), kpi_sums("wait_all", "abandonment", "occupancy", "concurrency", "aht"))
    agree("chat", found, desks.chat(0.0077, 240.0, SLOWER, 200.0))
    for wrong in ([1.0, 1.0, 1.0], [1.0, 1.3, 1.7], [1.0, 1.3]):
        assert refuted(found, desks.chat(0.0077, 240.0, wrong, 200.0))


SEGMENTS = {"gold": (0.3, 3.0), "plain": (0.7, 0.6)}


def test_each_segment_gives_up_by_its_own_patience_in_one_line(built: Built, agree: Agree) -> None:
    """A mixture of patiences is the line's law; each segment is offered the same wait and leaves by its own."""
    data = desk(0.105, 9, 100.0, 45, patience=80.0)
    data["segments"] = {name: {"share": share, "patience_factor": long} for name, (share, long) in SEGMENTS.items()}
    scopes = [by(f"segment:{name}", "abandonment") for name in SEGMENTS]
    found = measure(built(data), both(kpi_sums("abandonment", "wait_all", "sl_offered"), p_wait, *scopes))

    def theory(mean: float) -> dict[str, float]:
        own = {name: (lambda x, of=mean * long: np.exp(-x / of)) for name, (_, long) in SEGMENTS.items()}
        one = (0.105, 100.0, 9, lambda x: sum(SEGMENTS[name][0] * stays(x) for name, stays in own.items()), 4000.0)
        whole = offered_wait.impatient(*one, 20.0)
        return whole | {f"abandonment of segment:{n}": offered_wait.abandonment_of(*one, own[n]) for n in own}

    agree("segments", found, theory(80.0), part=0.015)
    assert len(refuted(found, theory(88.0))) >= 3
    swapped = {"abandonment of segment:gold": theory(80.0)["abandonment of segment:plain"]}
    assert refuted({name: found[name] for name in swapped}, swapped)


def test_customers_who_come_by_the_clock_wait_as_in_d_m_1(built: Built, agree: Agree) -> None:
    """Arrivals of a trace are replayed as they are: one a minute, so less waiting than at random."""
    hours, data = 240, desk(0.0, 1, 48.0, 240)
    data["intents"]["call"]["arrivals"] = {"kind": "trace", "file": "clock.csv", "column": "at"}
    first = datetime(2026, 3, 2)
    moments = [(first + timedelta(minutes=n)).isoformat() for n in range((hours + 1) * 60)]
    loaded = built(data, {"clock.csv": {"at": moments}})
    found = measure(loaded, both(kpi_sums("asa", "sl_offered"), p_wait))
    agree("D/M/1", found, offered_wait.clockwork(60.0, 48.0, 20.0), part=0.015)
    assert len(refuted(found, offered_wait.clockwork(60.0, 50.0, 20.0))) == 3


# --- more than one line ----------------------------------------------------------------------------------------------


def test_who_overflows_waits_on_and_is_answered_late_not_lost(built: Built, agree: Agree) -> None:
    """To the first line an overflow after 40 s is a constant patience of 40 s; to the caller nothing has ended.

    The second queue has somebody free at once, so everybody is answered within 45 s, and nobody has abandoned.
    """
    data = desk(0.052, 5, 100.0, 60) | {"measures": {"answer_within": "45 s"}}
    data["queues"] = {
        "front": {"tier": 1, "skills": ["calls"], "overflow": {"after": "40 s", "to": "wide"}},
        "wide": {"tier": 1, "skills": ["all"]},
    }
    data["staff"]["groups"]["wide"] = team(60, skill="all")
    whole = kpi_sums("overflow_rate", "asa", "sl_offered", "abandonment")
    found = measure(built(data), both(whole, by("queue:front", "overflow_rate", "wait_all"), p_wait_of_first))

    def theory(after: float) -> dict[str, float]:
        front = offered_wait.impatient(0.052, 100.0, 5, lambda x: (x < after) * 1.0, 3000.0, 20.0)
        first = {"overflow_rate of queue:front": front["abandonment"], "wait_all of queue:front": front["wait_all"]}
        rate = {"overflow_rate": front["abandonment"], "asa": front["wait_all"], "p_wait": front["p_wait"]}
        return first | rate | {"sl_offered": 1.0, "abandonment": 0.0}

    agree("overflow", found, theory(40.0))
    assert len(refuted(found, theory(45.0))) >= 4
    lost = {"abandonment": theory(40.0)["overflow_rate"], "sl_offered": 1.0 - theory(40.0)["overflow_rate"]}
    assert refuted({name: found[name] for name in lost}, lost).keys() == lost.keys()


def p_wait_of_first(journal: Journal) -> Sums:
    """Contacts that were not answered at once in their first queue."""
    legs = journal.legs[(journal.legs["first_human"] == 1) & (journal.legs["entered"] >= journal.lexicon.warmup)]
    return {"p_wait": (np.count_nonzero(legs["answered"] != legs["entered"]), legs.size)}


def test_priority_that_grows_with_the_wait_is_kleinrocks(built: Built, agree: Agree) -> None:
    """Two lines at one agent age at 1 level in 60 s and in 180 s: as three to one, without a jump at whole levels."""
    services = (100.0, 60.0)
    data = desk(0.0045, 1, services[0], 700)
    data["intents"]["more"] = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": 0.005 * 3600.0},
        "path": {"second": {"talk": fixed(services[1]), "resolution": 1.0}},
    }
    data["queues"]["front"]["aging"] = "180 s"
    data["queues"]["second"] = {"tier": 1, "skills": ["calls"], "aging": "60 s"}
    found = measure(built(data), both(by("queue:second", "asa"), by("queue:front", "asa")))

    def theory(faster: float) -> dict[str, float]:
        moments = [(services[1], services[1] ** 2), (services[0], 2.0 * services[0] ** 2)]
        waits = offered_wait.growing_priority([0.005, 0.0045], moments, [faster, 1.0])
        return dict(zip(("asa of queue:second", "asa of queue:front"), waits, strict=True))

    agree("aging", found, theory(3.0), part=0.015)
    for wrong in (1.0, 2.5, 1000.0):
        assert refuted(found, theory(wrong))


def test_who_comes_back_goes_first_by_the_boost(built: Built, agree: Agree) -> None:
    """Half of the unresolved half come back after 150 s on average, and then go before all who are new."""
    data = desk(0.0125, 3, 100.0, 330)
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.5
    repeat = {"probability": 0.5, "delay": exponential(150.0)}
    data["returns"] = {"repeat": repeat, "max_contacts": 50, "priority_boost": 1}

    def by_attempt(journal: Journal) -> Sums:
        contacts = journal.contacts[journal.contacts["started"] >= journal.lexicon.warmup]
        parts = {"wait new": contacts["attempt"] == 0, "wait back": contacts["attempt"] > 0}
        return {name: (float(contacts["waited"][of].sum()), np.count_nonzero(of)) for name, of in parts.items()}

    found = measure(built(data), both(by_attempt, kpi_sums("occupancy")))
    agree("boost", found, desks.returning_first(0.0125, 100.0, 3, 0.25, 150.0), part=0.02)
    alike = desks.returning_first(0.0125, 100.0, 3, 0.25, 150.0) | {"wait back": found["wait new"].mean}
    assert refuted(found, alike)
    assert refuted(found, desks.returning_first(0.0125, 100.0, 3, 0.28, 150.0))


# --- time, tiers and the bot -----------------------------------------------------------------------------------------


def test_who_goes_home_ends_the_call_in_hand_and_who_waits_waits_for_the_next_shift(built: Built, agree: Agree) -> None:
    """Nine agents for half an hour, then five, each with calls of five minutes to finish; paid for those as well."""
    data = desk(0.04, 1, 300.0, 1, patience=200.0)
    data["calendar"] = {"start": "2026-03-02T08:00", "length": "1 h", "interval": "1 h", "max_drain": "9 h"}
    times = {"early": ("08:00", "08:30", 9), "late": ("08:30", "09:00", 5)}
    data["staff"] = {
        "shifts": {name: {"start": start, "end": end} for name, (start, end, _) in times.items()},
        "groups": {name: team(count) | {"shift": name} for name, (_, _, count) in times.items()},
    }
    read = both(kpi_sums("abandonment", "wait_all"), named(kpi_sums("paid_hours"), paid_hours="paid"))
    found = measure(built(data), read, 400)

    def theory(early: int = 9, late: int = 5, finishing: float = 1.0) -> dict[str, float]:
        made = desks.relieved(0.04, 300.0, 200.0, [(early, 1800.0), (late, 1800.0)])
        planned = 1800.0 * (early + late)
        return made | {"paid": (planned + finishing * (made["paid"] - planned)) / 3600.0}

    agree("shifts", found, theory(), part=0.02)
    assert refuted(found, theory(finishing=0.9)).keys() == {"paid"}
    assert len(refuted(found, theory(late=6))) == 3


def test_an_escalation_costs_sender_and_receiver_what_it_says(built: Built, agree: Agree) -> None:
    """Of half the calls .6 go up, .6 of them warm: 60 s of both; the cold ones tell it again in 40 s.

    The handover stands in the handle time of who receives, and in the time of both.
    """
    data = desk(0.05, 60, 100.0, 24) | {"calendar": steady(24)}
    path = data["intents"]["call"]["path"]
    path["front"] |= {"wrap_up": exponential(20.0), "resolution": 0.5}
    path["back"] = {"talk": exponential(200.0), "resolution": 0.8}
    data["queues"]["back"] = {"tier": 2, "skills": ["deep"]}
    data["staff"]["groups"]["back"] = team(60, tier=2, skill="deep")
    up = {"agent_notices": 0.4, "customer_asks": 0.2}
    data["escalation"] = up | {"warm": 0.6, "handover": exponential(60.0), "cold_costs": "40 s"}
    tiers = [by(f"tier:{tier}", "aht", "occupancy") for tier in (1, 2)]
    found = measure(built(data), both(kpi_sums("resolution_rate", "transfer_rate"), *tiers))

    def theory(warm: float = 0.6, sender: float = 1.0) -> dict[str, float]:
        second = 200.0 + warm * 60.0 + (1.0 - warm) * 40.0
        return {
            "resolution_rate": 0.5 + 0.3 * 0.8,
            "transfer_rate": 0.3,
            "aht of tier:1": 120.0,
            "aht of tier:2": second,
            "occupancy of tier:1": 0.05 * (120.0 + sender * 0.3 * warm * 60.0) / 60.0,
            "occupancy of tier:2": 0.05 * 0.3 * second / 60.0,
        }

    agree("escalation", found, theory())
    assert refuted(found, theory(sender=0.0)).keys() == {"occupancy of tier:1"}
    assert refuted(found, theory(warm=0.0)).keys() >= {"aht of tier:2", "occupancy of tier:1"}


def test_what_a_bot_only_seemed_to_settle_comes_back_to_people(built: Built, agree: Agree) -> None:
    """.4 contained, .3 of it falsely, of which .75 come back; a tenth of the failures hang up; people resolve .6."""
    data = desk(0.05, 30, 60.0, 45) | {"calendar": steady(45, 0.0)}
    data["intents"]["call"]["bot"] = {"containment": 0.4, "false_containment": 0.3}
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.6
    data["bot"] = {"policy": {"rule": "bot_first"}, "session": exponential(45.0), "hang_up": 0.1,
                   "sentiment_limit": -20.0, "max_turns": 1_000_000}  # fmt: skip
    back = {"delay": fixed(10.0)}
    data["returns"] = {
        "false_containment": {"probability": 0.75, **back},
        "repeat": {"probability": 0.5, **back},
        "max_contacts": 50,
    }
    kpis = ("handoff_rate", "bot_hang_up", "true_containment", "contacts_per_case", "case_resolution", "fcr_true")
    found = measure(built(data), kpi_sums(*kpis))

    def theory(comes_back: float = 0.75, falsely: float = 0.3) -> dict[str, float]:
        people = 1.0 / (1.0 - 0.4 * 0.5)  # contacts with people, once somebody is with them
        handed, seemed = 0.6 * 0.9, 0.4 * falsely * comes_back
        return {
            "handoff_rate": handed,
            "bot_hang_up": 0.06,
            "true_containment": 0.4 * (1.0 - falsely),
            "contacts_per_case": 1.0 + seemed * people + handed * (people - 1.0),
            "case_resolution": 0.4 * (1.0 - falsely) + (seemed + handed) * 0.6 * people,
            "fcr_true": 0.4 * (1.0 - falsely) + handed * 0.6,
        }

    agree("false containment", found, theory())
    assert {"contacts_per_case", "case_resolution"} <= set(refuted(found, theory(comes_back=0.69)))
    assert len(refuted(found, theory(falsely=0.33))) >= 3


def test_first_contact_resolution_counts_who_calls_again_within_the_window_also_after_the_run(
    built: Built, agree: Agree
) -> None:
    """A day of contacts, a window of a day, and delays of two days on average: most who come back do so later."""
    data = desk(0.012, 30, 50.0, 24) | {"calendar": steady(24, 0.0)}
    data["measures"] = {"answer_within": "20 s", "repeat_window": "1 d"}
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.4
    data["returns"] = {"repeat": {"probability": 0.8, "delay": exponential(2 * 86400.0)}, "max_contacts": 50}
    found = measure(built(data), kpi_sums("fcr_measured", "fcr_true"), 80)

    def theory(window: float = 1.0, again: float = 0.8) -> dict[str, float]:
        return {"fcr_measured": 1.0 - 0.6 * again * (1.0 - np.exp(-window / 2.0)), "fcr_true": 0.4}

    agree("fcr", found, theory())
    observed = 1.0 - 0.6 * 0.8 * (1.0 - 2.0 * (1.0 - np.exp(-0.5)))  # had only what the run shows counted
    for wrong in (theory(window=7.0), theory(again=0.75), {"fcr_measured": observed, "fcr_true": 0.4}):
        assert refuted(found, wrong).keys() == {"fcr_measured"}
