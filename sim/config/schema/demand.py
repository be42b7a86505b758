"""Time, thresholds, and who contacts the centre: calendar, arrivals, segments, channels, intents, returns."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema.base import (
    Clock,
    CsvFile,
    Duration,
    Factor,
    Label,
    Name,
    NonNegative,
    Risk,
    Section,
    Share,
    Spread,
    Start,
)
from sim.config.schema.laws import LawSpec


class CalendarSection(Section):
    """When the scenario starts (local clock), how long it is measured, and how it ends."""

    start: Start
    length: Annotated[Duration, Field(gt=0)]
    interval: Annotated[Duration, Field(gt=0)] = 1800.0
    warmup: Annotated[Duration, Field(ge=0)] = 0.0
    max_drain: Annotated[Duration, Field(ge=0)] = 4 * 3600.0

    @property
    def second_of_day(self) -> float:
        """Clock time of the scenario's second 0, in seconds since midnight."""
        return self.start.hour * 3600.0 + self.start.minute * 60.0 + self.start.second + self.start.microsecond / 1e6


class Measures(Section):
    """Thresholds that definitions of KPIs need."""

    answer_within: Annotated[Duration, Field(ge=0)] = 20.0
    repeat_window: Annotated[Duration, Field(gt=0)] = 7 * 86400.0


class ConstantArrivals(Section):
    kind: Literal["constant"]
    per_hour: NonNegative


class ProfileArrivals(Section):
    """Mean counts per interval of the day, from a CSV: columns `start` (HH:MM, evenly spaced) and counts."""

    kind: Literal["profile"]
    file: CsvFile
    column: str
    factor: NonNegative = 1.0


class CurveArrivals(Section):
    """Calls per hour, one number an interval from clock time `begins`, repeated every day."""

    kind: Literal["curve"]
    begins: Clock
    every: Annotated[Duration, Field(gt=0)]
    per_hour: Annotated[list[NonNegative], Field(min_length=1)]


class TraceArrivals(Section):
    """Recorded arrivals: one a row, ISO 8601 local time, in the named column; replayed as they are."""

    kind: Literal["trace"]
    file: CsvFile
    column: str


Arrivals = Annotated[ConstantArrivals | ProfileArrivals | CurveArrivals | TraceArrivals, Field(discriminator="kind")]


class Busyness(Section):
    """Day-level factor on all arrival rates: gamma, mean 1, shared by all intents and by all arms."""

    day_cv: Spread = 0.0


class Segment(Section):
    label: Label = ""
    share: Share
    priority: Annotated[int, Field(ge=0, le=9)] = 0
    patience_factor: Factor = 1.0


class Channel(Section):
    """`whole`: a contact blocks its agent; `slot`: it takes one of the agent's slots.

    `slowdown`: by how much longer it lasts if it is the first, second, third … in conversation when it is answered.
    """

    takes: Literal["whole", "slot"] = "whole"
    slowdown: Annotated[list[Factor], Field(max_length=20)] = Field(default_factory=list)


class Step(Section):
    """What one queue of an intent's path does: durations, and the share it resolves (observed, no logit)."""

    talk: LawSpec
    hold: LawSpec | None = None
    hold_share: Share = 1.0
    wrap_up: LawSpec | None = None
    resolution: Share = 1.0


class BotSkill(Section):
    """What the bot does for this intent, as observed over the sessions that no rule hands off at once.

    (Rules: keyword risk, VIP, sentiment.) `false_containment` is the share of the contained that is not resolved.
    """

    containment: Share
    false_containment: Share = 0.0


class Intent(Section):
    label: Label = ""
    arrivals: Arrivals
    channel: Name
    risk: Risk = "low"
    difficulty_sd: Spread = 0.0
    patience: LawSpec | None = None
    bot: BotSkill | None = None
    path: Annotated[dict[Name, Step], Field(min_length=1)]


class Return(Section):
    """A customer who comes back: with what probability, after which delay."""

    probability: Share
    delay: LawSpec


class Returns(Section):
    """Coming back: after no answer (retrial), after no resolution (repeat), after a false containment.

    No answer: abandoned, blocked, or left the bot. `max_contacts` cuts the series: a case makes no more than so many.
    """

    retrial: Return | None = None
    repeat: Return | None = None
    false_containment: Return | None = None
    max_contacts: Annotated[int, Field(ge=1, le=50)] = 5
    patience: Literal["per_case", "per_attempt"] = "per_attempt"
    priority_boost: Annotated[int, Field(ge=0, le=9)] = 0
