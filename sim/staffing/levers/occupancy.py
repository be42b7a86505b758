"""How busy a plan makes agents, and the heads that keep them below a cap.

Planned occupancy is offered load / (heads · slots). That is Erlang-C's occupancy. With abandonment (Erlang-A) what is
carried is less than what is offered, so a cap on it holds all the more.
"""

from __future__ import annotations

import numpy as np

from sim.staffing.forecast import Array, Forecast, Heads


def planned(forecast: Forecast, heads: Heads) -> Array:
    """Planned occupancy of each interval: 0 where there is no work, infinite where nobody does it."""
    load = forecast.work / forecast.lengths
    capacity = (heads * forecast.slots).astype(np.float64)
    idle = np.where(load > 0.0, np.inf, 0.0)
    return np.divide(load, capacity, out=idle, where=capacity > 0.0)


def capped(forecast: Forecast, heads: Heads, cap: float) -> Heads:
    """At least `heads`, and so many that planned occupancy is nowhere above the cap."""
    fewest = np.ceil(forecast.work / forecast.lengths / (cap * forecast.slots) - 1e-9).astype(np.int64)
    return np.maximum(heads, fewest)
