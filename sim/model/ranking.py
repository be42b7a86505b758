"""Idle agents in the order of a score, so that the best is found without looking at everybody."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.model.agent import Agent

ONE = 1
LOW_32, LOW_16, LOW_8, LOW_4, LOW_2 = 0xFFFFFFFF, 0xFFFF, 0xFF, 0xF, 0x3


class Ranking:
    """The agents of one lane by their score for one kind of contact, and which of them are idle.

    A bitmap by place in the order, 64 places a word, and above it one bit a word that has anybody: a change costs two
    words, the best of 100,000 agents at most 25 looks. Among equal scores the longest idle comes first.
    """

    __slots__ = ("_agents", "_words", "_words_used", "places", "scores", "ties")

    def __init__(self, agents: list[Agent], scores: list[float]) -> None:
        """`agents` in the order of their seats in the lane, `scores` alike; nobody is idle yet."""
        order = sorted(range(len(agents)), key=lambda seat: (-scores[seat], seat))
        places = [0] * len(agents)
        for place, seat in enumerate(order):
            places[seat] = place
        self._agents = [agents[seat] for seat in order]
        self.scores = array("d", scores)  # by seat
        self.places = array("q", places)  # by seat
        self.ties = array("q", _ends_of_ties([scores[seat] for seat in order]))  # by place
        words = (len(agents) + 63) >> 6
        self._words = array("Q", [0] * (words + 1))
        self._words_used = array("Q", [0] * ((words + 63 >> 6) + 1))

    def add(self, seat: int) -> None:
        """The agent in this seat is idle."""
        place = self.places[seat]
        word = place >> 6
        self._words[word] |= ONE << (place & 63)
        self._words_used[word >> 6] |= ONE << (word & 63)

    def discard(self, seat: int) -> None:
        """The agent in this seat is idle no longer."""
        place = self.places[seat]
        word = place >> 6
        self._words[word] &= ~(ONE << (place & 63))
        if self._words[word] == 0:
            self._words_used[word >> 6] &= ~(ONE << (word & 63))

    def best(self) -> Agent | None:
        """The idle agent with the highest score, among equals the longest idle; None where nobody is idle."""
        first = self._first()
        if first < 0:
            return None
        best: Agent = self._agents[first]
        for place in range(first + 1, self.ties[first]):
            if self._words[place >> 6] >> (place & 63) & ONE:
                other: Agent = self._agents[place]
                if other.rank < best.rank:
                    best = other
        return best

    def _first(self) -> int:
        for block in range(len(self._words_used)):
            used = self._words_used[block]
            if used != 0:
                word = (block << 6) + _lowest_bit(used)
                return (word << 6) + _lowest_bit(self._words[word])
        return -1


def _ends_of_ties(scores: list[float]) -> list[int]:
    """For each place in a descending order: the place after the last one with an equal score."""
    ends = [0] * len(scores)
    end = len(scores)
    for place in range(len(scores) - 1, -1, -1):
        if place + 1 < len(scores) and scores[place] != scores[place + 1]:
            end = place + 1
        ends[place] = end
    return ends


def _lowest_bit(word: int) -> int:
    """Position of the lowest set bit of a word that is not 0."""
    place = 0
    if word & LOW_32 == 0:
        word >>= 32
        place += 32
    if word & LOW_16 == 0:
        word >>= 16
        place += 16
    if word & LOW_8 == 0:
        word >>= 8
        place += 8
    if word & LOW_4 == 0:
        word >>= 4
        place += 4
    if word & LOW_2 == 0:
        word >>= 2
        place += 2
    return place if word & ONE else place + 1
