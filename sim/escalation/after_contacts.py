"""A customer who has to come back goes up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import EscalationRule, View
from sim.registry import Params, register


class AfterContactsParams(Params):
    """`contacts`: from this contact of a case on (2 = the first repeat) whatever is not resolved goes up."""

    contacts: Annotated[int, Field(ge=1)] = 2


@register("escalation", "after_contacts", AfterContactsParams)
class AfterContacts(EscalationRule):
    """Escalate whatever is not resolved from a case's n-th contact on."""

    def __init__(self, params: AfterContactsParams) -> None:
        super().__init__(params)
        self._contacts = params.contacts

    def escalates(self, view: View, contact: Contact, agent: Agent) -> bool:
        """Whether this is the n-th contact of its case, or a later one."""
        return contact.attempt + 1 >= self._contacts
