"""What a metamorphic relation is here: a claim about two runs, made of random scenarios, that is shown able to fail.

Most relations say that two ways of writing a scenario are one and the same run. `same_run` turns a function that
writes both ways, and a third that is *not* the same, into a test over many random scenarios. No oracle is needed,
and none is used: only whether two journals agree, bit by bit. `docs/relations.md` lists all relations.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

from sim.model.journal import Journal
from sim.simulate import simulate
from tests.relations.outcome import STREAMS, Fields, between, streams
from tests.scenarios import Data, Made, build

SEED = 3
FEW, MANY = range(5), range(5, 40)
BATCHES = [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.slow)]
Tables = dict[str, dict[str, list[Any]]]
Test = TypeVar("Test", bound=Callable[..., None])

batches = pytest.mark.parametrize("numbers", BATCHES)  # of random scenarios: the default run's, and many more


# --- kinds of tests --------------------------------------------------------------------------------------------------


def relation(test: Test) -> Test:
    """Mark a test as a relation: the first line of its docstring stands in `docs/relations.md`."""
    test.role = "relation"  # type: ignore[attr-defined]
    return test


def partner(test: Test) -> Test:
    """Mark a test that shows what relations are worth: that a comparison can fail, that something happens at all."""
    test.role = "partner"  # type: ignore[attr-defined]
    return test


# --- scenarios -------------------------------------------------------------------------------------------------------


class Written(NamedTuple):
    """A scenario as written down: its sections, and the CSV files it reads."""

    data: Data
    tables: Tables

    def put(self, path: str, value: Any) -> Written:
        """With the value at a dotted path replaced; sections on the way are made."""
        data = copy.deepcopy(self.data)
        *sections, last = path.split(".")
        here = data
        for section in sections:
            here = here.setdefault(section, {})
        here[last] = value
        return self._replace(data=data)

    def out(self, *paths: str) -> Written:
        """Without what stands at these dotted paths."""
        data = copy.deepcopy(self.data)
        for path in paths:
            *sections, last = path.split(".")
            here = data
            for section in sections:
                here = here.get(section, {})
            here.pop(last, None)
        return self._replace(data=data)

    def each(self, path: str, change: Callable[[Data], None]) -> Written:
        """With `change` applied to every entry of the map at a dotted path."""
        data = copy.deepcopy(self.data)
        here = data
        for section in path.split("."):
            here = here.get(section, {})
        for entry in here.values():
            change(entry)
        return self._replace(data=data)

    def steps(self, change: Callable[[Data], None]) -> Written:
        """With `change` applied to every step of every path, the supervisor's included."""
        data = copy.deepcopy(self.data)
        for intent in data["intents"].values():
            for step in intent["path"].values():
                change(step)
        if "supervisor" in data.get("escalation", {}):
            change(data["escalation"]["supervisor"]["step"])
        return self._replace(data=data)

    def table(self, name: str, columns: dict[str, list[Any]]) -> Written:
        """With a CSV file more, or in place of another."""
        return self._replace(tables={**self.tables, name: columns})

    def run(self, replication: int = 0) -> Journal:
        """Its journal; equal texts are run once."""
        return _ran(json.dumps([self.data, self.tables]), replication)


def written(number: int, kind: type[Made] = Made) -> Written:
    """Random scenario `number`."""
    made = kind(number)
    return Written(made.data, made.tables)


@lru_cache(maxsize=64)
def _ran(text: str, replication: int) -> Journal:
    data, tables = json.loads(text)
    with tempfile.TemporaryDirectory() as folder:
        return simulate(build(Path(folder), data, tables), SEED, replication)


# --- one run, written twice ------------------------------------------------------------------------------------------


class Ways(NamedTuple):
    """Two ways to write one run, and a third that is another run: the comparison is shown to notice."""

    one: Written
    two: Written
    other: Written


def same_run(
    but: Fields | None = None,
    streams: Sequence[str] = STREAMS,
    kind: type[Made] = Made,
    also: Sequence[int] = (),
) -> Callable[[Callable[[Written], Ways]], Callable[..., None]]:
    """Decorator: from a function that writes `Ways` of a random scenario to a test that they hold.

    `but`: fields that may differ, by stream; `streams`: what is compared; `kind`: of random scenarios; `also`: numbers
    of scenarios beside those of the batch.
    """

    def make(ways: Callable[[Written], Ways]) -> Callable[..., None]:
        @relation
        @batches
        def test(numbers: range) -> None:
            noticed = moved = records = 0
            for number in [*numbers, *also]:
                one, two, other = ways(written(number, kind))
                assert one != two, "the two ways are written alike: nothing is compared"
                first = _some(one, number, streams)
                second = _some(two, number, streams)
                found = between(first, second, but)
                assert not found, f"random scenario {number}: {found}"
                moved += bool(but and between(first, second))
                noticed += noticed < 1 and bool(between(first, _some(other, number, streams), but))
                records += sum(stream.size for stream in first.values())
            assert noticed, "the comparison notices nothing, whatever is done"
            assert moved or not but, "nothing changes the fields that may change"
            assert records > 100 * len(numbers)

        test.__name__, test.__doc__, test.__module__ = ways.__name__, ways.__doc__, ways.__module__
        return test

    return make


def _some(one: Written, number: int, names: Sequence[str]) -> dict[str, Any]:
    every = streams(one.run(number))
    return {name: every[name] for name in names}
