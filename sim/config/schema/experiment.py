"""Experiments: a question, arms, what decides."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.config.schema.base import Label, Name, NonNegative, Section, Text


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
