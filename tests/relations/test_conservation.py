"""What holds in every run, whatever the scenario: nothing is lost, nobody is in two places, no idle hands.

Each claim is checked on random scenarios that force ties; what it compares is recomputed from the legs (`account`).
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from math import isnan
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sim.metrics import kpis
from sim.model.codes import VISITS
from sim.model.journal import AgentState, CaseEnd, ContactEnd, LegEnd, Origin
from sim.simulate import simulate
from tests.oracles.account import SERVED, Account, Hold, Record, Wait, state_of
from tests.scenarios import Made

FEW = 25
MANY = 300

numbers = pytest.mark.parametrize(
    "number", [*range(FEW), *(pytest.param(n, marks=pytest.mark.slow) for n in range(FEW, MANY))]
)


class Ran(NamedTuple):
    """A random scenario and its run."""

    made: Made
    account: Account
    holds: dict[int, list[Hold]]


@lru_cache(maxsize=MANY)
def ran(number: int) -> Ran:
    """Build and run random scenario `number`."""
    made = Made(number)
    with tempfile.TemporaryDirectory() as folder:
        loaded = made.load(Path(folder))
    account = Account(loaded, simulate(loaded, seed=7, replication=number))
    law = made.data["escalation"].get("handover")
    return Ran(made, account, account.holds(0.0 if law is None else float(law["value"].split()[0])))


# --- contacts --------------------------------------------------------------------------------------------------------


@numbers
def test_every_birth_is_a_case_with_one_outcome(number: int) -> None:
    journal = ran(number).account.journal
    assert sorted(journal.cases["case"]) == list(range(journal.cases.size))
    assert set(journal.contacts["case"]) == set(journal.cases["case"])


@numbers
def test_contacts_of_a_case_are_numbered_and_counted(number: int) -> None:
    account = ran(number).account
    cases = account.cases
    for case in account.outcomes:
        attempts = [contact["attempt"] for contact in cases[case["case"]]]
        assert attempts == list(range(case["contacts"]))
        assert case["contacts"] <= account.loaded.scenario.returns.max_contacts


@numbers
def test_legs_of_a_contact_are_numbered_and_tile_its_life(number: int) -> None:
    account = ran(number).account
    by_contact = account.contacts
    assert len(by_contact) == account.journal.contacts.size
    for contact in account.ends:
        legs = by_contact[contact["case"], contact["attempt"]]
        assert [leg["leg"] for leg in legs] == list(range(contact["legs"]))
        assert (legs[0]["entered"], legs[-1]["ended"]) == (contact["started"], contact["ended"])
        assert all(one["ended"] == two["entered"] for one, two in pairwise(legs))
        assert all(leg["entered"] <= leg["ended"] for leg in legs)
        assert all(isnan(leg["answered"]) or leg["entered"] <= leg["answered"] <= leg["ended"] for leg in legs)


ENDS = {
    ContactEnd.RESOLVED: LegEnd.RESOLVED,
    ContactEnd.UNRESOLVED: LegEnd.UNRESOLVED,
    ContactEnd.CONTAINED: LegEnd.CONTAINED,
    ContactEnd.HUNG_UP: LegEnd.HUNG_UP,
    ContactEnd.ABANDONED: LegEnd.ABANDONED,
    ContactEnd.BLOCKED: LegEnd.BLOCKED,
    ContactEnd.UNFINISHED: LegEnd.UNFINISHED,
}
ON = (LegEnd.HANDED_OFF, LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR, LegEnd.OVERFLOWED)


@numbers
def test_a_contact_ends_as_its_last_leg_and_only_the_last_leg_ends_it(number: int) -> None:
    account = ran(number).account
    by_contact = account.contacts
    for contact in account.ends:
        *before, last = by_contact[contact["case"], contact["attempt"]]
        assert last["end"] == ENDS[ContactEnd(contact["end"])]
        assert all(leg["end"] in ON for leg in before)


@numbers
def test_a_contact_counts_its_transfers_waits_and_last_agent(number: int) -> None:
    account = ran(number).account
    by_contact = account.contacts
    for contact in account.ends:
        legs = by_contact[contact["case"], contact["attempt"]]
        human = [leg for leg in legs if leg["queue"] >= 0]
        answered = [leg for leg in human if not isnan(leg["answered"])]
        assert contact["transfers"] == sum(leg["end"] in ON[1:] for leg in legs)
        assert contact["agent"] == (answered[-1]["agent"] if answered else -1)
        assert contact["bot"] == (legs[0]["tier"] == 0)
        assert [leg["first_human"] for leg in human] == [1, *[0] * (len(human) - 1)][: len(human)]
        waited = sum((leg["ended"] if isnan(leg["answered"]) else leg["answered"]) - leg["entered"] for leg in human)
        assert contact["waited"] == pytest.approx(waited, abs=1e-6)


@numbers
def test_who_is_answered_is_served_and_who_is_served_was_answered(number: int) -> None:
    for leg in ran(number).account.legs:
        answered = not isnan(leg["answered"])
        assert answered == (leg["agent"] >= 0)
        assert answered or leg["end"] not in SERVED
        assert not answered or leg["end"] in (*SERVED, LegEnd.UNFINISHED)
        assert leg["hold"] == 0.0 or leg["hold"] <= leg["ended"] - leg["answered"] + 1e-6


@numbers
def test_the_number_of_legs_of_a_contact_is_bounded(number: int) -> None:
    journal = ran(number).account.journal
    assert journal.contacts["legs"].max(initial=0) < VISITS


# --- cases -----------------------------------------------------------------------------------------------------------

AFTER = {
    ContactEnd.UNRESOLVED: Origin.REPEAT,
    ContactEnd.CONTAINED: Origin.REPEAT,
    ContactEnd.HUNG_UP: Origin.RETRIAL,
    ContactEnd.ABANDONED: Origin.RETRIAL,
    ContactEnd.BLOCKED: Origin.RETRIAL,
}


@numbers
def test_who_comes_back_was_due_then_for_that_reason(number: int) -> None:
    for contacts in ran(number).account.cases.values():
        assert contacts[0]["origin"] == Origin.FIRST
        for one, two in pairwise(contacts):
            assert two["started"] == one["next_due"]
            assert two["origin"] == AFTER[ContactEnd(one["end"])]
            assert not one["resolved"]


@numbers
def test_a_case_ends_as_its_last_contact_says(number: int) -> None:
    account = ran(number).account
    cases, horizon = account.cases, account.journal.lexicon.horizon
    for case in account.outcomes:
        first, last = cases[case["case"]][0], cases[case["case"]][-1]
        end = CaseEnd(case["end"])
        assert (end == CaseEnd.RESOLVED) == bool(last["resolved"])
        assert (end == CaseEnd.UNFINISHED) == (last["end"] == ContactEnd.UNFINISHED)
        assert (end == CaseEnd.DUE_LATER) == (not isnan(case["due"])) == (not isnan(last["next_due"]))
        assert isnan(case["due"]) or case["due"] == last["next_due"] >= horizon
        assert isnan(case["resolved_at"]) if end != CaseEnd.RESOLVED else case["resolved_at"] == last["ended"]
        assert case["born"] == first["started"] < horizon
        assert case["first_resolved"] == first["resolved"]
        np.testing.assert_equal(case["next_contact"], first["next_due"])


# --- agents ----------------------------------------------------------------------------------------------------------


@numbers
def test_states_of_an_agent_tile_the_run(number: int) -> None:
    account = ran(number).account
    states = account.journal.states
    for agent in range(len(account.staff)):
        of = states[states["agent"] == agent]
        assert of["start"][0] == 0.0
        assert of["end"][-1] == account.end_of_run
        assert (of["end"][:-1] == of["start"][1:]).all()
        assert (of["end"] > of["start"]).all()
    assert account.end_of_run >= account.journal.lexicon.horizon


@numbers
def test_states_and_loads_are_what_the_legs_say(number: int) -> None:
    _, account, holds = ran(number)
    for record in account.states:
        middle = 0.5 * (record["start"] + record["end"])
        state, load, _ = state_of(holds[record["agent"]], middle)
        assert record["load"] == load
        if state is None:
            assert record["state"] in (AgentState.OFF, AgentState.AVAILABLE, AgentState.BREAK)
        else:
            assert record["state"] == state


@numbers
def test_nobody_has_more_in_hand_than_slots(number: int) -> None:
    _, account, holds = ran(number)
    for agent, of in holds.items():
        for hold in of:
            present = [other for other in of if other.start <= hold.start < other.free]
            assert len(present) <= (1 if any(other.whole for other in present) else account.staff[agent].slots)


@numbers
def test_only_agents_of_the_tier_with_the_skills_answer(number: int) -> None:
    account = ran(number).account
    for agent, queue in {(leg["agent"], leg["queue"]) for leg in account.legs if leg["agent"] >= 0}:
        assert account.eligible(agent, queue)


@numbers
def test_agents_answer_only_while_on_duty(number: int) -> None:
    account = ran(number).account
    for leg in account.legs:
        if leg["agent"] >= 0:
            duties = account.staff[leg["agent"]].duties
            assert any(duty.start <= leg["answered"] < duty.end for duty in duties)


@numbers
def test_agents_are_available_only_while_the_plan_has_them_on_duty(number: int) -> None:
    account = ran(number).account
    for record in (record for record in account.states if record["state"] == AgentState.AVAILABLE):
        duties = account.staff[record["agent"]].duties
        assert any(duty.start <= record["start"] and record["end"] <= duty.end for duty in duties)
        assert record["scheduled"]


@numbers
def test_every_break_that_begins_is_taken_in_full_or_until_the_run_ends(number: int) -> None:
    account = ran(number).account
    for record in (record for record in account.states if record["state"] == AgentState.BREAK):
        duties = account.staff[record["agent"]].duties
        lengths = [end - start for duty in duties for start, end in duty.breaks]
        taken = record["end"] - record["start"]
        assert record["end"] == account.end_of_run or any(abs(taken - length) < 1e-6 for length in lengths)


# --- lines -----------------------------------------------------------------------------------------------------------


def _patience(made: Made, account: Account, leg: Record) -> float | None:
    """Seconds of patience where they are a constant; infinity where nobody gives up; None where they are drawn."""
    law = made.data["intents"][account.journal.lexicon.intents[leg["intent"]]].get("patience")
    if law is None:
        return float("inf")
    factor = account.loaded.scenario.segments[account.journal.lexicon.segments[leg["segment"]]].patience_factor
    return float(law["value"].split()[0]) * factor if law["law"] == "deterministic" else None


@numbers
def test_nobody_waits_beyond_patience_and_who_abandons_waited_exactly_as_long(number: int) -> None:
    made, account, _ = ran(number)
    for legs in account.contacts.values():
        since = 0.0
        for before, leg in pairwise([None, *legs]):
            if leg["queue"] < 0:
                continue
            patience = _patience(made, account, leg)
            moved = before is not None and before["end"] == LegEnd.OVERFLOWED
            since = since if moved else leg["entered"]
            left = float(leg["ended"] if isnan(leg["answered"]) else leg["answered"])
            if patience is not None:
                assert left <= since + patience
                assert leg["end"] != LegEnd.ABANDONED or leg["ended"] == since + patience


@numbers
def test_who_waits_in_one_line_is_served_in_order_of_arrival(number: int) -> None:
    lines: dict[tuple[int, int, int], list[Wait]] = defaultdict(list)
    for wait in ran(number).account.waits:
        lines[wait.queue, wait.level, wait.intent].append(wait)
    for waits in lines.values():
        for wait in waits:
            overtaken = [w for w in waits if w.served and wait.entered < w.entered and w.left < wait.left]
            assert not overtaken


@numbers
def test_overflow_comes_exactly_when_due(number: int) -> None:
    account = ran(number).account
    queues, names = account.loaded.scenario.queues, account.journal.lexicon.queues
    for leg in account.legs:
        overflow = queues[names[leg["queue"]]].overflow if leg["queue"] >= 0 else None
        left = leg["ended"] if isnan(leg["answered"]) else leg["answered"]
        assert overflow is None or left <= leg["entered"] + overflow.after
        if leg["end"] == LegEnd.OVERFLOWED:
            assert overflow is not None and leg["ended"] == leg["entered"] + overflow.after


def _idle(account: Account, holds: dict[int, list[Hold]], agent: int, whole: bool) -> list[tuple[float, float]]:
    """When the agent could have taken a contact: on duty by the plan, with room."""
    slots, moments = account.staff[agent].slots, {t for hold in holds[agent] for t in (hold.start, hold.free)}
    planned = [r for r in account.states if r["agent"] == agent and r["scheduled"]]
    moments |= {t for record in planned for t in (record["start"], record["end"])}
    spans = []
    for start, end in pairwise(sorted(moments)):
        present = [hold for hold in holds[agent] if hold.start <= start < hold.free]
        room = not present if whole else len(present) < slots and not any(hold.whole for hold in present)
        if room and any(record["start"] <= start < record["end"] for record in planned):
            spans.append((start, end))
    return spans


@pytest.mark.parametrize(
    "number", [*range(FEW * 2), *(pytest.param(n, marks=pytest.mark.slow) for n in range(FEW * 2, MANY))]
)
def test_nobody_waits_while_an_agent_who_could_serve_is_free(number: int) -> None:
    """Work conservation; a rule that reserves agents keeps them for so long and no longer."""
    made, account, holds = ran(number)
    reserved = made.data["routing"].get("params", {}).get("overflow_after", "0 s")
    patient = float(reserved.split()[0])
    free = {
        (agent, whole): _idle(account, holds, agent, whole)
        for agent in range(len(account.staff))
        for whole in (True, False)
    }
    for wait in account.waits:
        since = wait.entered + patient
        for agent in range(len(account.staff)):
            if wait.left > since and account.eligible(agent, wait.queue):
                for start, end in free[agent, account.whole(wait.intent)]:
                    assert min(end, wait.left) - max(start, since) <= 1e-9


@numbers
def test_littles_law_holds_exactly_for_every_queue(number: int) -> None:
    """The area under a queue's length is the sum of its waits, and what the KPI says of all who came in time."""
    account = ran(number).account
    table = kpis.table(account.journal)
    rows = table[(table.kpi == "wait_all") & (table.interval == "total")]
    said = dict(zip(rows.scope.astype(str), rows.numerator, strict=True))
    steps: dict[int, Counter[float]] = defaultdict(Counter)
    for wait in account.waits:
        if wait.entered < account.journal.lexicon.horizon:
            steps[wait.queue][wait.entered] += 1
            steps[wait.queue][wait.left] -= 1
    for queue, changes in steps.items():
        times = sorted(changes)
        length = np.cumsum([changes[time] for time in times])
        assert length[-1] == 0 and (length >= 0).all()
        area = float(np.dot(length[:-1], np.diff(times)))
        assert said[f"queue:{account.journal.lexicon.queues[queue]}"] == pytest.approx(area, rel=1e-9, abs=1e-6)


@numbers
def test_a_line_is_never_longer_than_its_capacity(number: int) -> None:
    """Who comes by overflow is let in; all others count."""
    account = ran(number).account
    scenario, names = account.loaded.scenario, account.journal.lexicon.queues
    waits = list(account.waits)
    moved = {scenario.queues[name].overflow.to for name in names if scenario.queues[name].overflow is not None}
    for index, name in enumerate(names):
        capacity = scenario.queues[name].capacity
        if capacity is None or name in moved:
            continue
        of = [wait for wait in waits if wait.queue == index and wait.left > wait.entered]
        for wait in of:
            assert sum(other.entered <= wait.entered < other.left for other in of) <= capacity


@numbers
def test_nothing_happens_after_the_drain(number: int) -> None:
    account = ran(number).account
    calendar = account.loaded.scenario.calendar
    assert account.end_of_run <= calendar.length + calendar.max_drain
    assert account.journal.legs["ended"].max(initial=0.0) <= calendar.length + calendar.max_drain
    assert (
        account.journal.legs["answered"][account.journal.legs["end"] == LegEnd.UNFINISHED].size == 0
        or (np.nan_to_num(account.journal.legs["answered"], nan=0.0) <= account.end_of_run).all()
    )
