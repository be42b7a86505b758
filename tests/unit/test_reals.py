"""The table of real numbers: compiled and in plain Python it is one and the same."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from sim.model import reals_pure


def _kinds() -> list[Any]:
    module = importlib.import_module("sim.ext.reals")
    return [reals_pure.Reals] if module.Reals is reals_pure.Reals else [reals_pure.Reals, module.Reals]


tables = pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__module__)


@tables
def test_every_number_is_found_where_it_was_put(kind: Any) -> None:
    rows = [[0.5, -0.0, float("inf")], [1e-300, 4.0, 5.0]]
    table = kind(rows)
    assert [[table.at(row, column) for column in range(3)] for row in range(2)] == rows
    assert (table.rows, table.columns) == (2, 3)


@tables
@pytest.mark.parametrize(("row", "column"), [(-1, 0), (2, 0), (0, -1), (0, 3)])
def test_a_place_outside_the_table_is_an_error(kind: Any, row: int, column: int) -> None:
    with pytest.raises(IndexError):
        kind([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).at(row, column)


@tables
def test_rows_of_different_lengths_are_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match="row 1"):
        kind([[1.0], [1.0, 2.0]])


@tables
def test_a_table_of_nothing_has_no_numbers(kind: Any) -> None:
    with pytest.raises(IndexError):
        kind([]).at(0, 0)


@tables
def test_all_numbers_can_be_replaced_by_a_table_of_the_same_shape(kind: Any) -> None:
    table = kind([[1.0, 2.0], [3.0, 4.0]])
    table.become([[5.0, 6.0], [7.0, 8.0]])
    assert [[table.at(row, column) for column in range(2)] for row in range(2)] == [[5.0, 6.0], [7.0, 8.0]]


@tables
@pytest.mark.parametrize("rows", [[[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]])
def test_a_table_of_another_shape_is_refused(kind: Any, rows: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="not 2"):
        kind([[1.0, 2.0], [3.0, 4.0]]).become(rows)
