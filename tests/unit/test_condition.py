"""Agents who change while a run goes on: what effects do, and that effects of size zero do nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim import simulate
from sim.quality import effects
from sim.quality.condition import Change, Diary
from tests.relations.outcome import same, same_flow

CENTRE = ["calendar.length='10 h'"]


class _Shift:
    """All agents differ by so much from a moment on."""

    def __init__(self, agents: int, intents: int, since: float, **by: float) -> None:
        self._none, self._since, self._by = Change.none(agents, intents), since, by

    def change(self, now: float) -> Change:
        change = Change.none(*self._none.handle.shape)
        if now >= self._since:
            for name, size in self._by.items():
                getattr(change, name)[...] = size
        return change


def _journal(monkeypatch: pytest.MonkeyPatch, since: float = 0.0, **by: float) -> Any:
    monkeypatch.setattr(
        effects,
        "of",
        lambda centre, staff, streams: [_Shift(len(staff), len(centre.blueprint.intents), since, **by)] if by else [],
    )
    return simulate.simulate(sim.load("tech_support", CENTRE), 3, 0)


def test_effects_of_size_zero_give_the_bits_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    none = _journal(monkeypatch)
    zero = _journal(monkeypatch, handle=0.0, resolution=0.0, qa=0.0, empathy=0.0, defects=0.0)
    assert same(none, zero)


@pytest.mark.parametrize("name", ["handle", "resolution", "qa", "empathy"])
def test_each_kind_of_change_shows_in_the_records(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert not same_flow(_journal(monkeypatch), _journal(monkeypatch, **{name: 0.5}))


def test_handle_times_stretch_by_the_stated_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same agent answers the first call of the day; its wrap-up is the law's quantile times the factor."""
    before, after = (_journal(monkeypatch, handle=size).legs for size in (0.0, np.log(2.0)))
    first = [legs[(legs["wrap_up"] > 0.0)][0] for legs in (before, after)]
    assert first[0]["case"] == first[1]["case"]
    assert first[1]["wrap_up"] == pytest.approx(2.0 * first[0]["wrap_up"], rel=1e-12)


def test_a_change_takes_hold_at_its_moment_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    since = 9 * 3600.0
    before, after = _journal(monkeypatch), _journal(monkeypatch, since=since, resolution=-8.0)
    early = [journal.legs[journal.legs["ended"] < since] for journal in (before, after)]
    assert early[0].size > 20
    assert all(np.array_equal(early[0][name], early[1][name], equal_nan=True) for name in ("agent", "end", "ended"))
    late = after.contacts[(after.contacts["ended"] > since) & (after.contacts["agent"] >= 0)]
    assert late["resolved"].mean() < 0.02 < before.contacts["resolved"].mean()


def test_the_diary_tells_what_held_at_a_moment() -> None:
    diary = Diary(kept=True)
    for moment, size in ((0.0, 1.0), (10.0, 2.0)):
        change = Change.none(2, 1)
        change.qa[1], change.empathy[1], change.defects[1] = size, 10.0 * size, 100.0 * size
        diary.write(moment, change)
    told = [(diary.qa(1, t), diary.empathy(1, t), diary.defects(1, t)) for t in (-1.0, 0.0, 9.9, 10.0, 99.0)]
    assert told == [(0.0, 0.0, 0.0), *[(1.0, 10.0, 100.0)] * 2, *[(2.0, 20.0, 200.0)] * 2]
    assert diary.qa(0, 5.0) == 0.0
