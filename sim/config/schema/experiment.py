"""Experiments: a question, arms, what decides."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema.base import Label, Name, NonNegative, Positive, Section, Text
from sim.config.schema.uncertain import Uncertain

MOST_LOOKS = 50


class Arm(Section):
    """One version of the scenario: dotted overrides such as `routing.rule=quality_tier`."""

    label: Label = ""
    overrides: list[str] = Field(default_factory=list)


class Primary(Section):
    """The KPI the decision is about, and the smallest difference that matters."""

    kpi: str
    matters: NonNegative = 0.0


class Guardrail(Section):
    """A KPI that must not become worse by more than `margin` (in its own unit)."""

    margin: NonNegative


class Stopping(Section):
    """Ends the experiment by itself, looking at the data on the way; its intervals and verdicts allow for the looks.

    It ends when every arm's verdict is clear, when the primary's interval is `half_width` to either side or narrower,
    or after `max_replications` (nothing stated: `replications`). Looks: after `first`, then every `look_every` (nothing
    stated: five looks in all). `spending`: `obrien_fleming` keeps the error for the end, `pocock` spends it evenly,
    which is better where a half-width is the aim, and the default there.
    """

    half_width: Positive | None = None
    max_replications: Annotated[int, Field(ge=5, le=100_000)] | None = None
    first: Annotated[int, Field(ge=5, le=100_000)] = 10
    look_every: Annotated[int, Field(ge=1, le=100_000)] | None = None
    spending: Literal["obrien_fleming", "pocock"] | None = None


class Select(Section):
    """Finds the best arm by `kpi` (nothing stated: the primary); `indifference` is the smallest gap worth finding.

    `replications` of every arm come first; arms still in the race run on, to `max_replications` at most.
    """

    indifference: Positive
    kpi: Name | None = None
    max_replications: Annotated[int, Field(ge=5, le=100_000)] = 1000


class Experiment(Section):
    """A question, a base scenario, arms, a primary KPI and guardrails. The first arm is the baseline."""

    title: Label
    question: Text = ""
    base: Name
    arms: Annotated[dict[Name, Arm], Field(min_length=2)]
    primary: Primary
    guardrails: dict[Name, Guardrail] = Field(default_factory=dict)
    replications: Annotated[int, Field(ge=2, le=100_000)] = 20
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    confidence: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.95
    stopping: Stopping | None = None
    select: Select | None = None
    uncertain: dict[Name, Uncertain] = Field(default_factory=dict)
