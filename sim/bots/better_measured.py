"""Each intent to whoever is measured to do better with it, the bot or people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.model.codes import ORIGIN_FIRST
from sim.model.contact import Contact
from sim.model.policy import BotPolicy, BotSignals, View
from sim.registry import Params, register


class BetterMeasuredParams(Params):
    """`by`: the bot is judged by `resolution` (of contacts that began with it, handoffs included) or `containment`.

    A difference within `tie` goes to the cheaper of the two. `explore` of the customers are split evenly whatever is
    measured, so that both stay measured; all are while either has fewer than `fewest` observations of the intent.
    `repeats_to_human`: a customer who comes back is not sent through the bot again.
    """

    by: Literal["resolution", "containment"] = "resolution"
    tie: Annotated[float, Field(ge=0.0, le=1.0)] = 0.02
    explore: Annotated[float, Field(ge=0.0, le=1.0)] = 0.1
    fewest: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    repeats_to_human: bool = True


@register("bot", "better_measured", BetterMeasuredParams)
class BetterMeasured(BotPolicy):
    """Intents go to the better-measured of bot and people; a small share of customers keeps both measured."""

    uses_signals = True

    def __init__(self, params: BetterMeasuredParams) -> None:
        super().__init__(params)
        self._rule = params

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        """By the customer's own uniform where it explores, by what is measured of the intent for all others."""
        rule = self._rule
        if contact.origin != ORIGIN_FIRST and rule.repeats_to_human:
            return False
        if choice < 0.5 * rule.explore or choice >= 1.0 - 0.5 * rule.explore:
            return choice < 0.5
        better = self._bot_is_better(view.bot_signals, contact.intent.index)
        return choice < 0.5 if better is None else better

    def _bot_is_better(self, signals: BotSignals, intent: int) -> bool | None:
        """None: too little is known of one of the two."""
        rule = self._rule
        if min(signals.resolution_bot_count[intent], signals.resolution_human_count[intent]) < rule.fewest:
            return None
        bot = signals.resolution_bot if rule.by == "resolution" else signals.containment_bot
        lead = bot[intent] - signals.resolution_human[intent]
        if abs(lead) <= rule.tie:
            return signals.cost_bot[intent] <= signals.cost_human[intent]
        return lead > 0.0
