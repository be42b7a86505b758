"""`tables.xlsx`: what planners pivot. Plain values in flat tables, a sheet each; nothing is a formula or a link.

Numerators and denominators stand beside the values, so that a pivot that adds them up and divides pools them rightly.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.formats import clean
from sim.report.stored import Stored

if TYPE_CHECKING:
    import pandas as pd

NAME = "tables.xlsx"
MOST_ROWS = 1_048_575  # of a sheet, but for its head
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_DIFFERENCES = (
    "kpi", "scope", "arm", "baseline", "n", "baseline_mean", "arm_mean", "difference", "ci_low", "ci_high",
    "p_adjusted", "verdict",
)  # fmt: skip
_ABOUT = (
    "KPIs: sums over replications, a row an arm, scope and KPI. To pool rows, add both sums, then divide.",
    "Replications: the same for the whole centre, replication by replication.",
    "Intervals: sums over replications by interval of the day, whole centre and tiers; kpi.csv has the rest.",
    "Comparison: paired differences with their confidence intervals; only rows with a family decide.",
    "An empty cell is not defined; it is never 0.",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, its columns, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]


def content(stored: Stored) -> bytes:
    """The workbook of one result folder. The same folder gives the same bytes: the workbook's own dates are fixed."""
    from datetime import UTC, datetime

    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, _OPTIONS)
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    head = book.add_format({"bold": True, "bottom": 1})
    for sheet in _sheets(stored):
        _fill(book.add_worksheet(sheet.name), sheet, head)
    book.close()
    return written.getvalue()


def _fill(place: Any, sheet: Sheet, head: Any) -> None:
    place.set_column(0, max(len(sheet.columns) - 1, 0), 18)
    place.freeze_panes(1, 0)
    for column, title in enumerate(sheet.columns):
        place.write_string(0, column, title, head)
    count = 0
    for count, row in enumerate(sheet.rows, 1):
        if count > MOST_ROWS:
            break
        for column, value in enumerate(row):
            _cell(place, count, column, value)
    if count:
        place.autofilter(0, 0, min(count, MOST_ROWS), len(sheet.columns) - 1)


def _cell(place: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, str):
        if value:
            place.write_string(row, column, clean(value))
    elif math.isfinite(value):
        place.write_number(row, column, value)


def _sheets(stored: Stored) -> Iterator[Sheet]:
    yield Sheet("Read me", ("What", "Says"), list(_about(stored)))
    if stored.cards:
        yield Sheet("Decision", ("Arm", "Verdict", "Headline", "Reason"), list(_decisions(stored)))
    if len(stored.comparison):
        yield Sheet("Comparison", ("kpi_title", "unit", *_DIFFERENCES), _comparison(stored))
    sums = ("numerator", "denominator")
    yield Sheet("KPIs", ("arm", "scope_kind", "scope", "kpi", "kpi_title", "unit", *sums), _totals(stored))
    yield Sheet("Replications", ("arm", "replication", "kpi", "kpi_title", "unit", *sums, "value"), _centre(stored))
    yield Sheet("Intervals", ("arm", "interval", "scope", "kpi", "numerator", "denominator"), _intervals(stored))
    yield Sheet("Definitions", ("kpi", "title", "unit", "better", "definition", "counts"), _definitions(stored))
    yield Sheet("Assumptions", ("What", "Evidence", "Source"), list(_assumptions(stored)))


def _about(stored: Stored) -> Iterator[tuple[str, str]]:
    manifest = stored.manifest
    yield "Title", str(manifest.get("title") or manifest.get("name") or "")
    yield "Question", str(manifest.get("question") or "")
    for arm in stored.arms:
        yield ("Baseline" if arm is stored.baseline else "Arm"), f"{arm.name}: {arm.label} {' '.join(arm.overrides)}"
    yield "Replications", str(stored.replications)
    yield "Fingerprint", stored.fingerprint
    for line in _ABOUT:
        yield "How to read it", line


def _decisions(stored: Stored) -> Iterator[tuple[str, str, str, str]]:
    for card in stored.cards:
        said = (str(card.get("label") or card.get("arm") or ""), str(card.get("verdict") or ""))
        for reason in card.get("reasons") or [""]:
            yield (*said, str(card.get("headline") or ""), str(reason))


def _comparison(stored: Stored) -> Iterator[tuple[Any, ...]]:
    for row in stored.comparison.to_dict("records"):
        yield (*_named(stored, str(row["kpi"])), *(row[column] for column in _DIFFERENCES))


def _totals(stored: Stored) -> Iterator[tuple[Any, ...]]:
    for arm, scope, kpi, *sums in _pooled(stored.totals, "arm", "scope", "kpi"):
        kind, _, name = scope.partition(":")
        yield (arm, kind, name or "all", kpi, *_named(stored, kpi), *sums)


def _centre(stored: Stored) -> Iterator[tuple[Any, ...]]:
    frame = stored.totals[stored.totals["scope"] == "all"]
    for arm, replication, kpi, *numbers in _rows(
        frame, ("arm", "replication", "kpi", "numerator", "denominator", "value")
    ):
        yield (arm, replication, kpi, *_named(stored, kpi), *numbers)


def _intervals(stored: Stored) -> Iterator[tuple[Any, ...]]:
    frame = stored.kpi[stored.kpi["interval"] != "total"]
    shown = [scope for scope in frame["scope"].unique() if scope == "all" or scope.startswith("tier:")]
    yield from _pooled(frame[frame["scope"].isin(shown)], "arm", "interval", "scope", "kpi")


def _pooled(frame: pd.DataFrame, *keys: str) -> Iterator[tuple[Any, ...]]:
    """Sums over replications."""
    sums = ["numerator", "denominator"]
    pooled = frame.groupby(list(keys), observed=True, sort=False)[sums].sum().reset_index()
    return _rows(pooled, (*keys, *sums))


def _definitions(stored: Stored) -> Iterator[tuple[str, ...]]:
    for kpi in stored.kpis.values():
        yield kpi.name, kpi.title, kpi.unit, kpi.better, kpi.definition, kpi.window


def _assumptions(stored: Stored) -> Iterator[tuple[str, ...]]:
    for entry in stored.manifest.get("assumptions") or []:
        yield tuple(str(entry.get(key) or "") for key in ("what", "evidence", "source"))


def _named(stored: Stored, kpi: str) -> tuple[str, str]:
    known = stored.kpis.get(kpi)
    return (known.title, known.unit) if known is not None else ("", "")


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Rows as plain Python values, categories as their words."""
    parts = [
        frame[name].to_numpy(dtype=np.float64).tolist()
        if frame[name].dtype.kind in "fi"
        else frame[name].astype(object).tolist()
        for name in columns
    ]
    return zip(*parts, strict=True)
