"""Watching changes nothing: logs, traces, progress, stored records and rules that only look."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.metrics import flows, kpis
from sim.model.policy import Router
from sim.registry import Params
from sim.routing.longest_idle import LongestIdle
from sim.simulate import simulate
from tests.contracts.rules import added
from tests.relations.outcome import between, same, streams
from tests.relations.relation import SEED, Written, batches, partner, relation, written
from tests.scenarios import build

# --- a run that is watched -------------------------------------------------------------------------------------------


@contextmanager
def _logging() -> Iterator[Callable[[], int]]:
    """Every logger there is at its most talkative, `sim`'s included."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        root.debug("begins")
        yield lambda: len(lines)
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@contextmanager
def _tracing() -> Iterator[Callable[[], int]]:
    """A tracer, as debuggers and coverage set one."""
    events = 0

    def trace(frame: Any, event: str, argument: Any) -> None:
        nonlocal events
        events += 1

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lambda: events
    finally:
        sys.settrace(before)


@contextmanager
def _profiling() -> Iterator[Callable[[], int]]:
    """A profiler."""
    events = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal events
        events += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield lambda: events
    finally:
        sys.setprofile(before)


@contextmanager
def _collecting() -> Iterator[Callable[[], int]]:
    """A garbage collector that never rests."""
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        yield lambda: 1
    finally:
        gc.set_threshold(*before)


@relation
@pytest.mark.parametrize("watched", [_logging, _tracing, _profiling, _collecting])
@batches
def test_a_run_that_is_watched_is_the_same_run(numbers: range, watched: Callable[[], Any], tmp_path: Path) -> None:
    """Logging at every level, tracing, profiling and constant garbage collection change no record."""
    for number in numbers:
        base = written(number)
        with watched() as seen:
            journal = simulate(build(tmp_path / str(number), *base), SEED, number)
        assert seen() > 0
        assert same(base.run(number), journal), number


@relation
@batches
def test_reading_a_journal_does_not_change_it(numbers: range) -> None:
    """KPIs, agents' tables and flows read a journal and leave it as it was."""
    for number in numbers:
        journal = written(number).run(number)
        before = {name: stream.copy() for name, stream in streams(journal).items()}
        main, agents = kpis.tables(journal)
        assert len(main) > 100 and len(agents) > 10 and len(flows.table(journal)) > 0
        assert between(before, streams(journal)) == [], number


class Watcher(LongestIdle):
    """The longest idle, chosen by a rule that looks at everything a rule may see."""

    looks = 0

    def choose_agent(self, view: Any, contact: Any) -> Any:
        Watcher.looks += 1
        assert list(view.free_agents(contact)) is not None and len(view.agents) > 0
        assert [len(lane.agents) for lane in view.all_lanes()] and view.urgency(contact) >= 0
        return super().choose_agent(view, contact)

    def choose_contact(self, view: Any, agent: Any) -> Any:
        heads = list(view.heads(agent))
        chosen = super().choose_contact(view, agent)
        assert chosen is None or chosen in heads
        return chosen


@relation
@batches
def test_a_rule_that_only_looks_is_the_rule_without_looking(numbers: range) -> None:
    """A rule that looks at all it may see, and then decides like another, is that other rule."""
    Watcher.looks = 0
    with added("router", "watcher", Watcher, Params) as name:
        for number in numbers:
            one, two = (written(number).put("routing", {"rule": rule}).run(number) for rule in ("longest_idle", name))
            assert same(one, two), number
    assert Watcher.looks > 50 * len(numbers)


class Youngest(Router):
    """The one who has been idle for the shortest time."""

    def choose_agent(self, view: Any, contact: Any) -> Any:
        return max(view.free_agents(contact), key=lambda agent: agent.rank, default=None)


@partner
def test_a_rule_that_decides_otherwise_is_another_run() -> None:
    with added("router", "youngest", Youngest, Params) as name:
        one, two = (written(0).put("routing", {"rule": rule}).run() for rule in ("longest_idle", name))
        assert not same(one, two)


# --- an experiment that is watched -----------------------------------------------------------------------------------


def _stored(folder: Path, scenario: Any, **how: Any) -> dict[str, bytes]:
    """The bytes of every table that a run stores, by name."""
    place = sim.run(scenario, replications=6, seed=SEED, results=folder, **how).folder
    assert place is not None
    return {file.name: file.read_bytes() for file in sorted(place.glob("*.csv"))}


WAYS = {
    "two workers": {"engine": "local", "workers": 2},
    "three workers": {"engine": "local", "workers": 3},
    "a progress bar": {"engine": "serial", "progress": True},
    "contact records": {"engine": "serial", "contacts": True},
}


@relation
@pytest.mark.parametrize("way", WAYS)
def test_how_replications_are_carried_out_changes_no_byte(way: str, tmp_path: Path) -> None:
    """Workers, a progress bar and contact records kept change no byte of what is stored."""
    base = written(1)
    scenario = build(tmp_path / "scenario", *base)
    plain = _stored(tmp_path / "plain", scenario, engine="serial", progress=False)
    assert len(plain) >= 3 and all(len(content) > 100 for content in plain.values())
    assert _stored(tmp_path / "other", scenario, **WAYS[way]) == plain


@relation
def test_what_is_stored_is_what_is_not_stored(tmp_path: Path) -> None:
    """A run that stores nothing has the numbers of one that does."""
    scenario = build(tmp_path / "scenario", *written(1))
    one, two = (
        sim.run(scenario, replications=3, seed=SEED, engine="serial", results=results) for results in (None, tmp_path)
    )
    assert one.kpis.equals(two.kpis) and one.agents.equals(two.agents) and len(one.kpis) > 100


@relation
@batches
def test_a_replication_alone_is_the_one_among_many(numbers: range, tmp_path: Path) -> None:
    """Replication k alone is replication k among many, whatever ran before it in the process."""
    for number in numbers:
        base = written(number)
        loaded, other = (build(tmp_path / f"{name}{number}", *base) for name in "ab")
        among = [simulate(loaded, SEED, replication) for replication in range(3)]
        alone = simulate(other, SEED, 2)
        assert same(among[2], alone), number
        assert not same(among[1], alone)


@relation
def test_a_replication_alone_has_the_kpis_of_the_one_among_many(tmp_path: Path) -> None:
    """The KPIs of replication k alone are those of replication k among many."""
    scenario = build(tmp_path / "scenario", *written(1))
    many = sim.run(scenario, replications=4, seed=SEED, engine="serial").kpis
    alone = sim.run(scenario, replication=2, seed=SEED, engine="serial").kpis
    assert many[many["replication"] == 2].reset_index(drop=True).equals(alone) and len(alone) > 100


@relation
@batches
def test_another_seed_is_another_run_altogether(numbers: range, tmp_path: Path) -> None:
    """Another seed moves every drawn birth, whatever the replication."""
    arrivals = {"kind": "constant", "per_hour": 60}
    for number in numbers:
        base: Written = written(number).each("intents", lambda intent: intent.update(arrivals=arrivals))
        loaded = build(tmp_path / str(number), *base)
        births = [set(simulate(loaded, seed, k).cases["born"].tolist()) for seed in (1, 2) for k in (0, 1)]
        assert all(len(one) > 20 for one in births)
        assert sum(map(len, births)) == len(set().union(*births)), number


@partner
def test_another_seed_changes_the_stored_bytes(tmp_path: Path) -> None:
    scenario = build(tmp_path / "scenario", *written(1))
    one, two = (sim.run(scenario, replications=2, seed=seed, engine="serial").kpis for seed in (1, 2))
    assert not one.equals(two)
