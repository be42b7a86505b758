"""The chart of docs/validation.md: how many standard errors each quantity is from the stated value, by group."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.validation.run import AGREES, DIFFERS, EXPLAINED, WIDE, Row, Z

INK, SOFT, RULE, CHANCE = "#1d2327", "#5c666e", "#dfe3e6", "#eef1f3"
LOOKS = {
    AGREES: ("#0072B2", "o", "agrees"),
    WIDE: ("#E69F00", "s", "agrees, but our standard error is wide"),
    EXPLAINED: ("#5c666e", "D", "differs, explained in the table"),
    DIFFERS: ("#D55E00", "X", "differs"),
}
EDGE = 6.0  # marks further out are drawn here
WIDTH, ROW, ABOVE, BELOW = 9.6, 0.27, 0.95, 0.62  # inches
TICKS = {-6: "≤ −6", -4: "−4", -2: "−2", 0: "0", 2: "2", 4: "4", 6: "≥ 6"}


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write the chart as a PNG."""
    marked = [row for row in rows if row.z is not None and row.error > 0.0]
    groups = list(dict.fromkeys(row.group for row in marked))
    height = ABOVE + ROW * len(groups) + BELOW
    figure = Figure(figsize=(WIDTH, height), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.285, BELOW / height, 0.645, ROW * len(groups) / height))
    _marks(axes, marked, groups)
    _dress(axes, groups, [sum(row.group == group for row in marked) for group in groups])
    figure.text(0.015, 1.0 - 0.22 / height, _finding(marked), fontsize=12, weight="bold", color=INK, va="center")
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="upper left",
        bbox_to_anchor=(0.005, 1.0 - 0.36 / height),
        ncols=4,
        frameon=False,
        fontsize=8,
        handletextpad=0.1,
        columnspacing=1.4,
        markerscale=1.6,
    )
    figure.savefig(path, metadata={"Software": None})


def _finding(marked: Sequence[Row]) -> str:
    within = sum(abs(row.z or 0.0) <= Z for row in marked)
    return f"{within:,} of {len(marked):,} estimates lie within four standard errors of the stated value"


def _marks(axes: Axes, marked: Sequence[Row], groups: Sequence[str]) -> None:
    for verdict, (colour, marker, label) in LOOKS.items():
        mine = [row for row in marked if row.verdict == verdict]
        x = np.clip([row.z or 0.0 for row in mine], -EDGE, EDGE)
        y = [groups.index(row.group) + _aside(place) for place, row in enumerate(mine)]
        told = f"{label} ({len(mine):,})"
        if mine:
            axes.scatter(x, y, s=11, c=colour, marker=marker, linewidths=0, alpha=0.75, label=told, zorder=3)


def _aside(place: int) -> float:
    """A little up or down, so that marks of one group do not hide each other."""
    return 0.62 * ((place * 0.6180339887) % 1.0 - 0.5)


def _dress(axes: Axes, groups: Sequence[str], counts: Sequence[int]) -> None:
    axes.axvspan(-2, 2, color=CHANCE, zorder=0)
    for edge in (-Z, Z):
        axes.axvline(edge, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.axvline(0.0, color=SOFT, linewidth=0.8, zorder=1)
    axes.set_xlim(-EDGE - 0.2, EDGE + 0.2)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.set_yticks(range(len(groups)), groups, fontsize=8, color=INK)
    axes.set_xticks(list(TICKS), list(TICKS.values()), fontsize=8, color=INK)
    about = "(ours − theirs) in standard errors; grey: where 95 % lie by chance; dashed: the limit"
    axes.set_xlabel(about, fontsize=8, color=INK)
    axes.tick_params(length=0)
    for place, count in enumerate(counts):
        axes.text(EDGE + 0.35, place, str(count), fontsize=8, color=SOFT, va="center")
        axes.axhline(place + 0.5, color=RULE, linewidth=0.6, zorder=0)
    axes.text(EDGE + 0.55, -0.75, "estimates", fontsize=7, color=SOFT, ha="center", va="bottom")
    axes.set_frame_on(False)
