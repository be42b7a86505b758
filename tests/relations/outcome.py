"""What a run left behind, and where two such outcomes differ: field by field, bit by bit, never the padding between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

STREAMS = ("legs", "contacts", "cases", "states", "evaluations")
FAULT_EVERY = 3  # of the random scenarios, one in so many has a rule that fails, or a law that does
Streams = dict[str, NDArray[np.void]]


class Outcome(NamedTuple):
    """One run. Where it raised, `streams` holds what the recorder had by then."""

    compiled: bool
    streams: Streams
    error: tuple[str, str] | None = None
    facts: object = None  # whatever stands beside the streams: names, horizon, thresholds


def differences(one: Outcome, two: Outcome) -> list[str]:
    """Where two outcomes differ, in words; empty: nowhere."""
    found = [] if one.error == two.error else [f"{one.error} against {two.error}"]
    found += [] if one.facts == two.facts else [f"{one.facts} against {two.facts}"]
    if one.streams.keys() != two.streams.keys():
        return [*found, f"streams {list(one.streams)} against {list(two.streams)}"]
    return [*found, *(words for name in one.streams for words in _in_stream(name, one.streams, two.streams))]


def _in_stream(name: str, ones: Streams, twos: Streams) -> Iterator[str]:
    one, two = ones[name], twos[name]
    if one.dtype != two.dtype or one.size != two.size:
        yield f"{name}: {one.size} records of {one.dtype} against {two.size} of {two.dtype}"
        return
    for field in one.dtype.names or ():
        rows = np.flatnonzero(_bits(one[field]) != _bits(two[field]))
        if rows.size:
            yield f"{name}.{field}: {rows.size} rows, first {rows[0]}: {one[rows[0]]} against {two[rows[0]]}"


def _bits(column: NDArray[Any]) -> NDArray[Any]:
    """NaN equals itself, and 0 does not equal -0."""
    return np.ascontiguousarray(column).view(f"u{column.dtype.itemsize}")
