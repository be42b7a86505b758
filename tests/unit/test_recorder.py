"""The records of the flow: written in C or in Python, the same fields."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sim.ext import journal

from sim.model.journal import CASE, CONTACT, EVALUATION, LEG, STATE
from sim.model.recorder import Evaluations, Recorder
from tests.unit.worlds import needs_fast

UNKNOWN_YET = {"csat": 0, "nps": -1, "ces": 0, "defects": 0, "satisfaction": float("nan")}
STREAMS = [
    pytest.param("leg", "legs", LEG, id="legs"),
    pytest.param("contact", "contacts", CONTACT, id="contacts"),
    pytest.param("case", "cases", CASE, id="cases"),
    pytest.param("state", "states", STATE, id="states"),
]
FLAGS = {"first_human", "warm", "bot", "first_handled", "first_resolved", "scheduled", "resolved"}


RECORDERS = [
    pytest.param(Recorder, id="pure"),
    pytest.param(journal.Recorder, id="compiled", marks=needs_fast),
]


def rows(dtype: np.dtype[np.void], count: int) -> list[tuple[Any, ...]]:
    """Random values for what a recorder is told, with the limits of every field among them."""
    source = random.Random(11)
    assert dtype.fields is not None

    def value(name: str) -> Any:
        kind = dtype[name]
        if name in FLAGS:
            return source.random() < 0.5
        if kind.kind == "i":
            limits = np.iinfo(kind)
            return source.choice([int(limits.min), int(limits.max), -1, 0, source.randrange(100)])
        return source.choice([0.0, -0.0, float("nan"), source.uniform(-1e6, 1e6)])

    told = [name for name in dtype.names or () if dtype is not CONTACT or name not in UNKNOWN_YET]
    return [tuple(value(name) for name in told) for _ in range(count)]


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize(("add", "stream", "dtype"), STREAMS)
def test_records_hold_what_was_told(
    recorder: Callable[[], Any], add: str, stream: str, dtype: np.dtype[np.void]
) -> None:
    """1,000 records make a buffer grow a few times."""
    written = recorder()
    told = rows(dtype, 1_000)
    for row in told:
        getattr(written, add)(*row)
    records = getattr(written, stream)()
    assert records.dtype == dtype
    names = [name for name in dtype.names or () if dtype is not CONTACT or name not in UNKNOWN_YET]
    for name, column in zip(names, zip(*told, strict=True), strict=True):
        np.testing.assert_array_equal(records[name], np.array(column, dtype[name]), err_msg=name)
    if dtype is CONTACT:
        for name, unknown in UNKNOWN_YET.items():
            np.testing.assert_array_equal(records[name], np.full(len(told), unknown))


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize(("add", "stream", "dtype"), STREAMS)
def test_nothing_written_is_an_empty_array(
    recorder: Callable[[], Any], add: str, stream: str, dtype: np.dtype[np.void]
) -> None:
    records = getattr(recorder(), stream)()
    assert (records.dtype, records.shape) == (dtype, (0,))


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize("first", [0, 1, 299, 300, 301, -1])
def test_records_can_be_read_from_a_number_on(recorder: Callable[[], Any], first: int) -> None:
    written = recorder()
    for row in rows(LEG, 300):
        written.leg(*row)
    read, expected = written.legs(first), written.legs()[first:]
    assert read.dtype == LEG
    for name in LEG.names or ():
        np.testing.assert_array_equal(read[name], expected[name])
    assert written.contacts(first).size == 0


@pytest.mark.parametrize("recorder", RECORDERS)
def test_read_records_are_a_copy(recorder: Callable[[], Any]) -> None:
    """Surveys are filled into what was read while the run may still be writing."""
    written = recorder()
    for row in rows(CONTACT, 10):
        written.contact(*row)
    written.contacts()["csat"] = 5
    assert not written.contacts()["csat"].any()


@pytest.mark.parametrize("recorder", RECORDERS)
def test_what_was_taken_is_gone_and_what_follows_is_new(recorder: Callable[[], Any]) -> None:
    """Signals may have read from a number on; taking starts the numbers again."""
    written = recorder()
    told = rows(LEG, 700)
    for row in told[:600]:
        written.leg(*row)
    first = written.take()
    assert [stream.dtype for stream in first] == [LEG, CONTACT, CASE, STATE] and first[0].size == 600
    for row in told[600:]:
        written.leg(*row)
    assert written.legs(60).size == 40
    second = written.take()[0]
    for name, column in zip(LEG.names or (), zip(*told, strict=True), strict=True):
        np.testing.assert_array_equal(np.concatenate([first[0][name], second[name]]), np.array(column, LEG[name]))
    assert [stream.size for stream in written.take()] == [0, 0, 0, 0]


@needs_fast
def test_value_that_does_not_fit_is_refused_and_leaves_no_record() -> None:
    written = journal.Recorder()
    with pytest.raises(OverflowError, match="40000"):
        written.state(1, 2, 3, 40_000, 0.0, 1.0, True)
    assert written.states().size == 0


@needs_fast
def test_space_between_fields_is_zero() -> None:
    """So that equal journals are equal bytes."""
    written = journal.Recorder()
    for row in rows(STATE, 400):
        written.state(*row)
    records = written.states()
    clean = np.zeros(records.size, STATE)
    for name in STATE.names or ():
        clean[name] = records[name]
    assert records.tobytes() == clean.tobytes()


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize(("add", "stream", "dtype"), STREAMS)
def test_what_was_taken_stays_as_it_was_while_more_is_written(
    recorder: Callable[[], Any], add: str, stream: str, dtype: np.dtype[np.void]
) -> None:
    place = [name for _, name, _ in (tuple(param.values) for param in STREAMS)].index(stream)
    written, told = recorder(), rows(dtype, 600)
    pieces = []
    for first in range(0, 600, 200):
        for row in told[first : first + 200]:
            getattr(written, add)(*row)
        pieces.append(written.take()[place])
    assert len(getattr(written, stream)()) == 0
    whole = recorder()
    for row in told:
        getattr(whole, add)(*row)
    for name in dtype.names or ():
        parts = np.concatenate([piece[name] for piece in pieces])
        np.testing.assert_array_equal(parts, getattr(whole, stream)()[name], err_msg=name)


@needs_fast
@pytest.mark.parametrize(("add", "stream", "dtype"), STREAMS)
def test_memory_that_is_used_again_leaves_nothing_between_the_fields(
    add: str, stream: str, dtype: np.dtype[np.void]
) -> None:
    def taken(told: list[tuple[Any, ...]]) -> bytes:
        written = journal.Recorder()
        for row in told:
            getattr(written, add)(*row)
        return b"".join(piece.tobytes() for piece in written.take())

    told = rows(dtype, 400)
    first = taken(told)
    for other in (told[::-1], told[100:]):
        taken(other)
    assert taken(told) == first


@pytest.mark.parametrize(
    "evaluations",
    [pytest.param(Evaluations, id="pure"), pytest.param(journal.Evaluations, id="compiled", marks=needs_fast)],
)
def test_evaluations_hold_what_was_told_and_are_forgotten_when_taken(evaluations: Callable[[], Any]) -> None:
    written = evaluations()
    told = [(3, 5, 1, 2, True, 5, 60.0, 90.0, 0.0, 81.5), (4, 6, 0, 1, False, 0, 70.0, 100.0, 88.0, 90.0)]
    for row in told:
        written.add(*row)
    taken = written.take()
    assert taken.dtype == EVALUATION
    assert [tuple(record) for record in taken.tolist()] == told
    assert len(written.take()) == 0
