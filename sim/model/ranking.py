"""Idle agents in the order of a score, so that the best is found without looking at everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ext.bitmap import Bitmap

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.queue import Roll


class Ranking:
    """The agents of one lane by their score for one kind of contact, and which of them are idle.

    Places go from the highest score down; a bitmap holds the places of the idle, so its lowest member is the best.
    Among equal scores the longest idle comes first.
    """

    __slots__ = ("_agents", "_idle", "_longest_idle", "_places", "_ties", "scores")

    def __init__(self, agents: list[Agent], scores: list[float], longest_idle: Roll) -> None:
        """`agents` in the order of their seats in the lane, `scores` alike; `longest_idle`: the lane's idle ones.

        Nobody has been added yet.
        """
        order = sorted(range(len(agents)), key=lambda seat: (-scores[seat], seat))
        self._places = [0] * len(agents)  # by seat
        for place, seat in enumerate(order):
            self._places[seat] = place
        self._agents = [agents[seat] for seat in order]
        self._ties = _ends_of_ties([scores[seat] for seat in order])
        self._idle = Bitmap(len(agents))
        self._longest_idle = longest_idle
        self.scores = scores  # by seat

    def add(self, seat: int) -> None:
        """The agent in this seat is idle."""
        self._idle.add(self._places[seat])

    def discard(self, seat: int) -> None:
        """The agent in this seat is idle no longer."""
        self._idle.discard(self._places[seat])

    def best(self) -> Agent | None:
        """The idle agent with the highest score, among equals the longest idle; None where nobody is idle."""
        first = self._idle.first()
        if first < 0:
            return None
        if self._ties[0] == len(self._agents):  # nobody scores higher than anybody
            return self._longest_idle.head
        best: Agent = self._agents[first]
        for place in range(first + 1, self._ties[first]):
            if self._idle.has(place):
                other: Agent = self._agents[place]
                if other.rank < best.rank:
                    best = other
        return best


def _ends_of_ties(scores: list[float]) -> list[int]:
    """For each place in a descending order: the place after the last one with an equal score."""
    ends = [0] * len(scores)
    end = len(scores)
    for place in range(len(scores) - 1, -1, -1):
        if place + 1 < len(scores) and scores[place] != scores[place + 1]:
            end = place + 1
        ends[place] = end
    return ends
