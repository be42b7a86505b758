"""Least occupied first: the agent who so far today spent the lowest share of time on duty handling.

A common setting of automatic call distributors; as a fairness rule discussed by Ward and Armony 2013, Blind fair
routing in large-scale service systems with heterogeneous customers and servers, Operations Research 61(1).
"""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.model.reason import Reason
from sim.registry import register
from sim.routing.choice import highest, idle_or_partly
from sim.routing.wording import highest_of


@register("router", "least_occupied")
class LeastOccupied(Router):
    """The agent with the lowest share of on-duty time spent handling so far; looks at every idle agent."""

    uses_ledger = True

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """See `Router.choose_agent`."""
        return highest(idle_or_partly(view, contact), lambda agent: -_occupancy(view, agent))

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """See `Router.explain`."""
        merit = f"had spent {100.0 * _occupancy(view, chosen):.0f} % of the time on duty handling" if chosen else ""
        slack = "share of time on duty that was free"
        return highest_of(
            chosen, idle_or_partly(view, contact), lambda agent: 1.0 - _occupancy(view, agent), slack, merit
        )


def _occupancy(view: View, agent: Agent) -> float:
    duty = view.ledger.duty_time(agent)
    return view.ledger.busy_time(agent) / duty if duty > 0.0 else 0.0
