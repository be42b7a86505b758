"""The bitmap of idle agents: compiled and in plain Python it is one and the same set."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model import bitmap_pure


def _kinds() -> list[Any]:
    kinds = [bitmap_pure.Bitmap]
    module = importlib.import_module("sim.ext.bitmap")
    return kinds if module.Bitmap is bitmap_pure.Bitmap else [*kinds, module.Bitmap]


bitmaps = pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__module__)
changes = st.lists(st.tuples(st.booleans(), st.integers(0, 299)), max_size=80)


@bitmaps
@given(changes=changes)
def test_it_is_a_set_that_knows_its_lowest_member(kind: Any, changes: list[tuple[bool, int]]) -> None:
    bitmap, oracle = kind(300), set()
    for take_in, number in changes:
        (bitmap.add if take_in else bitmap.discard)(number)
        (oracle.add if take_in else oracle.discard)(number)
        assert bitmap.first() == min(oracle, default=-1)
        assert bitmap.has(number) == (number in oracle)


@bitmaps
@pytest.mark.parametrize("number", [0, 63, 64, 4095, 4096, 99_999])
def test_each_end_of_a_word_and_of_a_block_is_found(kind: Any, number: int) -> None:
    bitmap = kind(100_000)
    bitmap.add(number)
    assert bitmap.first() == number
    bitmap.add(99_999)
    bitmap.discard(number)
    assert bitmap.first() == (-1 if number == 99_999 else 99_999)


@bitmaps
@pytest.mark.parametrize("number", [-1, 10])
def test_a_number_out_of_range_is_refused(kind: Any, number: int) -> None:
    for ask in (kind(10).add, kind(10).discard, kind(10).has):
        with pytest.raises(IndexError, match=str(number)):
            ask(number)


@bitmaps
def test_an_empty_range_holds_nothing(kind: Any) -> None:
    assert kind(0).first() == -1
    with pytest.raises(ValueError, match="-1"):
        kind(-1)
