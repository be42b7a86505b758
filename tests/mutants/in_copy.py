"""Run with every mutant: what is tested is the copy, from its sources. Not a test of the default suite."""

from __future__ import annotations

from pathlib import Path

import sim.metrics.kpis
import sim.model.contact
import sim.sampling.streams


def test_the_package_under_test_is_the_copy_and_not_compiled() -> None:
    here = Path(__file__).resolve().parents[2] / "sim"
    for module in (sim.metrics.kpis, sim.model.contact, sim.sampling.streams):
        assert Path(module.__file__).resolve().is_relative_to(here)
        assert module.__file__.endswith(".py")
    assert not sim.sampling.streams.COMPILED
