"""Decision cards: the verdict follows from the rows, sentences say the numbers, asking for more is honest."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from sim.experiment import card, study, wording
from sim.report import formats
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded


def primary(verdict: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    middle = (low + high) / 2
    return {
        "verdict": verdict, "joint_low": low, "joint_high": high, "difference": middle, "n": 20, "better": "higher",
    } | more  # fmt: skip


def guard(verdict: str, **more: Any) -> dict[str, Any]:
    return {
        "verdict": verdict, "margin": 2.0, "difference": 1.0, "joint_low": 0.0, "joint_high": 2.0, "n": 20,
        "better": "lower",
    } | more  # fmt: skip


BETTER, WORSE, OPEN = (
    primary("better", 0.02, 0.04),
    primary("worse", -0.04, -0.02),
    primary("no difference shown", -0.02, 0.03),
)
TINY = primary("better", 0.001, 0.003)


@pytest.mark.parametrize(
    ("row", "guards", "verdict"),
    [
        (BETTER, ["holds", "holds"], "ship"),
        (BETTER, [], "ship"),
        (BETTER, ["holds", "not settled"], "not settled"),
        (BETTER, ["holds", "breaks"], "hold"),
        (WORSE, ["holds"], "hold"),
        (OPEN, ["holds"], "not settled"),
        (OPEN, ["breaks"], "hold"),
        (TINY, ["holds"], "no difference that matters"),
        (TINY, ["not settled"], "not settled"),
        (primary("too few replications", float("nan"), float("nan")), ["too few replications"], "not settled"),
    ],
)
def test_the_verdict_follows_from_the_rows(row: dict[str, Any], guards: list[str], verdict: str) -> None:
    assert card.decide(row, [guard(said) for said in guards], matters=0.01) == verdict


def test_four_times_the_width_needs_sixteen_times_the_replications() -> None:
    row = primary("no difference shown", 0.01 - 0.04, 0.01 + 0.04)
    assert card.further(row, [], fake.question(matters=0.0), 1) == 16 * 20 + 1 - 20


def test_an_open_guardrail_asks_for_what_separates_it_from_its_margin() -> None:
    row = guard("not settled", difference=1.0, joint_low=-1.0, joint_high=3.0)
    assert card.further(BETTER, [row], fake.question(), 2) == 4 * 20 + 1 - 20


def test_a_difference_of_nothing_without_a_margin_can_never_be_settled() -> None:
    assert card.further(primary("no difference shown", -1.0, 1.0), [], fake.question(matters=0.0), 1) is None


def test_below_five_replications_the_card_asks_for_five() -> None:
    assert card.further(primary("too few replications", 0.0, 0.0, n=3), [], fake.question(), 1) == 2


def cards(replications: int = 20, **arms: Loaded) -> list[dict[str, Any]]:
    setting = study.Setting("serial", instruments=fake.TOOLS)
    return study.compare_plan(fake.comparison_plan(replications, **arms), setting).card


def shown(found: dict[str, Any]) -> str:
    """The card as a terminal prints it, its lines joined."""
    out = io.StringIO()
    Console(file=out, width=400).print(card.render(found))
    return out.getvalue()


def test_a_planted_gain_ships_and_the_reasons_name_numbers_with_units() -> None:
    (found,) = cards(a=Loaded(), b=Loaded(effect=0.05))
    assert found["verdict"] == "ship"
    assert "%" in found["reasons"][0]
    assert "+5.12 pp" in found["headline"]
    assert "not settled" not in found["headline"]
    assert found["guardrails"][0]["probability_breaks"] == 0.0
    assert found["guardrails"][0]["margin"] == 2.0


def test_identical_arms_are_settled_as_no_difference_that_matters() -> None:
    assert cards()[0]["verdict"] == "no difference that matters"


def test_a_planted_loss_holds() -> None:
    assert cards(a=Loaded(), b=Loaded(effect=-0.05))[0]["verdict"] == "hold"


def test_a_gain_that_breaks_a_guardrail_holds_and_says_which() -> None:
    (found,) = cards(a=Loaded(), b=Loaded(effect=0.05, harm=4.0))
    assert found["verdict"] == "hold"
    assert "WAIT would break" in found["headline"]
    assert found["guardrails"][0]["probability_breaks"] == 1.0


def test_every_arm_but_the_baseline_has_a_card() -> None:
    assert [one["arm"] for one in cards(a=Loaded(), b=Loaded(), c=Loaded(effect=0.05))] == ["b", "c"]


def test_too_few_replications_say_so_and_never_ship() -> None:
    (found,) = cards(3, a=Loaded(), b=Loaded(effect=0.05))
    assert found["verdict"] == "not settled"
    assert found["more_replications"] == 2
    assert "too few" in found["reasons"][0]


def test_the_box_shows_verdict_headline_and_reasons_even_with_markup_in_labels() -> None:
    (found,) = cards(a=Loaded(), b=Loaded(effect=0.05))
    found["headline"] = "Ship [bold]b[/bold]"
    text = shown(found)
    assert "SHIP" in text
    assert "[bold]b[/bold]" in text
    assert "Guardrail WAIT" in text


def test_the_interval_that_decides_stands_beside_that_of_the_kpi_alone() -> None:
    (found,) = cards(a=Loaded(), b=Loaded(effect=0.05))
    assert "jointly with all that decides" in found["reasons"][0]
    assert "jointly)" in found["reasons"][1]
    low, high = found["primary"]["joint_low"], found["primary"]["joint_high"]
    assert wording.between(low, high, "share") in found["reasons"][0]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.0866, "share", "8.66 %"), (12.34, "s", "12.3 s"), (1137.2, "count", "1,137"), (2.5, "money", "2.50 EUR")],
)
def test_numbers_are_told_with_three_figures_and_their_unit(value: float, unit: str, text: str) -> None:
    assert wording.number(value, unit, "EUR") == text


def test_a_half_width_and_its_value_share_their_decimals() -> None:
    assert wording.with_half_width(0.0866, 0.00866, "share") == "8.66 ± 0.87 %"
    assert wording.with_half_width(1137.2, 112.3, "count") == "1,137 ± 112"
    assert wording.with_half_width(3.0, float("nan"), "s") == "3.00 s"


@pytest.mark.parametrize(
    ("value", "unit", "half_width", "text"),
    [
        (0.00459, "share", float("nan"), "+0.46 pp"),
        (-0.00259, "share", 0.00366, "−0.26 pp"),
        (-0.012, "share", float("nan"), "−1.2 pp"),
        (0.12345, "share", 0.0002, "+12.35 pp"),  # as many figures as the interval supports
        (0.0, "share", 0.0, "0.0 pp"),
        (2.04, "points", float("nan"), "+2.0 points"),
        (-1234.4, "count", float("nan"), "−1,234"),
        (0.00667, "EUR", 0.018, "+0.0067 EUR"),
        (float("nan"), "s", float("nan"), "not defined"),
    ],
)
def test_a_difference_has_two_figures_or_those_its_interval_supports(
    value: float, unit: str, half_width: float, text: str
) -> None:
    assert wording.change(value, unit, half_width=half_width) == text


def test_an_interval_says_its_unit_once() -> None:
    assert wording.between(0.00177, 0.00742, "share") == "+0.18 to +0.74 pp"


@pytest.mark.parametrize(
    ("value", "unit", "half_width"),
    [(0.00459, "share", 0.0028), (-0.0498, "share", 0.0308), (14.7, "s", 1.2), (-0.02689, "money", 0.017)],
)
def test_a_card_and_its_page_show_the_same_digits(value: float, unit: str, half_width: float) -> None:
    scale = formats.scale(unit, 1.0, "USD")
    shown = formats.bare(value, scale, half_width)
    assert wording.change(value, unit, "USD", half_width).split()[0] == shown


def test_a_gain_that_may_be_smaller_than_what_matters_says_so_when_it_ships() -> None:
    short = BETTER | {"kpi": "FCR", "unit": "share", "difference": 0.0046, "ci_low": 0.0018, "ci_high": 0.0074}
    arm = fake.comparison_plan().arms[1]

    def headline(low: float, high: float, matters: float) -> str:
        row = short | {"joint_low": low, "joint_high": high}
        return card._headline("ship", arm, row, [], {"FCR": "Resolution"}, matters)

    said = "whether it reaches the 0.50 pp that matter is not settled"
    assert said in headline(0.001, 0.009, 0.005)
    assert said in headline(-0.001, 0.009, 0.005)
    assert "settled" not in headline(0.0051, 0.009, 0.005)
    assert "settled" not in headline(0.001, 0.009, 0.0)
