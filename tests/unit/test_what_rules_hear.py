"""The customer's own uniform and the sentiment as heard: addressed, so that arms share them, and as said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.policy import View
from sim.routing.longest_idle import LongestIdle
from sim.sampling.streams import entity_key
from sim.simulate import simulate
from tests.contracts.rules import added
from tests.scenarios import centre

OTHER = entity_key("somebody")


class Listener(LongestIdle):
    """Longest idle; it notes what it hears."""

    heard: list[tuple[int, float, float, float]] = []  # noqa: RUF012  # emptied by the test

    def choose_agent(self, view: View, contact: Any) -> Any:
        row = (contact.case.number, view.uniform(contact), view.uniform(contact, OTHER), view.sentiment(contact))
        assert row[1:3] == (view.uniform(contact), view.uniform(contact, OTHER))
        Listener.heard.append(row)
        return super().choose_agent(view, contact)


def _listen(built: Any, count: int) -> Any:
    Listener.heard.clear()
    with added("router", "listener", Listener):
        data = centre(routing={"rule": "listener"})
        data["intents"]["call"]["arrivals"]["per_hour"] = 3000
        data["staff"]["groups"]["agents"]["count"] = count
        simulate(built(data), 1, 0)
    return np.array(sorted(Listener.heard))


def test_arms_share_them(built: Any) -> None:
    assert np.array_equal(_listen(built, 20), _listen(built, 200))


def test_they_have_their_laws_and_know_nothing_of_one_another(built: Any) -> None:
    _, own, other, sentiment = _listen(built, 200).T
    grain = 4.0 / np.sqrt(own.size)
    for u in (own, other):
        assert u.mean() == pytest.approx(0.5, abs=grain / np.sqrt(12))
        assert u.var() == pytest.approx(1 / 12, abs=grain * np.sqrt(1 / 180))
    assert sentiment.mean() == pytest.approx(0.0, abs=grain)
    assert sentiment.var() == pytest.approx(1.0, abs=grain * np.sqrt(2))
    assert np.abs(np.corrcoef([own, other, sentiment]) - np.eye(3)).max() < grain
