"""The two benchmark scenarios are what the benchmarks say they are; their speed is measured in `tests/bench`."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim.config.load import load
from sim.model.journal import Journal, LegEnd
from sim.simulate import simulate
from sim.staff.people import hire
from tests.oracles.birth_death import line

Z = 4.0
HOUR = 3600.0


def short_line(agents: int = 50) -> list[Journal]:
    """Thirty runs of 400 minutes."""
    loaded = load(
        "bench_mm50m",
        ["calendar.length='400 min'", "calendar.interval='400 min'", f"staff.groups.agents.count={agents}"],
    )
    return [simulate(loaded, seed=7, replication=replication) for replication in range(30)]


def agrees_with_erlang_a(journals: list[Journal]) -> bool:
    """Share abandoned and mean wait of who came in the hours after the first (it begins empty), z = 4."""
    truth = line(1 / 6, 300.0, 50, 120.0)
    found = []
    for journal in journals:
        contacts = journal.contacts[journal.contacts["started"] > HOUR]
        found.append(((contacts["end"] == 4).mean(), contacts["waited"].mean()))
    mean = np.mean(found, axis=0)
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    return bool((np.abs(mean - (truth.abandonment, truth.wait_all)) <= Z * error).all())


def test_the_line_is_erlang_a() -> None:
    assert agrees_with_erlang_a(short_line())


def test_the_line_with_three_agents_more_is_not() -> None:
    """The planted fault."""
    assert not agrees_with_erlang_a(short_line(53))


def test_the_line_has_a_hundred_thousand_contacts_and_no_wrap_up() -> None:
    scenario = load("bench_mm50m").scenario
    call = scenario.intents["call"]
    assert call.arrivals.per_hour * scenario.calendar.length / HOUR == pytest.approx(100_000)  # type: ignore[union-attr]
    assert call.path["calls"].wrap_up is None


def test_the_reference_has_300_60_and_15_agents_in_groups_by_skill() -> None:
    loaded = load("bench_reference")
    assert Counter(person.tier for person in hire(loaded)) == {1: 300, 2: 60, 3: 15}
    assert len({(group.tier, frozenset(group.skills)) for group in loaded.scenario.staff.groups.values()}) == 15


def test_the_reference_has_about_fifty_thousand_contacts_and_every_part_of_the_base_flow() -> None:
    journal = simulate(load("bench_reference"), seed=1, replication=0)
    assert len(journal.contacts) == pytest.approx(50_000, rel=0.02)
    ends = Counter(journal.legs["end"].tolist())
    for end in (LegEnd.CONTAINED, LegEnd.HANDED_OFF, LegEnd.RESOLVED, LegEnd.UNRESOLVED, LegEnd.ESCALATED):
        assert ends[end] > 1_000, end
    assert ends[LegEnd.ABANDONED] > 100
    assert set(journal.contacts["origin"].tolist()) == {0, 1, 2}
    assert set(journal.legs["tier"].tolist()) == {0, 1, 2, 3}


@pytest.mark.parametrize("name", ["bench_mm50m", "bench_reference"])
def test_their_numbers_are_said_to_be_chosen(name: str) -> None:
    assert all("chosen" in f"{a.what} {a.source}".lower() for a in load(name).scenario.assumptions)
