"""What every section of a scenario is made of: names, durations, shares, and the strict frozen base class."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from sim.config import units

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
_DURATION = {"type": "string", "pattern": units.DURATION_PATTERN, "examples": ["6 min", "20 s", "1.5 h"]}
_CLOCK = {"type": "string", "pattern": units.CLOCK_PATTERN, "examples": ["07:30", "06:00+1"]}
_MOMENT = {"type": "string", "pattern": units.MOMENT_PATTERN, "examples": ["2003-06-02T07:00"]}
Duration = Annotated[float, BeforeValidator(units.duration), WithJsonSchema(_DURATION)]
Clock = Annotated[float, BeforeValidator(units.clock), WithJsonSchema(_CLOCK)]
Start = Annotated[datetime, BeforeValidator(units.moment), WithJsonSchema(_MOMENT)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, le=1e9, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0.0, le=100.0)]  # of a law: its coefficient of variation or standard deviation
Factor = Annotated[float, Field(ge=0.001, le=1000.0)]
Size = Annotated[float, Field(ge=0.0, le=10.0)]  # of an effect, in logits or as a logarithm
Points = Annotated[float, Field(ge=-1000.0, le=1000.0)]
Label = Annotated[str, StringConstraints(max_length=500)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Risk = Literal["low", "medium", "high"]
RISKS: tuple[str, ...] = get_args(Risk)  # rising
CsvFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.csv$")]


class Section(BaseModel):
    """Base of every section: unknown keys are refused, nothing is converted in silence, nothing ever changes.

    Strict: `count: yes` is not 1 and `"5"` is not 5. Finite: `.nan` and `.inf` are no numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Rule(Section):
    """A registered rule by name, with its parameters; which ones exist depends on the rule (`ccsim list`)."""

    rule: str
    params: dict[str, Any] = Field(default_factory=dict)
