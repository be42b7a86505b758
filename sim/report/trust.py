"""A chart of one signal against the truth: each agent a dot, and how much of a measured difference is really there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.quality import trust
from sim.report import canvas
from sim.report.canvas import ARM_COLOURS, FAINT, Sheet

if TYPE_CHECKING:
    import pandas as pd

TITLES = {"handle_time": "Handle time (s)", "resolution": "Resolution (share)", "qa": "Quality score (points)"}
_SIDE, _LEFT, _BELOW = 2.6, 0.75, 0.55


def write(table: pd.DataFrame, signal: str, path: Path) -> Path:
    """Draw one signal of `sim.quality.trust.against_truth` (its lowest tier) as SVG and return the path."""
    path.write_bytes(canvas.svg(draw(table, signal)))
    return path


def draw(table: pd.DataFrame, signal: str) -> Sheet:
    """Measured over true mean of each agent of the lowest tier; hollow: as shrunk for rules; line: no error."""
    part = table[(table["signal"] == signal) & (table["tier"] == table["tier"].min())]
    with canvas.quiet():
        sheet = Sheet(canvas.NARROW, _SIDE + _BELOW + 0.1, finding(part, signal))
        axes = sheet.axes(_LEFT, 0.1, canvas.NARROW - _LEFT - 0.1, _SIDE)
        ends = [part[["truth", "measured"]].min().min(), part[["truth", "measured"]].max().max()]
        axes.plot(ends, ends, color=FAINT, linewidth=1.0, linestyle=(0, (4, 2)))
        axes.plot(part["truth"], part["measured"], "o", color=ARM_COLOURS[1], markersize=4)
        axes.plot(part["truth"], part["estimate"], "o", color=ARM_COLOURS[2], markersize=4, fillstyle="none")
        axes.set_xlabel(f"True: {TITLES[signal]}", fontsize=canvas.SMALL)
        axes.set_ylabel("Measured (filled), shrunk (hollow)", fontsize=canvas.SMALL)
    return sheet


def finding(part: pd.DataFrame, signal: str) -> str:
    """What the chart shows, in a sentence."""
    row = trust.summary(part).iloc[0]
    return (
        f"{TITLES[signal].split(' (')[0]}: {100 * row['slope']:.0f}% of a measured difference is really there "
        f"(rank correlation {row['rank_correlation']:.2f}, {row['observations']:.0f} observations an agent)"
    )
