"""Everybody meets the bot first."""

from __future__ import annotations

from sim.model.codes import ORIGIN_FIRST
from sim.model.contact import Contact
from sim.model.policy import BotPolicy, View
from sim.registry import Params, register


class BotFirstParams(Params):
    """`repeats_to_human`: a customer who comes back is not sent through the bot again."""

    repeats_to_human: bool = True


class BotFirst(BotPolicy):
    """Bot first; customers who come back go to people."""

    def __init__(self, params: BotFirstParams) -> None:
        super().__init__(params)
        self._repeats_to_human = params.repeats_to_human

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        """Always, but for customers who come back."""
        return contact.origin == ORIGIN_FIRST or not self._repeats_to_human


register("bot", "bot_first", BotFirstParams)(BotFirst)  # by a call: a compiled class takes no decorator
