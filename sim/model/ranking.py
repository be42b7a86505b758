"""Idle agents in the order of a score, so that the best is found without looking at everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ext.bitmap import Ladder

if TYPE_CHECKING:
    from sim.model.agent import Agent


class Ranking:
    """The agents of one lane by their score for one kind of contact, and which of them are idle.

    Equal scores are one rung of a ladder, the highest score the lowest rung. Agents step on in the order in which they
    become idle, so the first on a rung is the longest idle. Joining, leaving and finding the best cost O(1).
    """

    __slots__ = ("_agents", "_idle", "scores")

    def __init__(self, agents: list[Agent], scores: list[float]) -> None:
        """`agents` in the order of their seats in the lane, `scores` alike; nobody has been added yet."""
        rungs = {score: rung for rung, score in enumerate(sorted(set(scores), reverse=True))}
        self._agents = agents
        self._idle = Ladder([rungs[score] for score in scores])
        self.scores = scores  # by seat

    def add(self, seat: int) -> None:
        """The agent in this seat is idle, from now on."""
        self._idle.add(seat)

    def discard(self, seat: int) -> None:
        """The agent in this seat is idle no longer."""
        self._idle.discard(seat)

    def best(self) -> Agent | None:
        """The idle agent with the highest score, among equals the longest idle; None where nobody is idle."""
        seat = self._idle.first()
        return self._agents[seat] if seat >= 0 else None
