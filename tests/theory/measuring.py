"""How theory tests measure: independent replications, estimates with their own standard errors, and a ledger.

Every estimate is a ratio of sums over replications (a mean wait is seconds over visits) with the jackknife's standard
error: replications differ in how many customers they have, and a mean of their ratios would be biased. Tolerances
come from that error alone: z = 4, and the error has to be small enough to mean something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from sim.config.load import Loaded
from sim.metrics import kpis
from sim.metrics.columns.cells import Cells
from sim.metrics.facts import Facts
from sim.model.journal import Journal, LegEnd
from sim.simulate import simulate

Z = 4.0
REPLICATIONS = 40
SHARE_ERROR = 0.005  # the largest standard error of a probability
MEAN_ERROR = 0.01  # the largest standard error of anything else, as a part of the theory's value
SHARES = frozenset({"blocking", "p_wait", "abandonment", "sl_offered", "service_level", "occupancy"})
Floats = NDArray[np.float64]
Sums = Mapping[str, tuple[float, float]]
Found = dict[str, "Estimate"]


class Estimate(NamedTuple):
    """A number and its standard error."""

    mean: float
    error: float

    def agrees_with(self, truth: float) -> bool:
        """Whether the truth lies within z standard errors."""
        return abs(self.mean - truth) <= Z * self.error

    def is_sharp(self, truth: float, part: float | None) -> bool:
        """Whether agreement means something: a standard error of at most a part of the truth; None: it is a share."""
        return self.error <= (SHARE_ERROR if part is None else part * abs(truth))


class Row(NamedTuple):
    """One line of the ledger."""

    test: str
    quantity: str
    truth: float
    found: Estimate


class Ledger:
    """Everything that was compared with theory in a run of the tests."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def text(self) -> str:
        """All rows as a Markdown table."""
        head = ["| test | quantity | theory | simulated ± SE | z |", "|---|---|---|---|---|"]
        return "\n".join([*head, *(_line(row) for row in sorted(self.rows, key=lambda row: row.test))]) + "\n"


def _line(row: Row) -> str:
    mean, error = row.found
    z = (mean - row.truth) / error if error else 0.0
    return f"| {row.test} | {row.quantity} | {row.truth:.5g} | {mean:.5g} ± {error:.2g} | {z:+.1f} |"


class Agree:
    """`agree(what, found, truth)`: everything that was found is sharp, and agrees with the theory; it is written down.

    Sharp is a standard error of half a point for probabilities, and for all else of `part` of the theory's value:
    a hundredth for means; second moments and variances, which vary far more, state a part of their own.
    """

    def __init__(self, ledger: Ledger, test: str) -> None:
        self._ledger, self._test = ledger, test

    def __call__(
        self, what: str, found: Mapping[str, Estimate], truth: Mapping[str, float], part: float = MEAN_ERROR
    ) -> None:
        assert set(found) <= set(truth) and found
        for name, estimate in found.items():
            self._ledger.rows.append(Row(self._test, f"{what}: {name}", truth[name], estimate))
        blunt = {name: e for name, e in found.items() if not e.is_sharp(truth[name], None if name in SHARES else part)}
        assert not blunt
        assert not refuted(found, truth)


def refuted(found: Mapping[str, Estimate], truth: Mapping[str, float]) -> dict[str, tuple[Estimate, float]]:
    """The quantities that do not agree with a theory."""
    return {name: (e, truth[name]) for name, e in found.items() if not e.agrees_with(truth[name])}


def ratio(pairs: Iterable[tuple[float, float]]) -> Estimate:
    """Ratio of sums over replications by the jackknife: its bias is removed, its standard error comes with it."""
    top, bottom = np.array(list(pairs), dtype=float).T
    n = top.size
    left_out = (top.sum() - top) / (bottom.sum() - bottom)
    pseudo = n * top.sum() / bottom.sum() - (n - 1) * left_out
    return Estimate(float(pseudo.mean()), float(pseudo.std(ddof=1) / np.sqrt(n)))


def mean(values: Sequence[float] | Floats) -> Estimate:
    """Mean of one number a replication."""
    return ratio([(value, 1.0) for value in values])


def measure(loaded: Loaded, read: Callable[[Journal], Sums], replications: int = REPLICATIONS) -> Found:
    """Run a scenario and estimate everything that `read` finds in a journal."""
    sums = [read(journal) for journal in journals(loaded, replications)]
    return {name: ratio([each[name] for each in sums]) for name in sums[0]}


def journals(loaded: Loaded, replications: int = REPLICATIONS) -> Iterator[Journal]:
    """Independent replications; every scenario has a seed of its own, so that no two tests share their luck."""
    seed = crc32(loaded.scenario.model_dump_json(exclude_defaults=True).encode())
    return (simulate(loaded, seed, replication) for replication in range(replications))


def kpi_sums(*names: str, scope: str = "all") -> Callable[[Journal], Sums]:
    """Read KPIs by their definitions, in total; only these, since a whole table takes as long as the run itself."""

    def read(journal: Journal) -> Sums:
        cells = Cells(journal.lexicon)
        block = cells.blocks[scope.partition(":")[0]]
        cell = block.first + block.members.index(scope) * block.width
        facts = Facts.of(journal, cells)
        folds = {name: kpis.find(name).fold(facts) for name in names}
        return {name: (fold.numerator[cell], fold.denominator[cell]) for name, fold in folds.items()}

    return read


def both(*readers: Callable[[Journal], Sums]) -> Callable[[Journal], Sums]:
    """What several readers find."""

    def read(journal: Journal) -> Sums:
        return {name: pair for reader in readers for name, pair in reader(journal).items()}

    return read


def visits(journal: Journal, queue: str | None = None) -> NDArray[np.void]:
    """Legs that entered a line (or one line) after the warm-up and before the horizon."""
    legs, lexicon = journal.legs, journal.lexicon
    kept = (legs["queue"] >= 0) & (legs["end"] != LegEnd.BLOCKED) & (legs["entered"] >= lexicon.warmup)
    if queue is not None:
        kept &= legs["queue"] == lexicon.queues.index(queue)
    return legs[kept & (legs["entered"] < lexicon.horizon)]


def waits(legs: NDArray[np.void]) -> Floats:
    """Seconds each leg waited for its answer, or until it left without one."""
    return np.where(np.isfinite(legs["answered"]), legs["answered"], legs["ended"]) - legs["entered"]


def p_wait(journal: Journal) -> Sums:
    """Visits that were not answered at once, of all who entered a line."""
    legs = visits(journal)
    return {"p_wait": (np.count_nonzero(waits(legs) > 0.0), legs.size)}


def overlap(journal: Journal, begin: Floats, end: Floats) -> float:
    """Seconds of the intervals [begin, end) that lie in the measured time."""
    lexicon = journal.lexicon
    inside = np.minimum(end, lexicon.horizon) - np.maximum(begin, lexicon.warmup)
    return float(np.maximum(inside, 0.0).sum())


def measured_time(journal: Journal) -> float:
    """Seconds from the warm-up's end to the horizon."""
    return journal.lexicon.horizon - journal.lexicon.warmup
