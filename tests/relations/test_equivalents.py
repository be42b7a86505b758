"""Two ways of saying the same: what a scenario means does not depend on how it is written."""

from __future__ import annotations

from typing import Any

from tests.relations.relation import Ways, Written, same_run
from tests.scenarios import Data, exponential, fixed, seconds

CONSTANT = {"kind": "constant", "per_hour": 60}
NO_TIES_BY_NAME = {"speed_sd": 0.0, "resolution_sd": 0.0, "qa_sd": 0.0, "empathy_sd": 0.0}


# --- channels, slots and shifts --------------------------------------------------------------------------------------


@same_run()
def test_chat_of_one_at_a_time_is_voice(base: Written) -> Ways:
    """Chat with one slot an agent is voice."""
    base = base.each("intents", lambda intent: intent.update(channel="chat"))
    one = base.each("staff.groups", lambda group: group.update(slots=1))
    many = base.each("staff.groups", lambda group: group.update(slots=3))
    return Ways(one, one.put("channels.chat", {"takes": "whole"}), many)


@same_run()
def test_a_shift_around_the_clock_is_no_shift(base: Written) -> Ways:
    """A shift of 24 hours on every day is no shift, always on duty, where nobody misses a day or leaves."""
    whole = base.put("staff.shifts.whole", {"start": "00:00", "end": "24:00"}).put("calendar.start", "2026-03-02T00:00")
    whole = _constant(whole).put("calendar.length", "20 h").put("calendar.max_drain", "2 h")
    always, all_day = (whole.each("staff.groups", lambda g, s=shift: g.update(shift=s)) for shift in (None, "whole"))
    return Ways(always, all_day, all_day.put("staff.shifts.whole.start", "08:00"))


def _constant(base: Written, per_hour: float = 12.0) -> Written:
    arrivals = {"kind": "constant", "per_hour": per_hour}
    return base.each("intents", lambda intent: intent.update(arrivals=arrivals))


@same_run()
def test_a_break_after_the_end_is_no_break(base: Written) -> Ways:
    """A break after the run's end is no break."""
    shift: Data = {"start": "20:00", "end": "20:00+1"}
    base = base.put("calendar.length", "1 h").put("calendar.max_drain", "1 h")
    base = base.put("staff.shifts", {"long": shift}).each("staff.groups", lambda group: group.update(shift="long"))
    name = "staff.shifts.long.breaks"
    return Ways(
        base,
        base.put(name, [{"at": "00:30", "length": "10 min"}]),
        base.put(name, [{"at": "22:30", "length": "10 min"}]),
    )


@same_run()
def test_two_breaks_that_meet_are_one(base: Written) -> Ways:
    """Two breaks that follow on each other are one long break, where nobody is kept by a contact in between."""
    shift: Data = {"start": "20:00", "end": "20:00+1"}
    base = base.put("staff.shifts", {"long": shift}).each("staff.groups", lambda group: group.update(shift="long"))
    base = base.each("intents", lambda intent: intent.update(arrivals=CONSTANT)).put("quality.history.weeks", 0)
    name = "staff.shifts.long.breaks"
    return Ways(
        base.put(name, [{"at": "21:50", "length": "20 min"}]),
        base.put(name, [{"at": "22:05", "length": "5 min"}, {"at": "21:50", "length": "15 min"}]),
        base.put(name, [{"at": "21:50", "length": "15 min"}]),
    )


@same_run()
def test_a_roster_that_names_the_people_of_a_group_is_that_group(base: Written) -> Ways:
    """A roster that lists the people of a group by name is that group."""
    name, group = next(iter(base.data["staff"]["groups"].items()))
    count = group["count"] + 1
    base = base.put(f"staff.groups.{name}.count", count)
    with_file = base.out(f"staff.groups.{name}").put("staff.roster", "people.csv")
    return Ways(
        base,
        with_file.table("people.csv", _rows(name, group, count)),
        with_file.table("people.csv", _rows(name, {**group, "tier": 1, "skills": {"skill_0": 2.0}}, count)),
    )


def _rows(name: str, group: Data, count: int) -> dict[str, list[Any]]:
    skills = "|".join(f"{skill}:{level}" for skill, level in group["skills"].items())
    return {
        "name": [f"{name}-{n:03d}" for n in range(count, 0, -1)],
        "tier": [group["tier"]] * count,
        "skills": [skills] * count,
        "slots": [group.get("slots", 1)] * count,
        "shift": [group.get("shift", "")] * count,
    }


@same_run()
def test_a_group_in_two_parts_is_one_group(base: Written) -> Ways:
    """A group in two parts is one group, where nothing about its people is drawn by name."""
    base = base.put("quality.truth", NO_TIES_BY_NAME).put("quality.history.weeks", 0)
    whole = {"tier": 1, "skills": {"skill_0": 1.0, "skill_1": 1.0}, "count": 4}
    name = "staff.groups.zz_team"
    return Ways(
        base.put(name, whole),
        base.put(name, {**whole, "count": 2}).put(f"{name}_b", {**whole, "count": 2}),
        base.put(name, {**whole, "count": 2}).put(f"{name}_b", {**whole, "count": 1}),
    )


# --- queues and priorities -------------------------------------------------------------------------------------------


def _levels(base: Written, *levels: int) -> Written:
    """Queues with these priorities in turn, and without aging."""
    queues = {
        name: {**{key: value for key, value in queue.items() if key != "aging"}, "priority": levels[n % len(levels)]}
        for n, (name, queue) in enumerate(base.data["queues"].items())
    }
    return base.put("queues", queues)


@same_run()
def test_the_same_priority_for_all_is_none(base: Written) -> Ways:
    """The same priority for every queue and segment is none."""
    base = base.each("segments", lambda segment: segment.pop("priority", None)).out("bot.vip_priority")
    fours = base.each("segments", lambda segment: segment.update(priority=4))
    return Ways(_levels(base, 0), _levels(fours, 3), _levels(base, 0, 5))


@same_run()
def test_a_priority_higher_by_a_constant_changes_nothing(base: Written) -> Ways:
    """Priorities that are all higher by a constant change nothing."""
    return Ways(_levels(base, 0, 2), _levels(base, 4, 6), _levels(base, 2, 0))


@same_run()
def test_aging_at_one_pace_is_first_come_first_served(base: Written) -> Ways:
    """Aging at one pace in all queues, with one priority, is first come, first served."""
    base = _levels(base.each("segments", lambda segment: segment.pop("priority", None)), 1)
    base = base.put("returns.priority_boost", 0)
    aging = base.each("queues", lambda queue: queue.update(aging="64 s"))
    return Ways(base, aging, aging.put("queues.queue_1_0.aging", "1 s"))


@same_run(but={"legs": ("queue",)})
def test_two_queues_of_the_same_people_are_one(base: Written) -> Ways:
    """Two queues for the same skills are one queue, but for the name."""
    plain: Data = {"tier": 1, "skills": ["skill_0"]}
    base = base.put("queues.one", plain).put("queues.two", plain).put("routing", {"rule": "longest_idle"})
    steps = [{"talk": exponential(60.0 + n), "resolution": 1.0} for n in range(len(base.data["intents"]))]
    return Ways(*(_paths(base, steps, queues) for queues in ("one", "one two", "one queue_1_1")))


def _paths(base: Written, steps: list[Data], queues: str) -> Written:
    names = queues.split()
    intents = {
        name: {**intent, "path": {names[n % len(names)]: steps[n]}}
        for n, (name, intent) in enumerate(base.data["intents"].items())
    }
    return base.put("intents", intents | _twin(intents, names[-1]))


def _twin(intents: Data, queue: str) -> Data:
    """One intent more, so that there are always two, in the last of the queues."""
    step = {"talk": exponential(100.0), "resolution": 1.0}
    return {"twin": {"channel": "voice", "arrivals": CONSTANT, "path": {queue: step}}}


# --- customers -------------------------------------------------------------------------------------------------------


@same_run(but={name: ("segment",) for name in ("legs", "contacts", "cases")})
def test_a_segment_in_two_parts_is_one_segment(base: Written) -> Ways:
    """A segment split into two that are alike is one segment, but for the name."""
    vip = base.data["segments"]["vip"]
    return Ways(
        base,
        base.put("segments.vip.share", 0.125).put("segments.vip_b", {**vip, "share": 0.125}),
        base.put("segments.vip.share", 0.125).put("segments.vip_b", {**vip, "share": 0.125, "patience_factor": 0.125}),
    )


def _alternating(base: Written) -> Written:
    """Intents whose customers are all alike: no draw of theirs tells one from another."""
    step = {"talk": fixed(70.0), "wrap_up": fixed(5.0), "resolution": 1.0}
    alike: Data = {"channel": "voice", "patience": fixed(45.0), "path": {"queue_1_0": step}}
    base = base.put("queues.queue_1_0", {"tier": 1, "skills": ["skill_0"]}).put("quality.truth.resolution_sd", 0.0)
    base = base.put("segments", {"all": {"share": 1.0}}).put("routing", {"rule": "longest_idle"})
    base = base.put("quality.truth.speed_sd", 0.0).put("returns", {"max_contacts": 1}).put("intents", {"a": alike})
    return base.out("bot", "escalation")


@same_run(but={"legs": ("intent",), "cases": ("intent", "difficulty")}, streams=("legs", "cases", "states"))
def test_an_intent_in_two_parts_is_one_intent(base: Written) -> Ways:
    """An intent recorded as two that are alike is one intent, but for the name (customers who are all alike)."""
    base = _alternating(base)
    moments = [f"2026-03-02T22:{n // 4:02d}:{n % 4 * 15:02d}" for n in range(200)]
    trace: Data = {"kind": "trace", "file": "all.csv", "column": "moment"}
    whole = base.put("intents.a.arrivals", trace).table("all.csv", {"moment": moments})
    parts = whole.put("intents.b", whole.data["intents"]["a"])
    for n, name in enumerate("ab"):
        parts = parts.put(f"intents.{name}.arrivals", {**trace, "file": f"{name}.csv"})
        parts = parts.table(f"{name}.csv", {"moment": moments[n::2]})
    return Ways(whole, parts, parts.table("b.csv", {"moment": moments[3::2]}))


@same_run()
def test_a_constant_rate_is_a_curve_of_one_number(base: Written) -> Ways:
    """A constant rate is a curve of one number a day."""
    curve: Data = {"kind": "curve", "begins": "00:00", "every": "24 h", "per_hour": [40]}
    return Ways(
        _constant(base, 40.0),
        base.each("intents", lambda intent: intent.update(arrivals=curve)),
        _constant(base, 40.1),
    )


@same_run()
def test_a_curve_is_a_profile_of_its_counts(base: Written) -> Ways:
    """A curve of rates is a profile of counts."""
    rates = [20, 30, 0, 50, 10, 60] * 4
    curve: Data = {"kind": "curve", "begins": "00:00", "every": "1 h", "per_hour": rates}
    profile: Data = {"kind": "profile", "file": "day.csv", "column": "calls"}
    counts = {"start": [f"{hour:02d}:00" for hour in range(24)], "calls": rates}
    counted = base.each("intents", lambda intent: intent.update(arrivals=profile)).table("day.csv", counts)
    return Ways(
        base.each("intents", lambda intent: intent.update(arrivals=curve)),
        counted,
        counted.table("day.csv", {**counts, "calls": rates[::-1]}),
    )


@same_run()
def test_a_patience_factor_is_a_longer_patience(base: Written) -> Ways:
    """A patience factor of 2 for everybody is twice the patience."""
    base = base.each("intents", lambda intent: intent.update(patience=exponential(50.0)))
    factors = [base.each("segments", lambda segment, f=f: segment.update(patience_factor=f)) for f in (1.0, 2.0)]
    longer = factors[0].each("intents", lambda intent: intent.update(patience=exponential(100.0)))
    return Ways(factors[1], longer, factors[0])


@same_run()
def test_proficiency_divides_all_work(base: Written) -> Ways:
    """Agents of proficiency 2 are agents of proficiency 1 with half of the talk, hold and wrap-up."""
    talk, half = exponential(200.0), exponential(100.0)
    base = base.each("segments", lambda segment: segment.update(patience_factor=1.0))
    ones, twos = (
        base.each("staff.groups", lambda group, x=level: group.update(skills=dict.fromkeys(group["skills"], x)))
        for level in (1.0, 2.0)
    )
    long, short = (lambda step, law=law: step.update(talk=law, hold=law, wrap_up=law) for law in (talk, half))
    return Ways(twos.steps(long), ones.steps(short), ones.steps(long))


# --- routers ---------------------------------------------------------------------------------------------------------


def _routed(base: Written, rule: str, **params: Any) -> Written:
    return base.put("routing", {"rule": rule, "params": params})


@same_run()
def test_skills_of_one_rank_leave_the_longest_idle(base: Written) -> Ways:
    """Most proficient first among people of one proficiency is the longest idle."""
    alike = base.each("staff.groups", lambda group: group.update(skills=dict.fromkeys(group["skills"], 1.0)))
    return Ways(_routed(alike, "longest_idle"), _routed(alike, "skill_rank"), _routed(base, "skill_rank"))


def _alike(base: Written) -> Written:
    """People of whom nobody is faster or better, known exactly."""
    alike = base.each("staff.groups", lambda group: group.update(skills=dict.fromkeys(group["skills"], 1.0)))
    return alike.put("quality.truth", NO_TIES_BY_NAME).put("quality.signals.oracle", True)


@same_run()
def test_the_fastest_of_equals_is_the_longest_idle(base: Written) -> Ways:
    """Fastest first among people who are equally fast is the longest idle."""
    alike = _alike(base)
    differing = alike.put("quality.truth.speed_sd", 0.3)
    return Ways(_routed(alike, "longest_idle"), _routed(alike, "fastest_first"), _routed(differing, "fastest_first"))


@same_run(also=(13,))
def test_resolution_rates_of_equals_leave_the_longest_idle(base: Written) -> Ways:
    """Resolution rate first (p times mu) among people who are alike is the longest idle."""
    alike = _alike(base)
    differing = alike.put("quality.truth.speed_sd", 0.3)
    return Ways(_routed(alike, "longest_idle"), _routed(alike, "p_mu"), _routed(differing, "p_mu"))


@same_run()
def test_a_quality_tier_without_risk_is_the_longest_idle(base: Written) -> Ways:
    """A quality tier that is everybody, with no risk to keep it for, is the longest idle."""
    base = base.each("intents", lambda intent: intent.update(risk="low"))
    risky = base.put("intents.intent_0.risk", "high")
    return Ways(
        _routed(base, "longest_idle"),
        _routed(base, "quality_tier", top_share=1.0),
        _routed(risky, "quality_tier", top_share=0.1, min_count=0.0),
    )


# --- the text itself -------------------------------------------------------------------------------------------------


@same_run()
def test_units_of_time_are_only_spelling(base: Written) -> Ways:
    """A duration means the same in any unit."""
    base = base.put("calendar.length", "2 h")
    return Ways(
        base.put("calendar.max_drain", "90 min"),
        base.put("calendar.max_drain", "5400 s").put("calendar.length", "7200000 ms"),
        base.put("calendar.max_drain", "90 min").put("calendar.length", "3 h"),
    )


@same_run()
def test_an_intents_share_stated_for_all_is_stated_for_each(base: Written) -> Ways:
    """What `intent_defaults` says is said by every intent."""
    patience = exponential(33.0)
    each = base.each("intents", lambda intent: intent.update(patience=patience))
    none = base.each("intents", lambda intent: intent.pop("patience", None))
    return Ways(each, none.put("intent_defaults", {"patience": patience}), none)


@same_run()
def test_titles_labels_and_assumptions_are_only_words(base: Written) -> Ways:
    """Titles, labels, descriptions, assumptions and the currency are words and nothing else."""
    words = base.put("title", "Another").put("description", "…").put("costs.currency", "EUR")
    words = words.put("assumptions", [{"what": "all", "evidence": "C", "source": "none"}])
    for path in ("segments", "intents", "queues", "staff.groups"):
        words = words.each(path, lambda entry: entry.update(label="=1+1 <b>"))
    return Ways(base, words, words.put("returns.retrial", {"probability": 0.25, "delay": fixed(7.0)}))


@same_run()
def test_money_moves_nobody(base: Written) -> Ways:
    """Wages, prices and shrinkage (which raises the cost of an hour) change no record."""
    dear = base.put("costs", {"bot_session": 9.0, "line_minute": 9.0}).put("staff.shrinkage", 0.3)
    dear = dear.each("staff.groups", lambda group: group.update(hourly_cost=99.0))
    return Ways(base, dear, dear.each("staff.groups", lambda group: group.update(count=4)))


@same_run(but={"evaluations": ("released",)})
def test_thresholds_of_definitions_move_nobody(base: Written) -> Ways:
    """Thresholds of KPIs (answer within, repeat window) and the interval change no record where no signal is read."""
    base = _routed(base, "longest_idle")
    other = base.put("measures", {"answer_within": "5 s", "repeat_window": seconds(900.0)})
    other = other.put("calendar.interval", "10 min").put("quality.evaluation", {"lag": "0 s"})
    return Ways(base, other, _routed(other, "skill_rank"))
