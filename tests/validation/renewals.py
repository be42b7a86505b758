"""Arrivals that are renewals and not Poisson: recorded moments, drawn here, a trace of its own for each replication.

A scenario replays a trace as it stands, so a replication with arrivals of its own has a file of its own.
"""

from __future__ import annotations

import csv
import math
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from sim.config.load import Loaded, load
from sim.sampling import laws
from sim.sampling.streams import Streams
from tests.validation.cases import Run
from tests.validation.parts import START

SHORT = 1400  # moments in the file that is kept beside the scenario


def loaded(run: Run) -> Iterator[Loaded]:
    """The scenario of each replication: one and the same, or one with arrivals of its own."""
    if "trace" not in run.plan:
        one = load(str(run.path), run.overrides)
        yield from (one for _ in range(run.plan["replications"]))
        return
    for replication in range(run.plan["replications"]):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copy(run.path, folder))
            write(run, copy.with_name(run.plan["trace"]), replication, _enough(run))
            yield load(str(copy), run.overrides)


def _enough(run: Run) -> int:
    """Moments that go beyond the horizon."""
    expected = run.plan["contacts"] + run.plan["warmup"]
    return int(expected + 20.0 * math.sqrt(expected)) + 100


def write(run: Run, path: Path, replication: int, count: int) -> None:
    """A CSV file of so many moments whose gaps are gamma, as the case says."""
    name, more = run.case.model["arrivals"]
    assert name == "gamma"
    gaps = laws.gamma(run.unit / run.case.model["lam"], more["shape"] ** -0.5)
    us = Streams(run.seed, replication).purpose("renewals").blocks(0, np.arange(-(-count // 4)), 0).ravel()[:count]
    start = datetime.fromisoformat(START)
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["moment"])
        for moment in np.cumsum(gaps.quantiles(us)).tolist():
            rows.writerow([(start + timedelta(seconds=moment)).isoformat(timespec="milliseconds")])
