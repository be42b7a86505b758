"""Empirical-Bayes estimates of many agents' means from few observations each (method of moments).

Source: Morris 1983, Parametric empirical Bayes inference; the between-agent variance is the unbalanced one-way
random-effects estimator (Searle, Casella, McCulloch 1992, section 3.6), set to zero where it comes out negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_FREEDOM = 1e-9  # below it, what is left is rounding


@dataclass(slots=True)
class Tally:
    """Sums of observations, arrays of shape (agents, columns); each observation has a weight, at first 1.

    `count`: of weights · `total`, `squares`: of weighted values and squared values · `weights`: of squared weights.
    """

    count: Array
    total: Array
    squares: Array
    weights: Array

    @classmethod
    def empty(cls, agents: int, columns: int) -> Tally:
        """No observation yet."""
        return cls(*(np.zeros((agents, columns)) for _ in range(4)))

    def add(self, agents: NDArray[np.int64], columns: NDArray[np.int64], values: Array) -> None:
        """Count observations; repeated cells add up."""
        np.add.at(self.count, (agents, columns), 1.0)
        np.add.at(self.total, (agents, columns), values)
        np.add.at(self.squares, (agents, columns), values * values)
        np.add.at(self.weights, (agents, columns), 1.0)

    def fade(self, factor: float) -> None:
        """Let everything observed so far weigh less."""
        self.count *= factor
        self.total *= factor
        self.squares *= factor
        self.weights *= factor * factor

    def restart(self, agent: int) -> None:
        """Forget what was observed of an agent."""
        for sums in (self.count, self.total, self.squares, self.weights):
            sums[agent] = 0.0

    def worth(self) -> Array:
        """How many observations of weight 1 have the same error (Kish 1965): the count where nothing has faded."""
        known = self.weights > 0
        return np.divide(self.count * self.count, self.weights, out=np.zeros_like(self.count), where=known)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Shrunk mean, its standard error, and the observations behind it; shape (agents, columns)."""

    mean: Array
    error: Array
    count: Array


def shrink(tally: Tally, groups: NDArray[np.int64], prior: Array) -> Estimate:
    """Shrink each agent's mean towards the mean of the agent's group (same tier), column by column.

    `prior`: shape (agents, columns), used where a whole group has no observation. An agent without observations gets
    the group's mean, with the between-agent spread as standard error. Where agents do not seem to differ at all, every
    one of them is given the group's mean with an error of 0: it is the error as to the group, not of the group's mean.
    """
    mean, error = np.array(prior), np.zeros_like(prior)
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        found = _columns(tally.count[rows], tally.total[rows], tally.squares[rows], tally.weights[rows])
        observed = np.broadcast_to(tally.count[rows].sum(axis=0) > 0, found[0].shape)
        mean[rows] = np.where(observed, found[0], mean[rows])
        error[rows] = np.where(observed, found[1], error[rows])
    return Estimate(mean, error, tally.worth())


def _columns(n: Array, total: Array, squares: Array, weights: Array) -> tuple[Array, Array]:
    known = n.sum(axis=0)
    everything = np.where(known > 0, known, 1.0)
    grand = total.sum(axis=0) / everything
    own = np.divide(total, n, out=np.broadcast_to(grand, n.shape).copy(), where=n > 0)
    # the mean weight of an agent's observations: 1 where none has faded, and then the sum is the number of agents
    lost = np.divide(weights, n, out=np.zeros(n.shape), where=n > 0)
    inner = np.maximum(squares.sum(axis=0) - (n * own * own).sum(axis=0), 0.0)
    freedom = everything - lost.sum(axis=0)
    within = inner / np.where(freedom > LEAST_FREEDOM, freedom, 1.0)
    taken = lost.sum(axis=0) - weights.sum(axis=0) / everything  # the number of agents less 1, unfaded
    spread = (n * (own - grand) ** 2).sum(axis=0) - taken * within
    weight = everything - (n * n).sum(axis=0) / everything
    between = np.divide(np.maximum(spread, 0.0), weight, out=np.zeros_like(grand), where=weight > 0)
    worth = np.divide(n * n, weights, out=np.zeros(n.shape), where=weights > 0)
    noise = np.divide(within, worth, out=np.full(n.shape, np.inf), where=worth > 0)
    # where agents do not differ at all, everybody is the mean: a share of 0, not 0/0
    reliability = np.divide(between, between + noise, out=np.zeros(n.shape), where=between + noise > 0)
    return grand + reliability * (own - grand), np.sqrt(between * (1.0 - reliability))
