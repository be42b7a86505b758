"""Invariants of sums: what KPIs say is what legs, roster and the watched run come to; the work of a run is bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from math import fsum, isnan

from sim.model.codes import VISITS
from sim.model.journal import LegEnd
from tests.invariants.account import Account, Post, Record
from tests.invariants.runs import Run, invariant
from tests.relations.outcome import STREAMS, Outcome, differences

EVENTS_A_WAIT = 4  # patience, overflow, and two looks at a reservation
EVENTS_A_STRETCH = 6  # of an agent's day: it begins, ends, and waits for the contacts in hand
EVENTS_A_SESSION = 6  # it is begun, due, looked at once more, left for, over, and ended
ONE_IN = 1e-12


def _differ(one: float, two: float, share: float) -> bool:
    return abs(one - two) > share * max(abs(one), abs(two))


# --- counts ----------------------------------------------------------------------------------------------------------


@invariant
def kpis_count_every_visit_once_in_one_way(run: Run) -> Iterator[str]:
    """By channel and intent: offered = handled + abandoned + unfinished, and as the legs say."""
    said, counted = run.kpi, _visits(run.account)
    for scope in {scope for _, scope, _ in counted}:
        parts = [said.get((kpi, scope, "total"), 0.0) for kpi in ("handled", "abandoned", "unfinished")]
        if said[("offered", scope, "total")] != sum(parts):
            yield f"{scope}: {said['offered', scope, 'total']} offered, but {parts} left"
    for (kpi, scope, interval), count in counted.items():
        if said[kpi, scope, interval] != count:
            yield f"{kpi} of {scope} in {interval}: {said[kpi, scope, interval]}, not {count}"


def _visits(account: Account) -> Counter[tuple[str, str, str]]:
    """Counts by KPI, scope (channel and intent) and interval; where a KPI has no intervals, in total."""
    lexicon = account.journal.lexicon
    counts: Counter[tuple[str, str, str]] = Counter()
    for leg in account.legs:
        scopes = f"channel:{lexicon.channels[leg['channel']]}", f"intent:{lexicon.intents[leg['intent']]}"
        if account.inside(leg["entered"]):
            intervals = {scopes[0]: ["total", _interval(account, leg["entered"])], scopes[1]: ["total"]}
            for scope in scopes:
                if leg["leg"] == 0:
                    counts["contacts", scope, "total"] += 1
                if leg["first_human"]:
                    last = _end_of_stay(account, leg)
                    counts["blocked", scope, "total"] += leg["end"] == LegEnd.BLOCKED
                    counts["overflowed", scope, "total"] += leg["end"] == LegEnd.OVERFLOWED
                    counts["abandoned", scope, "total"] += last["end"] == LegEnd.ABANDONED
                    for interval in intervals[scope]:
                        counts["offered", scope, interval] += leg["end"] != LegEnd.BLOCKED
                        counts["answered", scope, interval] += not isnan(last["answered"])
    return counts


def _end_of_stay(account: Account, leg: Record) -> Record:
    """The leg in which the stay ends that this one begins: overflow moves a contact and ends nothing."""
    while leg["end"] == LegEnd.OVERFLOWED:
        leg = account.contacts[leg["case"], leg["attempt"]][leg["leg"] + 1]
    return leg


def _interval(account: Account, moment: float) -> str:
    start = max(border for border in account.borders if border <= moment)
    return (datetime.fromisoformat(account.journal.lexicon.start) + timedelta(seconds=start)).isoformat()


# --- Little ----------------------------------------------------------------------------------------------------------


@invariant
def little_holds_for_every_line_as_an_identity(run: Run) -> Iterator[str]:
    """Up to the horizon: the time integral of the number seen waiting is the sum of waits, to one in 10^12."""
    account = run.account
    horizon = account.journal.lexicon.horizon
    for queue, name in enumerate(account.journal.lexicon.queues):
        area = _area(run, [sight.waiting[queue] for sight in run.watched.sights])
        waits = fsum(_inside(w.entered, w.left, horizon) for w in account.waits if w.queue == queue)
        if _differ(area, waits, ONE_IN):
            yield f"{name}: {area} s seen waiting, {waits} s waited"


@invariant
def little_holds_for_every_agent_as_an_identity(run: Run) -> Iterator[str]:
    """Up to the horizon: contacts seen in hand, and loads in the agent's states, come to the talks, to one in 10^12."""
    account = run.account
    horizon = account.journal.lexicon.horizon
    for agent, person in enumerate(account.staff):
        talks = fsum(_inside(hold.start, hold.ended, horizon) for hold in account.holds[agent])
        states = [record for record in account.states if record["agent"] == agent]
        loads = fsum(record["load"] * _inside(record["start"], record["end"], horizon) for record in states)
        area = _area(run, [sight.in_hand[agent] for sight in run.watched.sights])
        if _differ(area, talks, ONE_IN) or _differ(loads, talks, ONE_IN):
            yield f"{person.name}: {area} s seen in hand, {loads} s of load, {talks} s of talk"


@invariant
def the_kpi_of_waits_is_the_sum_of_waits(run: Run) -> Iterator[str]:
    """All who entered a queue before the horizon, however late they left it."""
    account = run.account
    for queue, name in enumerate(account.journal.lexicon.queues):
        waits = fsum(w.left - w.entered for w in account.waits if w.queue == queue and account.inside(w.entered))
        said = run.kpi.get(("wait_all", f"queue:{name}", "total"), 0.0)
        if _differ(said, waits, ONE_IN):
            yield f"{name}: {said} s, not {waits}"


def _area(run: Run, seen: list[int]) -> float:
    """Integral up to the horizon of a number that was seen just before each of its changes."""
    horizon = run.account.journal.lexicon.horizon
    moments = [0.0, *(sight.moment for sight in run.watched.sights)]
    return fsum(
        number * _inside(start, end, horizon) for number, (start, end) in zip(seen, pairwise(moments), strict=True)
    )


def _inside(start: float, end: float, horizon: float) -> float:
    """How much of [start, end) lies before the horizon."""
    return max(0.0, min(end, horizon) - start)


@invariant
def being_watched_changes_nothing(run: Run) -> Iterator[str]:
    """Journals with and without an observer, bit by bit."""
    one, two = (
        {name: getattr(journal, name) for name in STREAMS} for journal in (run.account.journal, run.watched.journal)
    )
    yield from differences(Outcome(True, one), Outcome(True, two))


# --- work and money --------------------------------------------------------------------------------------------------


@invariant
def the_number_of_events_is_bounded(run: Run) -> Iterator[str]:
    """So many a wait, an answer, a contact and a stretch of an agent's day; nothing goes on for ever."""
    account = run.account
    births = len(account.outcomes)
    duties = sum(1 + len(duty.breaks) for person in account.staff for duty in person.duties)
    refreshes = account.end_of_run / account.loaded.scenario.quality.signals.refresh
    bound = sum(_timers(leg) for leg in account.legs) + len(account.ends) + births + 10
    bound += EVENTS_A_STRETCH * (duties + len(account.staff)) + 2 * refreshes + _of_change(account)
    if not births <= run.events <= bound:
        yield f"{run.events} events, at most {bound}"
    if len(account.legs) > VISITS * len(account.ends):
        yield f"{len(account.legs)} legs of {len(account.ends)} contacts"


def _of_change(account: Account) -> float:
    """Looks at how people and the bot changed, plans of coaching, and what a session sets, one still open included."""
    coaching, every = account.loaded.scenario.coaching, account.loaded.scenario.quality.changes_every
    looks = 2 * account.end_of_run / every
    if coaching is None:
        return looks
    still_open = coaching.leaders * coaching.every / coaching.session
    return looks + account.end_of_run / coaching.every + EVENTS_A_SESSION * (len(account.sessions) + still_open)


def _timers(leg: Record) -> int:
    """A session's end; or what a wait sets, and after it the ends of the talk, of a handover and of the wrap-up."""
    if leg["queue"] < 0:
        return 1
    return EVENTS_A_WAIT if isnan(leg["answered"]) else EVENTS_A_WAIT + 1 + leg["warm"] + (leg["wrap_up"] > 0.0)


@invariant
def cost_is_what_roster_bot_and_line_come_to(run: Run) -> Iterator[str]:
    """Wages from the plan, overtime and coaching included and absence not, at the text's prices; by tier and in all."""
    costs, paid = _costs(run)
    for scope, cost in costs.items():
        said = run.kpi.get(("total_cost", scope, "total"), 0.0)
        if _differ(said, cost, 1e-9):
            yield f"{scope}: costs {said}, not {cost}"
    if _differ(run.kpi["paid_hours", "all", "total"], paid / 3600.0, 1e-9):
        yield f"{run.kpi['paid_hours', 'all', 'total']} hours paid, not {paid / 3600.0}"


def _costs(run: Run) -> tuple[Counter[str], float]:
    """Money by scope, and seconds paid."""
    account, prices = run.account, run.made.data["costs"]
    costs: Counter[str] = Counter()
    seconds = 0.0
    for person, stretches in zip(account.staff, account.stretches, strict=True):
        there = [stretch for stretch in stretches if stretch.post != Post.ABSENT]
        paid = fsum(max(0.0, stretch.end - max(stretch.start, account.journal.lexicon.warmup)) for stretch in there)
        seconds += paid
        for scope in ("all", f"tier:{person.tier}"):
            costs[scope] += paid / 3600.0 * _wage(run, person.name)
    for leg in account.legs:
        if account.inside(leg["entered"]):
            line = (leg["ended"] - leg["entered"]) / 60.0 * float(prices["line_minute"])
            for scope in ("all", f"tier:{leg['tier']}"):
                costs[scope] += line + (float(prices["bot_session"]) if leg["queue"] < 0 else 0.0)
    return costs, seconds


def _wage(run: Run, name: str) -> float:
    """Money per hour on duty: what the text says, and the share of paid time spent away from contacts on top."""
    staff = run.made.data["staff"]
    group = name.rsplit("-", 1)[0]
    if group in staff["groups"]:
        hourly = float(staff["groups"][group]["hourly_cost"])
    else:
        people = run.made.tables[staff["roster"]]
        hourly = float(people["hourly_cost"][people["name"].index(name)])
    return hourly / (1.0 - float(staff["shrinkage"]))
