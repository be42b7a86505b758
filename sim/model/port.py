"""The port between the contact flow and whatever runs it: the flow knows nothing else of time.

Compiled, the two classes are C types (port.pxd): `kind` and `order` are C ints, a ticket is 64 unsigned bits. A class
in plain Python may derive from either; the value that its `fire` returns is ignored.
"""

from __future__ import annotations


class Entity:
    """Anything a timer can wake."""

    __slots__ = ()

    def fire(self, kind: int, ticket: int) -> None:
        """Be woken: `kind` is one of `clock.Kind`, `ticket` is what `Calendar.at` gave out."""
        raise NotImplementedError


class Calendar:
    """The clock and the timers. A timer is never removed: an owner that no longer wants it forgets its ticket."""

    __slots__ = ()

    now: float

    def at(self, time: float, order: int, kind: int, who: Entity) -> int:
        """Wake `who` at `time` (seconds, not before now); at one instant lower `order` comes first.

        Returns the timer's ticket, a positive number that no other timer of this calendar has.
        Raises ModelError for a time that is NaN, infinite or past, an order outside 2 to 255 (SimPy's own events
        are 0 and 1) and a kind outside 0 to 255.
        """
        raise NotImplementedError
