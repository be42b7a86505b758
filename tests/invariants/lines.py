"""Invariants of waiting lines: order, patience, overflow, limits, no idle hands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import isnan

from sim.model.journal import LegEnd
from tests.invariants.account import Account, Post, Wait
from tests.invariants.runs import Run, invariant


def _words(account: Account, wait: Wait) -> str:
    lexicon = account.journal.lexicon
    where = f"{lexicon.intents[wait.intent]} in {lexicon.queues[wait.queue]}"
    return f"{where}, level {wait.level}, entered {wait.entered}, left {wait.left}"


@invariant
def nobody_waits_beyond_patience_and_who_abandons_waited_exactly_so_long(run: Run) -> Iterator[str]:
    """Patience is the customer's own draw, through every overflow."""
    for wait in run.account.waits:
        if wait.left > wait.deadline or (wait.end == LegEnd.ABANDONED) > (wait.left == wait.deadline):
            yield f"{_words(run.account, wait)}, ended {wait.end.name}, patience to {wait.deadline}"


@invariant
def who_waits_in_one_line_is_served_in_order_of_entering(run: Run) -> Iterator[str]:
    """Among those of one queue, level and intent; also among those who entered at one instant, where the order of
    entering is known (`Wait.before`)."""
    lines: dict[tuple[int, int, int], list[Wait]] = defaultdict(list)
    for wait in run.account.waits:
        lines[wait.queue, wait.level, wait.intent].append(wait)
    for waits in lines.values():
        waits.sort(key=lambda wait: wait.left)
        for place, wait in enumerate(waits):
            if wait.served:
                for other in waits[place + 1 :]:
                    if other.left > wait.left and other.before(wait):
                        yield f"{_words(run.account, wait)} overtook {_words(run.account, other)}"


@invariant
def overflow_comes_exactly_when_due(run: Run) -> Iterator[str]:
    """Nobody waits longer in a queue that overflows, and the next leg is in the queue it names."""
    account = run.account
    queues, names = account.loaded.scenario.queues, account.journal.lexicon.queues
    for legs in account.contacts.values():
        for leg, following in pairwise([*legs, None]):
            if leg["queue"] < 0:
                continue
            overflow = queues[names[leg["queue"]]].overflow
            due = float("inf") if overflow is None else leg["entered"] + overflow.after
            left = leg["ended"] if isnan(leg["answered"]) else leg["answered"]
            if left > due or (leg["end"] == LegEnd.OVERFLOWED) > (leg["ended"] == due):
                yield f"case {leg['case']} left {names[leg['queue']]} at {left} s, overflow due at {due}"
            if leg["end"] == LegEnd.OVERFLOWED and names[following["queue"]] != overflow.to:
                yield f"case {leg['case']} overflowed from {names[leg['queue']]} to {names[following['queue']]}"


@invariant
def nobody_waits_while_an_agent_who_could_serve_is_free(run: Run) -> Iterator[str]:
    """Work conservation; a rule that reserves agents keeps them for so long and no longer."""
    account = run.account
    reserved = float(run.made.data["routing"].get("params", {}).get("overflow_after", "0 s").split()[0])
    free: dict[tuple[int, bool], list[tuple[float, float]]] = {}
    for wait in account.waits:
        since = wait.entered + reserved
        if wait.left <= since:
            continue
        for agent, person in enumerate(account.staff):
            if account.eligible(agent, wait.queue):
                key = agent, account.whole(wait.intent)
                free[key] = free.get(key) or _free(account, *key)
                for start, end in free[key]:
                    if min(end, wait.left) - max(start, since) > 1e-9:
                        yield f"{_words(account, wait)}, while {person.name} was free from {start} to {end}"


def _free(account: Account, agent: int, whole: bool) -> list[tuple[float, float]]:
    """When the agent could have taken a contact: on duty by the plan, with room."""
    slots, holds = account.staff[agent].slots, account.holds[agent]
    moments = {t for hold in holds for t in (hold.start, hold.free)}
    moments |= {t for stretch in account.stretches[agent] for t in (stretch.start, stretch.end)}
    spans = []
    for start, end in pairwise(sorted(moments)):
        present = [hold for hold in holds if hold.start <= start < hold.free]
        room = not present if whole else len(present) < slots and not any(hold.whole for hold in present)
        if room and account.post(agent, start) == Post.ON:
            spans.append((start, end))
    return spans


@invariant
def a_line_is_never_longer_than_its_capacity(run: Run) -> Iterator[str]:
    """Who comes by overflow is let in; all others count."""
    account = run.account
    scenario, names = account.loaded.scenario, account.journal.lexicon.queues
    moved = {scenario.queues[name].overflow.to for name in names if scenario.queues[name].overflow is not None}
    for index, name in enumerate(names):
        capacity = scenario.queues[name].capacity
        if capacity is not None and name not in moved:
            of = [wait for wait in account.waits if wait.queue == index and wait.left > wait.entered]
            for wait in of:
                if sum(other.entered <= wait.entered < other.left for other in of) > capacity:
                    yield f"{_words(account, wait)} made the line longer than {capacity}"


@invariant
def only_a_full_line_blocks(run: Run) -> Iterator[str]:
    """Blocked at once, in a queue that has a limit."""
    account = run.account
    for leg in account.legs:
        if leg["end"] == LegEnd.BLOCKED:
            name = account.journal.lexicon.queues[leg["queue"]]
            if account.loaded.scenario.queues[name].capacity is None or leg["entered"] != leg["ended"]:
                yield f"case {leg['case']} was blocked in {name} at {leg['ended']} s"
