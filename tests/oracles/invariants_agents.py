"""Invariants of agents: nobody is in two places, has too much in hand, or serves whom they may not serve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from sim.model.journal import AgentState, LegEnd
from tests.oracles.account import Account, Hold, Post, Record, state_of
from tests.oracles.invariants import Run, invariant

AWAY = {None: AgentState.OFF, Post.BREAK: AgentState.BREAK, Post.ON: AgentState.AVAILABLE}


def _name(account: Account, record: Record) -> str:
    return f"{account.staff[record['agent']].name} from {record['start']} to {record['end']} s"


@invariant
def states_of_an_agent_tile_the_run(run: Run) -> Iterator[str]:
    """From 0 to the end of the run, which is not before the horizon, without gaps or overlaps."""
    account = run.account
    by_agent: dict[int, list[Record]] = defaultdict(list)
    for record in account.states:
        by_agent[record["agent"]].append(record)
    for agent, person in enumerate(account.staff):
        times = [0.0, *(t for record in by_agent[agent] for t in (record["start"], record["end"])), account.end_of_run]
        if times[::2] != times[1::2] or any(one >= two for one, two in pairwise(times[1::2])):
            yield f"states of {person.name} do not tile the run"
    if account.end_of_run < account.journal.lexicon.horizon:
        yield f"the run ended at {account.end_of_run} s, before the horizon"


@invariant
def states_and_loads_are_what_legs_and_plan_say(run: Run) -> Iterator[str]:
    """Contacts in hand decide the state; with nothing in hand, the plan does, breaks put off by contacts included."""
    account = run.account
    for record in account.states:
        for moment in _changes(account, record):
            state, load, _ = state_of(account.holds[record["agent"]], moment)
            post = account.post(record["agent"], moment)
            wanted = AWAY.get(post) if state is None else state
            if (record["state"], record["load"]) != (wanted, load):
                said = f"state {record['state']}, load {record['load']}"
                yield f"{_name(account, record)}: {said}, but at {moment} s {wanted}, {load}"
            if record["scheduled"] != (post == Post.ON):
                yield f"{_name(account, record)}: scheduled {record['scheduled']}, but at {moment} s {post}"


def _changes(account: Account, record: Record) -> list[float]:
    """Moments within a record from which anything about its agent might be different, its own start among them."""
    start, end = record["start"], record["end"]
    moments = {start}
    for hold in account.holds[record["agent"]]:
        moments.update(moment for moment in hold[:4] if start < moment < end)
    for stretch in account.stretches[record["agent"]]:
        moments.update(moment for moment in stretch[:2] if start < moment < end)
    return sorted(moments)


@invariant
def nobody_has_more_in_hand_than_slots(run: Run) -> Iterator[str]:
    """A voice contact takes a whole agent; others, wrap-ups included, a slot each."""
    for agent, holds in run.account.holds.items():
        person = run.account.staff[agent]
        for hold in holds:
            present = _present(holds, hold)
            if len(present) > (1 if any(other.whole for other in present) else person.slots):
                yield f"{person.name} has {len(present)} contacts at {hold.start} s"


def _present(holds: list[Hold], hold: Hold) -> list[Hold]:
    """What an agent has when a hold begins; one of no length is over before others of its instant begin."""
    if hold.start == hold.free:
        return [hold, *(other for other in holds if other.start < hold.start < other.free)]
    return [other for other in holds if other.start <= hold.start < other.free]


@invariant
def only_agents_of_the_tier_with_the_skills_answer(run: Run) -> Iterator[str]:
    """The roster's tier and skills, and the queue's."""
    account = run.account
    for agent, queue in {(leg["agent"], leg["queue"]) for leg in account.legs if leg["agent"] >= 0}:
        if not account.eligible(agent, queue):
            yield f"{account.staff[agent].name} answered in {account.journal.lexicon.queues[queue]}"


@invariant
def agents_answer_only_while_on_duty(run: Run) -> Iterator[str]:
    """Not before a duty, in a break, or after the moment at which they were to leave."""
    account = run.account
    for leg in account.legs:
        if leg["agent"] >= 0 and account.post(leg["agent"], leg["answered"]) != Post.ON:
            yield f"{account.staff[leg['agent']].name} answered at {leg['answered']} s, not on duty"


@invariant
def an_agent_tells_of_contacts_what_contacts_tell_of_the_agent(run: Run) -> Iterator[str]:
    """The tier of a leg is its queue's, 0 with the bot; a state's is the agent's."""
    account = run.account
    for leg in account.legs:
        tier = 0 if leg["queue"] < 0 else account.journal.lexicon.queue_tiers[leg["queue"]]
        if leg["tier"] != tier:
            yield f"a leg of case {leg['case']} in tier {leg['tier']}, not {tier}"
    for record in account.states:
        if record["tier"] != account.staff[record["agent"]].tier:
            yield f"{_name(account, record)} in tier {record['tier']}"


@invariant
def nothing_happens_after_the_drain(run: Run) -> Iterator[str]:
    """The run ends no later than the measured time and the longest drain; what is open then ends as unfinished."""
    account = run.account
    calendar = account.loaded.scenario.calendar
    limit = min(account.end_of_run, calendar.length + calendar.max_drain)
    if account.end_of_run > calendar.length + calendar.max_drain:
        yield f"the run ended at {account.end_of_run} s"
    for leg in account.legs:
        if leg["ended"] > limit or (leg["end"] == LegEnd.UNFINISHED and leg["ended"] != limit):
            yield f"a leg of case {leg['case']} ended at {leg['ended']} s in a run that ended at {account.end_of_run}"
