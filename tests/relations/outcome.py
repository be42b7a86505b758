"""What a run left behind, and where two such outcomes differ: field by field, bit by bit, never the padding between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import STREAMS as FLOW
from sim.model.journal import Journal

STREAMS = (*FLOW, "conditions", "sessions")  # all that a journal holds
FAULT_EVERY = 3  # of the random scenarios, one in so many has a rule that fails
Streams = dict[str, NDArray[np.void]]
Fields = Mapping[str, Sequence[str]]  # by stream


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
    return [*found, *between(one.streams, two.streams)]


def streams(journal: Journal) -> Streams:
    """The streams of a journal by name."""
    return {name: getattr(journal, name) for name in STREAMS}


def flow(journal: Journal) -> Streams:
    """The streams of the flow alone: without looks at people who change, and without sessions of coaching."""
    return {name: getattr(journal, name) for name in FLOW}


def same(one: Journal, two: Journal) -> bool:
    """Whether the records of two journals are equal, field by field, bit by bit."""
    return not between(streams(one), streams(two))


def same_flow(one: Journal, two: Journal) -> bool:
    """Whether customers and agents did the same, whatever else was looked at."""
    return not between(flow(one), flow(two))


def between(ones: Streams, twos: Streams, but: Fields | None = None) -> list[str]:
    """Where the records of two runs differ, in words; the fields named in `but` are not looked at."""
    if ones.keys() != twos.keys():
        return [f"streams {list(ones)} against {list(twos)}"]
    return [words for name in ones for words in _in_stream(name, ones[name], twos[name], (but or {}).get(name, ()))]


def _in_stream(name: str, one: NDArray[np.void], two: NDArray[np.void], but: Sequence[str]) -> Iterator[str]:
    if one.dtype != two.dtype or one.size != two.size:
        yield f"{name}: {one.size} records of {one.dtype} against {two.size} of {two.dtype}"
        return
    for field in one.dtype.names or ():
        rows = np.flatnonzero(bits(one[field]) != bits(two[field]))
        if rows.size and field not in but:
            yield f"{name}.{field}: {rows.size} rows, first {rows[0]}: {one[rows[0]]} against {two[rows[0]]}"


def bits(column: NDArray[Any]) -> NDArray[Any]:
    """NaN equals itself, and 0 does not equal -0."""
    return np.ascontiguousarray(column).view(f"u{column.dtype.itemsize}")
