"""The table of KPIs of one replication: every registered KPI, in every scope and interval in which it makes sense."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim import registry
from sim.metrics.base import Definition, Kpi
from sim.metrics.columns.cells import Cells, Floats, Ints
from sim.metrics.columns.own import Own
from sim.metrics.facts import Facts
from sim.model.journal import Journal, Lexicon

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("scope", "interval", "kpi", "numerator", "denominator", "value")


class Plan(NamedTuple):
    """Which KPI stands in which rows of a table: the same for every journal of one lexicon."""

    lexicon: Lexicon
    names: tuple[str, ...]
    agents: bool
    kpis: tuple[Kpi, ...]
    rows: tuple[Ints, ...]
    keys: dict[str, Any]


class Results:
    """The KPIs of one replication as two vectors: labels and values are made when a table is asked for."""

    __slots__ = ("_denominator", "_numerator", "_plan")

    def __init__(self, plan: Plan, numerator: Floats, denominator: Floats) -> None:
        self._plan = plan
        self._numerator = numerator
        self._denominator = denominator

    def __reduce__(self) -> Any:
        """Labels do not travel: the plan is made again from what fixes it."""
        return _revived, (*self._plan[:3], self._numerator, self._denominator)

    def frame(self) -> pd.DataFrame:
        """Columns `scope, interval, kpi, numerator, denominator, value`."""
        import pandas as pd

        numerator, denominator = self._numerator, self._denominator
        value = np.full(len(numerator), np.nan)
        np.divide(numerator, denominator, out=value, where=denominator != 0)
        amounts = {"numerator": numerator, "denominator": denominator, "value": value}
        return pd.DataFrame({**self._plan.keys, **amounts}, copy=False)


def _revived(lexicon: Lexicon, names: tuple[str, ...], agents: bool, numerator: Floats, denominator: Floats) -> Results:
    return Results(_plan(lexicon, names, agents), numerator, denominator)


def begin(lexicon: Lexicon) -> Facts:
    """Facts without records yet, with all columns that the registered KPIs need; give it the pieces of a run."""
    return Facts(_cells(lexicon), _own())


def table(source: Facts | Journal) -> pd.DataFrame:
    """All KPIs of a replication, without agents: columns `scope, interval, kpi, numerator, denominator, value`.

    `value` = numerator / denominator; NaN where the denominator is 0 (not defined, never 0). `interval` is
    `total` or an ISO 8601 local start. The rows and their order depend on the lexicon only, so replications
    line up.
    """
    return _results(_facts(source), agents=False).frame()


def agents_table(source: Facts | Journal) -> pd.DataFrame:
    """KPIs of every agent (scope `agent:name`, totals only), with the columns of `table`."""
    return _results(_facts(source), agents=True).frame()


def tables(source: Facts | Journal) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`table` and `agents_table`; cheaper than both alone of a journal, since they share its facts."""
    main, agents = results(source)
    return main.frame(), agents.frame()


def results(source: Facts | Journal) -> tuple[Results, Results]:
    """What `tables` shows, while it need not be shown: a replication's KPIs in little room."""
    facts = _facts(source)
    return _results(facts, agents=False), _results(facts, agents=True)


def definitions(answer_within: float | None = None, repeat_window: float | None = None) -> list[Definition]:
    """The definition of every KPI, by name; the thresholds (seconds), if given, stand in titles and texts
    instead of T and W.
    """
    within = "T" if answer_within is None else _spoken(answer_within)
    window = "W" if repeat_window is None else _spoken(repeat_window)
    return [find(name).definition(within, window) for name in registry.names("kpi")]


def find(name: str) -> Kpi:
    """The KPI of this name; raises UsageError that names the nearest one."""
    kpi: Kpi = registry.build("kpi", name, {})
    return kpi


def _facts(source: Facts | Journal) -> Facts:
    return Facts.of(source, _cells(source.lexicon), _own()) if isinstance(source, Journal) else source


def _own() -> dict[type[Own], None]:
    """The registered KPIs' own columns, each once."""
    return {column: None for name in registry.names("kpi") for column in find(name).own}


def _results(facts: Facts, *, agents: bool) -> Results:
    plan = _plan(facts.lexicon, tuple(registry.names("kpi")), agents)
    folds = [kpi.fold(facts) for kpi in plan.kpis]
    numerator = _gather([fold.numerator for fold in folds], plan.rows)
    return Results(plan, numerator, _gather([fold.denominator for fold in folds], plan.rows))


def _gather(vectors: Sequence[Floats], rows: Sequence[Ints]) -> Floats:
    parts = [vector[row] for vector, row in zip(vectors, rows, strict=True)]
    return np.concatenate(parts) if parts else np.zeros(0)


@lru_cache(maxsize=16)
def _cells(lexicon: Lexicon) -> Cells:
    return Cells(lexicon)


@lru_cache(maxsize=32)
def _plan(lexicon: Lexicon, names: tuple[str, ...], agents: bool) -> Plan:
    cells = _cells(lexicon)
    kpis = tuple(kpi for kpi in map(find, names) if not agents or "agent" in kpi.scopes)
    rows = tuple(cells.chosen(_kinds(kpi, agents), kpi.by_interval and not agents) for kpi in kpis)
    return Plan(lexicon, names, agents, kpis, rows, _keys(cells, kpis, rows))


def _kinds(kpi: Kpi, agents: bool) -> list[str]:
    return [kind for kind in kpi.scopes if (kind == "agent") == agents]


def _keys(cells: Cells, kpis: Sequence[Kpi], rows: Sequence[Ints]) -> dict[str, Any]:
    """The label columns as categoricals: a few bytes a row, however long the names."""
    import pandas as pd

    cell = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    lengths = [len(row) for row in rows]
    kpi = np.repeat(np.arange(len(kpis)), lengths)
    scope, scopes = cells.scope_labels()
    interval, intervals = cells.interval_labels()
    return {
        "scope": pd.Categorical.from_codes(scope[cell], categories=pd.Index(scopes)),
        "interval": pd.Categorical.from_codes(interval[cell], categories=pd.Index(intervals)),
        "kpi": pd.Categorical.from_codes(kpi, categories=pd.Index([kpi.name for kpi in kpis])),
    }


def _spoken(seconds: float) -> str:
    """A duration as people say it: 20 s, 2 min, 7 d."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= length and seconds % length == 0.0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"
