"""What a planned group has to expect: contacts, work and patience, interval by interval.

The forecast is the planner's view before the first run. It follows each intent from its arrivals through
the bot and up its path. It knows shares and means, no chance: the rules of this package add what chance
costs.

* A contact counts in the interval of its arrival; the time it spends on the way is neglected, as is
  overflow.
* `contacts` are first contacts and what escalates from them. `returning` are the repeats that they cause
  inside the scenario (after a contact that did not resolve, and after a false containment); retrials are
  left out, because staff that meets its target sees few. With `volume: offered` the record contains all of
  them: `returning` is 0.
* `work` is in agent seconds: talk, hold and wrap-up, divided by the group's proficiency. On a channel that
  takes slots, handle times are those at full load and a head works on all its slots at once; a contact that takes
  a whole agent of such a group counts as many slots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Heads = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stream:
    """Part of a forecast: the first contacts of one intent in one queue.

    `contacts`, `work`: of each interval, as in the forecast; `unresolved`: the share that the queue does not resolve.
    """

    intent: str
    queue: str
    contacts: Array
    work: Array
    unresolved: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected contacts and work of one planned group.

    `edges`: seconds since the start, one more than there are intervals; `contacts`, `returning`: contacts
    of each interval; `work`, `returning_work`: seconds of handling they bring; `patience`: (seconds,
    weights), a fine grid of how long those customers are ready to wait (infinite where nobody leaves);
    `slots`: contacts a head handles at once; `record`: heads on duty in each interval as read from a column
    of a CSV file; `streams`: of what contacts and work consist, repeats left out; `to_split`: heads that another
    group's plan asks for, where this plan takes its share of them.
    """

    edges: Array
    contacts: Array
    work: Array
    returning: Array
    returning_work: Array
    patience: tuple[Array, Array]
    slots: int
    record: Callable[[str, str], Array]
    streams: tuple[Stream, ...] = ()
    to_split: Heads | None = None

    @property
    def lengths(self) -> Array:
        """Seconds of each interval."""
        return np.diff(self.edges)

    def leaving_rate(self, wait: float) -> float:
        """Rate of leaving over the first `wait` seconds: P(patience < wait) / E[min(patience, wait)].

        This is θ = P(abandon) / E[wait] for customers who wait up to `wait` seconds. It equals 1 / mean
        only where patience is exponential: with a falling hazard (Weibull, shape .8) early leavers make θ
        larger.
        """
        seconds, weights = self.patience
        left = float(weights[seconds < wait].sum())
        waited = float(weights @ np.minimum(seconds, wait))
        return left / waited if waited > 0.0 else 0.0


def heads_per_interval(forecast: Forecast, contacts: Array, work: Array, need: Callable[[float, float], int]) -> Heads:
    """Ask `need(rate, mean handle)` for the servers of each interval; slots turn servers into heads."""
    servers = [
        need(count / length, seconds / count) if count > 0.0 else 0
        for count, seconds, length in zip(contacts, work, forecast.lengths, strict=True)
    ]
    return np.asarray([-(-n // forecast.slots) for n in servers], dtype=np.int64)
