"""From what a scenario says about a duration to the law that is sampled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.config import schema
from sim.config.tables import Tables
from sim.config.units import LONGEST
from sim.errors import LawError

if TYPE_CHECKING:
    from sim.sampling.laws import Law

SPECS = (
    schema.Exponential,
    schema.Lognormal,
    schema.Gamma,
    schema.Erlang,
    schema.Weibull,
    schema.Deterministic,
    schema.Uniform,
    schema.Triangular,
    schema.Empirical,
    schema.Hyperexponential,
    schema.Mixture,
)


def build(spec: schema.LawSpec, tables: Tables) -> Law:
    """The law a section describes, in seconds; raises LawError for parameters that make no law."""
    return _BUILDERS[type(spec)](spec, tables)


def files(spec: schema.LawSpec) -> tuple[tuple[str, str], ...]:
    """File and column of every CSV the law reads its values from."""
    if isinstance(spec, schema.Empirical):
        return ((spec.file, spec.column),)
    if isinstance(spec, schema.Mixture):
        return tuple(pair for part in spec.parts for pair in files(part.of))
    return ()


def _laws() -> Any:
    from sim.sampling import laws

    return laws


def _empirical(spec: schema.Empirical, tables: Tables) -> Law:
    values = tables.numbers(spec.file, spec.column)
    if values.size and values.max() > LONGEST:
        raise LawError(f"empirical: {values.max():g} s is longer than 100 years; the column must hold seconds")
    law: Law = _laws().empirical(values)
    return law


def _mixture(spec: schema.Mixture, tables: Tables) -> Law:
    mixed: Law = _laws().mixture([(part.weight, build(part.of, tables)) for part in spec.parts])
    return mixed


_BUILDERS: dict[type, Callable[[Any, Tables], Law]] = {
    schema.Exponential: lambda s, _: _laws().exponential(s.mean),
    schema.Lognormal: lambda s, _: _laws().lognormal(s.mean, s.cv),
    schema.Gamma: lambda s, _: _laws().gamma(s.mean, s.cv),
    schema.Erlang: lambda s, _: _laws().erlang(s.mean, s.stages),
    schema.Weibull: lambda s, _: _laws().weibull(s.shape, s.scale),
    schema.Deterministic: lambda s, _: _laws().deterministic(s.value),
    schema.Uniform: lambda s, _: _laws().uniform(s.low, s.high),
    schema.Triangular: lambda s, _: _laws().triangular(s.low, s.mode, s.high),
    schema.Empirical: _empirical,
    schema.Hyperexponential: lambda s, _: _laws().hyperexponential([(p.weight, p.mean) for p in s.parts]),
    schema.Mixture: _mixture,
}
