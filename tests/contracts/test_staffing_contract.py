"""What every registered staffing rule promises; a new rule is tested the moment its file exists."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from sim import registry
from sim.staffing.forecast import Forecast, Stream

EDGES = np.arange(9) * 900.0
EXTRA: dict[str, dict[str, Any]] = {  # parameters without a default
    "recorded_heads": {"file": "heads.csv"},
    "senior_mix": {"group": "team"},
}
LEVERS: dict[str, Any] = {
    "rework": {},
    "specialists": {"measured": {"call": 0.3}},
    "handle_time": {},
    "occupancy_cap": 0.7,
    "recovery": {"above": 0.6},
    "coaching": {"at_once": 0.3},
}
CASES = [
    *((name, EXTRA.get(name, {})) for name in registry.names("staffing")),
    *(("with_levers", {lever: setting}) for lever, setting in LEVERS.items() if lever != "coaching"),
]
"""Every rule with its defaults, and every lever alone. Coaching moves with the slack: it has a promise of its own."""
RECORD = np.array([0.0, 1.0, 5.0, 12.0, 13.0, 7.0, 3.0, 0.0])


def forecast(scale: float = 1.0, slots: int = 1) -> Forecast:
    """Two hours with a hump: none, few, many, none."""
    contacts = scale * np.array([0.0, 1.0, 10.0, 40.0, 45.0, 20.0, 5.0, 0.0])
    grid = (np.arange(400) + 0.5) / 400
    stream = Stream("call", "front", contacts, 300.0 * contacts, 0.5)
    return Forecast(
        edges=EDGES,
        contacts=contacts,
        work=300.0 * contacts,
        returning=0.1 * contacts,
        returning_work=30.0 * contacts,
        patience=(-300.0 * np.log1p(-grid), np.full(grid.size, 1 / grid.size)),
        slots=slots,
        record=lambda file, column: RECORD,
        streams=(stream,),
        to_split=np.ceil(contacts / 2).astype(np.int64),
    )


@pytest.fixture(params=CASES, ids=lambda case: "-".join((case[0], *case[1])))
def rule(request: pytest.FixtureRequest) -> Any:
    """Every registered rule in turn, with its default parameters, and every lever."""
    name, params = request.param
    return registry.build("staffing", name, params)


def test_heads_are_whole_and_never_negative(rule: Any) -> None:
    heads = rule.heads(forecast())
    assert heads.shape == (EDGES.size - 1,)
    assert np.issubdtype(heads.dtype, np.integer)
    assert (heads >= 0).all()


def test_a_rule_decides_and_changes_nothing(rule: Any) -> None:
    given = forecast()
    before = {f.name: _copied(getattr(given, f.name)) for f in dataclasses.fields(given)}
    first, second = rule.heads(given), rule.heads(given)
    assert (first == second).all()
    for name, value in before.items():
        np.testing.assert_equal(_copied(getattr(given, name)), value)


def test_more_contacts_never_ask_for_fewer_heads(rule: Any) -> None:
    assert (rule.heads(forecast(2.0)) >= rule.heads(forecast(1.0))).all()


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_never_takes_heads_away(lever: str) -> None:
    plain = registry.build("staffing", "with_levers", {}).heads(forecast())
    with_it = registry.build("staffing", "with_levers", {lever: LEVERS[lever]}).heads(forecast())
    assert (with_it >= plain).all()
    assert with_it.sum() > plain.sum()


def test_no_contacts_ask_for_nobody_unless_the_heads_are_recorded(rule: Any) -> None:
    expected = RECORD if type(rule).__name__ == "RecordedHeads" else np.zeros(EDGES.size - 1)
    assert (rule.heads(forecast(0.0)) == expected).all()


def test_it_says_what_it_does_in_one_line(rule: Any) -> None:
    entry = next(e for e in map(_entry, registry.names("staffing")) if e.build is type(rule))
    assert len(entry.summary) >= 20


def _entry(name: str) -> registry.Entry:
    return registry.find("staffing", name)


def _copied(value: Any) -> Any:
    """The value with its arrays copied, those in tuples and streams too."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, Stream):
        return tuple(_copied(getattr(value, f.name)) for f in dataclasses.fields(value))
    return tuple(_copied(part) for part in value) if isinstance(value, tuple) else value
