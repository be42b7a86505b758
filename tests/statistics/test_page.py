"""docs/statistics.md says what is measured: every figure of it, measured again with other experiments."""

from __future__ import annotations

import math

import pytest

from tests.statistics.page import PAGE, SECTIONS, Figures, printed


def differs(stated: float, share: float, experiments: int, written: int) -> bool:
    """Whether two shares lie further apart than 4.5 standard errors and the rounding allow: 100 cells are looked at."""
    spread = stated * (1.0 - stated) + 1.0 / experiments
    return abs(stated - share) > 4.5 * math.sqrt(spread * (1.0 / experiments + 1.0 / written)) + 0.0005


@pytest.mark.parametrize("figures", SECTIONS, ids=lambda figures: figures.title)
def test_the_page_says_what_is_measured(figures: Figures) -> None:
    experiments = 1000 if figures.written > 4000 else 200
    stated = printed(PAGE.read_text(), figures)
    assert list(stated) == list(figures.cells)
    wrong = {
        (cell, share)
        for cell in figures.cells
        if differs(stated[cell], share := figures.share(*cell, 7, experiments), experiments, figures.written)
    }
    assert not wrong


def test_a_figure_that_is_four_points_off_would_be_seen_and_one_that_is_one_point_off_not() -> None:
    assert differs(0.95, 0.99, 1000, 20_000)
    assert differs(0.95, 0.91, 1000, 20_000)
    assert not differs(0.95, 0.94, 1000, 20_000)
