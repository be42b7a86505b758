"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sim.config.load import Loaded
from sim.model.journal import Journal
from sim.simulate import simulate
from tests import scenarios


@pytest.fixture
def built(tmp_path: Path) -> Callable[..., Loaded]:
    """`built(data, tables)`: write a scenario given as a dict (and its CSV columns) and load it."""
    numbers = count()

    def make(data: dict[str, Any], tables: dict[str, dict[str, list[Any]]] | None = None) -> Loaded:
        return scenarios.build(tmp_path / f"made-{next(numbers)}", data, tables)

    return make


@pytest.fixture
def ran(built: Callable[..., Loaded]) -> Callable[..., Journal]:
    """`ran(data, seed, replication)`: write, load and simulate a scenario given as a dict."""

    def make(data: dict[str, Any], seed: int = 1, replication: int = 0, **more: Any) -> Journal:
        return simulate(built(data, **more), seed, replication)

    return make
