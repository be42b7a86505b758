"""One line against the formulas every planner knows, through the KPIs everybody reads.

Each agreement stands beside a fault planted on purpose, a formula a little off, which has to be refuted: otherwise
the tolerance would be decoration.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.config.load import Loaded
from sim.config.load import load as load_scenario
from sim.model.journal import Journal
from tests.oracles import birth_death
from tests.scenarios import exponential, fixed
from tests.theory.lines import SERVICE, hyperexponential, line
from tests.theory.measuring import Agree, Found, Sums, both, kpi_sums, measure, p_wait, refuted

Built = Callable[..., Loaded]
LINE = both(kpi_sums("abandonment", "wait_all", "asa", "sl_offered", "service_level", "occupancy"), p_wait)
PATIENT = both(kpi_sums("wait_all", "asa", "sl_offered", "service_level", "occupancy"), p_wait)
LAWS = {
    "exponential": exponential(SERVICE),
    "constant": fixed(SERVICE),
    "lognormal": {"law": "lognormal", "mean": f"{SERVICE} s", "cv": 1.5},
    "hyperexponential": hyperexponential(SERVICE),
}


def theory(load: float, agents: int, **more: float | int | None) -> dict[str, float]:
    """The formula at the lines' mean service."""
    return birth_death.line(load / SERVICE, SERVICE, agents, **more)._asdict()  # type: ignore[arg-type]


@pytest.mark.parametrize("law", LAWS)
def test_blocking_without_a_waiting_line_is_erlang_b(built: Built, agree: Agree, law: str) -> None:
    """Whatever the law of service: Erlang-B knows its mean alone."""
    found = measure(built(line(10.0, 10, 20, waiting_room=0, law=LAWS[law])), kpi_sums("blocking", "occupancy"))
    agree(f"M/{law}/10/10", found, theory(10.0, 10, waiting_room=0))
    for wrong in (theory(10.5, 10, waiting_room=0), theory(10.0, 11, waiting_room=0)):
        assert set(refuted(found, wrong)) == {"blocking", "occupancy"}


SMALL = [(0.5, 1, 700), (0.8, 2, 600)]
LARGE = [(4.0, 5, 900), (10.0, 13, 600)]


@pytest.mark.parametrize(
    ("load", "agents", "hours"), [*SMALL, *(pytest.param(*case, marks=pytest.mark.slow) for case in LARGE)]
)
def test_who_never_gives_up_waits_as_erlang_c_says(
    built: Built, agree: Agree, load: float, agents: int, hours: float
) -> None:
    loaded = built(line(load, agents, hours))
    found = measure(loaded, PATIENT)
    agree(f"M/M/{agents}", found, theory(load, agents))
    assert len(refuted(found, theory(1.05 * load, agents))) == 6
    assert measure(loaded, kpi_sums("abandonment"), 2)["abandonment"].mean == 0.0


def _shipped(hours: int, read: Callable[[Journal], Sums]) -> Found:
    length = f"{hours + 1} h"
    steady = [f"calendar.length='{length}'", f"calendar.interval='{length}'", "calendar.warmup='1 h'"]
    return measure(load_scenario("single_queue", steady), read)


def _erlang_a(patience: float = 120.0, agents: int = 50) -> dict[str, float]:
    return birth_death.line(1 / 6, 300.0, agents, patience)._asdict()


def test_the_shipped_single_queue_is_erlang_a(agree: Agree) -> None:
    """Its probabilities; two agents or a third of the patience more or less are refuted."""
    found = _shipped(40, both(kpi_sums("abandonment", "sl_offered", "service_level", "occupancy"), p_wait))
    agree("M/M/50+M", found, _erlang_a())
    for agents in (48, 52):
        assert len(refuted(found, _erlang_a(agents=agents))) == 5
    for patience in (80.0, 160.0):
        assert refuted(found, _erlang_a(patience=patience))


@pytest.mark.slow
def test_the_shipped_single_queue_is_erlang_a_in_its_waits_as_well(agree: Agree) -> None:
    found = _shipped(160, LINE)
    agree("M/M/50+M, long", found, _erlang_a())
    for agents in (49, 51):
        assert len(refuted(found, _erlang_a(agents=agents))) == 7
    assert {"wait_all", "asa"} <= set(refuted(found, _erlang_a(patience=132.0)))


@pytest.mark.parametrize(("agents", "hours"), [(6, 40), (8, 50), pytest.param(10, 160, marks=pytest.mark.slow)])
def test_small_lines_with_impatient_customers_are_erlang_a(
    built: Built, agree: Agree, agents: int, hours: float
) -> None:
    found = measure(built(line(8.0, agents, hours, patience=60.0)), LINE)
    agree(f"M/M/{agents}+M", found, theory(8.0, agents, patience=60.0))
    assert len(refuted(found, theory(8.4, agents, patience=60.0))) >= 6
    assert refuted(found, theory(8.0, agents, patience=66.0))


@pytest.mark.parametrize("room", [1, 4])
def test_a_line_of_limited_length_with_impatient_customers_is_its_chain(built: Built, agree: Agree, room: int) -> None:
    loaded = built(line(4.0, 4, 70, patience=150.0, waiting_room=room))
    found = measure(loaded, both(LINE, kpi_sums("blocking")))
    agree(f"M/M/4/{4 + room}+M", found, theory(4.0, 4, patience=150.0, waiting_room=room))
    assert refuted(found, theory(4.0, 4, patience=150.0, waiting_room=room + 1)).keys() >= {"blocking", "wait_all"}
    assert refuted(found, theory(4.0, 4, patience=165.0, waiting_room=room)).keys() >= {"abandonment"}
