"""Worlds: values of all uncertain inputs, drawn together by a Latin hypercube whose every draw has an address.

With W worlds each input takes one value in each of W equally likely parts of its law (McKay, Beckman and Conover 1979).
A further input changes no draw of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.sampling.streams import Streams, entity_key

if TYPE_CHECKING:
    from sim.config.schema.uncertain import NumberLaw, Uncertain

Floats = NDArray[np.float64]

OF_WORLDS = 2**43  # the replication number of draws that belong to the worlds, which no replication has


def draw(uncertain: Mapping[str, Uncertain], worlds: int, seed: int) -> dict[str, Floats]:
    """The value of each input in each world. Raises UsageError for a law that gives a factor of nothing or less."""
    purpose = Streams(seed, OF_WORLDS).purpose("worlds")
    numbers = np.arange(worlds)
    found = {}
    for name, one in uncertain.items():
        draws = purpose.blocks(entity_key(name), numbers, 0)
        place = np.argsort(np.argsort(draws[:, 0], kind="stable"), kind="stable")
        found[name] = quantile(one.law, (place + draws[:, 1]) / worlds)
        _check(name, one)
    return found


def quantile(law: NumberLaw, u: Floats) -> Floats:
    """The value below which the law lies with probability `u`."""
    from scipy.special import ndtri

    if law.law == "uniform":
        return law.low + (law.high - law.low) * u
    if law.law == "normal":
        return np.asarray(law.mean + law.sd * ndtri(u))
    if law.law == "lognormal":
        variance = np.log1p(law.cv**2)
        return np.asarray(law.mean * np.exp(np.sqrt(variance) * ndtri(u) - variance / 2.0))
    width = law.high - law.low
    turn = (law.mode - law.low) / width
    rising = law.low + np.sqrt(u * width * (law.mode - law.low))
    falling = law.high - np.sqrt((1.0 - u) * width * (law.high - law.mode))
    return np.where(u < turn, rising, falling)


def check(uncertain: Mapping[str, Uncertain]) -> None:
    """Refuse an experiment without uncertain inputs, and inputs that are stated wrongly."""
    if not uncertain:
        raise UsageError(
            "uncertain: the experiment states no uncertain input; write, for example, "
            "uncertain: {volume: {scales: volume, law: {law: lognormal, mean: 1.0, cv: 0.1}, evidence: C, source: …}}"
        )
    for name, one in uncertain.items():
        _check(name, one)


def _check(name: str, one: Uncertain) -> None:
    law = one.law
    if (one.scales is None) == (one.sets is None):
        raise UsageError(f"uncertain.{name}: either `scales` or `sets` must be there, and not both")
    if law.law in ("uniform", "triangular"):
        middle = law.mode if law.law == "triangular" else law.low
        if not (law.low <= middle <= law.high and law.low < law.high):
            raise UsageError(f"uncertain.{name}.law: low ≤ mode ≤ high and low < high must hold")
    lowest = float(quantile(law, np.array([0.0005]))[0])
    if one.scales is not None and lowest <= 0.0:
        raise UsageError(
            f"uncertain.{name}.law: a factor on {one.scales} would be {lowest:.3g} in one world of 2,000; factors are "
            f"above 0, so make the spread smaller or take a lognormal law"
        )
