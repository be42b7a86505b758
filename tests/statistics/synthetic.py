"""Synthetic experiments: replications of a made-up centre whose true KPIs are known exactly.

A day's busyness B is gamma with mean 1; it brings Poisson(volume · B) customers, and busy days are also the bad ones.
The day's strain V is gamma with mean 1, half of it shared by the arms (common random numbers), half an arm's own.

* mean wait: seconds waited / customers; seconds = customers · mean · B · V, skewed to the right
* wait in overload: the same with (B · V)^2: now and then a day on which everything breaks down
* service level: answered in time / customers, binomial with exp(-LATE · effect · B · V), skewed to the left
* abandonment: abandoned / customers, binomial with 1 - exp(-LEAVE · effect · B · V), rare and skewed to the right
* cost: an amount a run, lognormal, no ratio

`effect` is what an arm does to waiting: 1 for none. Arms of equal effect are exchangeable, so their true difference
is 0. Arrays have shape (experiments, replications).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, gamma

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad

Floats = NDArray[np.float64]

BUSY = 25.0  # shape of busyness: its coefficient of variation is 0.2
STRAIN = 8.0  # shape of a day's strain, half of it shared
LATE, LEAVE = 0.22, 0.05
WAIT = 30.0  # mean seconds on a mean day
POWER = {"mean wait": 1.0, "wait in overload": 2.0}
COST, COST_SD = 1000.0, 0.3  # sd of the cost's logarithm
KPIS = ("mean wait", "wait in overload", "service level", "abandonment", "cost")


@dataclass(frozen=True, slots=True)
class Days:
    """What the arms of many experiments share: customers, busyness and half of the strain."""

    draw: np.random.Generator
    busy: Floats
    customers: NDArray[np.int64]
    shared: Floats

    def take(self, kpi: str, effect: float = 1.0) -> tuple[Floats, Floats]:
        """Numerators and denominators of one arm; every call is another arm on the same days."""
        own = self.draw.gamma(STRAIN / 2.0, 1.0, self.shared.shape)
        strain = (self.shared + own) / STRAIN
        bottom = self.customers.astype(np.float64)
        if kpi in POWER:
            return bottom * effect * WAIT * (self.busy * strain) ** POWER[kpi], bottom
        if kpi == "cost":
            shock = np.log(strain) + self.draw.standard_normal(strain.shape)
            return effect * COST * np.exp(COST_SD * shock), np.ones_like(bottom)
        rate = (LATE if kpi == "service level" else LEAVE) * effect
        calm = self.draw.binomial(self.customers, np.exp(-rate * self.busy * strain)).astype(np.float64)
        return (calm if kpi == "service level" else bottom - calm), bottom


def days(seed: int, experiments: int, replications: int, volume: float = 400.0) -> Days:
    """The days of `experiments` experiments with so many replications each; `volume`: customers of a mean day."""
    draw = np.random.default_rng(seed)
    shape = (experiments, replications)
    busy = draw.gamma(BUSY, 1.0 / BUSY, shape)
    return Days(draw, busy, draw.poisson(volume * busy), draw.gamma(STRAIN / 2.0, 1.0, shape))


def truth(kpi: str, effect: float = 1.0) -> float:
    """The true KPI of an arm: the expected numerator over the expected denominator."""
    if kpi in POWER:
        return effect * WAIT * _moment(BUSY, 1.0 + POWER[kpi]) * _moment(STRAIN, POWER[kpi])
    if kpi == "cost":
        return effect * COST * _moment(STRAIN, COST_SD) * exp(COST_SD**2 / 2.0)
    if kpi == "service level":
        return _calm(LATE * effect)
    return 1.0 - _calm(LEAVE * effect)


def _calm(rate: float) -> float:
    """E[B exp(-rate · B · V)]: the share of customers whom nothing happens to; over V by its Laplace transform."""
    return float(quad(lambda b: b * _density(b) * (1.0 + rate * b / STRAIN) ** -STRAIN, 0.0, 10.0, limit=200)[0])


def _density(b: float) -> float:
    return float(BUSY**BUSY * b ** (BUSY - 1.0) * exp(-BUSY * b) / gamma(BUSY))


def _moment(shape: float, power: float) -> float:
    """E[X^power] of a gamma variable of that shape and mean 1."""
    return gamma(shape + power) / gamma(shape) / shape**power
