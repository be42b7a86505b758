"""Reports and mends at their edges: tables that lack something, arms that lack a curve, files wrong in rare ways.

Each test takes something away from a small result folder, or writes one rare mistake into the good scenario of
`tests/hostile/table.py`, and reads what is drawn or said in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from sim.config import plain, schema
from sim.config.document import Place
from sim.config.load import load
from sim.errors import Problem, ScenarioError
from sim.report import canvas, content, day, figures, forest, formats, frontier, payback_section, stored, surface, words
from sim.report.canvas import Sheet
from sim.report.figures import Findings
from sim.report.payback import Payback
from sim.report.tables import Course, Gap, Stage
from tests.hostile.table import GOOD, TABLES
from tests.unit import fake_results, test_frontier
from tests.unit.test_report_page import small

SHARE = formats.scale("share", 0.5)
CLEAR = Gap(0.02, 0.01, 0.03, 0.5, 0.52)
UNDEFINED = Gap(np.nan, np.nan, np.nan, np.nan, np.nan)
Kept = Callable[[pd.DataFrame], Any]


def gathered(place: Path, kept: Kept | None = None, without: tuple[str, ...] = (), **changes: object) -> Findings:
    """A small folder's findings; `kept` chooses rows of the KPIs, `without` KPIs are not defined in the manifest."""
    whole = stored.read(fake_results.write(place / "f", small(**changes)))
    rows = whole.kpi if kept is None else whole.kpi[kept(whole.kpi)]
    kpis = {name: kpi for name, kpi in whole.kpis.items() if name not in without}
    return figures.gather(replace(whole, kpi=rows, kpis=kpis))


def undecided(found: Findings) -> Findings:
    """The same where the experiment named no primary KPI."""
    manifest = {key: value for key, value in found.stored.manifest.items() if key != "primary"}
    return replace(found, stored=replace(found.stored, manifest=manifest))


def drawn(sheet: Sheet) -> list[str]:
    return [text.get_text() for text in sheet.figure.findobj(Text) if text.get_text()]


def bare(text: str) -> str:
    """Without the marks that isolate labels."""
    return text.replace("\u2068", "").replace("\u2069", "")


# --- charts of tables that lack something ----------------------------------------------------------------------------


def test_a_primary_that_is_not_defined_has_no_strip_and_is_said_and_drawn_so(tmp_path: Path) -> None:
    found = gathered(tmp_path, primary="fcr_measured")
    assert figures.strip(found, found.stored.others[0], 1) is None
    chart = figures.differences(found)
    assert chart is not None
    assert "First-contact resolution (measured) is not defined in this run" in chart.finding
    for width in (canvas.WIDE, canvas.NARROW):
        assert formats.NOT_DEFINED in drawn(chart.draw(width))


def test_without_intents_and_segments_nobody_gains_or_pays(tmp_path: Path) -> None:
    assert figures.gains(gathered(tmp_path, intents={}, segments={})) is None


def test_without_intervals_there_is_no_chart_of_the_day(tmp_path: Path) -> None:
    found = gathered(tmp_path, intervals=0)
    assert figures.through_the_day(found) is None
    assert figures.occupancy(found) is None
    assert {"through-the-day", "occupancy-by-tier"}.isdisjoint(chart.name for chart in figures.charts(found))


def test_without_occupancy_there_is_no_chart_of_it(tmp_path: Path) -> None:
    assert figures.occupancy(gathered(tmp_path, without=("occupancy", "utilisation"))) is None


def test_a_day_without_waits_shows_the_service_level_alone(tmp_path: Path) -> None:
    chart = figures.through_the_day(gathered(tmp_path, without=("asa", "wait", "abandonment")))
    assert chart is not None
    assert "of Service level (20 s)." in chart.alternative
    assert len(chart.draw(canvas.WIDE).figure.axes) == 1


@pytest.mark.parametrize("missing", ["every arm", "the baseline"])
def test_without_flows_to_compare_with_there_is_no_flow(tmp_path: Path, missing: str) -> None:
    found = gathered(tmp_path)
    rows = found.stored.flows
    kept = rows[rows["arm"] != "longest_idle"] if missing == "the baseline" else rows[:0]
    assert figures.flows(found) is not None
    assert figures.flows(replace(found, stored=replace(found.stored, flows=kept))) is None


def test_of_many_groups_only_both_ends_are_shown() -> None:
    names = [f"i{k:02d}" for k in range(45)]
    column = {name: Gap(k / 100, 0.0, 1.0, 0.5, 0.5) for k, name in enumerate(names)}
    assert figures._sorted_members([column]) == [*names[:24:-1], *names[19::-1]]


def test_without_a_primary_the_finding_counts_what_clearly_differs(tmp_path: Path) -> None:
    found = undecided(gathered(tmp_path))
    (arm,) = found.stored.others
    gaps = found.gaps[arm.name]
    clear = sum(gap.low > 0 or gap.high < 0 for gap in gaps.values())
    said = bare(figures._forest_finding(found, arm))
    assert 1 < clear < len(gaps)
    assert said == f"Quality-informed routing: {clear} KPIs of {len(gaps)} clearly differ"


def test_an_arm_whose_baseline_has_no_day_is_drawn_alone(tmp_path: Path) -> None:
    chart = figures.through_the_day(
        gathered(tmp_path, lambda rows: (rows["arm"] != "longest_idle") | (rows["interval"] == "total"))
    )
    assert chart is not None
    assert chart.finding == "Service level (20 s) through the day."
    for axes in chart.draw(canvas.WIDE).figure.axes:
        assert len(axes.collections) == 1  # one band: of the arm that has a day


def test_a_tier_without_totals_is_shown_without_a_level(tmp_path: Path) -> None:
    found = gathered(
        tmp_path,
        lambda rows: (rows["scope"] != "tier:1") | (rows["interval"] != "total"),
        arms={"today": "Today"},
        kind="run",
    )
    chart = figures.occupancy(found)
    assert chart is not None
    assert chart.finding == "Occupancy by tier."
    assert "Whole day" not in chart.alternative


def test_a_row_without_a_difference_says_so_beside_one_that_has_it() -> None:
    panel = forest.Panel("SHARES", SHARE, (forest.Row("Solved", "", (CLEAR, None, UNDEFINED), "higher"),))
    sheet = forest.draw([panel], [canvas.look(k, f"arm {k}") for k in range(3)], "", canvas.WIDE)
    assert drawn(sheet).count(formats.NOT_DEFINED) == 2
    assert forest.written(CLEAR, SHARE) in drawn(sheet)
    assert forest.written(UNDEFINED, SHARE) == formats.NOT_DEFINED


def test_a_forest_of_no_arms_has_its_labels_and_no_key() -> None:
    panel = forest.Panel("SHARES", SHARE, (forest.Row("Solved", "", (), "higher"),))
    sheet = forest.draw([panel], [], "", canvas.WIDE)
    assert {"SHARES", "Solved"} <= set(drawn(sheet))
    assert len(sheet.figure.axes[0].lines) == 1  # zero alone


def test_an_arm_without_a_course_leaves_the_limits_to_the_others() -> None:
    hours, mean = np.array([8.0, 9.0]), np.array([10.0, 20.0])
    course = Course(hours, mean[None, :], mean, np.zeros(2))
    panel = day.Panel("Wait", "", formats.scale("s", 20.0), (None, course))
    assert day._limits([panel]) == pytest.approx((0.0, 21.6))
    (axes,) = day.draw([panel], [canvas.look(0, "none"), canvas.look(1, "some")], "", canvas.WIDE).figure.axes
    assert len(axes.collections) == 1


def test_no_words_take_no_room() -> None:
    assert canvas.text_width("") == 0.0 < canvas.text_width("i")


# --- the page's words ------------------------------------------------------------------------------------------------


def test_a_finding_of_nothing_defined_says_so() -> None:
    for gap in (None, UNDEFINED):
        assert words.forest("B", "FCR", gap, SHARE, ["holds"]) == "B: FCR is not defined in this run"


def test_a_flow_that_begins_nowhere_has_no_rates() -> None:
    assert words.flow_alone([], {}) == "Where contacts go"
    assert words.flow_alone([Stage("tier 1", {"resolved": 5.0}, np.full(5, 5.0))], {}) == "Where contacts go"


def test_a_stage_that_the_baseline_has_not_is_not_compared() -> None:
    arrival = Stage("arrival", {"tier 1": 100.0}, np.full(6, 100.0))
    tier = Stage("tier 2", {"resolved": 50.0}, np.full(6, 50.0))
    said = words.flow("B", [arrival, tier], [arrival], {"tier 2": "tier 2"}, 0.95)
    assert said == "B: no clear difference in where contacts go"


def test_the_command_of_a_run_that_stopped_by_a_rule_says_the_rule(tmp_path: Path) -> None:
    found = gathered(tmp_path)
    rule = {"budget": 60, "first": 10, "half_width": None}
    stopped = replace(found, stored=replace(found.stored, cards=({"stopping": {"rule": rule}},)))
    said = content.command(stopped)
    assert "stopping.max_replications=60 stopping.first=10 seed=" in said
    assert "half_width" not in said and " replications=" not in said


def test_without_a_primary_no_group_is_named(tmp_path: Path) -> None:
    found = gathered(tmp_path, effects={"quality": {"fcr_true": 0.2}}, noise=0.01)
    (arm,) = found.stored.others
    assert any(list(content._groups(found, arm, good)) for good in (True, False))
    assert not any(list(content._groups(undecided(found), arm, good)) for good in (True, False))


def test_a_level_or_a_difference_that_is_not_there_is_not_defined(tmp_path: Path) -> None:
    found = gathered(tmp_path)
    kpi = found.stored.kpis["aht"]
    assert content._moved(found, kpi, None).text == formats.NOT_DEFINED
    assert content._level(replace(found, levels={}), found.stored.baseline, kpi).text == formats.NOT_DEFINED
    assert content._level(found, found.stored.baseline, kpi).text != formats.NOT_DEFINED


# --- frontier, pay-back, sweep ---------------------------------------------------------------------------------------


def test_without_a_wait_there_is_no_frontier(tmp_path: Path) -> None:
    found = test_frontier.found(tmp_path, test_frontier.ARMS)
    kpis = {name: kpi for name, kpi in found.stored.kpis.items() if name != "asa"}
    assert frontier.frontier(replace(found, stored=replace(found.stored, kpis=kpis))) is None


def test_without_a_cost_all_marks_are_of_one_size_and_none_is_called_dearer(tmp_path: Path) -> None:
    found = test_frontier.found(tmp_path, test_frontier.ARMS)
    kpis = {name: kpi for name, kpi in found.stored.kpis.items() if name != "cost_per_resolved_case"}
    chart = frontier.frontier(replace(found, stored=replace(found.stored, kpis=kpis)))
    whole = frontier.frontier(found)
    assert chart is not None and whole is not None
    assert "The larger the mark" in whole.note and "The larger the mark" not in chart.note
    arms = [found.stored.baseline, *found.stored.others]
    assert len(set(frontier._sizes(found, arms, None))) == 1


def paid(arm: str, saving: float) -> Payback:
    """50 spent on the first of five days, so much saved on each, in two replications."""
    days = np.arange(1.0, 6.0)
    return Payback(arm, days, np.full((2, 5), 50.0), np.tile(saving * days, (2, 1)), 1.0, np.ones(2))


@pytest.mark.parametrize(
    ("savings", "said"),
    [
        ((20.0, 30.0), "Coaching pays for itself in every arm within 5 days"),
        ((1.0, 2.0), "Coaching does not pay for itself in agents’ time in any arm within 5 days"),
        ((1.0, 20.0), "Coaching pays for itself within 5 days in 1 of 2 arms"),
    ],
)
def test_pay_back_of_several_arms_is_told_in_one_sentence(savings: tuple[float, float], said: str) -> None:
    assert payback_section._finding([paid(f"arm {k}", saving) for k, saving in enumerate(savings)]) == said


def test_only_the_lowest_panel_of_several_arms_names_the_days() -> None:
    looks = [canvas.look(1, "Meek"), canvas.look(2, "Bold")]
    sheet = payback_section.draw([paid("a", 1.0), paid("b", 20.0)], looks, ("", "USD"), 0.95, canvas.WIDE)
    assert [axes.get_xlabel() for axes in sheet.figure.axes] == ["", "days"]
    assert {"Meek", "Bold", "paid back after 3 days"} <= set(drawn(sheet))


def ticks(typed: list[str], width: float) -> list[str]:
    """What stands under the response curve over these values."""
    table = pd.DataFrame({name: np.linspace(0.4, 0.6, len(typed)) for name in ("sl", "sl_low", "sl_high")})
    responses = [surface.Response("sl", "Service level", "higher", SHARE)]
    (chart,) = surface.charts(table, [surface.axis("over", typed)], responses)
    sheet = chart.draw(width)
    with canvas.quiet():
        sheet.figure.canvas.draw()
    (axes,) = sheet.figure.axes
    low, high = axes.get_xlim()
    shown = sorted((at, text.get_text()) for at, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True))
    return [said for at, said in shown if low <= at <= high]


def test_words_of_a_sweep_stand_under_their_points() -> None:
    assert ticks(["p_mu", "longest_idle", "c_mu"], canvas.WIDE) == ["p_mu", "longest_idle", "c_mu"]


@pytest.mark.parametrize(("width", "most"), [(canvas.WIDE, 7), (canvas.NARROW, 5)])
def test_many_values_of_a_sweep_share_a_few_round_ticks(width: float, most: int) -> None:
    shown = ticks([str(k + 0.5) for k in range(40)], width)
    assert 2 <= len(shown) <= most
    assert all(float(one) % 5 == 0 for one in shown)


# --- rare mistakes in a scenario -------------------------------------------------------------------------------------


def problems(place: Path, old: str, new: str) -> list[Problem]:
    """What is said of the good scenario with this edit."""
    for name, text in TABLES.items():
        (place / name).write_text(text, encoding="utf-8")
    assert old in GOOD
    (place / "demo.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(str(place / "demo.yaml"))
    return list(caught.value.problems)


def of_quality(place: Path, section: str) -> Problem:
    (one,) = problems(place, "queues:\n", f"quality: {section}\nqueues:\n")
    return one


CLUSTER = "{{defects: {{clusters: [{{intent: {}, category: process, share: 0.1, since: 2 h, until: {}}}]}}}}"


@pytest.mark.parametrize(
    ("section", "place", "value", "rule", "mend"),
    [
        (
            "{evaluation: {auto_fail: 0.1, scorecard: {tone: {checks: empathy}}}}",
            "quality.evaluation.auto_fail", 0.1, "fail by its critical items, not at random", "make an item critical",
        ),
        (
            "{evaluation: {scorecard: {tone: {checks: empathy, weight: 0}}}}",
            "quality.evaluation.scorecard", None, "no evaluation could score", "give an item a weight",
        ),
        (
            "{evaluation: {scorecard: {craft: {checks: skill, critical: true}}}}",
            "quality.evaluation.scorecard.craft.critical", True, "only a defect can be critical", "category of defects",
        ),
        (
            CLUSTER.format("biling", "3 h"),
            "quality.defects.clusters[0].intent", "biling", "no intent", "did you mean 'billing'",
        ),
        (
            CLUSTER.format("billing", "2 h"),
            "quality.defects.clusters[0].until", 7200.0, "ends after it begins", "make it longer than `since`",
        ),
        (
            "{evaluation: {scorecard: {craft: {checks: skill, critical: [1]}}}}",
            "quality.evaluation.scorecard.craft.critical", None, "true or false belongs here", "without quotes",
        ),
        (
            "{evaluation: {scorecard: {" + ", ".join(f"i{k}: {{checks: skill}}" for k in range(17)) + "}}}",
            "quality.evaluation.scorecard", None, "at most 16 entries belong here", "leave some out",
        ),
    ],
)  # fmt: skip
def test_nonsense_about_quality_is_told_its_place_its_value_and_its_mend(
    tmp_path: Path, section: str, place: str, value: object, rule: str, mend: str
) -> None:
    one = of_quality(tmp_path, section)
    assert one.path.startswith("demo.yaml:") and one.path.endswith(f" {place}")
    assert one.value == value
    assert rule in one.rule and mend in one.mend


LAW = '{law: gamma, mean: "9 min", cv: 0.5}'


@pytest.mark.parametrize(
    ("inner", "place", "rule", "mend"),
    [
        ('{law: gamma, mean: "9 min", vc: 0.5}', "of.vc", "unknown key", "did you mean 'cv'"),
        ('{law: gama, mean: "9 min"}', "of", "unknown law 'gama'", "did you mean 'gamma'"),
        ('{mean: "9 min"}', "of", "it does not say which law it is", "one of: exponential"),
    ],
)
def test_a_mistake_inside_a_mixture_is_told_like_one_outside(
    tmp_path: Path, inner: str, place: str, rule: str, mend: str
) -> None:
    found = problems(tmp_path, LAW, f"{{law: mixture, parts: [{{weight: 1, of: {inner}}}]}}")
    told = [one for one in found if one.path.endswith(f"intents.billing.path.expert.talk.parts[0].{place}")]
    assert any(rule in one.rule and mend in one.mend for one in told), found


def test_what_was_written_nowhere_belongs_to_the_file() -> None:
    assert plain.Places("demo.yaml", {}).of(("queues", "front")) == Place("demo.yaml")
    known = Place("other.yaml")
    assert plain.Places("demo.yaml", {("queues",): known}).of(("queues", "front")) is known


def test_only_a_mapping_with_a_tag_chooses_the_member_of_a_union() -> None:
    assert plain._chosen(schema.LawSpec, {"law": "gamma"}) is schema.Gamma
    assert plain._chosen(schema.LawSpec, "gamma") is None
    assert plain._chosen(schema.LawSpec, {"law": "gama"}) is None
