"""Corruptions of a true journal, each of one thing, with the invariant that must notice it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from typing import Any

import numpy as np

from sim.model.journal import STREAMS, AgentState, CaseEnd, ContactEnd, Journal, LegEnd, Origin, SessionEnd
from tests.invariants.account import Account, Post, Wait
from tests.invariants.runs import Run

OTHER_LINE = {LegEnd.OVERFLOWED, LegEnd.HANDED_OFF, LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR}
Streams = dict[str, Any]
Corruption = Callable[[Run, Streams], bool]


def corrupted(true: Run, corrupt: Corruption) -> Run | None:
    """The same run with a record changed; None where there is nothing to change."""
    account, journal = true.account, true.account.journal
    streams = {name: getattr(journal, name).copy() for name in (*STREAMS, "conditions", "sessions")}
    if not corrupt(true, streams):
        return None
    told = Account(
        account.loaded, Journal(journal.lexicon, **streams), account.seed, account.replication, account.handover
    )
    return Run(true.made, told, true.events, lambda: true.watched)


# --- corruptions: each changes the first record of a kind, and says whether there was one -----------------------------


def first(stream: str, which: Callable[[np.ndarray], Any], **fields: Any) -> Corruption:
    """Set fields of the first record that `which` selects; a callable is given the record."""

    def corrupt(_: Run, streams: Streams) -> bool:
        rows = np.flatnonzero(which(streams[stream]))
        for name, value in fields.items():
            for row in rows[:1]:
                record = streams[stream][row]
                record[name] = value(record) if callable(value) else value
        return rows.size > 0

    return corrupt


def dropped(stream: str, which: Callable[[np.ndarray], Any]) -> Corruption:
    """Lose the first record that `which` selects."""

    def corrupt(_: Run, streams: Streams) -> bool:
        rows = np.flatnonzero(which(streams[stream]))
        streams[stream] = np.delete(streams[stream], rows[:1])
        return rows.size > 0

    return corrupt


def anyone(records: np.ndarray) -> Any:
    return np.ones(records.size, np.bool_)


def by_end(*ends: int) -> Callable[[np.ndarray], Any]:
    return lambda records: np.isin(records["end"], ends)


def answered(legs: np.ndarray) -> Any:
    return legs["agent"] >= 0


def waited(legs: np.ndarray) -> Any:
    return (legs["answered"] > legs["entered"]) & (legs["end"] != LegEnd.UNFINISHED)


def at_once(legs: np.ndarray) -> Any:
    return (legs["answered"] == legs["entered"]) & (legs["ended"] > legs["answered"] + 2.0)


def lost(legs: np.ndarray) -> Any:
    return (legs["end"] == LegEnd.ABANDONED) & (legs["ended"] > legs["entered"])


def early(which: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    """Within the first hour, which every scenario measures."""
    return lambda legs: which(legs) & (legs["ended"] < 3600.0 - 1.0)


def absent(states: np.ndarray) -> Any:
    return (states["state"] == AgentState.OFF) & (states["scheduled"] == 1)


def paid(state: AgentState) -> Callable[[np.ndarray], Any]:
    """In a state after the longest warm-up: what lies before costs nothing."""
    return lambda states: (states["state"] == state) & (states["start"] >= 1800.0)


def looked(conditions: np.ndarray) -> Any:
    return conditions["on_duty"] > 0.0


def plus(name: str, much: float) -> Callable[[Any], Any]:
    return lambda record: record[name] + much


def other_agent(wanted: Callable[[Run, Any, int], bool]) -> Corruption:
    """Give a leg to an agent for whom `wanted` holds."""

    def corrupt(true: Run, streams: Streams) -> bool:
        legs = streams["legs"]
        for leg, agent in product(legs[answered(legs)], range(len(true.account.staff))):
            if agent != leg["agent"] and wanted(true, leg, agent):
                legs["agent"][(legs["case"] == leg["case"]) & (legs["leg"] == leg["leg"])] = agent
                return True
        return False

    return corrupt


def _busy_with_voice(true: Run, leg: Any, agent: int) -> bool:
    holds = true.account.holds[agent]
    return any(hold.whole and hold.start < leg["answered"] < leg["ended"] < hold.free for hold in holds)


def _not_eligible(true: Run, leg: Any, agent: int) -> bool:
    return not true.account.eligible(agent, int(leg["queue"]))


def _not_there(true: Run, leg: Any, agent: int) -> bool:
    return true.account.post(agent, float(leg["answered"])) != Post.ON


def swapped(alike: Callable[[Wait, Wait], bool]) -> Corruption:
    """Two of one line are served in each other's turn."""

    def corrupt(true: Run, streams: Streams) -> bool:
        legs = streams["legs"]
        line = [wait for wait in true.account.waits if wait.served and wait.left > wait.entered]
        for one, two in permutations(line, 2):
            same = (one.queue, one.level, one.intent) == (two.queue, two.level, two.intent)
            if same and alike(one, two) and one.left < two.left and one.before(two):
                rows = [_row(legs, wait) for wait in (one, two)]
                legs["answered"][rows] = legs["answered"][rows[::-1]]
                return True
        return False

    return corrupt


def _row(legs: np.ndarray, wait: Wait) -> int:
    mine = (legs["entered"] == wait.entered) & (legs["answered"] == wait.left) & (legs["queue"] == wait.queue)
    return int(np.flatnonzero(mine)[0])


def _blocked_wait(true: Run, streams: Streams) -> bool:
    """Who found the line full waits all the same."""
    legs, queues = streams["legs"], true.account.loaded.scenario.queues
    moved = {queue.overflow.to for queue in queues.values() if queue.overflow is not None}
    for leg in legs:
        if leg["end"] == LegEnd.BLOCKED and true.account.journal.lexicon.queues[leg["queue"]] not in moved:
            leg["end"] = LegEnd.ABANDONED
            leg["ended"] += 1.0
            return True
    return False


def _blocked_without_limit(true: Run, streams: Streams) -> bool:
    names, queues = true.account.journal.lexicon.queues, true.account.loaded.scenario.queues
    for leg in streams["legs"]:
        if leg["end"] == LegEnd.ABANDONED and queues[names[leg["queue"]]].capacity is None:
            leg["end"], leg["ended"] = LegEnd.BLOCKED, leg["entered"]
            return True
    return False


def _overflow_elsewhere(true: Run, streams: Streams) -> bool:
    legs = streams["legs"]
    for leg in legs:
        if leg["end"] == LegEnd.OVERFLOWED:
            following = (legs["case"] == leg["case"]) & (legs["attempt"] == leg["attempt"])
            legs["queue"][following & (legs["leg"] == leg["leg"] + 1)] = leg["queue"]
            return True
    return False


def _traced(true: Run, streams: Streams) -> Any:
    names = true.account.journal.lexicon.intents
    traced = [n for n, name in enumerate(names) if true.made.data["intents"][name]["arrivals"]["kind"] == "trace"]
    contacts = streams["contacts"]
    return np.flatnonzero(np.isin(contacts["intent"], traced) & (contacts["origin"] == Origin.FIRST))


def _born_late(true: Run, streams: Streams) -> bool:
    rows = _traced(true, streams)
    streams["contacts"]["started"][rows[:1]] += 1.0
    return rows.size > 0


def _never_born(true: Run, streams: Streams) -> bool:
    rows = _traced(true, streams)
    streams["contacts"] = np.delete(streams["contacts"], rows[:1])
    return rows.size > 0


def _lost_under_way(true: Run, streams: Streams) -> bool:
    """A leg is lost that is under way at a border of intervals."""
    borders = np.array(true.account.borders)
    legs = streams["legs"]
    crosses = np.searchsorted(borders, legs["entered"]) < np.searchsorted(borders, legs["ended"])
    rows = np.flatnonzero(crosses & (legs["entered"] > 0.0))
    streams["legs"] = np.delete(legs, rows[:1])
    return rows.size > 0


CORRUPTIONS: list[tuple[str, Corruption]] = [
    ("every_birth_is_a_case_with_contacts", dropped("cases", anyone)),
    ("every_birth_is_a_case_with_contacts", first("contacts", anyone, case=10**6)),
    ("every_moment_of_a_trace_is_one_birth", _born_late),
    ("every_moment_of_a_trace_is_one_birth", _never_born),
    ("a_case_and_its_contacts_and_legs_are_of_one_kind", first("legs", anyone, segment=lambda leg: 1 - leg["segment"])),
    (
        "a_case_and_its_contacts_and_legs_are_of_one_kind",
        first("contacts", anyone, channel=lambda contact: 1 - contact["channel"]),
    ),
    ("contacts_of_a_case_are_numbered_and_counted", first("cases", anyone, contacts=plus("contacts", 1))),
    ("contacts_of_a_case_are_numbered_and_counted", first("contacts", anyone, attempt=plus("attempt", 1))),
    ("legs_of_a_contact_are_numbered_and_tile_its_life", first("legs", anyone, ended=plus("ended", 1.0))),
    ("legs_of_a_contact_are_numbered_and_tile_its_life", first("legs", answered, answered=plus("ended", 1.0))),
    ("legs_of_a_contact_are_numbered_and_tile_its_life", dropped("legs", lambda legs: legs["leg"] > 0)),
    (
        "a_contact_ends_as_its_last_leg_and_only_that_ends_it",
        first("contacts", by_end(ContactEnd.RESOLVED), end=ContactEnd.UNRESOLVED),
    ),
    (
        "a_contact_ends_as_its_last_leg_and_only_that_ends_it",
        first("legs", by_end(*OTHER_LINE), end=LegEnd.RESOLVED),
    ),
    ("a_contact_counts_its_transfers_waits_and_last_agent", first("contacts", anyone, transfers=plus("transfers", 1))),
    ("a_contact_counts_its_transfers_waits_and_last_agent", first("contacts", anyone, agent=plus("agent", 1))),
    ("a_contact_counts_its_transfers_waits_and_last_agent", first("contacts", anyone, waited=plus("waited", 1e-3))),
    (
        "a_contact_counts_its_transfers_waits_and_last_agent",
        first("legs", lambda legs: legs["queue"] >= 0, first_human=2),
    ),
    ("who_is_answered_is_served_and_who_is_served_was_answered", first("legs", answered, agent=-1)),
    ("who_is_answered_is_served_and_who_is_served_was_answered", first("legs", answered, end=LegEnd.ABANDONED)),
    ("who_is_answered_is_served_and_who_is_served_was_answered", first("legs", answered, hold=1e6)),
    ("the_number_of_legs_of_a_contact_is_bounded", first("contacts", anyone, legs=64)),
    (
        "who_comes_back_was_due_then_for_that_reason",
        first("contacts", lambda contacts: contacts["attempt"] > 0, started=plus("started", 1.0)),
    ),
    (
        "who_comes_back_was_due_then_for_that_reason",
        first("contacts", lambda contacts: contacts["attempt"] > 0, origin=Origin.FIRST),
    ),
    ("a_case_ends_as_its_last_contact_says", first("cases", by_end(CaseEnd.GIVEN_UP), end=CaseEnd.RESOLVED)),
    ("a_case_ends_as_its_last_contact_says", first("cases", by_end(CaseEnd.DUE_LATER), due=0.0)),
    ("a_case_ends_as_its_last_contact_says", first("cases", by_end(CaseEnd.RESOLVED), resolved_at=0.125)),
    ("who_came_in_is_there_or_has_left", _lost_under_way),
    ("who_came_in_is_there_or_has_left", dropped("contacts", anyone)),
    ("states_of_an_agent_tile_the_run", first("states", anyone, end=plus("end", 1.0))),
    ("states_of_an_agent_tile_the_run", dropped("states", anyone)),
    ("states_and_loads_are_what_legs_and_plan_say", first("states", anyone, load=plus("load", 1))),
    ("states_and_loads_are_what_legs_and_plan_say", first("states", anyone, scheduled=lambda s: 1 - s["scheduled"])),
    (
        "states_and_loads_are_what_legs_and_plan_say",
        first("states", lambda states: states["state"] == AgentState.BREAK, state=AgentState.AVAILABLE),
    ),
    ("states_and_loads_are_what_legs_and_plan_say", first("legs", waited, ended=plus("ended", 3.0))),
    (
        "states_and_loads_are_what_legs_and_plan_say",
        first("states", lambda states: states["state"] == AgentState.COACHING, state=AgentState.AVAILABLE),
    ),
    (
        "states_and_loads_are_what_legs_and_plan_say",
        first("states", absent, state=AgentState.AVAILABLE),
    ),
    (
        "a_session_held_is_time_in_coaching_and_all_time_in_coaching_is_one",
        first("sessions", by_end(SessionEnd.HELD), began=plus("began", 1.0)),
    ),
    (
        "a_session_held_is_time_in_coaching_and_all_time_in_coaching_is_one",
        first("sessions", by_end(SessionEnd.HELD), end=SessionEnd.MISSED),
    ),
    (
        "a_session_held_is_time_in_coaching_and_all_time_in_coaching_is_one",
        first("sessions", by_end(SessionEnd.MISSED), cost=1.0),
    ),
    ("strain_is_looked_at_for_all_time_at_work", first("conditions", looked, on_duty=plus("on_duty", 1.0))),
    ("strain_is_looked_at_for_all_time_at_work", first("conditions", looked, strain=1.01)),
    ("strain_is_looked_at_for_all_time_at_work", dropped("conditions", looked)),
    ("nobody_has_more_in_hand_than_slots", other_agent(_busy_with_voice)),
    ("only_agents_of_the_tier_with_the_skills_answer", other_agent(_not_eligible)),
    ("agents_answer_only_while_on_duty", other_agent(_not_there)),
    ("an_agent_tells_of_contacts_what_contacts_tell_of_the_agent", first("legs", anyone, tier=plus("tier", 1))),
    ("an_agent_tells_of_contacts_what_contacts_tell_of_the_agent", first("states", anyone, tier=plus("tier", 1))),
    ("nothing_happens_after_the_drain", first("legs", anyone, ended=1e6)),
    ("nothing_happens_after_the_drain", first("states", anyone, end=1e6)),
    ("nothing_happens_after_the_drain", first("legs", by_end(LegEnd.UNFINISHED), ended=plus("ended", -1.0))),
    (
        "nobody_waits_beyond_patience_and_who_abandons_waited_exactly_so_long",
        first("legs", by_end(LegEnd.ABANDONED), ended=plus("ended", -1e-6)),
    ),
    (
        "nobody_waits_beyond_patience_and_who_abandons_waited_exactly_so_long",
        first("legs", by_end(LegEnd.ABANDONED), ended=plus("ended", 1e-6)),
    ),
    (
        "nobody_waits_beyond_patience_and_who_abandons_waited_exactly_so_long",
        first("legs", by_end(LegEnd.ABANDONED), answered=plus("ended", 1e-6), agent=0, end=LegEnd.RESOLVED),
    ),
    ("who_waits_in_one_line_is_served_in_order_of_entering", swapped(lambda one, two: one.entered < two.entered)),
    ("who_waits_in_one_line_is_served_in_order_of_entering", swapped(lambda one, two: one.entered == two.entered)),
    ("overflow_comes_exactly_when_due", first("legs", by_end(LegEnd.OVERFLOWED), ended=plus("ended", 1e-6))),
    ("overflow_comes_exactly_when_due", _overflow_elsewhere),
    ("nobody_waits_while_an_agent_who_could_serve_is_free", first("legs", at_once, answered=plus("answered", 1.0))),
    ("a_line_is_never_longer_than_its_capacity", _blocked_wait),
    ("only_a_full_line_blocks", first("legs", by_end(LegEnd.BLOCKED), ended=plus("ended", 1.0))),
    ("only_a_full_line_blocks", _blocked_without_limit),
    ("little_holds_for_every_line_as_an_identity", first("legs", early(waited), answered=plus("answered", -1e-5))),
    ("little_holds_for_every_line_as_an_identity", first("legs", early(lost), ended=plus("ended", -1e-5))),
    ("little_holds_for_every_agent_as_an_identity", first("states", anyone, load=plus("load", 1))),
    ("little_holds_for_every_agent_as_an_identity", first("legs", early(at_once), ended=plus("ended", 1e-5))),
    ("being_watched_changes_nothing", first("cases", anyone, difficulty=plus("difficulty", 1e-15))),
    ("cost_is_what_roster_bot_and_line_come_to", dropped("states", paid(AgentState.BREAK))),
    ("cost_is_what_roster_bot_and_line_come_to", first("states", paid(AgentState.AVAILABLE), state=AgentState.OFF)),
    ("cost_is_what_roster_bot_and_line_come_to", first("states", paid(AgentState.COACHING), state=AgentState.OFF)),
]
