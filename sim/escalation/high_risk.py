"""High-risk intents are never left unresolved at a low tier."""

from __future__ import annotations

from sim.config.schema import RISKS, Risk
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import EscalationRule, View
from sim.registry import Params, register


class HighRiskParams(Params):
    """`risk`: the lowest risk class the rule applies to."""

    risk: Risk = "high"


@register("escalation", "high_risk", HighRiskParams)
class HighRisk(EscalationRule):
    """Escalate whatever is not resolved of risky intents."""

    def __init__(self, params: HighRiskParams) -> None:
        super().__init__(params)
        self._risk = RISKS.index(params.risk)

    def escalates(self, view: View, contact: Contact, agent: Agent) -> bool:
        """Whether the intent is risky enough."""
        return contact.intent.risk >= self._risk
