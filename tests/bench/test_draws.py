"""What a random number costs, in ns."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.sampling import laws
from sim.sampling.streams import Streams, entity_key
from tests.bench.conftest import Take
from tests.bench.report import Ledger

TABLE = "Draws, called from Python"
COUNT = 50_000


def test_draws(take_turns: Take, ledger: Ledger) -> None:
    purpose, key = Streams(1, 0).purpose("bench"), entity_key("bench")
    numbers = np.arange(COUNT)
    python, generator = random.Random(1), np.random.default_rng(1)
    us = [python.random() for _ in range(COUNT)]
    turns = take_turns(
        {
            "one address, a block of four uniforms": lambda: [purpose.block(key, k, 0) for k in range(COUNT)],
            "the same, many at once as an array": lambda: purpose.blocks(key, numbers, 0),
            "quantile of an exponential law": _quantiles(laws.exponential(300.0), us),
            "quantile of a lognormal law": _quantiles(laws.lognormal(300.0, 0.7), us),
            "quantile of a gamma law (from its table)": _quantiles(laws.gamma(300.0, 0.7), us),
            "for comparison: `random.random()` four times": lambda: [_four(python.random) for _ in range(COUNT)],
            "for comparison: NumPy's Generator, four as an array": lambda: generator.random((COUNT, 4)),
            "a call of an empty Python function": lambda: [_nothing(u) for u in us],
        }
    )
    for name in turns.work:
        ledger.add(TABLE, name, f"{1e9 * turns.median(name) / COUNT:.0f} ns")


def _quantiles(law: laws.Law, us: list[float]) -> Callable[[], Any]:
    quantile = law.quantile
    return lambda: [quantile(u) for u in us]


def _four(draw: Callable[[], float]) -> tuple[float, ...]:
    return draw(), draw(), draw(), draw()


def _nothing(u: float) -> None:
    return None
