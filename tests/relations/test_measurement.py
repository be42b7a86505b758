"""Who measures changes only what is measured: surveys, raters, defects and thresholds touch no customer's path."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.metrics import kpis
from sim.model.journal import Journal
from tests.relations.outcome import same
from tests.relations.relation import Ways, Written, batches, partner, relation, same_run, written
from tests.scenarios import fixed

ANSWERS = ("csat", "nps", "ces")
OTHER_PATH = {"probability": 0.25, "delay": fixed(7.0)}


def _unread(base: Written) -> Written:
    """No rule reads signals, and customers come back: all that is measured is there, and moves nobody."""
    return base.put("routing", {"rule": "longest_idle"}).put("returns.max_contacts", 4)


@same_run(but={"contacts": ANSWERS})
def test_the_response_rate_changes_answers_alone(base: Written) -> Ways:
    """The survey's response rate changes the answers alone."""
    base = _unread(base)
    everybody = base.put("quality.survey", {"response": 1.0})
    return Ways(base, everybody, everybody.put("quality.survey.base", 3.0))


@same_run(but={"contacts": ANSWERS})
def test_a_survey_that_nobody_answers_changes_answers_alone(base: Written) -> Ways:
    """A survey that nobody answers (response 0) changes the answers alone: satisfaction is there all the same."""
    base = _unread(base)
    nobody = base.put("quality.survey", {"response": 0.0})
    return Ways(base, nobody, nobody.put("quality.truth.empathy_sd", 1.0))


@same_run(but={"contacts": ("satisfaction", *ANSWERS)})
def test_what_satisfies_changes_satisfaction_and_answers_alone(base: Written) -> Ways:
    """What makes customers content changes satisfaction and answers alone."""
    base = _unread(base)
    picky = base.put("quality.survey", {"base": 3.0, "unresolved": -2.0, "transfer": -1.0, "noise_sd": 0.1})
    picky = picky.put("quality.truth.empathy_sd", 0.5)
    return Ways(base, picky, picky.put("returns.retrial", OTHER_PATH))


@same_run(but={"contacts": ("defects",), "evaluations": ("found",)})
def test_defects_change_defects_alone(base: Written) -> Ways:
    """Shares of defects change defects alone."""
    base = _unread(base)
    sloppy = base.put("quality.defects", {"process": 0.5, "compliance": 0.2})
    return Ways(base, sloppy, sloppy.put("quality.survey", {"base": 3.0}))


@same_run(but={"contacts": ("defects",), "evaluations": ("found",)})
def test_shares_of_defects_of_zero_leave_no_defect(base: Written) -> Ways:
    """Shares of defects of 0 take away the defects and nothing else."""
    base = _unread(base)
    none = base.put("quality.defects", dict.fromkeys(("information", "process", "compliance", "empathy"), 0.0))
    return Ways(base, none, none.put("quality.truth.empathy_sd", 1.0))


@same_run(but={"evaluations": ("score",)})
def test_raters_change_the_measured_score_alone(base: Written) -> Ways:
    """How much raters err changes the measured score alone, not the true one."""
    base = _evaluated(base)
    erring = base.put("quality.evaluation.rater_sd", 20.0)
    return Ways(base, erring, erring.put("quality.evaluation.contact_sd", 1.0))


@same_run(but={"evaluations": ("score", "true_score")})
def test_how_agents_differ_in_qa_changes_scores_alone(base: Written) -> Ways:
    """How much agents differ in QA changes scores alone: who is evaluated stays."""
    base = _evaluated(base)
    differing = base.put("quality.truth.qa_sd", 15.0)
    return Ways(base, differing, differing.put("quality.evaluation.per_agent_week", 10.0))


@same_run(but={"evaluations": ("released",)})
def test_the_lag_of_evaluations_changes_their_release_alone(base: Written) -> Ways:
    """The lag of evaluations changes their release alone."""
    base = _evaluated(base)
    return Ways(base, base.put("quality.evaluation.lag", "1 h"), base.put("quality.evaluation.auto_fail", 0.5))


def _evaluated(base: Written) -> Written:
    return _unread(base).put("quality.evaluation", {"per_agent_week": 100.0})


@same_run(but={"cases": ("difficulty",)})
def test_difficulty_changes_nothing_where_every_outcome_is_certain(base: Written) -> Ways:
    """Difficulty changes nothing but itself where every contact is resolved for certain."""
    base = _unread(base).out("bot").each("intents", lambda intent: intent.pop("bot", None))
    certain = base.steps(lambda step: step.update(resolution=1.0))
    spread = certain.each("intents", lambda intent: intent.update(difficulty_sd=2.0))
    return Ways(certain, spread, spread.steps(lambda step: step.update(resolution=0.9)))


@same_run(streams=("legs", "contacts", "cases", "states"))
def test_how_many_are_evaluated_changes_evaluations_alone(base: Written) -> Ways:
    """How many contacts are evaluated changes no other record."""
    base = _unread(base)
    many = base.put("quality.evaluation", {"per_agent_week": 200.0})
    return Ways(base, many, many.put("returns.retrial", OTHER_PATH))


# --- samples in samples ----------------------------------------------------------------------------------------------


def _scores(journal: Journal) -> dict[tuple[int, int], float]:
    return {(int(one["case"]), int(one["attempt"])): float(one["score"]) for one in journal.evaluations}


@relation
@batches
def test_a_larger_sample_of_evaluations_contains_the_smaller_one(numbers: range) -> None:
    """A larger sample of evaluations contains the smaller one, with the same scores."""
    sizes = np.zeros(3, dtype=int)
    for number in numbers:
        base = _unread(written(number))
        runs = [base.put("quality.evaluation", {"per_agent_week": share}).run(number) for share in (25.0, 100.0, 250.0)]
        small, middle, large = map(_scores, runs)
        assert small.items() <= middle.items() <= large.items(), number
        sizes += [len(small), len(middle), len(large)]
    assert 10 < sizes[0] < sizes[1] < sizes[2]


def _answers(journal: Journal) -> dict[tuple[int, int], tuple[int, ...]]:
    told = journal.contacts[journal.contacts["csat"] > 0]
    return {(int(c["case"]), int(c["attempt"])): tuple(int(c[name]) for name in ANSWERS) for c in told}


@relation
@batches
def test_a_higher_response_rate_keeps_who_answered(numbers: range) -> None:
    """A higher response rate keeps everybody who answered, and what they said."""
    sizes = np.zeros(3, dtype=int)
    for number in numbers:
        base = _unread(written(number))
        runs = [base.put("quality.survey", {"response": share}).run(number) for share in (0.05, 0.5, 1.0)]
        few, half, everybody = map(_answers, runs)
        assert few.items() <= half.items() <= everybody.items(), number
        sizes += [len(few), len(half), len(everybody)]
    assert 10 < sizes[0] < sizes[1] < sizes[2]


@relation
@batches
def test_a_larger_share_of_defects_contains_the_smaller_one(numbers: range) -> None:
    """A larger share of defects marks every contact that the smaller one did."""
    marked = np.zeros(2, dtype=int)
    for number in numbers:
        base = _unread(written(number))
        few, many = (
            base.put("quality.defects", dict.fromkeys(("information", "empathy"), share))
            .run(number)
            .contacts["defects"]
            for share in (0.1, 0.3)
        )
        assert np.array_equal(few & many, few), number
        marked += [np.count_nonzero(few), np.count_nonzero(many)]
    assert 10 < marked[0] < marked[1]


# --- money -----------------------------------------------------------------------------------------------------------


def _kpis(base: Written, number: int) -> dict[tuple[str, str], tuple[float, float]]:
    table = kpis.table(base.run(number))
    rows = table[table["interval"] == "total"]
    keys = zip(rows["scope"].astype(str), rows["kpi"].astype(str), strict=True)
    return dict(zip(keys, zip(rows["numerator"], rows["denominator"], strict=True), strict=True))


COSTS = ("total_cost", "cost_per_contact", "cost_per_resolved_case", "follow_up_cost")


def _priced(base: Written, factor: float) -> Written:
    base = base.put("costs", {"bot_session": 0.7 * factor, "line_minute": 0.03 * factor})
    return base.each("staff.groups", lambda group: group.update(hourly_cost=26.0 * factor))


@relation
@batches
def test_twice_the_prices_are_exactly_twice_the_cost(numbers: range) -> None:
    """Twice every wage and price is exactly twice every cost KPI, and no other KPI moves."""
    doubled = 0
    for number in numbers:
        base = written(number)
        once, twice = (_kpis(_priced(base, factor), number) for factor in (1.0, 2.0))
        for (scope, kpi), (numerator, denominator) in once.items():
            factor = 2.0 if kpi in COSTS else 1.0
            np.testing.assert_equal(twice[scope, kpi], (factor * numerator, denominator), err_msg=f"{number} {kpi}")
            doubled += kpi in COSTS and numerator > 0.0
    assert doubled > 3 * len(numbers)


# --- answered within -------------------------------------------------------------------------------------------------


def _within(base: Written, number: int, within: str) -> dict[str, tuple[float, float]]:
    found = _kpis(base.put("measures", {"answer_within": within}), number)
    return {scope: value for (scope, kpi), value in found.items() if kpi == "service_level"}


@relation
@batches
def test_everybody_who_is_answered_is_answered_within_any_time(numbers: range) -> None:
    """Answered within a time beyond the run, service level is 1 where nobody is moved on and all is finished."""
    scopes = late = 0
    for number in numbers:
        base = written(number).put("calendar.max_drain", "200 h").out("staff.shifts")
        base = base.each("staff.groups", lambda group: group.pop("shift", None))
        base = base.each("queues", lambda queue: queue.pop("overflow", None))
        for answered, of in _within(base, number, "10000 h").values():
            assert answered == of, number
            scopes += of > 0
        late += sum(answered < of for answered, of in _within(base, number, "1 s").values())
    assert scopes > 3 * len(numbers) and late > len(numbers)


@relation
@batches
def test_more_time_to_answer_in_never_loses_an_answer(numbers: range) -> None:
    """More time to answer in never has fewer answered within it."""
    grown = 0
    for number in numbers:
        ladder = [_within(written(number), number, f"{within} s") for within in (0, 5, 20, 120, 900)]
        for scope in ladder[0]:
            answered = [float(rung[scope][0]) for rung in ladder]
            assert answered == sorted(answered), (number, scope)
            grown += answered[0] < answered[-1]
    assert grown > len(numbers)


# --- intervals -------------------------------------------------------------------------------------------------------


COUNTS = {definition.name for definition in kpis.definitions() if definition.unit == "count"}
Totals = dict[tuple[str, str], tuple[float, float]]


def _table(base: Written, number: int) -> Any:
    return kpis.table(base.run(number))


def _moved(ones: Totals, twos: Totals) -> list[tuple[str, str]]:
    """Scopes and KPIs whose totals differ: counts at all, sums of times by more than rounding."""
    assert ones.keys() == twos.keys()
    slack = {key: {"rtol": 0.0, "atol": 0.0} if key[1] in COUNTS else {"rtol": 1e-12, "atol": 1e-9} for key in ones}
    return [key for key, of in ones.items() if not np.allclose(of, twos[key], equal_nan=True, **slack[key])]


@relation
@batches
def test_the_length_of_intervals_leaves_totals(numbers: range) -> None:
    """Intervals of 15 or of 60 minutes leave every total as it is: counts exactly, sums of times but for rounding."""
    counted = 0
    for number in numbers:
        short, long = (_kpis(written(number).put("calendar.interval", f"{n} min"), number) for n in (15, 60))
        assert _moved(short, long) == [], number
        counted += sum(key[1] in COUNTS and values[0] > 0.0 for key, values in short.items())
    assert counted > 20 * len(numbers)


@partner
def test_a_quarter_of_an_hour_that_is_left_out_moves_totals() -> None:
    """The planted fault: the first interval is not measured."""
    base = written(0).put("calendar.interval", "15 min")
    whole, later = (_kpis(base.put("calendar.warmup", warmup), 0) for warmup in ("0 s", "15 min"))
    assert {("all", "offered"), ("all", "contacts"), ("all", "wait_all")} <= set(_moved(whole, later))


def _left_over(table: Any) -> Any:
    """By KPI that is counted by interval, at scope `all`: the total less the sum over intervals."""
    table = table[table["kpi"].isin(COUNTS) & (table["scope"] == "all")]
    total = table["interval"] == "total"
    by_interval = table[~total].groupby("kpi", observed=True)["numerator"].sum()
    return table[total].set_index("kpi")["numerator"].reindex(by_interval.index) - by_interval


@relation
@batches
def test_intervals_add_up_to_totals(numbers: range) -> None:
    """What is counted by interval adds up to the total, whatever the intervals."""
    counted = 0.0
    for number in numbers:
        for minutes in (15, 30, 60):
            table = _table(written(number).put("calendar.interval", f"{minutes} min"), number)
            left = _left_over(table)
            assert {"offered", "answered", "contacts"} <= set(left.index) and (left == 0.0).all(), (number, left)
            counted += table[table["interval"] == "total"]["numerator"].sum()
    assert counted > 100 * len(numbers)


@partner
def test_an_interval_that_is_lost_is_missed_in_the_sum() -> None:
    """The planted fault: one interval of the table is dropped; the last that anything was offered in."""
    table = _table(written(0).put("calendar.interval", "15 min"), 0)
    offered = table[(table["kpi"] == "offered") & (table["scope"] == "all") & (table["numerator"] > 0.0)]
    last = max(set(offered["interval"].astype(str)) - {"total"})
    assert _left_over(table[table["interval"].astype(str) != last])["offered"] > 0.0


@relation
@batches
def test_a_warm_up_is_a_filter(numbers: range) -> None:
    """A warm-up changes no record of the run, and no interval after it (sums of times but for rounding)."""
    left_out = 0.0
    for number in numbers:
        base = written(number).put("calendar.length", "2 h")
        cold, warm = base, base.put("calendar.warmup", "1 h")
        assert same(cold.run(number), warm.run(number))
        before, after = (_table(one, number) for one in (cold, warm))
        late = (after["interval"] != "total") & (after["interval"].astype(str) >= "2026-03-02T23:00")
        assert late.sum() > 100
        matched = before[before["interval"].isin(after[late]["interval"])]
        for column in ("numerator", "denominator"):
            np.testing.assert_allclose(matched[column], after[late][column], rtol=1e-12, atol=1e-9)
        left_out += _kpis(cold, number)["all", "offered"][0] - _kpis(warm, number)["all", "offered"][0]
    assert left_out > 10 * len(numbers)
