"""The purposes for which the flow draws, each a stream of its own, keyed by its name: adding one moves no other."""

from __future__ import annotations

from sim.sampling.streams import Streams


class Draws:
    """The purposes of the flow's draws, each a stream of its own, keyed by its name."""

    __slots__ = ("arrival", "bot", "bot_choice", "case", "returns", "routing", "visit", "visit_more")

    def __init__(self, streams: Streams) -> None:
        self.arrival = streams.purpose("arrival")
        self.case = streams.purpose("case")  # segment, difficulty, sentiment, patience
        self.bot = streams.purpose("bot")  # length, fate, trigger, context
        self.bot_choice = streams.purpose("bot_choice")
        self.visit = streams.purpose("visit")  # patience, talk, wrap-up, resolution
        self.visit_more = streams.purpose("visit_more")  # hold, who passes on, warm, handover
        self.returns = streams.purpose("returns")  # whether, delay
        self.routing = streams.purpose("routing")  # a rule's choice, error in hearing the sentiment
