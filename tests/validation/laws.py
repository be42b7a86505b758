"""From how a case names a law of time to how a scenario writes it, and to its survival function."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

Data = dict[str, Any]
Floats = Any


def seconds(value: float) -> str:
    """A duration as a scenario writes it; ten significant digits are far below any standard error."""
    return f"{value:.10g} s"


def exponential(mean: float) -> Data:
    """Exponential with a mean in seconds."""
    return {"law": "exponential", "mean": seconds(mean)}


def constant(value: float) -> Data:
    """Always the same."""
    return {"law": "deterministic", "value": seconds(value)}


def uniform(low: float, high: float) -> Data:
    """Uniform between two durations in seconds."""
    return {"law": "uniform", "low": seconds(low), "high": seconds(high)}


def balanced(mean: float, cv2: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Two exponential parts (weight, mean) with balanced means and the squared coefficient of variation `cv2`."""
    p = 0.5 * (1.0 + math.sqrt((cv2 - 1.0) / (cv2 + 1.0)))
    return (p, mean / (2.0 * p)), (1.0 - p, mean / (2.0 * (1.0 - p)))


def hyperexponential(mean: float, cv2: float) -> Data:
    """Hyperexponential with balanced means."""
    parts = [{"weight": weight, "mean": seconds(part)} for weight, part in balanced(mean, cv2)]
    return {"law": "hyperexponential", "parts": parts}


def law(name: str, mean: float, cv: float | None = None, ab: tuple[float, float] | None = None) -> Data:
    """The law that a case calls `name`, with a mean (and for a uniform law its ends) in seconds."""
    kind = name.partition(" ")[0].partition("(")[0]
    if kind == "exponential":
        return exponential(mean)
    if kind == "deterministic":
        return constant(mean)
    if kind == "uniform":
        return uniform(*(ab or (0.0, 2.0 * mean)))
    if kind in ("erlang", "erlang2", "erlang4"):
        return {"law": "erlang", "mean": seconds(mean), "stages": int(kind[6:] or cv or 2)}
    if kind in ("hyperexp", "hyperexp2"):
        return hyperexponential(mean, cv or 4.0)
    if kind == "lognormal":
        return {"law": "lognormal", "mean": seconds(mean), "cv": cv if cv is not None else _number(name)}
    raise ValueError(f"no law named {name!r}")


def patience(spec: Data, unit: float) -> Data:
    """The law of a case's patience; `balk_exp` gives up at once with probability `p0`."""
    mean = spec["mean"] * unit
    if spec["dist"] == "balk_exp":
        parts = [{"weight": spec["p0"], "of": constant(0.0)}, {"weight": 1.0 - spec["p0"], "of": exponential(mean)}]
        return {"law": "mixture", "parts": parts}
    ends = spec.get("ab")
    cv = spec.get("cv") or spec.get("cv2")
    return law(spec["dist"], mean, cv, (ends[0] * unit, ends[1] * unit) if ends else None)


def survival(spec: Data) -> Callable[[Floats], Floats] | None:
    """P(patience > t in the case's own unit), where it is above 0 for every t; else None."""
    mean = spec["mean"]
    if spec["dist"] == "exponential":
        return lambda t: np.exp(-t / mean)
    if spec["dist"] == "balk_exp":
        return lambda t: (1.0 - spec["p0"]) * np.exp(-t / mean)
    if spec["dist"] == "erlang2":
        return lambda t: stats.gamma.sf(t, 2.0, scale=mean / 2.0)
    if spec["dist"] == "hyperexp":
        parts = balanced(mean, spec["cv2"])
        return lambda t: sum(weight * np.exp(-t / part) for weight, part in parts)
    if spec["dist"] == "lognormal":
        sigma = math.sqrt(math.log1p(spec["cv"] ** 2))
        return lambda t: stats.lognorm.sf(t, sigma, scale=mean * math.exp(-0.5 * sigma**2))
    return None


def _number(name: str) -> float:
    return float(name.rstrip(")").split("=")[1])
