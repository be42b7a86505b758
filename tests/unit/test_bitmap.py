"""The bitmap and the ladder of idle agents: compiled and in plain Python they are one and the same."""

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


ladders = pytest.mark.parametrize("name", ["sim.ext.bitmap", "sim.model.bitmap_pure"])


@ladders
@given(rungs=st.lists(st.integers(0, 5), min_size=1, max_size=40), changes=st.data())
def test_the_first_on_a_ladder_has_stood_longest_on_the_lowest_rung(name: str, rungs: list[int], changes: Any) -> None:
    ladder, oracle = importlib.import_module(name).Ladder(rungs), []
    for take_in, member in changes.draw(st.lists(st.tuples(st.booleans(), st.integers(0, len(rungs) - 1)))):
        if take_in and member not in oracle:
            oracle.append(member)
        if not take_in and member in oracle:
            oracle.remove(member)
        (ladder.add if take_in else ladder.discard)(member)
        assert ladder.first() == min(oracle, key=lambda each: rungs[each], default=-1)


@ladders
def test_a_ladder_refuses_who_does_not_belong_there(name: str) -> None:
    kind = importlib.import_module(name).Ladder
    for ask in (kind([0, 1]).add, kind([0, 1]).discard):
        with pytest.raises(IndexError, match="2 on a ladder of 2"):
            ask(2)
    with pytest.raises(IndexError, match="-1 in a bitmap"):
        kind([0, -1])
    assert kind([]).first() == -1
