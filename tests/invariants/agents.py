"""Invariants of agents: nobody is in two places, has too much in hand, or serves whom they may not serve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import fsum, isnan

from sim.model.journal import AgentState, LegEnd, Moment, SessionEnd
from tests.invariants.account import PLANNED, Account, Hold, Post, Record, state_of
from tests.invariants.runs import Run, invariant

AWAY = {
    None: AgentState.OFF,
    Post.ABSENT: AgentState.OFF,
    Post.BREAK: AgentState.BREAK,
    Post.COACHED: AgentState.COACHING,
    Post.ON: AgentState.AVAILABLE,
}
TOOK_PLACE = (SessionEnd.HELD, SessionEnd.CUT_SHORT)
AT_WORK = (AgentState.AVAILABLE, AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER, AgentState.COACHING)


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
            if record["scheduled"] != (post in PLANNED):
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
    """Not before a duty, in a break or a session, on a day missed, or after the moment at which they were to leave."""
    account = run.account
    for leg in account.legs:
        if leg["agent"] >= 0 and not account.takes(leg["agent"], leg["answered"]):
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
def a_session_held_is_time_in_coaching_and_all_time_in_coaching_is_one(run: Run) -> Iterator[str]:
    """From when the agent had left the floor to the window's end, or that of the run; other sessions took no time."""
    account = run.account
    spent = {(s["agent"], s["began"], s["ended"]) for s in account.sessions if s["end"] in TOOK_PLACE}
    derived = {
        (agent, s.start, s.end)
        for agent, stretches in enumerate(account.stretches)
        for s in stretches
        if s.post == Post.COACHED and s.end > s.start
    }
    for agent, start, end in sorted(spent ^ derived):
        source = "records" if (agent, start, end) in spent else "windows"
        yield f"{account.staff[agent].name} was in coaching from {start} to {end} s by {source} only"
    for session in account.sessions:
        if session["end"] not in TOOK_PLACE and not (isnan(session["began"]) and session["cost"] == 0.0):
            yield f"a session of {account.staff[session['agent']].name} that was not held began or cost something"


@invariant
def strain_is_looked_at_for_all_time_at_work(run: Run) -> Iterator[str]:
    """Up to an agent's last look, seconds looked at are seconds at work; strain lies between 0 and 1."""
    account = run.account
    for agent, person in enumerate(account.staff):
        looks = [c for c in account.conditions if c["agent"] == agent and c["moment"] == Moment.LOOK]
        last = max((look["at"] for look in looks), default=0.0)
        own = [record for record in account.states if record["agent"] == agent and record["state"] in AT_WORK]
        worked = fsum(max(0.0, min(record["end"], last) - record["start"]) for record in own)
        seen = fsum(look["on_duty"] for look in looks)
        if abs(seen - worked) > 1e-9 * max(1.0, worked):
            yield f"{person.name}: {seen} s looked at, {worked} s at work up to {last} s"
        if any(not 0.0 <= look["strain"] <= 1.0 for look in looks):
            yield f"strain of {person.name} is not between 0 and 1"


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
