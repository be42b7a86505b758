"""No escalation by rule: agents and customers decide."""

from __future__ import annotations

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import EscalationRule, View
from sim.registry import register


class Never(EscalationRule):
    """Leave escalation to agents and customers."""

    def escalates(self, view: View, contact: Contact, agent: Agent) -> bool:
        """Never."""
        return False


register("escalation", "never")(Never)  # by a call: a compiled class takes no decorator
