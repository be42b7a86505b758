"""What the page says of each arm, as plain values and without drawing: sides, signs, counts and who pays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sim.report import content, figures, formats, glance, harm, month, overview, stored, tables
from sim.report.figures import Findings
from sim.report.tables import Gap
from tests.unit import fake_results
from tests.unit.test_report_harm import HEAD, ROWS


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """Of two arms: resolution against waiting, and waiting against cost; the first one's cases were followed."""
    arms = dict(list(fake_results.ARMS.items())[:3])
    plan = fake_results.Plan(arms=arms, intents={"x": "X", "y": "Y"}, intervals=2, tiers=(1,), noise=0.2)
    folder = fake_results.write(tmp_path_factory.mktemp("told") / "f", plan)
    (folder / "who.csv").write_text("\n".join([HEAD, *(row.format(arm="quality") for row in ROWS)]) + "\n")
    return figures.gather(stored.read(folder))


def test_a_guardrail_may_move_towards_the_worse(found: Findings) -> None:
    (card, _) = content.cards(found)
    assert len(card.guardrails) >= 2
    better = {kpi.title: kpi.better for kpi in found.stored.kpis.values()}
    for rail in card.guardrails:
        assert rail.margin.startswith("may rise by" if better[rail.title] == "lower" else "may fall by")


def test_who_gains_stands_under_gains_and_who_pays_under_pays(found: Findings) -> None:
    quality, staffing = content.cards(found)
    gains, pays = ({one.name for one in side} for side in (staffing.gains, staffing.pays))
    assert "Service level (20 s)" in gains and "Average speed of answer" in gains
    assert any(name.startswith("Cost per") for name in pays) and not gains & pays
    assert "Average speed of answer" in {one.name for one in quality.pays}
    assert "Average speed of answer" not in {one.name for one in quality.gains}


@pytest.mark.parametrize(
    ("joint", "said"),
    [
        ((-0.009, 0.0098), "The whole 95 % interval lies within ± 1"),
        ((-0.011, 0.013), "The 95 % interval includes zero"),
    ],
)
def test_what_is_too_small_to_matter_is_so_by_the_interval_that_decides(joint: tuple[float, float], said: str) -> None:
    """The interval of the KPI alone is within ± 1 pp; that of all that decides may reach beyond."""
    kpi: Any = SimpleNamespace(name="x")
    seen: Any = SimpleNamespace(
        scales={"x": formats.scale("share", 0.5)},
        matters=0.01,
        stored=SimpleNamespace(replications=30, confidence=0.95),
    )
    card = {"primary": {"joint_low": joint[0], "joint_high": joint[1]}}
    told = content._sure(seen, kpi, Gap(0.001, -0.008, 0.0095, 0.5, 0.501), card)
    assert told[1].startswith(said)


@pytest.mark.parametrize(
    ("low", "high", "clear", "if_higher"),
    [(0.1, 0.3, True, True), (-0.3, -0.1, True, False), (-0.1, 0.3, False, None), (0.0, 0.3, False, None),
     (float("nan"), float("nan"), False, None)],
)  # fmt: skip
def test_a_difference_is_clear_where_its_interval_leaves_zero_out(
    low: float, high: float, clear: bool, if_higher: bool | None
) -> None:
    gap = Gap((low + high) / 2.0, low, high, 1.0, 1.0)
    assert gap.clear == clear
    assert gap.good("higher") is if_higher
    assert gap.good("lower") is (None if if_higher is None else not if_higher)
    assert gap.good("neither") is None


@pytest.mark.parametrize(("better", "low", "high", "said"), [
    ("lower", 0.01, 0.02, "holds"), ("lower", 0.01, 0.04, "not settled"), ("lower", 0.031, 0.05, "breaks"),
    ("higher", -0.02, 0.01, "holds"), ("higher", -0.05, -0.031, "breaks"), ("higher", -0.04, 0.2, "not settled"),
])  # fmt: skip
def test_a_guardrail_without_a_stored_verdict_is_read_off_its_interval(
    better: str, low: float, high: float, said: str
) -> None:
    """It may worsen by 0.03: whole within holds, whole beyond breaks."""
    kpi: Any = SimpleNamespace(better=better)
    assert figures.rail(Gap((low + high) / 2.0, low, high, 1.0, 1.0), 0.03, kpi) == said


def test_the_flow_is_that_of_one_replication(found: Findings) -> None:
    """Twelve replications of about 12,000 contacts each."""
    arrival, *_ = tables.stages(found.stored, found.stored.baseline)
    assert arrival.name == "arrival" and arrival.total == pytest.approx(12_000.0, rel=0.03)
    assert arrival.totals.size == 12


def test_the_table_of_arms_names_the_first_who_pays_and_counts_the_rest() -> None:
    def paid(*names: str) -> str:
        card: Any = SimpleNamespace(pays=[SimpleNamespace(name=name) for name in names])
        return glance.pays(card)

    assert paid() == glance.NOBODY
    assert paid("waiting") == "waiting"
    assert paid("waiting", "cost", "claims") == "waiting and 2 more"


def test_a_guardrail_that_is_not_settled_does_not_hold() -> None:
    rails = [SimpleNamespace(said=said, title=said) for said in ("holds", "breaks", "not settled")]
    card: Any = SimpleNamespace(label="b", verdict="Hold", tone="hold", moved=None, guardrails=rails)
    assert overview._line(card, []).guardrails == "1 of 3 hold; breaks: breaks"
    card.guardrails = rails[::2]
    assert overview._line(card, []).guardrails == "1 of 2 hold"


@pytest.mark.parametrize(
    ("difference", "better", "clear", "tone"),
    [(5.0, "higher", True, "good"), (5.0, "lower", True, "bad"), (-5.0, "lower", True, "good"),
     (-5.0, "higher", True, "bad"), (5.0, "higher", False, "plain")],
)  # fmt: skip
def test_an_effect_of_a_month_is_good_where_it_goes_the_better_way_for_certain(
    difference: float, better: str, clear: bool, tone: str
) -> None:
    entry = {"difference": difference, "better": better, "clear": clear, "text": "so much"}
    assert month._effect(entry).tone == tone


def test_shares_of_better_and_worse_off_stand_on_their_own_side(found: Findings) -> None:
    """Of the intent x 5 % are better off and half are worse; of the late agents' customers 4 % and 2 %."""
    (one,) = harm.tables(found)
    lost, won = one.lines
    assert (lost.said, lost.better, lost.worse, lost.chosen) == ("loses", "5.0 %", "50.0 %", False)
    assert (won.said, won.better, won.worse, won.chosen) == ("gains", "4.0 %", "2.0 %", True)
    assert (one.clear, one.tested) == (2, 3)
