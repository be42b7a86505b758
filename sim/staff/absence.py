"""Who comes to a duty: not the absent of the day, and nobody to a vacant seat.

Absence is decided once an agent and day, by an address of its own: arms share it, and a strained agent misses the days
of an unstrained one and more. The share of a day is beta-distributed around the stated one, so that days differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from sim.config.schema import Absence as Spec
from sim.sampling.streams import Purpose, Streams, entity_key
from sim.staff.seats import Seats

DAY = 86400.0
POINTS = 0.05
EVERYBODY = entity_key("everybody")


class Coming(Enum):
    """What becomes of an agent's next duty."""

    COMES = "comes"
    ABSENT = "absent"  # planned, and not there
    VACANT = "vacant"  # nobody holds the seat


class Absence:
    """Whether an agent is absent on a day."""

    def __init__(
        self, spec: Spec, keys: Sequence[int], start: float, streams: Streams, load: Callable[[int], float]
    ) -> None:
        """`keys` of the agents; `start`: second of the day at second 0; `load`: of an agent at present."""
        self._spec, self._keys, self._start = spec, keys, start
        self._load = load
        self._draws: Purpose = streams.purpose("absence")
        self._shares: dict[int, float] = {}

    def misses(self, agent: int, begins: float) -> bool:
        """Whether the agent is absent on the day on which a duty begins."""
        day = int((begins + self._start) // DAY)
        chance = self._share(day) * worn(self._spec, self._load(agent))
        return self._draws.block(self._keys[agent], day, 0)[0] < chance

    def _share(self, day: int) -> float:
        share = self._shares.get(day)
        if share is None:
            share = self._shares[day] = of_day(self._spec, self._draws.block(EVERYBODY, day, 0)[0])
        return share


def of_day(spec: Spec, u: float) -> float:
    """The probability of a day, at a uniform."""
    if spec.day_correlation == 0.0 or spec.share == 0.0:
        return spec.share
    from scipy.special import betaincinv

    size = 1.0 / spec.day_correlation - 1.0
    return float(betaincinv(spec.share * size, (1.0 - spec.share) * size, u))


def worn(spec: Spec, load: float) -> float:
    """Factor on the probability at this load."""
    return float(spec.per_5_points ** (max(0.0, load - spec.limit) / POINTS))


class Presence:
    """Who comes to which duty."""

    def __init__(self, seats: Seats, absence: Absence | None) -> None:
        self._seats, self._absence = seats, absence

    def coming(self, agent: int, begins: float) -> Coming:
        """What becomes of the duty that begins now."""
        if self._seats.vacant(agent):
            return Coming.VACANT
        misses = self._absence is not None and self._absence.misses(agent, begins)
        return Coming.ABSENT if misses else Coming.COMES
