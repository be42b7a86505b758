"""Results on a terminal: a table of KPIs, decision cards as boxes, replications that failed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import literal

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.finished import Failed
    from sim.experiment.study import Comparison, Run


def cards(found: Comparison) -> None:
    """The decision cards as boxes."""
    from sim.experiment import card

    console = _console(100)
    for one in found.card:
        console.print(card.render(_literal(one)))
    if found.selection is not None:
        from sim.experiment import selection

        for sentence in selection.sentences(found.selection):
            console.print(_literal(sentence))


def kpis(found: Run) -> None:
    """The KPIs of a run at scope `all`, with half-widths."""
    from rich.table import Table

    from sim.experiment.wording import with_half_width

    plan = found.finished.plan
    currency = literal(plan.arms[0].loaded.scenario.costs.currency)
    head = f"{literal(plan.arms[0].label)} · {len(plan.replications)} replications, seed {plan.seed}"
    grid = Table("KPI", "value ± half-width", "name", title=head, title_justify="left", box=None, pad_edge=False)
    grid.columns[1].justify = "right"
    for row in _shown(found.summary()):
        grid.add_row(
            literal(row["title"]), with_half_width(row["mean"], row["half_width"], row["unit"], currency), row["kpi"]
        )
    _console(120).print(grid)
    if len(plan.replications) < 5:
        print("Fewer than 5 replications: no half-widths.")


def _shown(summary: pd.DataFrame) -> list[dict[Any, Any]]:
    defined = summary[(summary["scope"] == "all") & summary["mean"].notna()]
    return defined.to_dict("records")


def _literal(content: Any) -> Any:
    """The same content with every text as a terminal shows it, obeying nothing."""
    if isinstance(content, str):
        return "\n".join(literal(line) for line in content.split("\n"))
    if isinstance(content, dict):
        return {key: _literal(item) for key, item in content.items()}
    return [_literal(item) for item in content] if isinstance(content, (list, tuple)) else content


def _console(width_when_piped: int) -> Any:
    from rich.console import Console

    piped = not sys.stdout.isatty()
    return Console(width=width_when_piped if piped else None, highlight=False, markup=False, emoji=False)


def lost(count: int) -> int:
    """How many replications of a sweep failed, on standard error; returns the exit code that they make."""
    if count:
        print(f"{count} replications failed; the column `failed` of points.csv says of which points", file=sys.stderr)
    return 1 if count else 0


def failed(failures: Sequence[Failed]) -> int:
    """Failed replications on standard error; returns the exit code that they make."""
    for failed in failures[:5]:
        print(f"failed: arm {failed.arm}, replication {failed.replication}: {literal(failed.message)}", file=sys.stderr)
        print(f"  repeat it: {literal(failed.command)}", file=sys.stderr)
    if len(failures) > 5:
        print(f"… and {len(failures) - 5} more, see run.json", file=sys.stderr)
    return 1 if failures else 0
