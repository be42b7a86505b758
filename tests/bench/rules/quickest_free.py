"""A user's own router, compiled as docs/performance.md says: this file, and the `.pxd` beside it that types it.

It holds no annotations, as users' files often do not; the header alone makes it C. Uncompiled it gives equal results.
"""

from sim.model.policy import Router
from sim.registry import register


class QuickestFree(Router):
    """The idle agent with the shortest measured handle time, found by looking at each of them."""

    uses_signals = True

    def choose_agent(self, view, contact):
        rows = view.signals.handle_time
        intent = contact.intent.index
        best = None
        least = 0.0
        for lane in view.lanes(contact):
            agent = lane.idle.head
            while agent is not None:
                seconds = rows[agent.index][intent]
                if best is None or seconds < least:
                    best, least = agent, seconds
                agent = agent.after
        return best


register("router", "quickest_free")(QuickestFree)  # by a call: a compiled class takes no decorator
