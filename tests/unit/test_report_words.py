"""Sentences claim a difference only where an interval excludes zero, and know which direction is good."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.report import formats, words
from sim.report.tables import Gap, Stage
from sim.report.words import Named

SHARE = formats.scale("share", 0.5)
UP = Gap(0.02, 0.01, 0.03, 0.5, 0.52)
DOWN = Gap(-0.02, -0.03, -0.01, 0.5, 0.48)
UNCLEAR = Gap(0.02, -0.01, 0.05, 0.5, 0.52)
SAME = Gap(0.0, 0.0, 0.0, 0.5, 0.5)
UNDEFINED = Gap(math.nan, math.nan, math.nan, math.nan, math.nan)


@pytest.mark.parametrize(
    ("gap", "better", "said"),
    [
        (UP, "higher", "better"),
        (UP, "lower", "worse"),
        (DOWN, "lower", "better"),
        (UP, "neither", "higher"),
        (UNCLEAR, "higher", "no clear difference"),
        (SAME, "higher", "identical"),
        (UNDEFINED, "higher", "not defined"),
        (Gap(0.02, math.nan, math.nan, 0.5, 0.52), "higher", "too few replications"),
        (Gap(0.02, 0.01, 0.03, 0.5, 0.52, "breaks"), "higher", "breaks"),
    ],
)
def test_a_difference_is_read_by_its_interval_and_its_direction(gap: Gap, better: str, said: str) -> None:
    assert words.reading(gap, better) == said


def test_a_worse_reading_is_never_coloured_as_good() -> None:
    for gap, better in ((UP, "lower"), (DOWN, "higher")):
        assert words.tone(gap, better, words.reading(gap, better)) == "bad"
    assert words.tone(UNCLEAR, "higher", "no clear difference") == "plain"


def test_the_four_verdicts_are_equally_at_home() -> None:
    assert {words.verdict(v)[2] for v in words.VERDICTS} == {"ship", "hold", "open", "same"}
    assert words.verdict(None)[0] == "No verdict"
    assert words.verdict("something new")[0] == "Something new"


def test_a_finding_says_no_clear_difference_when_the_interval_holds_zero() -> None:
    assert words.forest("B", "FCR", UNCLEAR, SHARE, []) == "B: no clear difference in FCR"
    assert "+2.0" in words.forest("B", "FCR", UP, SHARE, ["holds"])
    assert words.forest("B", "FCR", SAME, SHARE, []).endswith("exactly the same in every replication")


def test_a_broken_guardrail_is_in_the_finding() -> None:
    assert words.forest("B", "FCR", UP, SHARE, ["holds", "breaks"]).endswith("1 of 2 guardrails would break")
    assert words.forest("B", "FCR", UP, SHARE, ["holds", "not settled"]).endswith("1 of 2 guardrails holds for certain")


def test_the_day_names_the_interval_that_differs_most() -> None:
    hours = np.array([7.0, 7.5, 8.0])
    half = np.full(3, 0.01)
    said = words.day("B", "SL", (hours, np.array([0.02, -0.05, 0.0]), half), SHARE)
    assert "2 of 3 intervals, most at 07:30 (−5.0" in said
    none = words.day("B", "SL", (hours, np.array([0.005, math.nan, 0.0]), half), SHARE)
    assert none == "B: no clear difference in SL at any time of day"
    assert "identical" in words.day("B", "SL", (hours, np.zeros(3), np.zeros(3)), SHARE)


def test_gains_and_losses_are_counted_by_the_direction() -> None:
    members = [Named("a", UP), Named("b", UP), Named("c", DOWN), Named("d", UNCLEAR)]
    assert words.gains("B", "wait", "intent", members, "lower").endswith("better for 1 of 4 intents, worse for 2")
    assert "no clear difference" in words.gains("B", "wait", "intent", [Named("d", UNCLEAR)], "lower")


def test_the_flow_names_the_stage_whose_share_moves_most() -> None:
    def stages(per_hundred: float) -> list[Stage]:
        entered = np.full(6, 100.0) + np.arange(6)
        up = entered * per_hundred / 100
        return [
            Stage("arrival", {"tier 1": 100.0}, entered),
            Stage("tier 1", {"resolved": 90.0}, entered),
            Stage("tier 2", {"resolved": float(up.mean())}, up),
        ]

    titles = {"tier 1": "tier 1", "tier 2": "tier 2"}
    assert words.flow("B", stages(8.0), stages(10.0), titles, 0.95) == "B: 2.0 fewer visits to tier 2 per 100 contacts"
    assert "no clear difference" in words.flow("B", stages(10.0), stages(10.0), titles, 0.95)
