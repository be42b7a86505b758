"""Faults planted on purpose: each imitates a mistake that a contact-centre simulation is known to make.

A mutant is one edit: `old` must stand exactly once in `file`. Where it does not, the code has moved on and the mutant
has to be written anew; it is never skipped. Keep `old` short, so that it survives a rewrite of what stands around it.
"""

from __future__ import annotations

from typing import NamedTuple

UNIT = "tests/unit/test_"


class Mutant(NamedTuple):
    """One planted fault; `tests` are the files of the default suite that should notice, in the order they are run."""

    bug: str
    imitates: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "< for ≤",
        "who is answered at the threshold exactly is not within it",
        "sim/metrics/sums.py",
        "            if wait <= self.within",
        "            if wait < self.within",
        (f"{UNIT}metrics_visits.py",),
    ),
    Mutant(
        "wrap-up missing from occupancy",
        "a platform whose handle time ends with the talk",
        "sim/metrics/columns/agent_time.py",
        "HANDLING = (AgentState.BUSY, AgentState.WRAP_UP, ",
        "HANDLING = (AgentState.BUSY, ",
        (f"{UNIT}metrics_agents.py",),
    ),
    Mutant(
        "tie order reversed",
        "at one instant new customers come before those who return, and both before who gives up",
        "sim/model/clock.py",
        "= range(7, 11)",
        "= range(10, 6, -1)",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "denominator served for offered",
        "abandonment as a share of those answered",
        "sim/metrics/abandonment.py",
        "facts.visits.abandoned, facts.visits.offered",
        "facts.visits.abandoned, facts.visits.answered",
        (f"{UNIT}metrics_visits.py",),
    ),
    Mutant(
        "interval off by one",
        "what happens in an interval is reported in the next",
        "sim/metrics/sums.py",
        "max(index - self.first_interval, 0)",
        "max(index - self.first_interval + 1, 0)",
        (f"{UNIT}metrics_table.py", f"{UNIT}metrics_visits.py"),
    ),
    Mutant(
        "off-shift agent routed",
        "the list of idle agents forgets who has gone home or on a break",
        "sim/model/agent.py",
        "        if self._duty_state != AGENT_AVAILABLE:\n            return None\n",
        "",
        (f"{UNIT}agent.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "abandoned counted into ASA",
        "the average speed of answer of people who were never answered",
        "sim/metrics/waiting.py",
        "facts.visits.wait_answered, ",
        "facts.visits.wait_offered, ",
        (f"{UNIT}metrics_visits.py",),
    ),
    Mutant(
        "a uniform reused",
        "wrap-up drawn with the uniform of the talk: long talks get long wrap-ups",
        "sim/model/outcome.py",
        "quantile(contact._u_wrap_up)",
        "quantile(contact._u_talk)",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "retrial counted as repeat",
        "whoever calls back after hanging up passes for a failure of resolution",
        "sim/model/case.py",
        "ORIGIN_RETRIAL if kind == RETURN else ORIGIN_REPEAT",
        "ORIGIN_REPEAT",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "patience not scaled by segment",
        "every segment gives up alike",
        "sim/model/contact.py",
        " * self.segment.patience_factor",
        "",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "escalation skips a tier",
        "whatever goes up goes to the top at once",
        "sim/model/contact.py",
        "self.intent.steps[self.position + 1]",
        "self.intent.steps[-1]",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "warm handover does not hold the sender",
        "a warm transfer that costs the first agent nothing",
        "sim/model/contact.py",
        "            self._sender = Handover(agent, self._wrap_up)\n            agent.stay_on_line()\n",
        "            agent.let_go(self._wrap_up)\n",
        (f"{UNIT}flow.py",),
    ),
    Mutant(
        "priority sign flipped",
        "the important wait longest",
        "sim/model/contact.py",
        "self.level = queue.spec.priority + self.segment.priority",
        "self.level = -queue.spec.priority - self.segment.priority",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "overflow timer ignored",
        "nobody is ever moved to the other queue",
        "sim/model/contact.py",
        "        elif ticket == self._overflow_ticket:\n            self._overflow()\n",
        "",
        (f"{UNIT}flow.py",),
    ),
    Mutant(
        "false containment counted as resolved",
        "a bot that believes in itself",
        "sim/model/bot.py",
        "_contains(contact, False)",
        "_contains(contact, True)",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "cost per hour in the wrong unit",
        "an hourly wage paid by the minute",
        "sim/metrics/sums.py",
        "dtype=np.float64) / 3600.0",
        "dtype=np.float64) / 60.0",
        (f"{UNIT}metrics_agents.py",),
    ),
    Mutant(
        "warm-up not excluded",
        "the empty centre of the first hour counts",
        "sim/metrics/columns/cells.py",
        "(moment >= self.lexicon.warmup) & ",
        "",
        (f"{UNIT}metrics_table.py", f"{UNIT}metrics_visits.py"),
    ),
    Mutant(
        "slots off by one",
        "an agent of three chats takes four",
        "sim/model/agent.py",
        "if whole else self.used < self.slots",
        "if whole else self.used <= self.slots",
        (f"{UNIT}life_of_a_case.py", f"{UNIT}flow.py"),
    ),
    Mutant(
        "seed does not depend on the replication",
        "ten replications that are one, with an interval of no width",
        "sim/sampling/streams.py",
        '"{self.seed} {self.replication}"',
        '"{self.seed}"',
        (f"{UNIT}draws.py", f"{UNIT}births.py"),
    ),
    Mutant(
        "survey bias reversed",
        "the dissatisfied keep quiet although the scenario says that they answer, and the other way round",
        "sim/quality/survey.py",
        "self.log_odds + self.bias",
        "self.log_odds - self.bias",
        (f"{UNIT}survey.py",),
    ),
    Mutant(
        "shrinkage ignored",
        "an hour on duty costs an hour's wage",
        "sim/staff/people.py",
        "1.0 / (1.0 - staff.shrinkage)",
        "1.0",
        (f"{UNIT}people.py",),
    ),
    Mutant(
        "empirical-Bayes weight wrong",
        "an agent with one evaluation is believed as much as one with a hundred",
        "sim/quality/shrink.py",
        "np.divide(within, worth, out=",
        "np.divide(within, np.ones(worth.shape), out=",
        (f"{UNIT}shrink.py",),
    ),
    Mutant(
        "normal quantile for Student's",
        "intervals of five replications that are a third too narrow",
        "sim/experiment/estimate.py",
        "np.where(enough, n - 1, 1).astype(np.float64), probability)",
        "np.where(enough, 10**9, 1).astype(np.float64), probability)",
        (f"{UNIT}estimate.py", "tests/statistics/test_intervals.py"),
    ),
    Mutant(
        "Holm's steps forgotten",
        "nine looks at five per cent each",
        "sim/experiment/estimate.py",
        "np.arange(p.size, 0, -1) * p[order]",
        "p[order]",
        (f"{UNIT}estimate.py", f"{UNIT}compare.py", "tests/statistics/test_decisions.py"),
    ),
    Mutant(
        "strain without recovery",
        "a break that rests nobody",
        "sim/quality/strain.py",
        "return strain * exp(-seconds / spec.recovers), load, 0.0",
        "return strain, load, 0.0",
        (f"{UNIT}strain.py",),
    ),
    Mutant(
        "absence not drawn by the agent's own address",
        "a colleague more moves everybody's days of absence, so that arms do not share them",
        "sim/staff/absence.py",
        "self._draws.block(self._keys[agent], day, 0)[0] < chance",
        "self._draws.block(agent + len(self._keys), day, 0)[0] < chance",
        (f"{UNIT}absence.py",),
    ),
    Mutant(
        "the absent are paid",
        "an agent who stays at home costs and works as if on the floor",
        "sim/staff/absence.py",
        "return Coming.ABSENT if misses else Coming.COMES",
        "return Coming.COMES",
        (f"{UNIT}absence.py",),
    ),
    Mutant(
        "a seat that is never empty",
        "whoever leaves is replaced on the same day, for nothing",
        "sim/staff/attrition.py",
        "yield env.timeout(self._spec.refill)",
        "yield env.timeout(0.0)",
        (f"{UNIT}attrition.py",),
    ),
    Mutant(
        "a newcomer is known like the leaver",
        "signals of a seat outlive the person who held it",
        "sim/replication/measuring.py",
        "        self.signals.restart(agent)\n",
        "",
        (f"{UNIT}attrition.py",),
    ),
    Mutant(
        "coaching lasts for ever",
        "one session pays back for as long as the run goes on",
        "sim/quality/coached.py",
        "0.5 ** (np.maximum(age - lasts, 0.0) / half_life)",
        "0.5 ** (np.maximum(age - lasts, 0.0) / np.inf)",
        (f"{UNIT}coaching.py",),
    ),
    Mutant(
        "coaching time is not paid",
        "time off the floor that costs nothing",
        "sim/metrics/columns/agent_time.py",
        "for state in AgentState if state != AgentState.OFF)",
        "for state in AgentState if state not in (AgentState.OFF, AgentState.COACHING))",
        (f"{UNIT}metrics_agents.py", f"{UNIT}metrics_table.py"),
    ),
    Mutant(
        "a session that was never held teaches",
        "a booking counts as hours of coaching",
        "sim/staff/coaching.py",
        "        else:\n            self._windows.give_back(session.window)\n",
        "        else:\n            self._windows.give_back(session.window)\n"
        "            self._coached.taught(request.agent, request.intent, self._spec.session, now)\n",
        (f"{UNIT}coaching.py",),
    ),
    Mutant(
        "a critical item fails nothing",
        "a breach of compliance that costs its weight and no more",
        "sim/quality/scorecard.py",
        "failed |= seen and item.critical",
        "failed |= False",
        (f"{UNIT}scorecard.py",),
    ),
    Mutant(
        "an outage hands nobody over",
        "all whom the bot was talking to hang up when it fails",
        "sim/model/bot.py",
        "    if trigger < tier.hang_up:\n        contact._bot_end, contact._initiator = LEG_HUNG_UP, BY_OUTAGE",
        "    if trigger < 2.0:\n        contact._bot_end, contact._initiator = LEG_HUNG_UP, BY_OUTAGE",
        (f"{UNIT}flow.py", f"{UNIT}bot_review.py"),
    ),
    Mutant(
        "articles that never age",
        "what was once written down holds for ever",
        "sim/quality/knowledge.py",
        "freshness *= 0.5 ** ((now - since) / self._spec.half_life)",
        "freshness *= 1.0",
        (f"{UNIT}knowledge.py",),
    ),
    Mutant(
        "a damaged shard is read",
        "results of a torn or altered file pass for what was measured",
        "sim/experiment/store/seal.py",
        "if hashlib.sha256(blank).hexdigest().encode() != found[1]:",
        "if False:",
        (f"{UNIT}shards.py",),
    ),
    Mutant(
        "a new hire who never learns",
        "experience that closes no gap",
        "sim/quality/learning.py",
        "return exp(-tenure / spec.time_constant)",
        "return 1.0",
        (f"{UNIT}tenure.py",),
    ),
)
