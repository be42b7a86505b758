"""What an experiment says of inputs that nobody knows for certain: the law from which worlds are drawn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema.base import Factor, Label, Points, Positive, Section, Spread, Text

Scaled = Literal["volume", "handle_time", "patience", "ability", "resolution"]


class NormalNumber(Section):
    law: Literal["normal"]
    mean: Points
    sd: Positive


class LognormalNumber(Section):
    law: Literal["lognormal"]
    mean: Factor
    cv: Spread


class UniformNumber(Section):
    law: Literal["uniform"]
    low: Points
    high: Points


class TriangularNumber(Section):
    law: Literal["triangular"]
    low: Points
    mode: Points
    high: Points


NumberLaw = Annotated[NormalNumber | LognormalNumber | UniformNumber | TriangularNumber, Field(discriminator="law")]


class Uncertain(Section):
    """One uncertain input: either what it `scales`, by a factor drawn from `law`, or the number it `sets`.

    Scaled: `volume` (all arrival rates) · `handle_time` (talk, hold and wrap-up of all intents) · `patience` ·
    `ability` (how far agents lie apart in speed and resolution) · `resolution` (the odds that a step resolves). `sets`
    is the dotted path of a number of the scenario; `unit` is written behind it where it is a duration.
    """

    label: Label = ""
    scales: Scaled | None = None
    sets: Label | None = None
    unit: Literal["", "s", "min", "h", "d"] = ""
    law: NumberLaw
    evidence: Literal["measured", "A", "B", "C"]
    source: Text
