"""Differences in a leader's units: counted by hand from the rows of kpi.csv, with the assumption beside each."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.config.schema import Costs
from sim.experiment import card, comparison, effects, plan
from sim.experiment.plan import Plan, Question
from sim.report.page import write
from tests.unit import fake_results
from tests.unit.fake_centre import Loaded, Scenario
from tests.unit.test_card import shown

N = 6
WAVE = np.array([0.0, 3.0, -1.0, 2.0, -4.0, 1.0])
BASE = {
    "fcr_true": (700.0 + WAVE, 1000.0),
    "case_resolution": (800.0 + WAVE, 1000.0),
    "abandonment": (30.0 - WAVE, 900.0),
    "wait_all": (9000.0 + 60.0 * WAVE, 900.0),
    "utilisation": (36000.0 + 36.0 * WAVE, 72000.0),
    "total_cost": (500.0 + 0.0 * WAVE, 1.0),
    "cost_per_resolved_case": (500.0 + 0.0 * WAVE, 800.0),
}


def definition(name: str) -> Any:
    better = "higher" if name in ("fcr_true", "case_resolution") else "lower"
    kind = "mean" if name == "total_cost" else "ratio"
    return SimpleNamespace(name=name, title=name, kind=kind, better=better, unit="share")


def rows(arm: str, moved: dict[str, Any]) -> pd.DataFrame:
    parts = []
    for kpi, (top, bottom) in BASE.items():
        numerator = top + moved.get(kpi, 0.0)
        parts.append(
            pd.DataFrame({
                "arm": arm, "kpi": kpi, "replication": range(N), "numerator": numerator, "denominator": bottom,
                "value": numerator / bottom, "scope": "all", "interval": "total",
            })
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def asked(costs: Costs | None = None) -> Plan:
    scenario = Scenario(costs=costs or Costs(currency="EUR"))
    arms = {"a": Loaded(scenario=scenario), "b": Loaded(scenario=scenario)}
    question = Question(primary="fcr_true", guardrails={"abandonment": 0.01})
    return plan.of_arms(arms, question, N, 1, "made")  # type: ignore[arg-type]


def told(moved: dict[str, Any], costs: Costs | None = None) -> dict[str, Any]:
    made = asked(costs)
    kpis = pd.concat([rows("a", {}), rows("b", moved)], ignore_index=True)
    definitions = [definition(name) for name in BASE]
    table = comparison.table(kpis, ["a", "b"], made.question, definitions)
    (found,) = effects.added(card.cards(table, made, definitions), kpis, table, made)
    return found


def effect(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = (item for item in found["effects"] if item["name"] == name)
    return dict(one)


def test_more_cases_resolved_are_counted_and_stretched_to_a_month_of_21_days() -> None:
    gains = 10.0 + np.array([1.0, -1.0, 2.0, -2.0, 0.0, 0.0])
    one = effect(told({"fcr_true": gains}), "resolved_first")
    half = 21.0 * stats.t.ppf(0.975, N - 1) * gains.std(ddof=1) / np.sqrt(N)
    joint = 21.0 * stats.t.ppf(0.9875, N - 1) * gains.std(ddof=1) / np.sqrt(N)
    assert one["difference"] == pytest.approx(210.0)
    assert (one["low"], one["high"]) == pytest.approx((210.0 - half, 210.0 + half))
    assert (one["joint_low"], one["joint_high"]) == pytest.approx((210.0 - joint, 210.0 + joint))
    assert one["clear"]
    assert one["text"] == "about 210 more cases resolved at first contact a month (179 to 241)"
    assert (round(210.0 - half), round(210.0 + half)) == (179, 241)


def test_a_stated_month_replaces_the_21_days_and_the_assumption_says_which() -> None:
    found = told({"fcr_true": 10.0 + WAVE}, Costs(days_per_month=30.0))
    assert effect(found, "resolved_first")["difference"] == pytest.approx(30.0 * (10.0 + WAVE.mean()))
    assert "a month is 30 days like the simulated Monday (10 h)" in effect(found, "resolved_first")["assumption"]
    assert "no other kind of day" in found["month"]


def test_handling_hours_become_agents_at_the_minutes_an_agent_handles_of_a_paid_hour() -> None:
    """3,600 s less a day, 21 days, half of every paid hour handled, 160 paid hours a month."""
    one = effect(told({"utilisation": -3600.0}), "agents")
    busy = BASE["utilisation"][0].sum() / (N * 72000.0)
    assert one["difference"] == pytest.approx(-21.0 / busy / 160.0)
    assert "160 hours a month and handles 30 minutes of each" in one["assumption"]


def test_the_cost_of_a_resolved_case_becomes_money_at_todays_number_of_resolved_cases() -> None:
    one = effect(told({"cost_per_resolved_case": -8.0 + WAVE / 100.0}), "unit_cost")
    change = (-8.0 + WAVE.mean() / 100.0) / 800.0
    assert one["difference"] == pytest.approx(change * 21.0 * (800.0 + WAVE.mean()))
    assert one["text"].startswith("about 168.00 EUR less for as many resolved cases as today")
    assert "money is only saved where paid hours are cut" in one["assumption"]


def test_the_cost_is_set_against_todays_cases_also_where_the_arm_resolves_more() -> None:
    moved = {"cost_per_resolved_case": -8.0 + WAVE / 100.0}
    assert effect(told(moved), "unit_cost") == effect(told(moved | {"case_resolution": 50.0}), "unit_cost")


def test_seconds_waited_become_minutes() -> None:
    """600 s less a day are 10 minutes, 210 in 21 days."""
    one = effect(told({"wait_all": -600.0}), "waiting")
    assert one["difference"] == pytest.approx(-210.0)
    assert one["text"] == "about 210 fewer minutes that customers wait a month (210 to 210)"


def test_what_does_not_move_is_no_change_at_all_and_what_may_go_either_way_says_so() -> None:
    found = told({"abandonment": WAVE})
    assert effect(found, "resolved_first")["text"] == "no change at all: cases resolved at first contact"
    one = effect(found, "abandoned")
    assert not one["clear"]
    assert one["text"].startswith("no clear change: ")
    assert "fewer to" in one["text"]


def test_an_interval_of_five_points_is_never_stated_for_four_replications() -> None:
    said = effects.sentence("cases", "", {"difference": 12.0, "low": None, "high": None})
    assert said == "about 12 more cases a month (too few replications to be sure)"


def test_only_what_decides_has_a_joint_interval() -> None:
    found = told({"fcr_true": 10.0 + WAVE, "wait_all": WAVE})
    assert effect(found, "waiting")["joint_low"] is None
    assert effect(found, "abandoned")["joint_low"] is not None


@pytest.mark.parametrize(
    ("length", "warmup", "factor", "said"),
    [
        (17 * 3600.0, 0.0, 21.0, "21 working days like the simulated Monday (17 h)"),
        (24 * 3600.0, 7200.0, 21.0, "21 working days like the simulated Monday (22 h)"),
        (30 * 3600.0, 0.0, 10.5, "21 working days like the 2 simulated ones"),
        (7 * 86400.0, 0.0, 365.25 / 12 / 7, "30.4 calendar days like the 7 simulated ones"),
        (5 * 86400.0, 0.0, 4.2, "21 working days like the 5 simulated ones"),
        (35 * 86400.0, 7 * 86400.0, 365.25 / 12 / 28, "30.4 calendar days like the 28 simulated ones"),
    ],
)
def test_a_month_is_working_days_for_days_and_calendar_days_for_weeks(
    length: float, warmup: float, factor: float, said: str
) -> None:
    calendar = SimpleNamespace(length=length, warmup=warmup, start=datetime(2026, 3, 2, 8))
    month = effects.of_month(Scenario(calendar=calendar))  # type: ignore[arg-type]
    assert month.factor == pytest.approx(factor)
    assert said in month.said


def test_the_box_shows_the_month_with_its_assumptions() -> None:
    text = shown(told({"fcr_true": 10.0 + WAVE, "utilisation": -3600.0}))
    assert "more cases resolved at first contact a month" in text
    assert "a month is 21 working days" in text
    assert "not what peaks need" in text
    assert "jointly" in text


def test_the_page_shows_each_effect_with_what_it_rests_on_and_escapes_it(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "made")
    cards = json.loads((folder / "card.json").read_text())
    stored = told({"fcr_true": 10.0 + WAVE, "utilisation": -3600.0})
    cards[0] |= {name: stored[name] for name in ("effects", "in_words", "month")}
    cards[0]["effects"][0]["text"] = "about 7 more <b>cases</b>"
    (folder / "card.json").write_text(json.dumps(cards))
    page = write(folder).read_text()
    assert "about 7 more &lt;b&gt;cases&lt;/b&gt;" in page
    assert "handles 30 minutes of each" in page
    assert "a month is 21 working days like the simulated Monday" in page


def test_a_page_without_stored_effects_has_no_month(tmp_path: Path) -> None:
    assert "A month of" not in write(fake_results.write(tmp_path / "made")).read_text()
