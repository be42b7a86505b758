"""The customer chooses between bot and people."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.model.contact import Contact
from sim.model.policy import BotPolicy, View
from sim.registry import Params, register


class CustomerChoiceParams(Params):
    """`bot_share`: share of contacts whose customer picks the bot."""

    bot_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5


@register("bot", "customer_choice", CustomerChoiceParams)
class CustomerChoice(BotPolicy):
    """A stated share of customers picks the bot."""

    def __init__(self, params: CustomerChoiceParams) -> None:
        super().__init__(params)
        self._bot_share = params.bot_share

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        """Whether the customer's own uniform falls into the bot's share; a larger share contains the smaller one."""
        return choice < self._bot_share
