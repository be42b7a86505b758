"""From the readings of many pilots to one row a design, and to the design that is recommended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.experiment.rehearse import pilots, reading
from sim.experiment.rehearse.pilots import Record
from sim.experiment.rehearse.power import Noise, power, weeks_needed
from sim.experiment.rehearse.reading import Reading
from sim.routing.sides import Days, Design, Floats

Verdict = Literal["sound", "biased", "not settled", "not possible"]
TOLERATED = 0.25  # bias that is put up with, as a part of the true effect or of the difference that matters


@dataclass(frozen=True, slots=True)
class Question:
    """What the rehearsal is judged by; a bias of `tolerance` or less is put up with."""

    days: Days
    weeks: int
    confidence: float
    truth: Reading
    matters: float
    redrawn: bool

    @property
    def shown(self) -> bool:
        """Whether the true effect is different from zero for certain."""
        return abs(self.truth.value) > self.truth.half_width(self.confidence)

    @property
    def sought(self) -> float:
        """The effect that a pilot is to show: the true one, or the one that matters where there is none."""
        return abs(self.truth.value) if self.shown else self.matters

    @property
    def tolerance(self) -> float:
        """How much bias is put up with."""
        return TOLERATED * max(abs(self.truth.value) if self.shown else 0.0, self.matters)


@dataclass(frozen=True, slots=True)
class Row:
    """One design, judged. Shares are of the pilots that have an interval; NaN is "not known"."""

    design: str
    label: str
    verdict: Verdict
    why: str = ""
    pilots: int = 0
    reading: float = math.nan
    error: float = math.nan  # standard error of one pilot, as the team would compute it
    spread: float = math.nan  # standard deviation of the readings over the pilots
    half_width: float = math.nan
    bias: float = math.nan
    bias_low: float = math.nan
    bias_high: float = math.nan
    coverage: float = math.nan
    coverage_low: float = math.nan
    coverage_high: float = math.nan
    power: float = math.nan  # measured: share of pilots whose interval lies on the right side of zero
    predicted: float = math.nan
    weeks: int | None = None  # for a power of 0.80
    control_shift: float = math.nan
    control_low: float = math.nan
    control_high: float = math.nan
    treated_shift: float = math.nan
    treated_low: float = math.nan
    treated_high: float = math.nan
    crossed: float = math.nan  # share of returning contacts that came back on the other side
    curve: tuple[tuple[int, float, float], ...] = ()  # weeks, power predicted, power measured


CURVE = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 26)


def judge(question: Question, design: Design, record: Record, today: Record, plain: tuple[Floats, Floats]) -> Row:
    """Read every pilot of a design and set the readings against the truth.

    `plain`: counts by day, shape (2, days), under today's rules everywhere and under the new ones everywhere.
    """
    days = question.days
    windows = list(pilots.windows(record.sums.shape[2], days.pilot))
    readings = [pilots.read(design, days, record, today, window, question.redrawn) for window in windows]
    truths = [_ratio(plain[1][:, window]) - _ratio(plain[0][:, window]) for window in windows]
    bias = reading.of_values([one.value - true for one, true in zip(readings, truths, strict=True)])
    mean = reading.of_values([one.value for one in readings])
    noise = _noise(question, design, record, today, readings)
    known = [one for one in readings if math.isfinite(one.half_width(question.confidence))]
    covered = sum(_covers(one, question.truth.value, question.confidence) for one in known)
    low, high = wilson(covered, len(known), question.confidence)
    width = bias.half_width(question.confidence)
    effect = abs(mean.value) if question.shown else question.matters
    shifts = _shifts(question, design, record, plain, windows)
    return Row(
        design.name,
        design.label,
        _verdict(bias.value, width, question.tolerance),
        pilots=len(windows),
        reading=mean.value,
        error=noise.error(question.weeks),
        spread=mean.error * math.sqrt(len(windows)),
        half_width=Reading(0.0, noise.error(question.weeks), noise.free(question.weeks)).half_width(
            question.confidence
        ),
        bias=bias.value,
        bias_low=bias.value - width,
        bias_high=bias.value + width,
        coverage=covered / len(known) if known else math.nan,
        coverage_low=low,
        coverage_high=high,
        power=_detected(question, known),
        predicted=power(effect, noise, question.weeks, question.confidence),
        weeks=weeks_needed(effect, noise, question.confidence),
        control_shift=shifts[0][0],
        control_low=shifts[0][1],
        control_high=shifts[0][2],
        treated_shift=shifts[1][0],
        treated_low=shifts[1][1],
        treated_high=shifts[1][2],
        crossed=record.crossed / record.returned if record.returned else math.nan,
        curve=tuple(
            (weeks, power(effect, noise, weeks, question.confidence), _measured(question, design, record, today, weeks))
            for weeks in CURVE
        ),
    )


def recommend(rows: Sequence[Row], tolerance: float) -> Row | None:
    """Of the sound designs whose intervals cover the truth, the one that needs the fewest weeks; ties: least bias.

    Where none is sound, one whose bias is within the tolerance so far; where there is none of those either, none.
    """
    able = [row for row in rows if row.weeks is not None and not _misses(row) and abs(row.bias) <= tolerance]
    sound = [row for row in able if row.verdict == "sound"]
    return min(sound or able, key=lambda row: (row.weeks or 0, abs(row.bias)), default=None)


def wilson(hits: int, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's interval for a share (1927); NaN for none of none."""
    from scipy.special import ndtri

    if n == 0:
        return math.nan, math.nan
    z = float(ndtri((1.0 + confidence) / 2.0))
    share, weight = hits / n, z * z / n
    centre = (share + weight / 2.0) / (1.0 + weight)
    half = z / (1.0 + weight) * math.sqrt(share * (1.0 - share) / n + weight / (4.0 * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _misses(row: Row) -> bool:
    """Whether the intervals cover the truth too seldom, beyond what chance explains: 0.95 is promised."""
    return math.isfinite(row.coverage_high) and row.coverage_high < 0.95


def _verdict(bias: float, width: float, tolerance: float) -> Verdict:
    """Sound or biased where the whole interval of the bias says so."""
    if abs(bias) - width > tolerance:
        return "biased"
    return "sound" if abs(bias) + width <= tolerance else "not settled"


def _covers(one: Reading, truth: float, confidence: float) -> bool:
    return abs(one.value - truth) <= one.half_width(confidence)


def _detected(question: Question, readings: Sequence[Reading]) -> float:
    """Share of intervals on the right side of zero; on either side, where there is no true effect."""
    if not readings:
        return math.nan
    sign = math.copysign(1.0, question.truth.value)
    hits = 0
    for one in readings:
        width = one.half_width(question.confidence)
        away = sign * one.value > width if question.shown else abs(one.value) > width
        hits += int(away)
    return hits / len(readings)


def _measured(question: Question, design: Design, record: Record, today: Record, weeks: int) -> float:
    """The share of pilots of another length that showed the effect, out of the same days; NaN below five pilots."""
    length = weeks * question.days.pilot // question.weeks
    windows = list(pilots.windows(record.sums.shape[2], length))
    if len(windows) < 5 or (design.then is not None and weeks != question.weeks):
        return math.nan
    readings = [pilots.read(design, question.days, record, today, window, question.redrawn) for window in windows]
    return _detected(question, [one for one in readings if math.isfinite(one.half_width(question.confidence))])


def _noise(question: Question, design: Design, record: Record, today: Record, readings: Sequence[Reading]) -> Noise:
    """From the mean squared standard error of the pilots; by agent also from pilots of half the length."""
    weeks = question.weeks
    whole = _mean_square(readings)
    free = float(np.mean([one.free for one in readings])) if readings else math.nan
    means = 2.0 if design.then is not None or design.by in ("agent", "queue") else 1.0
    if design.by != "agent" or question.redrawn:
        return Noise(0.0, whole * weeks, (free + means) / weeks, -means)
    length = question.days.pilot // 2
    halves = [
        pilots.read(design, question.days, record, today, window, question.redrawn)
        for window in pilots.windows(record.sums.shape[2], length)
    ] if length else []  # fmt: skip
    of_a_week = max(0.0, (_mean_square(halves) - whole)) * weeks if halves else 0.0
    return Noise(max(0.0, whole - of_a_week / weeks), min(of_a_week, whole * weeks), 0.0, free)


def _mean_square(readings: Sequence[Reading]) -> float:
    errors = [one.error**2 for one in readings if math.isfinite(one.error)]
    return float(np.mean(errors)) if errors else math.nan


def _shifts(
    question: Question, design: Design, record: Record, plain: tuple[Floats, Floats], windows: Sequence[slice]
) -> list[tuple[float, float, float]]:
    """What being in a pilot does to either side: control against today everywhere, treated against new everywhere."""
    if design.by == "queue":
        return [(math.nan, math.nan, math.nan)] * 2
    found = []
    for side in range(2):
        mine = record.of_side(side)
        gap = reading.of_values([_ratio(mine[:, w]) - _ratio(plain[side][:, w]) for w in windows])
        width = gap.half_width(question.confidence)
        found.append((gap.value, gap.value - width, gap.value + width))
    return found


def _ratio(counts: Floats) -> float:
    top, low = counts.sum(axis=1)
    return float(top / low) if low > 0.0 else math.nan
