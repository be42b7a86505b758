"""Columns of QA evaluations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.metrics import layout
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.spread import Spread

if TYPE_CHECKING:
    from sim.metrics.sums import Sums


class Evaluations:
    """QA evaluations of counted contacts; scopes of the contact, and tier and name of the evaluated agent."""

    def __init__(self, sums: Sums, cells: Cells) -> None:
        width, words = layout.EVALUATION_WIDTH, cells.lexicon
        self._spread = spread = Spread(cells, width)
        rows = sums.part(sums.evaluations, sums.channels, sums.segments, width)
        by_agent = sums.part(sums.evaluations_by_agent, len(words.agents), width)
        tiers = np.array(words.agent_tiers, dtype=np.int64)
        spread.total("all", rows.sum(axis=(0, 1))[None, :])
        spread.total("channel", rows.sum(axis=1))
        spread.total("segment", rows.sum(axis=0))
        spread.total("intent", sums.part(sums.evaluations_by_intent, len(words.intents), width))
        spread.total("tier", np.array([by_agent[tiers == tier].sum(axis=0) for tier in cells.tiers]).reshape(-1, width))
        spread.total("agent", by_agent)

    @cached_property
    def evaluations(self) -> Floats:
        """Evaluations."""
        return self._spread.column(layout.EVALUATION_COUNT)

    @cached_property
    def scores(self) -> Floats:
        """Sum of the scores that raters gave."""
        return self._spread.column(layout.EVALUATION_SCORE)

    @cached_property
    def true_scores(self) -> Floats:
        """Sum of the scores that a rater without error would have given."""
        return self._spread.column(layout.EVALUATION_TRUE)

    @cached_property
    def auto_fails(self) -> Floats:
        """Evaluations with a critical error."""
        return self._spread.column(layout.EVALUATION_FAILS)
