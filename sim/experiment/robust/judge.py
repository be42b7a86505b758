"""From the differences in many worlds: on which share the new arm wins, and which input moves the difference most.

A world's difference is measured with noise of its own, so worlds would seem to differ where they do not. The share is
therefore also read from differences drawn together until they vary as much as the worlds do without that noise (moment
estimate of the variance between worlds, after Louis 1984). Inputs are ranked by a regression of the differences on all
of them: what the difference changes by when an input goes from its 10th to its 90th percentile, the others held.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.rehearse.judge import wilson
from sim.experiment.robust.worlds import Floats

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Share:
    """A share of worlds with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One input of the tornado: its low and high value, and what the difference changes by from one to the other."""

    name: str
    low: float
    high: float
    effect: float
    effect_low: float
    effect_high: float
    at_low: float  # the difference with this input low, all others at their mean
    at_high: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the worlds say. `noise` and `between`: standard deviation within and between worlds."""

    wins: Share
    counted: Share
    clear_wins: int
    clear_losses: int
    open: int
    mean: float
    noise: float
    between: float
    explained: float
    bars: tuple[Bar, ...]


def judge(
    gaps: Floats, variances: Floats, free: int, better: str, inputs: Mapping[str, Floats], confidence: float
) -> Verdict:
    """`gaps`: the difference in each world; `variances`: of its error, as each world alone estimates it with `free`
    degrees of freedom."""
    from scipy.special import stdtrit

    sign = -1.0 if better == "lower" else 1.0
    noise = float(variances.mean())
    between = max(0.0, float(gaps.var(ddof=1)) - noise)
    drawn = _drawn_together(gaps, variances, between)
    reach = float(stdtrit(free, (1.0 + confidence) / 2.0)) * np.sqrt(variances)
    bars, explained = _tornado(gaps, inputs, confidence)
    return Verdict(
        _share(sign * drawn > 0.0, confidence),
        _share(sign * gaps > 0.0, confidence),
        int((sign * gaps > reach).sum()),
        int((sign * gaps < -reach).sum()),
        int((np.abs(gaps) <= reach).sum()),
        float(gaps.mean()),
        math.sqrt(noise),
        math.sqrt(between),
        explained,
        bars,
    )


def _drawn_together(gaps: Floats, variances: Floats, between: float) -> Floats:
    """Each world by its own noise: a crowded world is noisier than a quiet one, which must not move with it."""
    total = between + variances
    kept = np.sqrt(np.divide(between, total, out=np.zeros_like(total), where=total > 0.0))
    return np.asarray(gaps.mean() + kept * (gaps - gaps.mean()))


def _share(hits: NDArray[np.bool_], confidence: float) -> Share:
    count = int(np.count_nonzero(hits))
    return Share(count / hits.size, *wilson(count, hits.size, confidence))


def _tornado(gaps: Floats, inputs: Mapping[str, Floats], confidence: float) -> tuple[tuple[Bar, ...], float]:
    """Least squares with all inputs; bars by the size of their effect, and the share of variance they explain."""
    from scipy.special import stdtrit

    columns = np.array([values - values.mean() for values in inputs.values()]).T
    design = np.column_stack([np.ones(gaps.size), columns])
    free = gaps.size - design.shape[1]
    inverse = np.linalg.pinv(design.T @ design)
    slopes = inverse @ design.T @ gaps
    rest = gaps - design @ slopes
    spread = float(rest @ rest) / free
    total = float(((gaps - gaps.mean()) ** 2).sum())
    t = float(stdtrit(free, (1.0 + confidence) / 2.0))
    bars = []
    for place, (name, values) in enumerate(inputs.items(), 1):
        low, high = np.quantile(values, [LOW, HIGH])
        slope, error = float(slopes[place]), math.sqrt(spread * inverse[place, place])
        width = t * error * (high - low)
        effect = slope * (high - low)
        ends = (slopes[0] + slope * (end - values.mean()) for end in (low, high))
        bars.append(Bar(name, float(low), float(high), effect, effect - width, effect + width, *map(float, ends)))
    bars.sort(key=lambda bar: (-abs(bar.effect), bar.name))
    return tuple(bars), 1.0 - float(rest @ rest) / total if total > 0.0 else math.nan
