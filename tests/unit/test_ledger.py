"""The ledger that rules see agrees, at any moment, with the journal as written at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import simulate as simulation
from sim.errors import ModelError
from sim.model.journal import AgentState, Journal
from sim.model.policy import View
from sim.routing.longest_idle import LongestIdle
from sim.simulate import simulate
from tests.contracts.rules import added, routed

HANDLING = (AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER)
Seen = list[tuple[float, int, int, list[tuple[int, float, float]]]]


class Bookkeeper(LongestIdle):
    """Longest idle; at every tenth contact it looks everything up."""

    uses_ledger = True
    seen: Seen = []  # noqa: RUF012  # emptied by the test
    asked = 0

    def choose_agent(self, view: View, contact: Any) -> Any:
        Bookkeeper.asked += 1
        if Bookkeeper.asked % 10 == 0:
            ledger = view.ledger
            last = ledger.last_agent(contact)
            rows = [(ledger.taken(a), ledger.busy_time(a), ledger.duty_time(a)) for a in view.agents]
            Bookkeeper.seen.append((view.now, contact.case.number, -1 if last is None else last.index, rows))
        return super().choose_agent(view, contact)


@pytest.mark.parametrize("number", range(8))
def test_the_ledger_agrees_with_the_journal(number: int, built: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the records are handed on in small pieces while the run goes on."""
    for piece in (16_384, 40):
        monkeypatch.setattr(simulation, "PIECE", piece)
        Bookkeeper.seen.clear()
        with added("router", "bookkeeper", Bookkeeper):
            made = routed(number, "bookkeeper")
            journal = simulate(built(made.data, made.tables), 2, 0)
        assert Bookkeeper.seen
        for now, case, last, rows in Bookkeeper.seen:
            _check(journal, now, case, last, rows)


def _check(journal: Journal, now: float, case: int, last: int, rows: list[tuple[int, float, float]]) -> None:
    """Where something happens at the very moment of asking, either side of it will do."""
    legs = journal.legs[journal.legs["agent"] >= 0]
    of_case = np.sort(legs[(legs["case"] == case) & (legs["ended"] <= now)], order="ended")
    assert last == -1 if of_case.size == 0 else last in of_case["agent"][of_case["ended"] == of_case["ended"][-1]]
    states = journal.states
    for agent, (taken, busy, duty) in enumerate(rows):
        own = legs[legs["agent"] == agent]
        assert (own["answered"] < now).sum() <= taken <= (own["answered"] <= now).sum()
        mine = states[states["agent"] == agent]
        length = np.clip(np.minimum(mine["end"], now) - mine["start"], 0.0, None)
        handling = np.isin(mine["state"], HANDLING)
        assert busy == pytest.approx(length[handling].sum(), abs=1e-6)
        assert duty == pytest.approx(length[handling | (mine["state"] == AgentState.AVAILABLE)].sum(), abs=1e-6)


class Forgetful(LongestIdle):
    """Asks for the ledger and does not say so."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        return view.ledger.last_agent(contact)


def test_a_rule_that_does_not_say_so_is_told(built: Any) -> None:
    with added("router", "forgetful", Forgetful):
        made = routed(1, "forgetful")
        with pytest.raises(ModelError, match="uses_ledger"):
            simulate(built(made.data, made.tables), 1, 0)
