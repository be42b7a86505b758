"""Nobody meets the bot."""

from __future__ import annotations

from sim.model.contact import Contact
from sim.model.policy import BotPolicy, View
from sim.registry import register


@register("bot", "human_first")
class HumanFirst(BotPolicy):
    """Straight to people."""

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        """Never."""
        return False
