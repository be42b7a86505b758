"""From a scenario to a decision in ten cells: the example notebook runs, and prints what stands in it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.notebook.execution import executed, read

pytest.importorskip("nbclient", reason="nbclient is not installed: pip install .[test]")


def text(cell: Any) -> str:
    """What a code cell printed and returned, as text."""
    parts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "".join(parts)


@pytest.fixture(scope="module")
def ran() -> Any:
    return executed()


def codes(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_it_prints_what_stands_in_it(ran: Any) -> None:
    """To four significant figures: the last digits may differ from machine to machine."""
    for cell, stored in zip(codes(ran), codes(read()), strict=True):
        assert _rough(text(cell)) == _rough(text(stored)), cell.source


def _rough(told: str) -> str:
    return re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda match: f"{float(match[0]):.3g}", " ".join(told.split()))


def test_it_is_ten_steps_after_the_first_cell() -> None:
    steps = [cell for cell in read().cells if cell.cell_type == "markdown" and re.match(r"\*\*\d+\.", cell.source)]
    assert len(steps) == 10 == len(codes(read())) - 1


def test_it_ends_in_a_decision(ran: Any) -> None:
    told = " ".join(text(cell) for cell in codes(ran))
    assert re.search(r"\b(SHIP|HOLD|NOT SETTLED|NO DIFFERENCE THAT MATTERS)\b", told)


def test_no_cell_warns(ran: Any) -> None:
    assert not [output for cell in codes(ran) for output in cell.outputs if output.get("name") == "stderr"]
