"""The quality loop: what is measured, by whom, how late, and what signals make of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import pearsonr

from sim.config.load import Loaded, load
from sim.config.schema import Raters
from sim.errors import CcsimError, ModelError
from sim.model.journal import CONTACT, ContactEnd, Journal, LegEnd
from sim.quality import trust
from sim.quality.history import WEEK, faded
from sim.quality.measurement import matured
from sim.quality.raters import left_of_severity, mean_left
from sim.quality.shrink import Tally, shrink
from sim.quality.signals import Measured
from sim.report import trust as chart
from sim.simulate import _Replication, known, prepare, simulate
from tests.metrics.journals import journal as hand_made
from tests.relations.outcome import same
from tests.scenarios import Data, centre, exponential

Built = Callable[..., Loaded]
BY_QA = {"rule": "quality_tier", "params": {"signal": "qa", "overflow_after": "20 s", "min_count": 0}}
PERFECT = {"share": 1.0, "contact_sd": 0.0, "rater_sd": 0.0, "auto_fail": 0.0, "lag": "0 s"}
NARROW = {"resolution_sd": 0.1, "qa_sd": 2.0}  # nobody's score leaves the scale


def desk(evaluation: Data | None = None, signals: Data | None = None, **more: Any) -> Data:
    """Twelve agents, half of the calls of high risk; routed by QA scores, measured anew every ten minutes."""
    intents = {
        name: {
            "channel": "voice",
            "arrivals": {"kind": "constant", "per_hour": 100},
            "risk": risk,
            "difficulty_sd": 1.0,
            "path": {"front": {"talk": exponential(150), "resolution": share}},
        }
        for name, risk, share in (("bill", "low", 0.8), ("fault", "high", 0.5))
    }
    quality = {
        "truth": NARROW,
        "history": {"weeks": 4, "contacts_per_agent_week": 250.0},
        "evaluation": evaluation or {},
        "signals": {"refresh": "10 min", **(signals or {})},
        "survey": {"response": 0.5, "lag": "5 min"},
    }
    changes = {
        "calendar": {"start": "2026-03-02T08:00", "length": "4 h", "interval": "1 h", "max_drain": "2 h"},
        "intents": intents,
        "returns": {"repeat": {"probability": 0.6, "delay": exponential(1800)}},
        "staff": {"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 12}}},
        "quality": quality,
        "routing": BY_QA,
    }
    return centre(**{**changes, **more})


def signals_after(loaded: Loaded) -> tuple[Measured, Journal]:
    """The signals at the end of a run, and its journal's pieces."""
    one = _Replication(prepare(loaded), 1, 0, 1.0)
    pieces: list[Journal] = []
    one.run(pieces.append)
    assert isinstance(one.centre.signals, Measured)
    return one.centre.signals, pieces[-1]


# --- the loop and the truth ------------------------------------------------------------------------------------------


def test_evaluating_everything_without_error_or_delay_routes_exactly_as_the_truth_does(built: Built) -> None:
    measured, oracle, noisy = (
        simulate(built(desk(PERFECT)), 1, 0),
        simulate(built(desk(PERFECT, {"oracle": True})), 1, 0),
        simulate(built(desk({"per_agent_week": 1.25})), 1, 0),
    )
    assert same(measured, oracle)
    assert not np.array_equal(measured.legs["agent"], noisy.legs["agent"])


def test_measured_resolution_nears_its_oracle_as_the_memory_grows(built: Built) -> None:
    apart = []
    for weekly in (100.0, 1e5):
        data = desk()
        data["quality"]["history"] = {"weeks": 50, "contacts_per_agent_week": weekly}
        loaded = built(data)
        exact = known(loaded, 1, 0)[1]
        one = _Replication(prepare(loaded), 1, 0, 1.0)
        one._start()
        apart.append(np.abs(np.array(one.centre.signals.resolution) - exact.resolution).max())
    assert apart[1] < 1e-3 < apart[0]


NEUTRAL = {
    "raters without severity": ({"raters": {"count": 7, "severity_sd": 0.0, "calibrate_every": "1 w"}}, {}),
    "equal weights": ({"risk_weights": {"low": 3.0, "medium": 3.0, "high": 3.0}}, {}),
    "the same as a share": ({"share": 0.4}, {}),
    "a machine that is as people": (
        {"machine": {"share": 0.4, "noise_sd": 5.0, "agent_bias_sd": 0.0, "lag": "30 min"}},
        {},
    ),
    "signals that nobody reads": ({}, {"also": ["csat", "escalation"]}),
}
BITES = {
    "severe raters": ({"raters": {"severity_sd": 9.0}}, {}),
    "weights": ({"risk_weights": {"low": 0.0}}, {}),
    "a smaller share": ({"share": 0.2}, {}),
    "a biased machine": ({"machine": {"share": 0.4, "noise_sd": 5.0, "agent_bias_sd": 4.0, "lag": "30 min"}}, {}),
    "a half-life": ({}, {"half_life": "1 d"}),
}
EVALUATED = {"per_agent_week": 100.0, "lag": "30 min"}


@pytest.mark.parametrize("name", NEUTRAL)
def test_a_part_of_the_loop_that_has_no_effect_is_as_if_it_were_not_there(built: Built, name: str) -> None:
    evaluation, signals = NEUTRAL[name]
    without, within = (signals_after(built(desk(*p))) for p in ((EVALUATED,), (EVALUATED | evaluation, signals)))
    assert same(without[1], within[1])
    assert without[0].qa == within[0].qa and without[0].resolution == within[0].resolution


@pytest.mark.parametrize("name", BITES)
def test_a_part_of_the_loop_that_has_an_effect_changes_what_rules_see(built: Built, name: str) -> None:
    evaluation, signals = BITES[name]
    without, within = (signals_after(built(desk(*p))) for p in ((EVALUATED,), (EVALUATED | evaluation, signals)))
    assert without[0].qa != within[0].qa


# --- who is evaluated, and by whom -----------------------------------------------------------------------------------


def test_weights_by_risk_move_evaluations_and_keep_their_number(ran: Callable[..., Journal]) -> None:
    longer = {"calendar": {**desk()["calendar"], "length": "20 h"}}
    even, aimed = (
        ran(desk({"share": 0.2, **weights}, **longer)) for weights in ({}, {"risk_weights": {"low": 1.0, "high": 4.0}})
    )
    shares = [np.mean(journal.evaluations["intent"] == 1) for journal in (even, aimed)]
    volume = np.mean(even.contacts["intent"] == 1)  # more than half: faults come back more often
    assert shares[0] == pytest.approx(volume, abs=0.06)
    assert shares[1] == pytest.approx(4 * volume / (4 * volume + 1 - volume), abs=0.06)
    sizes = [len(journal.evaluations) for journal in (even, aimed)]
    assert sizes[1] == pytest.approx(sizes[0], rel=0.15)


def errors_of(journal: Journal) -> np.ndarray:
    kept = journal.evaluations[journal.evaluations["auto_fail"] == 0]
    return kept["score"] - kept["true_score"]


SEVERE = {**PERFECT, "contact_sd": 1.0}


def test_a_lasting_bias_is_one_number_a_rater(ran: Callable[..., Journal]) -> None:
    found = ran(desk({**SEVERE, "mean": 60.0, "raters": {"count": 4, "severity_sd": 5.0}}))
    errors, counts = np.unique(np.round(errors_of(found), 9), return_counts=True)
    assert len(errors) == 4 and counts.min() > 0.15 * counts.sum()


def test_an_agent_with_one_rater_has_one_error(ran: Callable[..., Journal]) -> None:
    raters = {"count": 3, "severity_sd": 5.0, "assigned": "agent"}
    found = ran(desk({**SEVERE, "mean": 60.0, "raters": raters}))
    errors = np.round(errors_of(found), 9)
    by_agent = {agent: set(errors[found.evaluations["agent"] == agent]) for agent in range(12)}
    assert all(len(one) == 1 for one in by_agent.values())
    assert len(set().union(*by_agent.values())) == 3


def test_a_machine_scores_in_minutes_and_keeps_its_mistakes_about_an_agent(ran: Callable[..., Journal]) -> None:
    machine = {"share": 1.0, "noise_sd": 0.0, "agent_bias_sd": 4.0, "lag": "10 min"}
    found = ran(desk({"mean": 50.0, "contact_sd": 1.0, "auto_fail": 0.0, "machine": machine}))
    assert np.ptp(found.evaluations["released"] - found.evaluations["at"]) < 1e-6
    assert found.evaluations["released"][0] - found.evaluations["at"][0] == pytest.approx(600.0)
    errors = np.round(errors_of(found), 9)
    assert len(set(errors)) == 12 and 1.0 < np.std(sorted(set(errors))) < 8.0


def test_a_calibration_session_halves_the_bias_and_it_drifts_back() -> None:
    spec = Raters(count=3, severity_sd=9.0, calibrate_every="4 w", drift="13 w")
    before, after = left_of_severity(spec, np.array([4 * WEEK - 1e-3, 4 * WEEK]))
    assert after == pytest.approx(0.5 * before, rel=1e-6)
    grid = np.linspace(0.0, 4 * WEEK, 20_001)[:-1]
    left = left_of_severity(spec, grid)
    assert (np.diff(left) > 0.0).all() and left.mean() == pytest.approx(mean_left(spec), rel=1e-3)
    assert left_of_severity(spec, grid + 8 * WEEK) == pytest.approx(left)
    assert mean_left(Raters()) == 1.0 and (left_of_severity(Raters(), grid) == 1.0).all()


@pytest.mark.parametrize(
    ("evaluation", "said"),
    [
        ({"risk_weights": {"low": 0.0, "medium": 0.0, "high": 0.0}}, "every weight is 0"),
        ({"machine": {}, "share": 0.5}, "a machine scores"),
    ],
)
def test_nonsense_about_evaluations_is_refused(built: Built, evaluation: Data, said: str) -> None:
    with pytest.raises(CcsimError, match=said):
        built(desk(evaluation))


# --- signals ---------------------------------------------------------------------------------------------------------


def test_a_rule_that_reads_a_signal_that_is_not_kept_is_told_the_key(built: Built) -> None:
    signals, _ = signals_after(built(desk()))
    with pytest.raises(ModelError, match=r"quality\.signals\.also: \[csat\]"):
        assert signals.csat_error


def test_survey_answers_become_a_signal_once_they_are_in(built: Built) -> None:
    signals, journal = signals_after(built(desk(signals={"also": ["csat"]})))
    told = journal.contacts[(journal.contacts["csat"] > 0) & (journal.contacts["agent"] >= 0)]
    last = 600.0 * (max(journal.states["end"].max(), told["ended"].max()) // 600.0)
    known_by_then = told[told["ended"] + 300.0 <= last]
    counts = np.bincount(known_by_then["agent"], minlength=12)
    assert 0 < len(known_by_then) < len(told) + 1
    assert np.array(signals.csat_count)[:, 0] == pytest.approx(counts, abs=2)
    means = np.bincount(known_by_then["agent"], known_by_then["csat"], minlength=12) / counts
    assert np.ptp(means) >= np.ptp(np.array(signals.csat)[:, 0])  # shrunk


def test_passed_on_contacts_become_a_signal_of_each_intent(built: Built) -> None:
    data = desk(signals={"also": ["escalation"]})
    data["queues"]["experts"] = {"tier": 2, "skills": ["more"]}
    data["staff"]["groups"]["experts"] = {"tier": 2, "skills": {"more": 1.0}, "count": 6}
    data["intents"]["fault"]["path"]["experts"] = {"talk": exponential(60), "resolution": 1.0}
    data["escalation"] = {"agent_notices": 0.8}
    signals, journal = signals_after(built(data))
    ended = journal.legs[(journal.legs["agent"] >= 0) & (journal.legs["tier"] == 1)]
    share = np.mean(ended["end"][ended["intent"] == 1] == LegEnd.ESCALATED)
    front = np.array(signals.escalation)[:12]
    assert 0.3 < share < 0.6
    assert front[:, 0].max() == 0.0 and front[:, 1].mean() == pytest.approx(share, abs=0.05)


def test_a_faded_observation_counts_half_after_its_half_life() -> None:
    tally = Tally.empty(2, 1)
    agents, column = np.array([0, 0, 1]), np.zeros(3, dtype=np.int64)
    tally.add(agents, column, np.array([1.0, 3.0, 5.0]))
    tally.fade(0.5)
    tally.add(np.array([0]), column[:1], np.array([9.0]))
    assert tally.count[:, 0].tolist() == [2.0, 0.5] and tally.total[0, 0] / tally.count[0, 0] == 5.5
    assert tally.worth()[:, 0] == pytest.approx([4.0 / 1.5, 1.0])  # (0.5 + 0.5 + 1)² / (0.25 + 0.25 + 1)


def test_observations_that_all_weigh_alike_are_shrunk_as_if_they_weighed_one() -> None:
    rng = np.random.default_rng(3)
    tally = Tally.empty(20, 1)
    agents = np.repeat(np.arange(20), 6)
    tally.add(agents, np.zeros(120, dtype=np.int64), 5.0 * rng.standard_normal(20)[agents] + rng.standard_normal(120))
    groups, prior = np.zeros(20, dtype=np.int64), np.zeros((20, 1))
    before = shrink(tally, groups, prior)
    tally.fade(0.125)
    after = shrink(tally, groups, prior)
    for one, other in zip(
        (before.mean, before.error, before.count), (after.mean, after.error, after.count), strict=True
    ):
        assert other == pytest.approx(one)


def test_pre_history_fades_as_observations_of_those_weeks_would() -> None:
    n, weeks, half_life = np.array([4000.0]), 8.0, 2 * WEEK
    weights = 0.5 ** (np.linspace(0.0, weeks, 4001)[1:] * WEEK / half_life)
    found = faded(n, weeks, half_life)
    assert found.sum[0] == pytest.approx(weights.sum(), rel=1e-3)
    assert found.squares[0] == pytest.approx((weights**2).sum(), rel=1e-3)
    assert found.worth[0] == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-3)
    assert all(part is n for part in faded(n, weeks, None))


def test_what_was_learnt_in_the_run_fades_while_it_goes_on(built: Built) -> None:
    kept, fading = (signals_after(built(desk(signals=how)))[0] for how in ({}, {"half_life": "10 min"}))
    assert kept.handle_tally.count.sum() > 12 * 4 * 200
    # a refresh every half-life: twice what one refresh brings, 200 calls and those that come back an hour
    assert 33 < fading.handle_tally.count.sum() < 2 * 300 / 6


def test_raters_of_the_pre_history_err_as_those_of_the_run_do(built: Built) -> None:
    apart = {}
    for assigned in ("contact", "agent"):
        raters = {"count": 2, "severity_sd": 8.0, "assigned": assigned}
        loaded = built(desk({**PERFECT, "share": 0.01, "raters": raters}))
        one = _Replication(prepare(loaded), 1, 0, 1.0)
        one._start()
        tally = one.centre.signals.qa_tally
        apart[assigned] = (tally.total / tally.count)[:, 0] - 85.0 - np.array(one.truth.qa)
    own, mixed = (np.unique(np.round(apart[assigned], 9)) for assigned in ("agent", "contact"))
    assert len(own) == 2 and len(mixed) == 12
    assert np.std(mixed) < np.std(own)  # ten evaluations by two raters lie between the two


# --- signals against the truth ---------------------------------------------------------------------------------------


def test_more_evaluations_rank_agents_better_and_a_lasting_bias_does_not_average_out() -> None:
    found = {}
    settings = {
        "few": [],
        "all": ["+quality.evaluation.machine={noise_sd: 8.7, agent_bias_sd: 0.0}"],
        "biased": ["+quality.evaluation.machine={noise_sd: 8.7, agent_bias_sd: 10.0}"],
    }
    for name, overrides in settings.items():
        loaded = load("quality_weeks", ["calendar.length='2 w'", *overrides])
        tables = [trust.summary(trust.against_truth(loaded, 1, k)).set_index("signal") for k in range(3)]
        found[name] = np.mean([table.loc["qa", ["rank_correlation", "slope"]].to_list() for table in tables], axis=0)
    assert found["all"][0] > max(0.85, found["few"][0] + 0.2)
    assert found["biased"][0] < found["all"][0] - 0.2
    assert found["few"][1] < 0.5
    assert found["all"][1] > 0.85
    assert found["biased"][1] < 0.4  # 25 / (25 + 100) in the long run


def test_a_contact_counts_at_the_end_of_its_window_whatever_came_of_it() -> None:
    """Back within the hour, at its end exactly too, as the KPI has it; a success and a failure are known together."""
    judged = np.zeros(4, CONTACT)
    judged["ended"] = 400.0
    judged["next_due"] = [500.0, 4000.0, 4000.5, np.nan]
    end, came_back = matured(judged, 3600.0)
    assert end.tolist() == [4000.0] * 4
    assert came_back.tolist() == [True, True, False, False]


def test_contacts_whose_window_ends_behind_the_run_are_not_set_against_the_truth() -> None:
    """Of a late contact the failure could be known and the success could not."""
    late = [
        {"case": number, "agent": 0, "end": ContactEnd.RESOLVED, "resolved": 1, "ended": ended}
        for number, ended in enumerate((100.0, 3600.0, 3600.5, 7000.0))
    ]
    agents, _, values = trust._outcomes(hand_made(contacts=late))
    assert (agents.size, values.tolist()) == (2, [1.0, 1.0])


def test_the_slope_of_truth_on_measurement_is_that_of_the_regression() -> None:
    loaded = load("quality_weeks", ["calendar.length='10 d'"])
    table = trust.against_truth(loaded, 1, 0)
    handle = table[table["signal"] == "handle_time"]
    row = trust.summary(handle).iloc[0]
    r = pearsonr(handle["truth"], handle["measured"]).statistic
    assert row["slope"] == pytest.approx(r * handle["truth"].std() / handle["measured"].std())
    assert row["agents"] == 27 and row["best_found"] > 0.6 and row["rank_correlation"] > 0.85


def test_the_chart_says_what_the_numbers_say_and_is_the_same_file_twice(tmp_path: Path) -> None:
    table = trust.against_truth(load("quality_weeks", ["calendar.length='9 d'"]), 1, 0)
    row = trust.summary(table).set_index("signal").loc["qa"]
    said = chart.finding(table[table["signal"] == "qa"], "qa")
    assert f"{100 * row['slope']:.0f}% of a measured difference" in said and f"{row['rank_correlation']:.2f}" in said
    one, two = (chart.write(table, "qa", tmp_path / name).read_bytes() for name in ("a.svg", "b.svg"))
    assert one == two and one.startswith(b"<?xml")
