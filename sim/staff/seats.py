"""Who holds each seat of the roster, and since when. A seat is an agent of the model; its holder may change.

State alone: `attrition.py` empties and fills seats, `absence.py` and `shifts.py` ask who comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

INFINITY = float("inf")


class Seats:
    """By agent: `hired` (second in which the holder began, before 0 mostly), `holder` (0, the first; 1, …), vacant."""

    def __init__(self, tenures: Sequence[float]) -> None:
        """`tenures`: seconds in the job at second 0; infinite where nobody counts them."""
        self.hired = [-tenure for tenure in tenures]
        self.holder = [0] * len(self.hired)
        self._vacant = [False] * len(self.hired)
        self.on_leave: list[Callable[[int], object]] = []
        self.on_join: list[Callable[[int], object]] = []

    def tenure(self, agent: int, now: float) -> float:
        """Seconds in the job of the present holder."""
        return now - self.hired[agent]

    def vacant(self, agent: int) -> bool:
        """Whether the seat waits for a new holder."""
        return self._vacant[agent]

    def leave(self, agent: int) -> None:
        """The holder will not come again."""
        self._vacant[agent] = True
        for told in self.on_leave:
            told(agent)

    def join(self, agent: int, now: float) -> None:
        """A new holder begins."""
        self._vacant[agent] = False
        self.hired[agent] = now
        self.holder[agent] += 1
        for told in self.on_join:
            told(agent)
