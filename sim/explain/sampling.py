"""Which decisions are explained: a sample of all, those of one case, or those from a moment on."""

from __future__ import annotations

from math import exp, floor, inf, log, log1p
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.sampling.streams import Purpose


class Reservoir:
    """A sample of `size` of a stream whose length nobody knows yet, all with the same chance (Li 1994, algorithm L).

    It draws how many to let pass, by address, so a stream that is not sampled costs a comparison.
    """

    __slots__ = ("_draws", "_kept", "_key", "_next", "_purpose", "_seen", "_w", "size")

    def __init__(self, size: int, purpose: Purpose, key: int) -> None:
        self.size = size
        self._purpose = purpose
        self._key = key
        self._seen = self._kept = self._draws = 0
        self._w = 1.0
        self._next = 0 if size else -1

    def place(self) -> int:
        """For the next of the stream: the place in the sample that it takes, or -1."""
        number = self._seen
        self._seen += 1
        if number != self._next:
            return -1
        if self._kept < self.size:
            self._kept += 1
            self._next += 1
            if self._kept == self.size:
                self._pass_some(self._draw()[:2])
            return self._kept - 1
        first, second, third, _ = self._draw()
        self._pass_some((first, second))
        return int(third * self.size)

    def _draw(self) -> tuple[float, float, float, float]:
        self._draws += 1
        return self._purpose.block(self._key, 0, self._draws)

    def _pass_some(self, u: tuple[float, float]) -> None:
        self._w *= exp(log(u[0]) / self.size)
        passed = log(u[1]) / log1p(-self._w) if self._w < 1.0 else 0.0
        self._next = self._seen + floor(min(passed, 1e15)) if passed < inf else -1
