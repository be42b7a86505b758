"""From the shares a scenario states to the logits the model needs.

A scenario says "tier 1 resolves .70": a share as observed over first contacts. The model needs the intercept b of
``P(resolve | ability a, difficulty d) = logistic(b + s·a - d)``. It is solved here by quadrature over the spread of
difficulty and ability. A higher tier's share is over the contacts that the tiers below did not resolve, which are
harder by selection. No rule of an arm enters, so all arms live in one and the same world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_D_NODES, _D_WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
_A_NODES, _A_WEIGHTS = np.polynomial.hermite_e.hermegauss(24)
_D_WEIGHTS = _D_WEIGHTS / _D_WEIGHTS.sum()
_A_WEIGHTS = _A_WEIGHTS / _A_WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Solved:
    """One step: intercept (logits), logits of one standard unit of ability, and who comes there.

    `population`: weights of the difficulty's quadrature nodes among the contacts that reach the step, shape (nodes,).
    """

    intercept: float
    ability_scale: float
    population: Array


def path(resolutions: Sequence[float], difficulty_sd: float, resolution_sd: float) -> tuple[Solved, ...]:
    """Solve the steps of one path, lowest tier first.

    `resolutions`: stated shares, each over the contacts that reach the step; `difficulty_sd`: logits;
    `resolution_sd`: standard deviation between agents of their own share, in probability.
    """
    return _path(tuple(resolutions), difficulty_sd, resolution_sd)


@lru_cache(maxsize=1024)  # intents are much alike, and arms even more
def _path(resolutions: tuple[float, ...], difficulty_sd: float, resolution_sd: float) -> tuple[Solved, ...]:
    difficulty = difficulty_sd * _D_NODES
    population = _D_WEIGHTS
    solved = []
    for share in resolutions:
        step = _solve(share, difficulty, population, resolution_sd)
        solved.append(step)
        population = _unresolved(population, difficulty, step)
    return tuple(solved)


@lru_cache(maxsize=1024)
def single(share: float, difficulty_sd: float) -> float:
    """Intercept of a service with no agents (the bot): `share` over all its sessions."""
    return _solve(share, difficulty_sd * _D_NODES, _D_WEIGHTS, 0.0).intercept


def mean_share(intercept: Array | float, difficulty_sd: float, population: Array) -> Array:
    """P(resolve) over a step's population for intercepts that include the ability; shape of `intercept`."""
    eta = np.asarray(intercept)[..., None] - difficulty_sd * _D_NODES
    return np.asarray((_logistic(eta) * population).sum(axis=-1))  # equal rows give equal bits, unlike a product


def _solve(share: float, difficulty: Array, population: Array, resolution_sd: float) -> Solved:
    if share in (0.0, 1.0):
        return Solved(np.inf if share else -np.inf, 0.0, population)
    scale = 0.0
    for _ in range(4):
        intercept = _bisect(share, difficulty, population, scale)
        if resolution_sd == 0.0:
            break
        scale = _scale(intercept, scale, difficulty, population, resolution_sd)
    return Solved(float(_bisect(share, difficulty, population, scale)), scale, population)


def _by_ability(intercept: float, scale: float, difficulty: Array, population: Array) -> Array:
    eta = intercept + scale * _A_NODES[:, None] - difficulty[None, :]
    return np.asarray(_logistic(eta) @ population)


def _bisect(share: float, difficulty: Array, population: Array, scale: float) -> float:
    low, high = -60.0, 60.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        if float(_A_WEIGHTS @ _by_ability(middle, scale, difficulty, population)) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _scale(intercept: float, scale: float, difficulty: Array, population: Array, target_sd: float) -> float:
    if scale == 0.0:
        p = _logistic(intercept - difficulty)
        return float(target_sd / (population @ (p * (1.0 - p))))
    shares = _by_ability(intercept, scale, difficulty, population)
    mean = _A_WEIGHTS @ shares
    return float(scale * target_sd / np.sqrt(_A_WEIGHTS @ (shares - mean) ** 2))


def _unresolved(population: Array, difficulty: Array, step: Solved) -> Array:
    eta = step.intercept + step.ability_scale * _A_NODES[:, None] - difficulty[None, :]
    left = population * (1.0 - _A_WEIGHTS @ _logistic(eta))
    total = left.sum()
    return np.asarray(left / total) if total > 0.0 else population


def _logistic(x: Array | float) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(x))))
