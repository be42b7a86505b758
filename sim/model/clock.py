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

# what a timer is for
HANDLED, HANDOVER, WRAP_UP, BOT, OVERFLOW, RECONSIDER, PATIENCE, RETURN, REPEAT, ARRIVAL = range(10)

# its place among those of one instant: the table above
ORDER_HANDLED, ORDER_HANDOVER, ORDER_WRAP_UP, ORDER_BOT, ORDER_OVERFLOW = range(2, 7)
ORDER_RECONSIDER, ORDER_PATIENCE, ORDER_RETURN, ORDER_ARRIVAL = range(7, 11)
