"""The laws of times and sizes, as factories: `lognormal(360.0, 0.8).quantile(u)`.

Every law is sampled by inversion: one uniform a variate, non-decreasing in it, finite for every attainable
uniform (but `never`). A mean or scale is applied last, as one multiplication. Times are seconds inside the
simulator, but a law knows no unit. Every factory raises LawError, naming parameter, value and rule, for
parameters that make no law.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from sim.errors import LawError
from sim.sampling.draws_pure import CONSTANT, EXPONENTIAL, LOGNORMAL, TRIANGULAR, UNIFORM, WEIBULL
from sim.sampling.streams import Law
from sim.sampling.tables import (
    EMPIRICAL,
    GAMMA,
    MIXTURE,
    Part,
    empirical_table,
    gamma_table,
    mixture_table,
)

__all__ = [
    "Law",
    "deterministic",
    "empirical",
    "erlang",
    "exponential",
    "gamma",
    "hyperexponential",
    "lognormal",
    "mixture",
    "never",
    "triangular",
    "uniform",
    "weibull",
    "weibull_by_mean",
]

_NO_SHAPE = (0.0, 0.0, 0.0)
_SMALLEST, _LARGEST = 2.0**-53, 1.0 - 2.0**-53


def exponential(mean: float) -> Law:
    """Exponential with the given mean (> 0)."""
    mean = _positive("exponential", "mean", mean)
    return _checked(Law(EXPONENTIAL, mean, _NO_SHAPE, mean, 1.0, f"exponential(mean={mean!r})"))


def lognormal(mean: float, cv: float) -> Law:
    """Lognormal with the given mean (> 0) and coefficient of variation (>= 0; 0 is a constant)."""
    mean, cv = _positive("lognormal", "mean", mean), _not_negative("lognormal", "cv", cv)
    variance = math.log1p(min(cv, 1e150) ** 2)
    label = f"lognormal(mean={mean!r}, cv={cv!r})"
    return _checked(Law(LOGNORMAL, mean, (math.sqrt(variance), variance / 2.0, 0.0), mean, cv, label))


def gamma(mean: float, cv: float) -> Law:
    """Gamma with the given mean (> 0) and coefficient of variation (0: a constant; or 0.005 to 10)."""
    mean, cv = _positive("gamma", "mean", mean), _not_negative("gamma", "cv", cv)
    label = f"gamma(mean={mean!r}, cv={cv!r})"
    if cv == 0.0:
        return Law(CONSTANT, mean, _NO_SHAPE, mean, 0.0, label)
    return _gamma(mean, _within("gamma", "cv", cv, 5e-3, 10.0) ** -2.0, cv, label)


def erlang(mean: float, stages: int) -> Law:
    """The sum of `stages` (1 to 10,000) equal exponential stages, with the given mean (> 0) in all."""
    mean = _positive("erlang", "mean", mean)
    if stages != int(_within("erlang", "stages", stages, 1.0, 10_000.0)):
        raise LawError(f"erlang: stages is {stages!r}; it must be a whole number")
    return _gamma(mean, float(stages), 1.0 / math.sqrt(stages), f"erlang(mean={mean!r}, stages={int(stages)})")


def _gamma(mean: float, shape: float, cv: float, label: str) -> Law:
    return _checked(Law(GAMMA, mean, (shape, 0.0, 0.0), mean, cv, label, gamma_table(shape)))


def weibull(shape: float, scale: float) -> Law:
    """Weibull with P(X > x) = exp(-(x / scale)^shape), scale > 0, shape 0.1 to 1,000."""
    scale = _positive("weibull", "scale", scale)
    unit, cv = _weibull_moments(shape)
    label = f"weibull(shape={float(shape)!r}, scale={scale!r})"
    return _checked(Law(WEIBULL, scale, (1.0 / shape, 0.0, 0.0), scale * unit, cv, label))


def weibull_by_mean(shape: float, mean: float) -> Law:
    """Weibull with the given mean (> 0) and shape (0.1 to 1,000)."""
    mean = _positive("weibull_by_mean", "mean", mean)
    unit, cv = _weibull_moments(shape)
    label = f"weibull_by_mean(shape={float(shape)!r}, mean={mean!r})"
    return _checked(Law(WEIBULL, mean / unit, (1.0 / shape, 0.0, 0.0), mean, cv, label))


def _weibull_moments(shape: float) -> tuple[float, float]:
    """Mean and coefficient of variation of the Weibull law of scale 1."""
    shape = _within("weibull", "shape", shape, 0.1, 1000.0)
    mean = math.gamma(1.0 + 1.0 / shape)
    excess = math.lgamma(1.0 + 2.0 / shape) - 2.0 * math.lgamma(1.0 + 1.0 / shape)
    return mean, math.sqrt(math.expm1(excess))


def deterministic(value: float) -> Law:
    """Always the same value (>= 0)."""
    value = _not_negative("deterministic", "value", value)
    return Law(CONSTANT, value, _NO_SHAPE, value, 0.0, f"deterministic(value={value!r})")


def never() -> Law:
    """Always +inf: infinite patience. Its mean is inf and its cv 0."""
    return Law(CONSTANT, math.inf, _NO_SHAPE, math.inf, 0.0, "never()")


def uniform(low: float, high: float) -> Law:
    """Uniform between low (>= 0) and high (>= low)."""
    low, high = _not_negative("uniform", "low", low), _not_negative("uniform", "high", high)
    _ordered("uniform", low=low, high=high)
    mean, deviation = low + (high - low) / 2.0, (high - low) / math.sqrt(12.0)
    label = f"uniform(low={low!r}, high={high!r})"
    return Law(UNIFORM, 1.0, (low, high, 0.0), mean, _ratio(deviation, mean), label)


def triangular(low: float, mode: float, high: float) -> Law:
    """Triangular between low (>= 0) and high (> low), most likely at mode (between them)."""
    low, mode, high = (
        _not_negative("triangular", name, value) for name, value in (("low", low), ("mode", mode), ("high", high))
    )
    _ordered("triangular", low=low, mode=mode, high=high)
    if low == high:
        raise LawError(f"triangular: high is {high!r}; it must exceed low ({low!r})")
    mean = low / 3.0 + mode / 3.0 + high / 3.0
    split = (mode - low) / (high - low)
    deviation = (high - low) * math.sqrt((1.0 - split + split * split) / 18.0)
    label = f"triangular(low={low!r}, mode={mode!r}, high={high!r})"
    return Law(TRIANGULAR, 1.0, (low, high, split), mean, deviation / mean, label)


def empirical(values: Iterable[float]) -> Law:
    """Recorded values (>= 0, at least one), each as likely: the inverse of their distribution function."""
    checked = [_not_negative("empirical", f"values[{i}]", value) for i, value in enumerate(values)]
    if not checked:
        raise LawError("empirical: values is empty; at least one recorded value is needed")
    ordered = np.sort(np.array(checked, dtype=np.float64))
    mean = math.fsum(checked) / len(checked)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in checked) / len(checked))
    label = f"empirical({len(checked)} values, mean={mean!r})"
    return Law(EMPIRICAL, 1.0, _NO_SHAPE, mean, _ratio(deviation, mean), label, empirical_table(ordered))


def hyperexponential(branches: Sequence[tuple[float, float]]) -> Law:
    """Exponential with a mean chosen at random: a sequence of (weight, mean)."""
    return _mixture("hyperexponential", [(weight, exponential(mean)) for weight, mean in branches])


def mixture(branches: Sequence[tuple[float, Law]]) -> Law:
    """One of several laws, chosen at random: a sequence of (weight > 0, law); only weight ratios matter.

    Atoms are allowed (`[(0.2, deterministic(0)), (0.8, weibull(...))]`), `never` is not: an infinite value
    has no mean.
    """
    return _mixture("mixture", branches)


def _mixture(name: str, branches: Sequence[tuple[float, Law]]) -> Law:
    if not branches:
        raise LawError(f"{name}: it has no branches; at least one is needed")
    weights = [_positive(name, f"weight[{i}]", weight) for i, (weight, _) in enumerate(branches)]
    for i, (_, law) in enumerate(branches):
        if math.isinf(law.mean):
            raise LawError(f"{name}: law[{i}] is {law!r}; only laws with finite values can be mixed")
    whole = math.fsum(weights)
    parts = [(weight / whole, law) for weight, (_, law) in zip(weights, branches, strict=True)]
    mean = math.fsum(mass * law.mean for mass, law in parts)
    square = math.fsum(mass * (law.mean / (mean or 1.0)) ** 2 * (1.0 + law.cv**2) for mass, law in parts)
    shown = ", ".join(f"({weight!r}, {law!r})" for weight, (_, law) in zip(weights, branches, strict=True))
    label = f"{name}([{shown}])"
    unit = mean or 1.0
    atomic = tuple(part for mass, law in parts for part in _flatten(mass, law.scaled(1.0 / unit)))
    cv = math.sqrt(max(square - 1.0, 0.0)) if mean else 0.0
    return _checked(Law(MIXTURE, unit, _NO_SHAPE, mean, cv, label, mixture_table(atomic), atomic))


def _flatten(mass: float, law: Law) -> list[Part]:
    """A law as the simple laws it mixes, with their probabilities."""
    if law.kind == MIXTURE:
        return [(mass * share, part.scaled(law.scale)) for share, part in law.parts]
    if law.cv == 0.0 and law.kind in (LOGNORMAL, UNIFORM):
        return [(mass, deterministic(law.quantile(0.5)))]
    return [(mass, law)]


def _ratio(deviation: float, mean: float) -> float:
    return deviation / mean if mean else 0.0


def _number(law: str, name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise LawError(f"{law}: {name} is {value!r}; it must be a number")
    number = float(value)
    if not math.isfinite(number):
        raise LawError(f"{law}: {name} is {number!r}; it must be finite")
    return number


def _not_negative(law: str, name: str, value: float) -> float:
    number = _number(law, name, value)
    if number < 0.0:
        raise LawError(f"{law}: {name} is {number!r}; it must not be negative")
    return number


def _positive(law: str, name: str, value: float) -> float:
    number = _not_negative(law, name, value)
    if number == 0.0:
        raise LawError(f"{law}: {name} is {number!r}; it must be above 0")
    return number


def _within(law: str, name: str, value: float, low: float, high: float) -> float:
    number = _number(law, name, value)
    if not low <= number <= high:
        raise LawError(f"{law}: {name} is {number!r}; it must lie between {low!r} and {high!r}")
    return number


def _ordered(law: str, **values: float) -> None:
    names = list(values)
    for lower, upper in pairwise(names):
        if values[lower] > values[upper]:
            raise LawError(f"{law}: {upper} is {values[upper]!r}; it must not be below {lower} ({values[lower]!r})")


def _checked(law: Law) -> Law:
    """The law itself, once its values at the ends of the attainable uniforms are known to be finite."""
    try:
        ends = law.quantile(_SMALLEST), law.quantile(_LARGEST)
    except OverflowError:
        ends = (math.nan, math.inf)
    if not all(math.isfinite(end) for end in (*ends, law.mean, law.cv)):
        raise LawError(f"{law!r}: its largest values are beyond what a float can hold; choose milder parameters")
    return law
