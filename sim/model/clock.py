"""What happens first at the same instant: one table, a reason a row.

SimPy's own events (staff processes) come before any timer of the instant: people change places, then
contacts move. Orders start at 2 because SimPy's URGENT is 0 and its NORMAL is 1.

| order | timer | why here |
|---|---|---|
| 2 | handling ends | an agent who is free at t can serve who would give up at t |
| 3 | handover ends | the sender of a warm escalation is free as early as a wrap-up that ends then |
| 4 | wrap-up ends | as above |
| 5 | bot session ends | the customer joins the line before anyone in it gives up at t |
| 6 | overflow | a contact that moves on at t is still in the line: moving beats giving up |
| 7 | reconsider | a router that opens its pool at t still saves who would give up at t |
| 8 | patience | giving up is the last thing a waiting contact does at t |
| 9 | return | a customer who comes back meets the line as it stands after t's departures |
| 10 | arrival | new customers come after old ones |
"""

from __future__ import annotations

from typing import Final


class Kind:
    """What a timer is for."""

    HANDLED: Final = 0
    HANDOVER: Final = 1
    WRAP_UP: Final = 2
    BOT: Final = 3
    OVERFLOW: Final = 4
    RECONSIDER: Final = 5
    PATIENCE: Final = 6
    RETURN: Final = 7
    REPEAT: Final = 8
    ARRIVAL: Final = 9


class Order:
    """Place of each kind of timer among those of one instant; the table above gives the reasons."""

    HANDLED: Final = 2
    HANDOVER: Final = 3
    WRAP_UP: Final = 4
    BOT: Final = 5
    OVERFLOW: Final = 6
    RECONSIDER: Final = 7
    PATIENCE: Final = 8
    RETURN: Final = 9
    ARRIVAL: Final = 10
