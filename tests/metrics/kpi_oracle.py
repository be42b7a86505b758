"""Every KPI once more, in plain Python, one record at a time: slow, literal, sharing no code with `sim.metrics`.

The definitions are written down from the design's table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import isnan
from typing import Any

from scipy.stats import spearmanr

from sim.model.journal import AgentState, CaseEnd, ContactEnd, Journal, LegEnd, Moment, Origin
from tests.invariants.account import records

Key = tuple[str, str, str]  # scope, interval, kpi
Sums = dict[Key, list[float]]

DEFECTS = {"defect_information": 1, "defect_process": 2, "defect_compliance": 4, "defect_empathy": 8}


def recompute(journal: Journal) -> Sums:
    """Numerator and denominator of every KPI in every cell that any record touches."""
    return _Oracle(journal).run()


class _Oracle:
    def __init__(self, journal: Journal) -> None:
        self.lexicon = journal.lexicon
        self.legs = records(journal.legs)
        self.contacts = records(journal.contacts)
        self.cases = records(journal.cases)
        self.states = records(journal.states)
        self.evaluations = records(journal.evaluations)
        self.sessions = records(journal.sessions)
        self.conditions = records(journal.conditions)
        self.contact_of = {(c["case"], c["attempt"]): c for c in self.contacts}
        self.leg_of = {(leg["case"], leg["attempt"], leg["leg"]): leg for leg in self.legs}
        self.sums: Sums = defaultdict(lambda: [0.0, 0.0])
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.outcomes: dict[int, list[tuple[int, int]]] = defaultdict(list)  # agent: (intent, resolved)

    def run(self) -> Sums:
        for leg in self.legs:
            if self.inside(leg["entered"]):
                self.leg(leg)
        for contact in self.contacts:
            if self.inside(contact["started"]):
                self.contact(contact)
        for case in self.cases:
            if self.inside(case["born"]):
                self.case(case)
        for state in self.states:
            self.state(state)
        for evaluation in self.evaluations:
            self.evaluation(evaluation)
        for session in self.sessions:
            self.coaching(session)
        for condition in self.conditions:
            self.condition(condition)
        self.percentiles()
        self.costs()
        self.fairness()
        return self.sums

    # --- places ---------------------------------------------------------------------------------------------------

    def inside(self, moment: float) -> bool:
        return self.lexicon.warmup <= moment < self.lexicon.horizon

    def interval(self, moment: float) -> str:
        k = 0
        while (k + 1) * self.lexicon.interval <= moment:
            k += 1
        start = datetime.fromisoformat(self.lexicon.start) + timedelta(seconds=k * self.lexicon.interval)
        return start.isoformat()

    def caller(self, record: dict[str, Any]) -> list[str]:
        words = self.lexicon
        return [
            "all",
            f"channel:{words.channels[record['channel']]}",
            f"intent:{words.intents[record['intent']]}",
            f"segment:{words.segments[record['segment']]}",
        ]

    def add(self, kpi: str, scopes: list[str], num: float, den: float, when: float | None = None) -> None:
        for scope in scopes:
            intervals = ["total"] if when is None else ["total", self.interval(when)]
            for interval in intervals:
                cell = self.sums[scope, interval, kpi]
                cell[0] += num
                cell[1] += den

    # --- legs -----------------------------------------------------------------------------------------------------

    def leg(self, leg: dict[str, Any]) -> None:
        tiers = [f"tier:{leg['tier']}"]
        minutes = (leg["ended"] - leg["entered"]) / 60.0
        self.add("line", ["all", *tiers], minutes * self.lexicon.line_minute_cost, 0)
        if leg["queue"] < 0:
            self.session(leg)
        else:
            scopes = [*tiers, f"queue:{self.lexicon.queues[leg['queue']]}"]
            moves_on = leg["first_human"] and leg["end"] == LegEnd.OVERFLOWED
            if leg["first_human"] and not moves_on:
                scopes += self.caller(leg)
            if leg["agent"] >= 0:
                scopes.append(f"agent:{self.lexicon.agents[leg['agent']]}")
            self.visit(leg, scopes)
            if moves_on:
                self.stay(leg)

    def stay(self, first: dict[str, Any]) -> None:
        """To the caller an overflow ends nothing: one visit from the first queue to the end of the last."""
        last, scopes = first, self.caller(first)
        while last["end"] == LegEnd.OVERFLOWED:
            last = self.leg_of[last["case"], last["attempt"], last["leg"] + 1]
        self.visit({**last, "entered": first["entered"]}, scopes)
        self.add("overflow_rate", scopes, 1, 0, first["entered"])
        self.add("overflowed", scopes, 1, 0, first["entered"])

    def session(self, leg: dict[str, Any]) -> None:
        scopes, when = [*self.caller(leg), "tier:0"], leg["entered"]
        contained = leg["end"] == LegEnd.CONTAINED
        truly = contained and self.contact_of[leg["case"], leg["attempt"]]["resolved"] == 1
        self.add("containment", scopes, contained, 1, when)
        self.add("true_containment", scopes, truly, 1, when)
        self.add("handoff_rate", scopes, leg["end"] == LegEnd.HANDED_OFF, 1, when)
        self.add("bot_hang_up", scopes, leg["end"] == LegEnd.HUNG_UP, 1, when)
        self.add("bot_sessions", scopes, 1, 0, when)

    def visit(self, leg: dict[str, Any], scopes: list[str]) -> None:
        when, limit = leg["entered"], self.lexicon.answer_within
        answered = not isnan(leg["answered"])
        offered = leg["end"] != LegEnd.BLOCKED
        handled = answered and leg["end"] != LegEnd.UNFINISHED
        abandoned = leg["end"] == LegEnd.ABANDONED
        wait = (leg["answered"] if answered else leg["ended"]) - leg["entered"]
        good, quick_loss = answered and wait <= limit, abandoned and wait <= limit
        self.add("service_level", scopes, good, offered - quick_loss, when)
        self.add("sl_offered", scopes, good, offered, when)
        self.add("sl_good_abandon", scopes, good + quick_loss, offered, when)
        self.add("asa", scopes, wait if answered else 0.0, answered, when)
        self.add("wait_all", scopes, wait if offered else 0.0, offered, when)
        self.add("abandonment", scopes, abandoned, offered, when)
        self.add("blocking", scopes, not offered, 1, when)
        self.add("overflow_rate", scopes, leg["end"] == LegEnd.OVERFLOWED, offered, when)
        self.counts(leg["end"], scopes, when, {"offered": offered, "answered": answered, "handled": handled})
        if answered:
            for scope in scopes:
                self.waits[scope].append(wait)
        if handled:
            self.handled(leg, scopes)

    def counts(self, end: int, scopes: list[str], when: float, flags: dict[str, bool]) -> None:
        flags["abandoned"] = end == LegEnd.ABANDONED
        flags["blocked"] = end == LegEnd.BLOCKED
        flags["overflowed"] = end == LegEnd.OVERFLOWED
        flags["unfinished"] = end == LegEnd.UNFINISHED
        for kpi, flag in flags.items():
            self.add(kpi, scopes, flag, 0, when)

    def handled(self, leg: dict[str, Any], scopes: list[str]) -> None:
        when, line = leg["entered"], leg["ended"] - leg["answered"]
        self.add("aht", scopes, line + leg["wrap_up"], 1, when)
        self.add("talk_time", scopes, line - leg["hold"], 1, when)
        self.add("hold_time", scopes, leg["hold"], 1, when)
        self.add("wrap_up_time", scopes, leg["wrap_up"], 1, when)
        self.add("hold_share", scopes, leg["hold"], line + leg["wrap_up"], when)
        upward = leg["end"] in (LegEnd.ESCALATED, LegEnd.TO_SUPERVISOR)
        self.add("escalation_rate", scopes, upward, 1, when)
        self.add("supervisor_rate", scopes, leg["end"] == LegEnd.TO_SUPERVISOR, 1, when)

    def percentiles(self) -> None:
        for scope, waits in self.waits.items():
            for kpi, share in (("wait_p50", 0.5), ("wait_p90", 0.9)):
                self.sums[scope, "total", kpi] = [_quantile(sorted(waits), share), 1]

    # --- contacts ---------------------------------------------------------------------------------------------------

    def contact(self, contact: dict[str, Any]) -> None:
        scopes, when = self.caller(contact), contact["started"]
        if contact["agent"] >= 0:
            scopes.append(f"agent:{self.lexicon.agents[contact['agent']]}")
        handled = contact["agent"] >= 0 and contact["end"] != ContactEnd.UNFINISHED
        self.add("contacts", scopes, 1, 0, when)
        self.add("repeat_contacts", scopes, contact["origin"] == Origin.REPEAT, 0, when)
        self.add("retrials", scopes, contact["origin"] == Origin.RETRIAL, 0)
        self.add("unfinished_contacts", scopes, contact["end"] == ContactEnd.UNFINISHED, 0)
        contained = contact["end"] == ContactEnd.CONTAINED
        self.add("contained_share", scopes, contained, 1)
        self.add("contained_unhappy", scopes, contained and contact["satisfaction"] < 3.5, contained)
        self.add("served", scopes, handled or contact["end"] == ContactEnd.CONTAINED, 0)
        if handled:
            self.outcomes[contact["agent"]].append((contact["intent"], contact["resolved"]))
            self.add("resolution_rate", scopes, contact["resolved"], 1)
            self.add("transfer_rate", scopes, contact["transfers"], 1)
            self.add("defect_rate", scopes, contact["defects"] > 0, 1)
            for kpi, bit in DEFECTS.items():
                self.add(kpi, scopes, (contact["defects"] // bit) % 2, 1)
        if contact["end"] == ContactEnd.ABANDONED:
            self.add("retrial_rate", scopes, self.comes_back(contact), 1)
        self.survey(contact, scopes)

    def comes_back(self, contact: dict[str, Any]) -> bool:
        if (contact["case"], contact["attempt"] + 1) in self.contact_of:
            return True
        return any(c["case"] == contact["case"] and not isnan(c["due"]) for c in self.cases)

    def survey(self, contact: dict[str, Any], scopes: list[str]) -> None:
        if contact["csat"] > 0:
            self.add("csat", scopes, contact["csat"] in (4, 5), 1)
        if contact["nps"] >= 0:
            side = 100 if contact["nps"] >= 9 else -100 if contact["nps"] <= 6 else 0
            self.add("nps", scopes, side, 1)
        if contact["ces"] > 0:
            self.add("ces", scopes, contact["ces"], 1)
        if not isnan(contact["satisfaction"]):
            self.add("csat_everyone", scopes, contact["satisfaction"] >= 3.5, 1)
        felt = not isnan(contact["satisfaction"])
        self.add("survey_response", scopes, contact["csat"] > 0, felt)

    # --- cases ------------------------------------------------------------------------------------------------------

    def case(self, case: dict[str, Any]) -> None:
        mine = sorted((c for c in self.contacts if c["case"] == case["case"]), key=lambda c: c["attempt"])
        scopes = self.caller({**case, "channel": mine[0]["channel"]})
        due = not isnan(case["due"])
        resolved = not isnan(case["resolved_at"])
        first_over = mine[0]["end"] != ContactEnd.UNFINISHED
        if first_over and case["first_handled"]:
            again = not isnan(case["next_contact"])
            soon = again and case["next_contact"] - case["first_ended"] <= self.lexicon.repeat_window
            self.add("fcr_measured", scopes, not soon, 1)
        if first_over:
            self.add("fcr_true", scopes, case["first_resolved"], 1)
        repeats = sum(c["origin"] == Origin.REPEAT for c in mine)
        unserved = (ContactEnd.ABANDONED, ContactEnd.BLOCKED, ContactEnd.HUNG_UP)
        if due and mine[-1]["end"] not in unserved:
            repeats += 1
        self.add("repeat_rate", scopes, repeats, 1)
        self.add("contacts_per_case", scopes, len(mine) + due, 1)
        self.add("case_resolution", scopes, resolved, 1)
        self.add("given_up_rate", scopes, case["end"] == CaseEnd.GIVEN_UP, 1)
        if resolved:
            self.add("time_to_resolution", scopes, case["resolved_at"] - case["born"], 1)
        self.add("cases", scopes, 1, 0)
        self.add("resolved_cases", scopes, resolved, 0)
        self.add("cases_due_later", scopes, due, 0)

    # --- agents -----------------------------------------------------------------------------------------------------

    def state(self, state: dict[str, Any]) -> None:
        scopes = ["all", f"tier:{state['tier']}", f"agent:{self.lexicon.agents[state['agent']]}"]
        for start, end in self.slices(state["start"], state["end"]):
            self.slice(state, scopes, start, end - start)
        paid = state["end"] - max(state["start"], self.lexicon.warmup)
        if state["state"] != AgentState.OFF and paid > 0:
            rate = self.lexicon.agent_hourly_costs[state["agent"]]
            self.add("paid_hours", scopes, paid / 3600.0, 0)
            self.add("wages", scopes, paid / 3600.0 * rate, 0)

    def slices(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        start, end = max(start, self.lexicon.warmup), min(end, self.lexicon.horizon)
        k = 0
        while k * self.lexicon.interval < self.lexicon.horizon:
            left = max(start, k * self.lexicon.interval)
            right = min(end, (k + 1) * self.lexicon.interval)
            if right > left:
                yield left, right
            k += 1

    def slice(self, state: dict[str, Any], scopes: list[str], when: float, seconds: float) -> None:
        kind = AgentState(state["state"])
        handling = kind in (AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER)
        counted = handling or kind == AgentState.AVAILABLE
        present = counted or kind == AgentState.COACHING
        work = seconds if handling else 0.0
        self.add("occupancy", scopes, work, seconds if counted else 0.0, when)
        self.add("utilisation", scopes, work, seconds if kind != AgentState.OFF else 0.0, when)
        if state["scheduled"]:
            self.add("adherence", scopes, seconds if present else 0.0, seconds, when)
            self.add("absence_rate", scopes, seconds if kind == AgentState.OFF else 0.0, seconds, when)
        if state["load"] > 0:
            self.add("concurrency", scopes, seconds * state["load"], seconds, when)
        self.add("coaching_hours", scopes, seconds / 3600 if kind == AgentState.COACHING else 0.0, 0, when)

    def condition(self, condition: dict[str, Any]) -> None:
        """What is looked at lies before the look: one at the horizon counts, one at the end of the warm-up does not."""
        if not self.lexicon.warmup < condition["at"] <= self.lexicon.horizon:
            return
        agent = condition["agent"]
        scopes = ["all", f"tier:{self.lexicon.agent_tiers[agent]}", f"agent:{self.lexicon.agents[agent]}"]
        if condition["moment"] == Moment.LOOK:
            self.add("strain", scopes, condition["strain"] * condition["on_duty"], condition["on_duty"])
        self.add("attrition", scopes, condition["moment"] == Moment.LEFT, 0)

    def coaching(self, session: dict[str, Any]) -> None:
        if self.inside(session["due"]):
            scopes, when = ["all", f"tier:{session['tier']}"], session["due"]
            self.add("coaching_lost", scopes, session["end"] != 0, 1, when)
            self.add("coaching_cost", scopes, session["cost"], 0, when)

    def evaluation(self, evaluation: dict[str, Any]) -> None:
        contact = self.contact_of[evaluation["case"], evaluation["attempt"]]
        if not self.inside(contact["started"]):
            return
        agent = evaluation["agent"]
        tier, name = self.lexicon.agent_tiers[agent], self.lexicon.agents[agent]
        scopes = [*self.caller(contact), f"tier:{tier}", f"agent:{name}"]
        self.add("qa_score", scopes, evaluation["score"], 1)
        self.add("qa_score_true", scopes, evaluation["true_score"], 1)
        self.add("auto_fail_rate", scopes, evaluation["auto_fail"], 1)
        self.add("evaluations", scopes, 1, 0)

    # --- fairness ------------------------------------------------------------------------------------------------

    def fairness(self) -> None:
        found: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for tier in sorted(set(self.lexicon.agent_tiers)):
            agents = [k for k, own in enumerate(self.lexicon.agent_tiers) if own == tier]
            for kpi, (value, count) in self.of_tier(agents).items():
                self.sums[f"tier:{tier}", "total", kpi] = [value, 1]
                found[kpi].append((value, count))
        for kpi, values in found.items():
            mean = sum(value * count for value, count in values) / sum(count for _, count in values)
            self.sums["all", "total", kpi] = [mean, 1]

    def of_tier(self, agents: list[int]) -> dict[str, tuple[float, int]]:
        pairs = {k: self.sums.get((f"agent:{self.lexicon.agents[k]}", "total", "occupancy"), [0, 0]) for k in agents}
        busy = [work / base for work, base in pairs.values() if base]
        found: dict[str, tuple[float, int]] = {}
        if len(busy) > 1 and sum(busy):
            mean = sum(busy) / len(busy)
            apart = sum(abs(a - b) for a in busy for b in busy)
            spread = sum((a - mean) ** 2 for a in busy) / len(busy)
            found["occupancy_gini"] = apart / (2 * len(busy) ** 2 * mean), len(busy)
            found["occupancy_jain"] = 1 / (1 + spread / mean**2), len(busy)
        found |= self.coached(agents)
        active = [k for k in agents if self.outcomes[k]]
        if len(active) > 1:
            found |= self.burdens(active, pairs)
        return found

    def coached(self, agents: list[int]) -> dict[str, tuple[float, int]]:
        hours = {k: self.of_agent(k, "coaching_hours")[0] for k in agents if self.of_agent(k, "utilisation")[1]}
        values, total = list(hours.values()), sum(hours.values())
        if len(values) < 2 or not total:
            return {}
        apart = sum(abs(a - b) for a in values for b in values)
        return {
            "coaching_gini": (apart / (2 * len(values) * total), len(values)),
            "coaching_jain": (total**2 / (len(values) * sum(a * a for a in values)), len(values)),
        }

    def of_agent(self, agent: int, kpi: str) -> list[float]:
        return self.sums.get((f"agent:{self.lexicon.agents[agent]}", "total", kpi), [0.0, 0.0])

    def burdens(self, active: list[int], pairs: dict[int, list[float]]) -> dict[str, tuple[float, int]]:
        everything = [one for k in active for one in self.outcomes[k]]
        share = {
            intent: _mean([resolved for other, resolved in everything if other == intent]) for intent, _ in everything
        }
        usual = _mean([resolved for _, resolved in everything])
        hard = [sum(share[intent] < usual - 1e-12 for intent, _ in self.outcomes[k]) for k in active]
        found: dict[str, tuple[float, int]] = {}
        if sum(hard):
            tenth = -(-len(active) // 10)
            found["hard_contacts_top_tenth"] = sum(sorted(hard)[-tenth:]) / sum(hard), len(active)
        merit = {k: _mean([resolved - share[intent] for intent, resolved in self.outcomes[k]]) for k in active}
        coached = {k: self.of_agent(k, "coaching_hours")[0] for k in active}
        first = sorted(active, key=lambda k: -round(merit[k], 12))[: -(-len(active) // 5)]
        if sum(coached.values()):
            found["coaching_best_fifth"] = sum(coached[k] for k in first) / sum(coached.values()), len(active)
        ranked = sorted((k for k in active if pairs[k][1]), key=lambda k: -merit[k])
        fifth = -(-len(ranked) // 5)
        best, rest = ([sum(pairs[k][i] for k in part) for i in (0, 1)] for part in (ranked[:fifth], ranked[fifth:]))
        if rest[1]:
            found["best_fifth_occupancy_gap"] = 100 * (best[0] / best[1] - rest[0] / rest[1]), len(ranked)
        for kpi, source in (("qa_rank_correlation", "qa_score"), ("csat_rank_correlation", "csat")):
            means = {k: self.sums.get((f"agent:{self.lexicon.agents[k]}", "total", source)) for k in active}
            known = [k for k in active if means[k]]
            found |= _correlated(kpi, [means[k][0] / means[k][1] for k in known], [merit[k] for k in known])  # type: ignore[index]
        return found

    # --- money ------------------------------------------------------------------------------------------------------

    def costs(self) -> None:
        tiers = sorted({*self.lexicon.queue_tiers, *self.lexicon.agent_tiers})
        for scope in ["all", "tier:0", *(f"tier:{tier}" for tier in tiers)]:
            bot = self.num(scope, "bot_sessions") * self.lexicon.bot_session_cost
            cost = self.num(scope, "wages") + bot + self.num(scope, "line")
            base = {"all": "served", "tier:0": "bot_sessions"}.get(scope, "handled")
            self.sums[scope, "total", "total_cost"] = [cost, 0]
            self.sums[scope, "total", "cost_per_contact"] = [cost, self.num(scope, base)]
        cost, served = self.num("all", "total_cost"), self.num("all", "served")
        owed = self.num("all", "cases_due_later") * cost / served if served else 0.0
        self.sums["all", "total", "follow_up_cost"] = [owed, 0]
        resolved = self.num("all", "resolved_cases")
        self.sums["all", "total", "cost_per_resolved_case"] = [cost + owed, resolved]

    def num(self, scope: str, kpi: str) -> float:
        return self.sums[scope, "total", kpi][0] if (scope, "total", kpi) in self.sums else 0.0


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _correlated(kpi: str, left: list[float], right: list[float]) -> dict[str, tuple[float, int]]:
    if len(left) < 3 or len({round(x, 9) for x in left}) < 2 or len({round(x, 9) for x in right}) < 2:
        return {}
    return {kpi: (100 * float(spearmanr(left, [round(x, 12) for x in right]).statistic), len(left))}


def _quantile(values: list[float], share: float) -> float:
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] * (1 - (place - low)) + values[high] * (place - low)
