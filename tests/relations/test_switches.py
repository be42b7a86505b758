"""What is switched off is not there: a part at probability 0, a limit nobody reaches, a thing nobody uses."""

from __future__ import annotations

from typing import Any

from tests.relations.relation import Ways, Written, same_run
from tests.scenarios import Data, Wide, exponential, fixed

LATE = "1000000 s"  # after every run's end
CERTAIN = {"probability": 1.0, "delay": fixed(60.0)}
NEVER = {"probability": 0.0, "delay": fixed(60.0)}
FRONT = "queues.queue_1_0"


# --- coming back -----------------------------------------------------------------------------------------------------


def _impatient(written: Written) -> Written:
    """Somebody gives up for certain."""
    return written.each("intents", lambda intent: intent.update(patience=exponential(20.0)))


def _failing(written: Written) -> Written:
    """Steps that resolve half of what they handle, and hardly an escalation that would do the rest."""
    return written.steps(lambda step: step.update(resolution=0.5)).put("returns.max_contacts", 3)


@same_run()
def test_retrials_at_probability_zero_are_no_retrials(base: Written) -> Ways:
    """Retrials at probability 0 are no retrials."""
    base = _impatient(base).put("returns.max_contacts", 3)
    return Ways(base.out("returns.retrial"), base.put("returns.retrial", NEVER), base.put("returns.retrial", CERTAIN))


@same_run()
def test_repeats_at_probability_zero_are_no_repeats(base: Written) -> Ways:
    """Repeats at probability 0 are no repeats."""
    base = _failing(base).put("escalation.agent_notices", 0.0).out("returns.false_containment")
    return Ways(base.out("returns.repeat"), base.put("returns.repeat", NEVER), base.put("returns.repeat", CERTAIN))


def _bots(base: Written, **skill: float) -> Written:
    """A bot for every intent; few of those it cannot help get on to people."""
    tier = {"policy": {"rule": "bot_first"}, "session": exponential(60.0), "keyword_risk": "none"}
    return base.put("bot", tier).each("intents", lambda intent: intent.update(bot=skill))


@same_run()
def test_returns_after_false_containment_at_probability_zero_are_none(base: Written) -> Ways:
    """Returns after false containment at probability 0 are none."""
    base = _bots(base, containment=0.8, false_containment=0.6).put("returns.max_contacts", 3).out("returns.repeat")
    name = "returns.false_containment"
    return Ways(base.out(name), base.put(name, NEVER), base.put(name, CERTAIN))


@same_run()
def test_a_containment_that_is_never_false_needs_no_word(base: Written) -> Ways:
    """False containment at share 0 is no false containment."""
    return Ways(
        _bots(base, containment=0.8),
        _bots(base, containment=0.8, false_containment=0.0),
        _bots(base, containment=0.8, false_containment=0.5),
    )


@same_run()
def test_an_outage_of_no_length_is_none(base: Written) -> Ways:
    """An outage of length 0, or after the run, is none; in the middle of it, it is noticed."""
    base = _bots(base, containment=0.4, false_containment=0.5)
    nothing = [{"at": "22:10", "length": "0 s"}]
    return Ways(base, base.put("bot.outages", nothing), base.put("bot.outages", [{"at": "22:00", "length": "3 h"}]))


@same_run()
def test_a_bot_that_hardly_ever_fails_is_one_that_never_does(base: Written) -> Ways:
    """A bot that works for longer than any run never fails."""
    base = _bots(base, containment=0.4, false_containment=0.5)
    seldom, often = ({"up": fixed(up), "down": fixed(600.0)} for up in (1e9, 300.0))
    return Ways(base, base.put("bot.failures", seldom), base.put("bot.failures", often))


@same_run()
def test_a_limit_nobody_reaches_is_no_limit(base: Written) -> Ways:
    """So many sessions at once that nobody ever finds them taken are no limit."""
    base = _bots(base, containment=0.4, false_containment=0.5)
    many, one = (base.put("bot.sessions_at_once", most) for most in (1_000_000, 1))
    return Ways(base, many, one)


@same_run()
def test_one_contact_a_case_is_no_returns_at_all(base: Written) -> Ways:
    """One contact a case at most is no returns at all, and nothing else of that section matters."""
    return _single_contacts(base.put("routing", {"rule": "longest_idle"}))


@same_run()
def test_one_contact_a_case_is_no_returns_at_all_to_a_rule_that_reads_signals(base: Written) -> Ways:
    """The same under a rule that reads signals: nobody can repeat, so no repeat is to be expected."""
    return _single_contacts(base.put("routing", {"rule": "p_mu"}).put("returns.repeat", CERTAIN))


def _single_contacts(base: Written) -> Ways:
    base = _impatient(base).put("returns.retrial", CERTAIN).put("returns.patience", "per_case")
    none = base.put("returns", {"max_contacts": 9, "patience": "per_case"})
    return Ways(none, base.put("returns.max_contacts", 1), base.put("returns.max_contacts", 3))


# --- the bot ---------------------------------------------------------------------------------------------------------


@same_run()
def test_a_bot_that_nobody_is_sent_to_is_no_bot(base: Written) -> Ways:
    """A bot that nobody is sent to (human first) is no bot."""
    bot = _bots(base, containment=0.5)
    none = base.out("bot").each("intents", lambda intent: intent.pop("bot", None))
    return Ways(none, bot.put("bot.policy", {"rule": "human_first"}), bot)


@same_run()
def test_a_bot_that_nobody_chooses_is_no_bot(base: Written) -> Ways:
    """A bot that nobody chooses (customer's choice, share 0) is no bot."""
    bot = _bots(base, containment=0.5)
    none = base.out("bot").each("intents", lambda intent: intent.pop("bot", None))
    choice: Data = {"rule": "customer_choice", "params": {"bot_share": 0.0}}
    return Ways(none, bot.put("bot.policy", choice), bot.put("bot.policy.rule", "customer_choice"))


@same_run()
def test_a_bot_that_everybody_chooses_is_a_bot_first(base: Written) -> Ways:
    """A bot that everybody chooses (customer's choice, share 1) is bot first."""
    bot = _bots(base, containment=0.5)
    bot = bot.put("bot.policy.params", {"repeats_to_human": False})
    choice: Data = {"rule": "customer_choice", "params": {"bot_share": 1.0}}
    return Ways(bot, bot.put("bot.policy", choice), bot.put("bot.policy", {"rule": "human_first"}))


@same_run()
def test_a_bot_without_an_intent_it_knows_is_no_bot(base: Written) -> Ways:
    """A bot that knows no intent is no bot."""
    none = base.out("bot").each("intents", lambda intent: intent.pop("bot", None))
    return Ways(none, none.put("bot", _bots(base).data["bot"]), _bots(base, containment=0.5))


# --- escalation ------------------------------------------------------------------------------------------------------

TWO_STEPS = {"talk": exponential(100.0), "resolution": 0.5}


def _two_tiers(base: Written) -> Written:
    """Every path has a second tier to escalate to."""
    expert = {"tier": 2, "skills": ["skill_0"]}
    gurus = {"tier": 2, "skills": {"skill_0": 1.0}, "count": 2}
    base = base.put("queues.queue_2_9", expert).put("staff.groups.zz_gurus", gurus)
    return base.each("intents", lambda intent: intent.update(path={**_first(intent["path"]), "queue_2_9": TWO_STEPS}))


def _first(path: Data) -> Data:
    name, step = next(iter(path.items()))
    return {name: {**step, "resolution": 0.5}}


@same_run()
def test_escalation_at_probability_zero_is_no_escalation(base: Written) -> Ways:
    """Escalation at probability 0 is no escalation section, and the other way round."""
    base = _two_tiers(base).out("escalation")
    never = {"agent_notices": 0.0, "customer_asks": 0.0, "warm": 1.0, "handover": fixed(20.0), "cold_costs": "30 s"}
    return Ways(base, base.put("escalation", never), base.put("escalation", {**never, "agent_notices": 0.5}))


@same_run()
def test_warm_escalation_at_probability_zero_is_cold(base: Written) -> Ways:
    """Warm escalation at probability 0 is cold escalation."""
    base = _two_tiers(base).put("escalation", {"agent_notices": 0.5})
    return Ways(
        base,
        base.put("escalation.warm", 0.0).put("escalation.handover", fixed(20.0)),
        base.put("escalation.warm", 1.0).put("escalation.handover", fixed(20.0)),
    )


@same_run()
def test_a_supervisor_whom_nobody_asks_for_is_none(base: Written) -> Ways:
    """A supervisor whom nobody asks for is no supervisor."""
    base = _failing(base).put("queues.lead", {"tier": 3, "skills": ["lead"]})
    base = base.put("staff.groups.zz_lead", {"tier": 3, "skills": {"lead": 1.0}, "count": 2})
    asked = base.put("escalation.supervisor", {"queue": "lead", "step": {"talk": fixed(5.0)}, "customer_asks": 0.3})
    return Ways(base.out("escalation.supervisor"), asked.put("escalation.supervisor.customer_asks", 0.0), asked)


# --- the waiting line ------------------------------------------------------------------------------------------------


@same_run()
def test_room_for_everybody_is_no_limit(base: Written) -> Ways:
    """A waiting line with room for everybody (capacity 1,000,000,000) has no limit."""
    return Ways(
        base.each("queues", lambda queue: queue.pop("capacity", None)),
        base.each("queues", lambda queue: queue.update(capacity=1_000_000_000)),
        base.each("queues", lambda queue: queue.update(capacity=0)),
    )


@same_run()
def test_overflow_after_the_end_is_no_overflow(base: Written) -> Ways:
    """Overflow after the end of the run is no overflow."""
    name = f"{FRONT}.overflow"
    over = base.put(name, {"after": "0 s", "to": "queue_1_1"})
    return Ways(base.out(name), over.put(f"{name}.after", LATE), over)


@same_run()
def test_patience_beyond_the_end_is_no_patience(base: Written) -> Ways:
    """Patience that lasts beyond the end of the run is as none stated: nobody gives up."""
    return Ways(
        base.each("intents", lambda intent: intent.pop("patience", None)),
        base.each("intents", lambda intent: intent.update(patience=fixed(1e6))),
        base.each("intents", lambda intent: intent.update(patience=fixed(10.0))),
    )


@same_run()
def test_a_boost_for_those_who_come_back_needs_somebody_who_does(base: Written) -> Ways:
    """A priority boost for who comes back changes nothing where nobody comes back."""
    base = base.put("returns", {"max_contacts": 1})
    boosted = base.put("returns.priority_boost", 5)
    return Ways(base, boosted, boosted.put("returns.max_contacts", 3).put("returns.repeat", CERTAIN))


# --- durations -------------------------------------------------------------------------------------------------------


@same_run()
def test_hold_in_no_contact_is_no_hold(base: Written) -> Ways:
    """A share of hold of 0 is no hold."""
    held = base.steps(lambda step: step.update(hold=fixed(30.0), hold_share=0.0))
    none = base.steps(lambda step: (step.pop("hold", None), step.pop("hold_share", None)))
    return Ways(none, held, held.steps(lambda step: step.update(hold_share=1.0)))


@same_run()
def test_hold_and_wrap_up_of_no_length_are_none(base: Written) -> Ways:
    """Hold and wrap-up of no length are none."""
    none = base.steps(lambda step: [step.pop(name, None) for name in ("hold", "hold_share", "wrap_up")])
    return Ways(
        none,
        none.steps(lambda step: step.update(hold=fixed(0.0), wrap_up=fixed(0.0))),
        none.steps(lambda step: step.update(wrap_up=fixed(30.0))),
    )


@same_run()
def test_a_slowdown_of_one_is_none(base: Written) -> Ways:
    """A slowdown of 1 whatever the load is none."""
    base = _chat(base, slots=3)
    return Ways(
        base.put("channels.chat.slowdown", []),
        base.put("channels.chat.slowdown", [1.0, 1.0, 1.0]),
        base.put("channels.chat.slowdown", [1.0, 1.5]),
    )


def _chat(base: Written, slots: int) -> Written:
    """Every intent comes by chat, and every agent has so many slots."""
    base = base.each("intents", lambda intent: intent.update(channel="chat"))
    return base.each("staff.groups", lambda group: group.update(slots=slots))


# --- things nobody uses ----------------------------------------------------------------------------------------------


@same_run()
def test_a_queue_nobody_comes_to_changes_nothing(base: Written) -> Ways:
    """A queue that nobody comes to changes nothing."""
    spare = base.put("queues.spare", {"tier": 1, "skills": ["skill_1"], "priority": 9, "capacity": 0})
    return Ways(base, spare, spare.put("intents.intent_0.path", {"spare": TWO_STEPS}))


@same_run()
def test_a_skill_nobody_asks_for_changes_nothing(base: Written) -> Ways:
    """A skill that no queue asks for changes nothing, whatever the proficiency."""
    return Ways(
        base,
        base.each("staff.groups", lambda group: group["skills"].update(juggling=3.0)),
        base.each("staff.groups", lambda group: group["skills"].update(skill_0=3.0)),
    )


OTHERS: dict[str, Any] = {"tier": 3, "skills": {"juggling": 1.0}, "count": 0}


@same_run()
def test_a_group_of_nobody_changes_nothing(base: Written) -> Ways:
    """A group of nobody changes nothing."""
    return Ways(
        base,
        base.put("staff.groups.aa_others", OTHERS),
        base.put("staff.groups.aa_others", {"tier": 1, "skills": {"skill_0": 1.0, "skill_1": 1.0}, "count": 2}),
    )


@same_run(streams=("legs", "contacts", "cases", "evaluations"))
def test_a_tier_nobody_reaches_changes_nothing(base: Written) -> Ways:
    """A tier that no path reaches, with its queue and its people, changes no customer."""
    people = {"tier": 3, "skills": {"juggling": 1.0}, "count": 4}
    more = base.put("queues.top", {"tier": 3, "skills": ["juggling"]}).put("staff.groups.zz_top", people)
    return Ways(base, more, more.put("intents.intent_0.path", {"top": TWO_STEPS}))


@same_run()
def test_an_intent_nobody_has_changes_nothing(base: Written) -> Ways:
    """An intent that nobody has (0 an hour) changes nothing where no signal is read."""
    base = base.put("routing", {"rule": "longest_idle"})
    rare = {"channel": "voice", "path": {"queue_1_0": TWO_STEPS}, "arrivals": {"kind": "constant", "per_hour": 0}}
    more = base.put("intents.rare", rare)
    return Ways(base, more, more.put("intents.rare.arrivals.per_hour", 60))


@same_run()
def test_a_segment_of_nobody_changes_nothing(base: Written) -> Ways:
    """A segment of share 0 changes nothing."""
    base = base.put("segments.vip.share", 0.25)
    rare = base.put("segments.zz_rare", {"share": 0.0, "priority": 9, "patience_factor": 0.1})
    other = rare.put("segments.zz_rare.share", 0.5).put("segments.vip.share", 0.0).put("segments.plain.share", 0.5)
    return Ways(base, rare, other)


@same_run()
def test_a_channel_nobody_uses_changes_nothing(base: Written) -> Ways:
    """A channel that no intent uses changes nothing."""
    spare = base.put("channels.spare", {"takes": "slot", "slowdown": [2.0]})
    return Ways(base, spare, spare.put("intents.intent_0.channel", "spare"))


@same_run()
def test_a_shift_nobody_works_changes_nothing(base: Written) -> Ways:
    """A shift that nobody works changes nothing."""
    spare = base.put("staff.shifts.spare", {"start": "22:20", "end": "23:00"})
    return Ways(base, spare, spare.each("staff.groups", lambda group: group.update(shift="spare")))


@same_run()
def test_slots_change_nothing_where_every_contact_takes_the_whole_agent(base: Written) -> Ways:
    """Slots change nothing where every contact takes the whole agent."""
    voice = base.each("intents", lambda intent: intent.update(channel="voice"))
    one, many = (voice.each("staff.groups", lambda g, n=n: g.update(slots=n)) for n in (1, 4))
    return Ways(one, many, _chat(base, slots=4))


# --- signals ---------------------------------------------------------------------------------------------------------


@same_run(kind=Wide)
def test_a_refresh_after_the_end_is_no_refresh(base: Written) -> Ways:
    """Signals refreshed at the run's end are never refreshed."""
    base = base.put("routing", {"rule": "p_mu"}).put("quality.signals.oracle", False)
    base = base.put("calendar.max_drain", "10 min").put("calendar.length", "3 h").put("quality.evaluation.lag", "0 s")
    name = "quality.signals.refresh"
    return Ways(base.put(name, LATE), base.put(name, "11400 s"), base.put(name, "300 s"))


@same_run()
def test_settings_of_signals_change_nothing_where_no_rule_reads_signals(base: Written) -> Ways:
    """How signals begin and are refreshed changes nothing where no rule reads signals."""
    base = base.put("routing", {"rule": "longest_idle"})
    signals = {"refresh": "7 min", "oracle": True}
    other = base.put("quality.history.weeks", 3).put("quality.signals", signals)
    return Ways(base, other, other.put("routing.rule", "p_mu"))


@same_run()
def test_an_oracle_needs_no_measurements(base: Written) -> Ways:
    """Under the oracle neither the length of the pre-history nor the cadence of refreshes matters."""
    base = base.put("routing", {"rule": "p_mu"}).put("quality.signals.oracle", True)
    other = base.put("quality.history.weeks", 3).put("quality.signals.refresh", "5 min")
    return Ways(base, other, other.put("quality.signals.oracle", False).put("quality.history.weeks", 0))
