"""Laws of durations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema.base import CsvFile, Duration, Positive, Section, Share


class Exponential(Section):
    law: Literal["exponential"]
    mean: Duration


class Lognormal(Section):
    law: Literal["lognormal"]
    mean: Duration
    cv: Annotated[float, Field(gt=0.0, le=100.0)]


class Gamma(Section):
    law: Literal["gamma"]
    mean: Duration
    cv: Positive


class Erlang(Section):
    law: Literal["erlang"]
    mean: Duration
    stages: Annotated[int, Field(ge=1, le=1000)]


class Weibull(Section):
    law: Literal["weibull"]
    shape: Positive
    scale: Duration


class Deterministic(Section):
    law: Literal["deterministic"]
    value: Duration


class Uniform(Section):
    law: Literal["uniform"]
    low: Duration
    high: Duration


class Triangular(Section):
    law: Literal["triangular"]
    low: Duration
    mode: Duration
    high: Duration


class Empirical(Section):
    """Durations in seconds, one a row, from a column of a CSV file."""

    law: Literal["empirical"]
    file: CsvFile
    column: str


class ExponentialPart(Section):
    weight: Share
    mean: Duration


class Hyperexponential(Section):
    law: Literal["hyperexponential"]
    parts: Annotated[list[ExponentialPart], Field(min_length=1)]


class Part(Section):
    weight: Share
    of: LawSpec


class Mixture(Section):
    law: Literal["mixture"]
    parts: Annotated[list[Part], Field(min_length=1)]


LawSpec = Annotated[
    Exponential
    | Lognormal
    | Gamma
    | Erlang
    | Weibull
    | Deterministic
    | Uniform
    | Triangular
    | Empirical
    | Hyperexponential
    | Mixture,
    Field(discriminator="law"),
]
