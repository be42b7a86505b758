"""Sums over cells by groups equal sums scope by scope."""

from __future__ import annotations

import numpy as np
import pytest

from sim.metrics.columns.groups import FEWEST, Groups

SIZE = 50


def _plain(places: list[np.ndarray], values: np.ndarray) -> np.ndarray:
    total = np.zeros(SIZE)
    for place in places:
        np.add.at(total, place, values.astype(float))
    return total


@pytest.mark.parametrize("records", [0, 1, 7, 5000])
@pytest.mark.parametrize("kinds", [(1,), (3, 5), (3, 5, 40), (50, 50, 50)])
def test_groups_sum_what_each_scope_would(records: int, kinds: tuple[int, ...]) -> None:
    rng = np.random.default_rng(records)
    places = [rng.integers(0, kind, records) for kind in kinds]
    groups = Groups(places, SIZE)
    for values in (rng.integers(0, 9, records).astype(float), rng.random(records) < 0.3):
        assert np.array_equal(groups.sum(values), _plain(places, values))


def test_scopes_that_would_make_groups_too_small_are_summed_alone() -> None:
    rng = np.random.default_rng(1)
    places = [rng.integers(0, 2, 40), np.arange(40)]
    groups = Groups(places, SIZE)
    assert len(groups._single) == 1
    assert groups._count * FEWEST <= 40


def test_records_of_one_group_count_in_all_its_cells() -> None:
    groups = Groups([np.array([0, 0, 1]), np.array([7, 7, 9])], SIZE)
    sums = groups.sum(np.array([1.0, 2.0, 4.0]))
    assert {cell: sums[cell] for cell in np.flatnonzero(sums)} == {0: 3.0, 1: 4.0, 7: 3.0, 9: 4.0}
