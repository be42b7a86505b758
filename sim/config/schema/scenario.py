"""The scenario as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema.base import Label, Name, NonNegative, Rule, Section, Text
from sim.config.schema.coaching import Coaching
from sim.config.schema.demand import Busyness, CalendarSection, Channel, Intent, Measures, Returns, Segment
from sim.config.schema.quality import Quality
from sim.config.schema.staff import Staff
from sim.config.schema.tiers import Bot, Escalation, Queue


class Costs(Section):
    """Money per unit, in the scenario's currency. Wages stand with the groups, per paid hour.

    `days_per_month` and `agent_hours_per_month` turn a run's differences into those of a month, on the decision card
    only. Nothing stated: 21 days where the scenario is shorter than a week, else 30.4 calendar days.
    """

    currency: Annotated[str, Field(max_length=20)] = "USD"
    bot_session: NonNegative = 0.5
    line_minute: NonNegative = 0.0
    days_per_month: Annotated[float, Field(gt=0.0, le=31.0)] | None = None
    agent_hours_per_month: Annotated[float, Field(gt=0.0, le=744.0)] = 160.0


class Assumption(Section):
    """One number of the scenario: what it is, how good the evidence is, and where it comes from."""

    what: Text
    evidence: Literal["measured", "A", "B", "C"]
    source: Text


class Scenario(Section):
    """A contact centre: what arrives, who works, how contacts flow, what quality is and what it costs."""

    title: Label
    description: Text = ""
    assumptions: list[Assumption] = Field(default_factory=list)
    calendar: CalendarSection
    measures: Measures = Measures()
    volume: Literal["offered", "first_contacts"] = "first_contacts"
    busyness: Busyness = Busyness()
    segments: dict[Name, Segment] = Field(default_factory=lambda: {"all": Segment(share=1.0)})
    channels: dict[Name, Channel] = Field(default_factory=lambda: {"voice": Channel()})
    intents: Annotated[dict[Name, Intent], Field(min_length=1)]
    returns: Returns = Returns()
    queues: Annotated[dict[Name, Queue], Field(min_length=1)]
    bot: Bot | None = None
    escalation: Escalation = Escalation()
    routing: Rule = Rule(rule="longest_idle")
    staff: Staff
    coaching: Coaching | None = None
    quality: Quality = Quality()
    costs: Costs = Costs()
