"""A sheet to draw on, laid out in inches from its top left corner, with text that is measured before it is placed.

Every chart is drawn twice, wide for paper and narrow for a phone. The finding stands on top of the sheet; `crop` is
how much of the top a page leaves out, because it prints the finding itself.
"""

from __future__ import annotations

import base64
import contextlib
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from sim.report.formats import unmarked

WIDE, NARROW = 7.6, 3.7
INK, SOFT, FAINT, RULE = "#1d2327", "#5c666e", "#8b959c", "#dfe3e6"
GOOD, BAD, ZONE = "#009E73", "#D55E00", "#eef1f3"
# Okabe and Ito (2008), without yellow (too pale on white); the baseline is always the dark grey dashed one.
ARM_COLOURS = ("#4a5157", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = (
    (0, (4, 2)),
    "-",
    (0, (6, 1.5, 1, 1.5)),
    (0, (1.5, 1.5)),
    (0, (8, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (5, 4)),
)
BODY, SMALL, HEAD = 9.0, 8.0, 12.0
_LINE = 1.32 / 72
_STYLE: Any = {
    "text.parse_math": False,
    "text.hinting": "no_hinting",
    "svg.hashsalt": "ccsim",
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],
    "axes.unicode_minus": True,
    "path.simplify": False,
}


@dataclass(frozen=True, slots=True)
class Look:
    """How one arm is drawn everywhere: colour, line and marker, so that no reader needs the colour."""

    label: str
    colour: str
    dash: str | tuple[float, tuple[float, ...]]
    marker: str


def look(place: int, label: str, alone: bool = False) -> Look:
    """The look of the arm at one place (0 is the baseline; dashed, unless it stands alone)."""
    k = place % len(ARM_COLOURS)
    return Look(unmarked(label) or "–", ARM_COLOURS[k], "-" if alone else DASHES[k], MARKERS[k])


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of the report: its finding, what to tell those who cannot see it, and how to draw it at a width."""

    name: str
    finding: str
    alternative: str
    note: str
    draw: Callable[[float], Sheet]


class Sheet:
    """A figure of a fixed width whose height is known before anything is drawn; y runs down from the top."""

    def __init__(self, width: float, height: float, finding: str) -> None:
        told = [unmarked(one) for one in finding.splitlines()]
        lines = [line for one in told for line in wrap(one, width - 0.1, HEAD, weight="bold")]
        self.crop = len(lines) * HEAD * _LINE + 0.16 if lines else 0.0
        self.width, self.height = width, height + self.crop
        self.figure = Figure(figsize=(self.width, self.height), facecolor="white")
        FigureCanvasAgg(self.figure)
        for k, line in enumerate(lines):
            self._write(0.02, 0.02 + k * HEAD * _LINE, line, HEAD, INK, "bold", "left", "top")

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Bare axes at a place in inches (below the finding)."""
        bottom = self.height - self.crop - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(RULE)
        axes.tick_params(length=0, labelsize=SMALL, labelcolor=SOFT, pad=4)
        axes.set_axisbelow(True)
        return axes

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = BODY,
        colour: str = INK,
        weight: str = "normal",
        align: str = "left",
        vertical: str = "center",
    ) -> None:
        """One line of text at a place in inches (below the finding)."""
        self._write(x, self.crop + y, words, size, colour, weight, align, vertical)

    def line(self, x: Sequence[float], y: Sequence[float], colour: str, width: float = 1.0, **style: object) -> None:
        """A line through places in inches (below the finding)."""
        ys = [self.height - self.crop - one for one in y]
        place = self.figure.dpi_scale_trans
        self._add(Line2D(list(x), ys, color=colour, linewidth=width, transform=place, **style))  # type: ignore[arg-type]

    def box(self, x: float, y: float, width: float, height: float, colour: str, hatch: str = "") -> None:
        """A filled box at a place in inches (below the finding)."""
        bottom = self.height - self.crop - y - height
        edge = {"hatch": hatch, "edgecolor": "white", "linewidth": 0.0} if hatch else {"linewidth": 0.0}
        place = self.figure.dpi_scale_trans
        self._add(Rectangle((x, bottom), width, height, facecolor=colour, transform=place, **edge))

    def _write(
        self, x: float, y: float, words: str, size: float, colour: str, weight: str, align: str, vertical: str
    ) -> None:
        self.figure.text(
            x,
            self.height - y,
            unmarked(words),
            transform=self.figure.dpi_scale_trans,
            fontsize=size,
            color=colour,
            fontweight=weight,
            ha=align,
            va=vertical,
            parse_math=False,
        )

    def _add(self, artist: Artist) -> None:
        artist.set_clip_on(False)
        self.figure.add_artist(artist)


def legend_rows(looks: Sequence[Look], width: float) -> int:
    """How many rows `legend` needs."""
    return _legend_places(looks, width)[-1][1] + 1 if looks else 0


def legend(sheet: Sheet, looks: Sequence[Look], left: float, top: float, width: float, band: bool = False) -> None:
    """The arms' looks in a row (or several), each label beside a sample of its line and marker."""
    for one, (begin, row) in zip(looks, _legend_places(looks, width), strict=True):
        x, y = left + begin, top + row * 0.2
        if band:
            sheet.box(x, y - 0.055, 0.3, 0.11, _pale(one.colour))
        sheet.line([x, x + 0.3], [y, y], one.colour, 1.6, linestyle=one.dash)
        sheet.line([x + 0.15], [y], one.colour, marker=one.marker, markersize=4.5, linestyle="none")
        sheet.text(x + 0.38, y, shorten(one.label, width - 0.45, BODY))


def _legend_places(looks: Sequence[Look], width: float) -> list[tuple[float, int]]:
    places, x, row = [], 0.0, 0
    for one in looks:
        needs = 0.38 + text_width(shorten(one.label, width - 0.45, BODY), BODY)
        if x > 0 and x + needs > width:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += needs + 0.3
    return places


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.18):02x}" for part in (red, green, blue))


@cache
def text_width(words: str, size: float = BODY, weight: str = "normal") -> float:
    """Width in inches, with a little air for the hinting of the other renderer."""
    if not words:
        return 0.0
    with quiet():
        font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
        return float(text_to_path.get_text_width_height_descent(words, font, False)[0]) / 72 * 1.02


def wrap(words: str, width: float, size: float = BODY, most: int = 99, weight: str = "normal") -> list[str]:
    """Lines no wider than `width`; what does not fit into `most` lines is cut with an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        joined = f"{line} {word}".strip()
        if line and text_width(joined, size, weight) > width:
            lines.append(line)
            line = word
        else:
            line = joined
    lines.append(line)
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] = f"{kept[-1]} …"
    return [shorten(one, width, size, weight) for one in kept]


def shorten(words: str, width: float, size: float = BODY, weight: str = "normal") -> str:
    """The longest beginning that fits, with an ellipsis where something is left out."""
    if text_width(words, size, weight) <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        fits = text_width(words[:middle].rstrip(" …") + "…", size, weight) <= width
        low, high = (middle, high) if fits else (low, middle - 1)
    return words[:low].rstrip(" …") + "…"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """House style; a glyph that the font lacks is drawn as a box without a warning."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        yield


def svg(sheet: Sheet) -> bytes:
    """The sheet as SVG; the same sheet gives the same bytes."""
    return _save(sheet, format="svg", metadata={"Date": None, "Creator": "ccsim"})


def png(sheet: Sheet) -> bytes:
    """The sheet as PNG for slides."""
    return _save(sheet, format="png", dpi=160, metadata={"Software": "ccsim"})


def cropped(picture: bytes, sheet: Sheet) -> str:
    """An SVG without the finding on top, as a data URI for an `<img>`."""
    width, height, top = (round(inches * 72, 3) for inches in (sheet.width, sheet.height, sheet.crop))
    text = picture.decode()
    text = re.sub(r'viewBox="[^"]*"', f'viewBox="0 {top} {width} {round(height - top, 3)}"', text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', rf'\1 height="{round(height - top, 3)}pt"', text, count=1)
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


def _save(sheet: Sheet, **options: object) -> bytes:
    target = io.BytesIO()
    with quiet():
        sheet.figure.savefig(target, **options)  # type: ignore[arg-type]
    return target.getvalue()
