"""Invariants of cases and contacts: nothing is lost, nothing is counted twice, and every part fits the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from math import isnan

from sim.model.codes import VISITS
from sim.model.journal import CaseEnd, ContactEnd, LegEnd, Origin
from tests.invariants.account import SERVED, Record
from tests.invariants.runs import Run, invariant
from tests.scenarios import START

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
AFTER = {
    ContactEnd.UNRESOLVED: Origin.REPEAT,
    ContactEnd.CONTAINED: Origin.REPEAT,
    ContactEnd.HUNG_UP: Origin.RETRIAL,
    ContactEnd.ABANDONED: Origin.RETRIAL,
    ContactEnd.BLOCKED: Origin.RETRIAL,
}


def _key(record: Record) -> str:
    return f"case {record['case']}, attempt {record['attempt']}"


@invariant
def every_birth_is_a_case_with_contacts(run: Run) -> Iterator[str]:
    """Cases are numbered without gaps, and each has at least one contact."""
    numbers = sorted(case["case"] for case in run.account.outcomes)
    if numbers != list(range(len(numbers))):
        yield f"{len(numbers)} cases are numbered {numbers[:3]} … {numbers[-3:]}"
    for case in {contact["case"] for contact in run.account.ends} ^ set(numbers):
        yield f"case {case} stands in one stream only"


@invariant
def every_moment_of_a_trace_is_one_birth(run: Run) -> Iterator[str]:
    """Recorded arrivals, read from the scenario's CSV file, and first contacts are the same, intent by intent."""
    lexicon = run.account.journal.lexicon
    born: dict[str, list[float]] = {intent: [] for intent in lexicon.intents}
    for contact in run.account.firsts:
        born[lexicon.intents[contact["intent"]]].append(contact["started"])
    for name, intent in run.made.data["intents"].items():
        if intent["arrivals"]["kind"] == "trace":
            texts = run.made.tables[intent["arrivals"]["file"]]["moment"]
            moments = sorted((datetime.fromisoformat(text) - START).total_seconds() for text in texts)
            wanted = [moment for moment in moments if moment < lexicon.horizon]
            if len(wanted) != len(born[name]):
                yield f"{name}: {len(born[name])} births of {len(wanted)} recorded"
            elif any(abs(one - two) > 1e-6 for one, two in zip(wanted, sorted(born[name]), strict=True)):
                yield f"{name}: births at other times than recorded"


@invariant
def a_case_and_its_contacts_and_legs_are_of_one_kind(run: Run) -> Iterator[str]:
    """Intent and segment never change; the channel is the one the scenario gives the intent."""
    account = run.account
    lexicon, intents = account.journal.lexicon, account.loaded.scenario.intents
    kinds = {case["case"]: (case["intent"], case["segment"]) for case in account.outcomes}
    for record in (*account.ends, *account.legs):
        channel = intents[lexicon.intents[record["intent"]]].channel
        if kinds[record["case"]] != (record["intent"], record["segment"]):
            yield f"{_key(record)} is not of its case's intent and segment"
        if lexicon.channels[record["channel"]] != channel:
            yield f"{_key(record)} is not on channel {channel}"


@invariant
def contacts_of_a_case_are_numbered_and_counted(run: Run) -> Iterator[str]:
    """From 0, without gaps, and no more than the scenario allows."""
    account = run.account
    for case in account.outcomes:
        attempts = [contact["attempt"] for contact in account.cases[case["case"]]]
        if attempts != list(range(case["contacts"])):
            yield f"case {case['case']} counts {case['contacts']} contacts, numbered {attempts}"
        if case["contacts"] > account.loaded.scenario.returns.max_contacts:
            yield f"case {case['case']} has {case['contacts']} contacts, more than allowed"


@invariant
def legs_of_a_contact_are_numbered_and_tile_its_life(run: Run) -> Iterator[str]:
    """Each begins where the last one ended; the answer lies inside."""
    account = run.account
    if len(account.contacts) != len(account.ends):
        yield f"{len(account.ends)} contacts, but legs of {len(account.contacts)}"
    for contact in account.ends:
        legs = account.contacts[contact["case"], contact["attempt"]]
        times = [t for leg in legs for t in (leg["entered"], leg["ended"])]
        answers = [leg for leg in legs if not isnan(leg["answered"])]
        if [leg["leg"] for leg in legs] != list(range(contact["legs"])):
            yield f"{_key(contact)} has {contact['legs']} legs, numbered {[leg['leg'] for leg in legs]}"
        if (times[0], times[-1]) != (contact["started"], contact["ended"]) or times[1:-1:2] != times[2::2]:
            yield f"{_key(contact)}: legs do not tile {contact['started']} to {contact['ended']}: {times}"
        if times != sorted(times) or any(not leg["entered"] <= leg["answered"] <= leg["ended"] for leg in answers):
            yield f"{_key(contact)} runs backwards"


@invariant
def a_contact_ends_as_its_last_leg_and_only_that_ends_it(run: Run) -> Iterator[str]:
    """All legs before it pass the contact on."""
    for contact in run.account.ends:
        *before, last = run.account.contacts[contact["case"], contact["attempt"]]
        if last["end"] != ENDS[ContactEnd(contact["end"])] or any(leg["end"] not in ON for leg in before):
            yield f"{_key(contact)} does not end as its legs do"


@invariant
def a_contact_counts_its_transfers_waits_and_last_agent(run: Run) -> Iterator[str]:
    """What the contact's record says of its legs."""
    for contact in run.account.ends:
        legs = run.account.contacts[contact["case"], contact["attempt"]]
        human = [leg for leg in legs if leg["queue"] >= 0]
        answered = [leg for leg in human if not isnan(leg["answered"])]
        waited = sum((leg["ended"] if isnan(leg["answered"]) else leg["answered"]) - leg["entered"] for leg in human)
        said = contact["transfers"], contact["agent"], contact["bot"]
        agent = answered[-1]["agent"] if answered else -1
        if said != (sum(leg["end"] in ON[1:] for leg in legs), agent, legs[0]["tier"] == 0):
            yield f"{_key(contact)} counts {said}"
        if [leg["first_human"] for leg in human] != [1, *[0] * (len(human) - 1)][: len(human)]:
            yield f"{_key(contact)} marks another leg than the first as the first human one"
        if abs(contact["waited"] - waited) > 1e-6:
            yield f"{_key(contact)} says it waited {contact['waited']} s, not {waited}"


@invariant
def who_is_answered_is_served_and_who_is_served_was_answered(run: Run) -> Iterator[str]:
    """An answer has an agent, and ends in one of the ways in which talks end."""
    for leg in run.account.legs:
        answered = not isnan(leg["answered"])
        ends = (*SERVED, LegEnd.UNFINISHED) if answered else set(LegEnd) - set(SERVED)
        if answered != (leg["agent"] >= 0) or leg["end"] not in ends:
            yield f"{_key(leg)}, leg {leg['leg']}: answered {leg['answered']}, agent {leg['agent']}, end {leg['end']}"
        if leg["hold"] > 0.0 and not leg["hold"] <= leg["ended"] - leg["answered"] + 1e-6:
            yield f"{_key(leg)}, leg {leg['leg']}: longer on hold than on the line"


@invariant
def the_number_of_legs_of_a_contact_is_bounded(run: Run) -> Iterator[str]:
    """Each tier of the path, the supervisor, a bot's session, and the overflows there are."""
    for contact in run.account.ends:
        if contact["legs"] >= VISITS:
            yield f"{_key(contact)} has {contact['legs']} legs"


@invariant
def who_comes_back_was_due_then_for_that_reason(run: Run) -> Iterator[str]:
    """A later contact begins when the one before it said, after an end that brings people back."""
    for contacts in run.account.cases.values():
        if contacts[0]["origin"] != Origin.FIRST:
            yield f"case {contacts[0]['case']} does not begin with a first contact"
        for one, two in pairwise(contacts):
            origin = AFTER.get(ContactEnd(one["end"]))
            if one["resolved"] or (two["started"], two["origin"]) != (one["next_due"], origin):
                yield f"{_key(two)} began at {two['started']} as {Origin(two['origin']).name}"


@invariant
def a_case_ends_as_its_last_contact_says(run: Run) -> Iterator[str]:
    """Resolved, given up, unfinished, or due after the horizon; never two of these."""
    horizon = run.account.journal.lexicon.horizon
    for case in run.account.outcomes:
        contacts = run.account.cases[case["case"]]
        first, last = contacts[0], contacts[-1]
        if CaseEnd(case["end"]) != _case_end(last):
            yield f"case {case['case']} ended {CaseEnd(case['end']).name}, its last contact {last['end']}"
        if case["end"] == CaseEnd.DUE_LATER and not last["next_due"] >= horizon:
            yield f"case {case['case']} is due at {last['next_due']}, which is no later than the horizon"
        due = last["next_due"] if case["end"] == CaseEnd.DUE_LATER else float("nan")
        resolved_at = last["ended"] if case["end"] == CaseEnd.RESOLVED else float("nan")
        said = case["born"], case["next_contact"], case["due"], case["resolved_at"], case["first_resolved"]
        if repr(said) != repr((first["started"], first["next_due"], due, resolved_at, first["resolved"])):
            yield f"case {case['case']} says {said} of its contacts"
        if not case["born"] < horizon:
            yield f"case {case['case']} was born after the horizon"


def _case_end(last: Record) -> CaseEnd:
    if last["resolved"]:
        return CaseEnd.RESOLVED
    if last["end"] == ContactEnd.UNFINISHED:
        return CaseEnd.UNFINISHED
    return CaseEnd.GIVEN_UP if isnan(last["next_due"]) else CaseEnd.DUE_LATER


@invariant
def who_came_in_is_there_or_has_left(run: Run) -> Iterator[str]:
    """At each border of an interval, by channel and intent: contacts begun = contacts ended + legs under way."""
    account = run.account
    first = [leg for leg in account.legs if leg["leg"] == 0]
    for border in account.borders:
        begun, ended = _kinds(account.ends, "started", border), _kinds(account.ends, "ended", border)
        there, left = _kinds(account.legs, "entered", border), _kinds(account.legs, "ended", border)
        for kind in {*begun, *there}:
            counts = f"{begun[kind]} begun, {ended[kind]} ended, {there[kind] - left[kind]} there"
            if begun[kind] != ended[kind] + there[kind] - left[kind]:
                yield f"channel and intent {kind} at {border} s: {counts}"
        if begun != _kinds(first, "entered", border):
            yield f"at {border} s, {begun.total()} contacts have begun, but other first legs"


def _kinds(found: list[Record], moment: str, border: float) -> Counter[tuple[int, int]]:
    """Records whose `moment` is not after the border, by channel and intent."""
    return Counter((record["channel"], record["intent"]) for record in found if record[moment] <= border)
