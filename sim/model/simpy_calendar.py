"""The calendar port on a stock `simpy.Environment`: each timer is an event of it.

It is for the uncompiled flow; the compiled one runs on ext/calendar, in the same order (sim/model/environment.py).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.errors import ModelError
from sim.model.port import Calendar, Entity

INFINITY = float("inf")


class At(float):
    """A delay that lands exactly on an absolute time: ``now + At(t) == t``; ``now + (t - now)`` may miss by a bit."""

    __slots__ = ()

    def __radd__(self, now: float) -> float:
        return float(self)


class SimpyCalendar(Calendar):
    """Timers as SimPy events, with the flow's order as SimPy's priority."""

    __slots__ = ("_tickets", "env")

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self._tickets = 0

    @property
    def now(self) -> float:  # type: ignore[override]
        """Seconds since the scenario's start."""
        return self.env._now  # the public property costs a call per read; this is the hot path

    def at(self, time: float, order: int, kind: int, who: Entity) -> int:
        """See `Calendar.at`."""
        if not self.env._now <= time < INFINITY:
            raise ModelError(f"a timer at {time!r} was asked for at {self.env._now!r}; times are finite and never past")
        if not (2 <= order <= 255 and 0 <= kind <= 255 and isinstance(who, Entity)):
            raise ModelError(
                f"a timer of order {order}, kind {kind} was asked for {who!r}; "
                "orders are 2 to 255 (SimPy's own are 0 and 1), kinds 0 to 255, and somebody must be woken"
            )
        self._tickets = ticket = self._tickets + 1
        event = simpy.Event(self.env)
        event._ok = True
        event._value = (who, kind, ticket)
        event.callbacks.append(_wake)
        self.env.schedule(event, order, At(time))  # type: ignore[arg-type]  # any number is a priority
        return ticket


def _wake(event: simpy.Event) -> None:
    who, kind, ticket = event._value
    who.fire(kind, ticket)


def until(env: simpy.Environment, time: float) -> Generator[simpy.Event, Any, None]:
    """For a staff process: wait until an absolute time, exactly; returns at once if it is not in the future."""
    if time > env.now:
        yield env.timeout(At(time))
