"""Back to whoever handled the case last, if that agent is free within a time-out.

The "preferred agent" or "last agent" setting of automatic call distributors. The model gives continuity no merit of its
own: what the rule shows is its price in waiting, and what it does to resolution when a failed case meets the same agent
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from sim.config.schema import Duration
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import View
from sim.model.reason import Reason
from sim.registry import Params, register
from sim.routing.choice import HoldingRouter


class CaseOwnerParams(Params):
    """`hold`: how long a contact waits for its owner."""

    hold: Annotated[Duration, Field(ge=0.0)] = 20.0


@register("router", "case_owner", CaseOwnerParams)
class CaseOwner(HoldingRouter):
    """The agent who handled the case last, within a time-out; everybody else's contacts go to the longest idle.

    Looks at every idle agent.
    """

    uses_ledger = True

    def __init__(self, params: CaseOwnerParams) -> None:
        super().__init__(params, params.hold)

    def wanted(self, view: View, contact: Contact) -> Sequence[Agent]:
        """The owner, where there is one who may serve the contact's queue."""
        owner = view.ledger.last_agent(contact)
        return (owner,) if owner is not None and owner.lane in view.lanes(contact) else ()

    def preferred(self, view: View, contact: Contact, chosen: Agent, agents: Sequence[Agent]) -> Reason:
        """See `HoldingRouter.preferred`."""
        if self.is_wanted(view, contact, chosen):
            return Reason("the agent handled the customer's last contact about this")
        owner = view.ledger.last_agent(contact)
        last = (
            "nobody handled the case before" if owner is None else f"{owner.name}, who had the case last, has no room"
        )
        return Reason(f"{last}, and the agent had been free longest of {len(agents)}")
