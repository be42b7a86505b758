"""What holds in every run, whatever the scenario: tests/invariants, on random scenarios that force ties.

`test_invariants_notice.py` shows of each invariant that it can fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from sim.model.journal import AgentState, ContactEnd, LegEnd, SessionEnd
from tests.invariants import agents, contacts, lines, sums  # noqa: F401  # each adds its invariants to the list
from tests.invariants.account import Account
from tests.invariants.runs import READ_THE_PLAN, Managed, broken, honest, run
from tests.scenarios import FORCED, ROUTERS

FEW, MANY = range(20), range(20, 316)


@pytest.mark.parametrize("number", [*FEW, *(pytest.param(n, marks=pytest.mark.slow) for n in MANY)])
def test_every_invariant_holds(number: int) -> None:
    assert broken(honest(number)) == {}


FEW_MANAGED, MANY_MANAGED = range(6), range(6, 60)
managed = pytest.mark.parametrize(
    "number", [*FEW_MANAGED, *(pytest.param(n, marks=pytest.mark.slow) for n in MANY_MANAGED)]
)


@managed
def test_a_floor_manager_breaks_nothing_but_the_plan(number: int) -> None:
    assert broken(run(number, kind=Managed), but=READ_THE_PLAN) == {}


def test_floor_managers_really_change_the_plan() -> None:
    """Else the test before would say little: what reads the plan no longer agrees with it."""
    found = [broken(run(number, kind=Managed)) for number in FEW_MANAGED]
    assert all(set(one) <= set(READ_THE_PLAN) for one in found) and sum(map(bool, found)) >= 2


def test_scenarios_meet_everything_and_are_full_of_ties() -> None:
    """Else invariants say little."""
    runs = [honest(number) for number in FEW]
    accounts = [true.account for true in runs]
    assert {leg["end"] for account in accounts for leg in account.legs} == set(LegEnd)
    assert {contact["end"] for account in accounts for contact in account.ends} == set(ContactEnd)
    states = {record["state"] for account in accounts for record in account.states}
    assert states == set(AgentState)
    scenarios = [true.account.loaded.scenario for true in runs]
    for part in ("absence", "attrition"):
        assert any(getattr(scenario.staff, part) is not None for scenario in scenarios), part
    for part in ("strain", "learning", "knowledge"):
        assert any(getattr(scenario.quality, part) is not None for scenario in scenarios), part
    sessions = {session["end"] for account in accounts for session in account.sessions}
    assert sessions >= {SessionEnd.HELD, SessionEnd.MISSED}
    assert any(record["state"] == AgentState.OFF and record["scheduled"] for a in accounts for record in a.states)
    assert max(record["load"] for account in accounts for record in account.states) >= 3
    assert {true.made.data["routing"]["rule"] for true in runs} == set(ROUTERS)
    assert sum(account.journal.lexicon.warmup > 0.0 for account in accounts) > len(FEW) / 4
    assert _tied(accounts) > 0.2
    assert sum(_together(account) for account in accounts) > 300
    times = [time for true in runs for time in _times(true.made.data["intents"])]
    assert sum(time in FORCED for time in times) > 0.45 * len(times)


def _tied(accounts: Sequence[Account]) -> float:
    """Share of legs that end at an instant at which another one of their run ends."""
    ends = [Counter(leg["ended"] for leg in account.legs) for account in accounts]
    return sum(n for moments in ends for n in moments.values() if n > 1) / sum(moments.total() for moments in ends)


def _together(account: Account) -> int:
    """Pairs who waited in one line, entered it at one instant, and whose turn is known."""
    waits = Counter((w.queue, w.level, w.intent, w.entered, w.came) for w in account.waits if w.left > w.entered)
    return sum(n * (n - 1) // 2 for n in waits.values())


def _times(section: object) -> list[float]:
    """Every constant, mean or scale of a law, in seconds."""
    if not isinstance(section, dict):
        return []
    if "law" in section:
        return [float(text.split()[0]) for name in ("value", "mean", "scale", "high") if (text := section.get(name))]
    return [time for part in section.values() for time in _times(part)]
