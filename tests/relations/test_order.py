"""Order and names: what is declared first, and what things are called, decides nothing."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from sim.model.journal import Journal
from sim.staff.ids import called
from sim.staff.person import Person
from tests.relations.outcome import Streams, between, streams
from tests.relations.relation import Ways, Written, batches, partner, relation, same_run, written
from tests.scenarios import Data, Wide, exponential

UNORDERED = ("skills", "breaks")  # lists whose order says nothing
ALIKE = {"speed_sd": 0.0, "resolution_sd": 0.0, "qa_sd": 0.0, "empathy_sd": 0.0}


# --- declaration order -----------------------------------------------------------------------------------------------


def shuffled(value: Any, order: random.Random, name: str = "") -> Any:
    """The same value, with every map and every list without an order of its own in another one."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, order, key)) for key, item in value.items()]
        order.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        found = [shuffled(item, order) for item in value]
        if name in UNORDERED:
            order.shuffle(found)
        return found
    return value


def _mixed(base: Written, number: int) -> Written:
    order = random.Random(number)
    mixed = base._replace(data=shuffled(base.data, order))
    people = mixed.tables.get("people.csv")
    if people is not None:
        rows = list(range(len(people["name"])))
        order.shuffle(rows)
        mixed = mixed.table("people.csv", {column: [cells[row] for row in rows] for column, cells in people.items()})
    return mixed


def by_name(journal: Journal) -> Streams:
    """The records with each position replaced by the place of its name in the alphabet."""
    words = journal.lexicon
    named = (("intent", words.intents), ("segment", words.segments), ("channel", words.channels))
    records = copy.deepcopy(streams(journal))
    for field, names in (*named, ("queue", words.queues), ("agent", words.agents)):
        place = np.append(np.argsort(np.argsort(names)), -1)
        for stream in records.values():
            if field in (stream.dtype.names or ()):
                stream[field] = place[stream[field]]
    return records


def _crowded(number: int) -> Written:
    """Customers of every intent come at the same instants, and the same people serve all queues: ties everywhere."""
    base = written(number).each("segments", lambda segment: segment.pop("priority", None))
    base = base.each("queues", lambda queue: [queue.pop(name, None) for name in ("priority", "aging", "capacity")])
    base = base.each("staff.groups", lambda group: group["skills"].update(skill_0=1.0, skill_1=1.0))
    base = base.put("intents.twin", {"channel": "voice", "path": {"queue_1_1": {"talk": exponential(90.0)}}})
    for name in base.data["intents"]:
        trace = {"kind": "trace", "file": f"{name}.csv", "column": "moment"}
        moments = {"moment": [f"2026-03-02T22:{n // 2:02d}:{n % 2 * 30:02d}" for n in range(100)]}
        base = base.put(f"intents.{name}.arrivals", trace).table(f"{name}.csv", moments)
    return base


@relation
@pytest.mark.parametrize("kind", [partial(written, kind=Wide), _crowded], ids=["wide", "crowded"])
@batches
def test_the_order_of_declaration_does_not_matter(numbers: range, kind: Callable[[int], Written]) -> None:
    """The order in which sections, intents, segments, queues, channels, groups, shifts, skills, breaks and people of a
    roster are declared does not matter."""
    orders = set()
    for number in numbers:
        base = kind(number)
        mixed = _mixed(base, number)
        one, two = base.run(number), mixed.run(number)
        orders |= {name for name in ("intents", "segments", "queues") if _words(one, name) != _words(two, name)}
        assert between(by_name(one), by_name(two)) == [], number
    assert orders == {"intents", "segments", "queues"}


def _words(journal: Journal, name: str) -> tuple[str, ...]:
    words: tuple[str, ...] = getattr(journal.lexicon, name)
    return words


@partner
def test_names_in_place_of_positions_tell_two_runs_apart() -> None:
    one, two = (written(0, Wide).run(replication) for replication in (0, 1))
    assert between(by_name(one), by_name(two)) != []
    other = copy.deepcopy(by_name(one))
    other["legs"]["queue"][0] += 1
    assert between(by_name(one), other) != []


# --- names -----------------------------------------------------------------------------------------------------------


def _renamed(base: Written, change: Callable[[str], str], section: str) -> Written:
    """The names of one map changed, wherever they are used."""
    names = {name: change(name) for name in base.data[section]}

    def swap(value: Any) -> Any:
        if isinstance(value, dict):
            return {names.get(key, key): item if key == "skills" else swap(item) for key, item in value.items()}
        return names.get(value, value) if isinstance(value, str) else value

    return base._replace(data=swap(base.data))


def _backwards(name: str) -> str:
    """Another name, in another place of the alphabet."""
    return f"q{9 - int(name[-1]) if name[-1].isdigit() else 'x'}{name[::-1]}"


@same_run()
def test_names_of_queues_say_nothing(base: Written) -> Ways:
    """Queues may be called anything."""
    return Ways(base, _renamed(base, _backwards, "queues"), base.put("queues.queue_1_0.capacity", 0))


@same_run()
def test_names_of_channels_say_nothing(base: Written) -> Ways:
    """Channels may be called anything."""
    return Ways(base, _renamed(base, _backwards, "channels"), base.put("channels.voice", {"takes": "slot"}))


@same_run()
def test_names_of_segments_say_only_where_their_shares_lie(base: Written) -> Ways:
    """Segments may be called anything that keeps their place in the alphabet."""
    return Ways(
        base,
        _renamed(base, lambda name: f"a_{name}", "segments"),
        _renamed(base, lambda name: name.replace("vip", "a_vip"), "segments"),
    )


def _called(base: Written, before: str) -> Written:
    groups = {f"{before}{name}": group for name, group in base.data["staff"]["groups"].items()}
    return base.put("staff.groups", groups)


@same_run()
def test_names_of_groups_say_nothing_where_nothing_is_drawn_by_name(base: Written) -> Ways:
    """Groups, and so their people, may be called anything where nothing about people is drawn."""
    base = base.put("quality.truth", ALIKE).put("quality.history.weeks", 0)
    drawn = base.put("quality.truth", {**ALIKE, "speed_sd": 0.2})
    return Ways(base, _called(base, "the_"), _called(drawn, "the_"))


PEOPLE = ("ada", "ben", "cleo", "dan", "eve", "flo")


def _roster(base: Written, names: list[str]) -> Written:
    """Six people by rows: each with a proficiency and a start of its own, so that no tie goes by name."""
    count = len(names)
    rows = {
        "name": names,
        "tier": [1] * count,
        "skills": [f"skill_0:{1 + row / 10}|skill_1:{2 - row / 10}" for row in range(count)],
        "start": [f"22:{row:02d}" for row in range(count)],
        "end": ["04:00+1"] * count,
        "breaks": [f"22:{10 + 8 * row}/{3 + row}" for row in range(count)],
    }
    return base.put("staff", {"roster": "people.csv"}).table("people.csv", rows)


def _one_tier(number: int) -> Written:
    """Two queues of one tier, laws without ties, and people who differ by what the roster says alone."""
    step: Data = {"talk": exponential(120.0), "wrap_up": exponential(20.0), "resolution": 0.8}
    common: Data = {"channel": "voice", "patience": exponential(90.0), "arrivals": {"kind": "constant", "per_hour": 90}}
    base = written(number).put("quality", {"truth": ALIKE, "history": {"weeks": 0}}).out("bot", "escalation")
    base = base.put("queues", {f"line_{n}": {"tier": 1, "skills": [f"skill_{n}"]} for n in (0, 1)})
    base = base.put("intents", {f"intent_{n}": {**common, "path": {f"line_{n}": step}} for n in (0, 1)})
    return base.put("routing", {"rule": ("longest_idle", "skill_rank")[number % 2]})


def shown(names: list[str]) -> dict[str, str]:
    """The name behind what the journal calls people of a roster."""
    people = [Person(name, "g", 1, {}, 1, 0.0, (), personal=True) for name in sorted(names)]
    return {person.shown: person.name for person in called(people)}


def _by_row(journal: Journal, names: list[str]) -> Streams:
    """The records by row of the roster, in the order of time."""
    real = shown(names)
    row = np.append([names.index(real[agent]) for agent in journal.lexicon.agents], -1)
    records = copy.deepcopy(streams(journal))
    for name in ("legs", "contacts", "states", "evaluations"):
        records[name]["agent"] = row[records[name]["agent"]]
    records["states"] = np.sort(records["states"], order=["end", "agent", "start"])
    return records


@relation
@batches
def test_people_may_swap_names_where_all_that_is_true_of_them_is_written_down(numbers: range) -> None:
    """People of a roster may swap names where all that is true of them is written down."""
    for number in numbers:
        names = list(PEOPLE)
        mixed = random.Random(number).sample(names, len(names))
        base = _one_tier(number)
        one, two = (_by_row(_roster(base, found).run(number), found) for found in (names, mixed))
        assert between(one, two) == [], number
        assert len(set(one["legs"]["agent"].tolist())) > len(names) - 1
        drawn = base.put("quality.truth", {**ALIKE, "speed_sd": 0.3})
        one, two = (_by_row(_roster(drawn, found).run(number), found) for found in (names, mixed))
        assert between(one, two) != [], number
