"""When signals change, whoever waits for a better agent is offered again: somebody idle may now be good enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.config.load import Loaded
from sim.model.policy import Router
from sim.registry import Params
from sim.simulate import simulate
from tests.contracts.rules import added
from tests.scenarios import centre, exponential

Built = Callable[..., Loaded]


class HoldsUntilRefreshed(Router):
    """Nobody answers before the first refresh of signals; from then on the first who is free."""

    uses_signals = True

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        self._refreshes = 0

    def refresh(self, view: Any) -> None:
        self._refreshes += 1

    def choose_agent(self, view: Any, contact: Any) -> Any:
        return next(view.free_agents(contact), None) if self._refreshes > 1 else None


def legs_until_refreshed(built: Built, **more: Any) -> Any:
    """Stays of an hour of calls that nobody may answer before the refresh at 1,200 s."""
    intents = {
        "call": {
            "channel": "voice",
            "arrivals": {"kind": "constant", "per_hour": 30},
            "path": {"front": {"talk": exponential(60), "resolution": 1.0}},
        }
    }
    with added("router", "holds_until_refreshed", HoldsUntilRefreshed):
        loaded = built(
            centre(
                intents=intents,
                routing={"rule": "holds_until_refreshed"},
                staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 4}}},
                quality={"signals": {"refresh": "20 min"}},
                **more,
            )
        )
        legs = simulate(loaded, 1, 0).legs
    early = legs[legs["entered"] < 1200.0]
    assert (early["answered"] >= 1200.0).all()
    return early[np.argsort(early["entered"], kind="stable")]


def test_who_waits_is_answered_at_the_refresh_in_order_of_arriving(built: Built) -> None:
    early = legs_until_refreshed(built)
    assert early.size > 4
    assert (early["answered"][:4] == 1200.0).all()


def test_the_most_urgent_are_offered_first_whenever_they_came(built: Built) -> None:
    early = legs_until_refreshed(built, segments={"plain": {"share": 0.6}, "vip": {"share": 0.4, "priority": 1}})
    urgent, at_once = early["segment"] == 1, early["answered"] == 1200.0
    assert 0 < urgent.sum() < 4 < early.size
    assert at_once.sum() == 4
    assert at_once[urgent].all()
    assert not at_once[:4].all()  # some who came earlier waited for them
