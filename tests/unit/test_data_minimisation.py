"""Data minimisation: estimates are kept, and the single evaluations behind them are dropped where they entered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.experiment.study import compare
from sim.quality.measurement import Measurement
from sim.quality.shrink import Tally
from sim.simulate import simulate
from tests.unit.test_quality_loop import PERFECT, desk

Built = Callable[..., Loaded]
PENDING = ("_handle_times", "_outcomes", "_scores", "_marks", "_escalations")


@pytest.fixture
def refreshes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int, float]]:
    """At each refresh: the moment, rows that wait for it still, and the earliest moment at which one may be known."""
    seen: list[tuple[float, int, float]] = []
    real = Measurement.take_in

    def take_in(self: Any) -> None:
        real(self)
        rows = np.concatenate([part for name in PENDING for part in getattr(self, name)])
        seen.append((self._centre.calendar.now, len(rows), rows[:, 0].min(initial=np.inf)))

    monkeypatch.setattr(Measurement, "take_in", take_in)
    return seen


def test_an_evaluation_is_dropped_when_it_enters_the_tallies(
    built: Built, refreshes: list[tuple[float, int, float]]
) -> None:
    """What is held after a refresh is what may not be known yet, and nothing else."""
    late = {**PERFECT, "lag": "35 min"}
    simulate(built(desk(late, {"also": ["csat", "escalation"]}, measures={"repeat_window": "30 min"})), 1, 0)
    assert len(refreshes) > 20
    assert any(count for _, count, _ in refreshes)
    assert all(first > now for now, _, first in refreshes)


def test_tallies_are_sums_whose_size_does_not_grow_with_what_was_observed() -> None:
    tally = Tally.empty(3, 2)
    tally.add(np.zeros(1000, np.int64), np.zeros(1000, np.int64), np.arange(1000.0))
    assert {name: getattr(tally, name).shape for name in Tally.__slots__} == dict.fromkeys(Tally.__slots__, (3, 2))


def test_a_result_folder_holds_no_evaluation(built: Built, tmp_path: Path) -> None:
    """Of evaluations there are sums in the tables of KPIs; no row knows a contact's score, its rater or its moment."""
    data = desk(PERFECT)
    data["calendar"]["length"] = "1 h"
    found = compare({"a": built(data), "b": built(data)}, 1, 1, "serial", primary="asa", results=tmp_path)
    assert found.folder is not None
    tables = sorted(path for path in found.folder.iterdir() if path.suffix in (".csv", ".parquet"))
    assert {path.name for path in tables} == {"agents.csv", "comparison.csv", "flows.csv", "kpi.csv", "who.csv"}
    heads = {name for path in tables for name in path.read_text().split("\n", 1)[0].split(",")}
    assert not heads & {"case", "contact", "rater", "score", "released", "at", "auto_fail"}
    assert "qa_score" in (found.folder / "agents.csv").read_text()
