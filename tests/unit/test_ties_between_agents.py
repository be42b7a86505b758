"""A score that many agents share: among equals the longest idle, in lanes with room for ties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.policy import ScoreRouter, View
from sim.registry import Params
from sim.simulate import simulate
from tests.contracts.rules import added
from tests.scenarios import Data, centre, exponential


class Levels(ScoreRouter):
    """Three levels over a dozen agents of one lane."""

    uses_signals = False

    def score(self, view: View, agent: Any, contact: Any) -> float:
        return float(agent.index % 3)


class LevelsScanned(Levels):
    """The same, by looking at every free agent."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        free = view.free_agents(contact)
        return min(free, key=lambda a: (-self.score(view, a, contact), a.used > 0, a.rank), default=None)


def a_dozen(rule: str, slots: int) -> Data:
    channel = "chat" if slots > 1 else "voice"
    intent = {
        "channel": channel,
        "arrivals": {"kind": "constant", "per_hour": 300 * slots},
        "path": {"front": {"talk": exponential(100), "resolution": 1.0}},
    }
    group = {"tier": 1, "skills": {"calls": 1.0}, "count": 12, "slots": slots}
    channels = {"voice": {}, "chat": {"takes": "slot", "slowdown": [1.0, 1.2, 1.5]}}
    return centre(
        channels=channels, intents={"call": intent}, staff={"groups": {"agents": group}}, routing={"rule": rule}
    )


@pytest.mark.parametrize("slots", [1, 3])
def test_among_agents_who_score_alike_the_longest_idle_is_chosen(built: Any, slots: int) -> None:
    runs = []
    for rule in (Levels, LevelsScanned):
        with added("router", rule.__name__.lower(), rule, Params) as name:
            runs.append(simulate(built(a_dozen(name, slots)), 3, 0).legs)
    assert len(set(runs[0]["agent"])) == 12
    for field in runs[0].dtype.names:
        np.testing.assert_array_equal(runs[0][field], runs[1][field])
