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
        "sim/metrics/columns/cells.py",
        "- self.first_interval\n        return np.clip",
        "- self.first_interval + 1\n        return np.clip",
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
        "leaders in two places",
        "one leader holds as many sessions at a time as there are agents",
        "sim/staff/windows.py",
        " & (self._leaders[at] < self._spec.leaders)",
        "",
        (f"{UNIT}coaching.py",),
    ),
    Mutant(
        "the first quarter hour for all",
        "a window is judged by its loosest quarter hour, not its tightest",
        "sim/staff/windows.py",
        "sliding_window_view(left, self.span).min(axis=1)",
        "sliding_window_view(left, self.span).max(axis=1)",
        (f"{UNIT}coaching.py",),
    ),
    Mutant(
        "a called-off window kept",
        "leader and place stay taken by a session that will not be",
        "sim/staff/windows.py",
        "self._mark(window, -1)",
        "self._mark(window, 0)",
        (f"{UNIT}coaching.py",),
    ),
    Mutant(
        "called off and gone",
        "a session that the floor manager calls off gets no other window",
        "sim/staff/coaching.py",
        "                self._close(session, SessionEnd.CALLED_OFF, why)\n                self._again(session)",
        "                self._close(session, SessionEnd.CALLED_OFF, why)",
        (f"{UNIT}coaching.py",),
    ),
    Mutant(
        "need before access",
        "coaching called fair that sends the same few to every session left",
        "sim/coaching/fair_access.py",
        "key=lambda one: known.had[one] > enough",
        "key=lambda one: False",
        ("tests/contracts/test_coaching_rules.py",),
    ),
    Mutant(
        "the process coached away",
        "persons are coached for a defect that everybody has",
        "sim/coaching/defect_clusters.py",
        "for agent in cluster.persons:",
        "for agent in cluster.agents:",
        ("tests/contracts/test_coaching_rules.py",),
    ),
)
