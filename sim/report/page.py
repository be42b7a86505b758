"""The report: one self-contained HTML page that a leader reads in two minutes, and its charts as files.

The page loads nothing: styles stand in it under a hash, charts are data URIs, and there is no script. Everything that
came from a file is escaped by the template. The same folder gives the same bytes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from sim.report import (
    canvas,
    content,
    explained,
    figures,
    formats,
    harm,
    month,
    payback_section,
    rehearsal,
    robustness,
    stored,
    stress,
    words,
    workbook,
)
from sim.report.canvas import Chart


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as the page holds it: the finding's lines, the text for those who cannot see, wide and narrow images."""

    name: str
    finding: list[str]
    alternative: str
    note: str
    wide: str
    narrow: str


def write(folder: Path) -> Path:
    """Write `report.html`, `charts/`, `tables.xlsx` and `stress_des.md` into a result folder; returns the page's path.

    Raises UsageError when the folder holds no result, ScenarioError when a file in it cannot be read.
    """
    found = figures.gather(stored.read(folder))
    target = folder / "charts"
    target.mkdir(exist_ok=True)
    pictures = [_picture(chart, target) for chart in [*figures.charts(found), *_foresight(folder)]]
    strips = {
        place: _picture(chart, target)
        for place, arm in enumerate(found.stored.others, 1)
        if (chart := figures.strip(found, arm, place)) is not None
    }
    returns = payback_section.section(found)
    shown = None if returns is None else (returns, _picture(returns.chart, target))
    page = folder / "report.html"
    replace(page, _render(found, pictures, strips, explained.section(folder), shown).encode())
    replace(folder / stress.NAME, stress.text(found.stored).encode())
    replace(folder / workbook.NAME, workbook.content(found.stored))
    return page


def _render(
    found: figures.Findings,
    pictures: list[Picture],
    strips: dict[int, Picture],
    reasons: Markup,
    payback: tuple[payback_section.Section, Picture] | None,
) -> str:
    manifest, css = found.stored.manifest, styles()
    title = formats.clean(manifest.get("title") or manifest.get("name") or "Contact centre")
    return _template().render(
        css=Markup(css),  # ours, from the package; its hash is what the policy lets in
        policy=policy(css),
        title=title,
        question=formats.clean(manifest.get("question") or ""),
        description=formats.clean(manifest.get("description") or ""),
        single=not found.stored.others,
        baseline=found.stored.baseline,
        others=found.stored.others,
        replications=found.stored.replications,
        confidence=f"{100 * found.stored.confidence:g}{formats.NARROW}%",
        partial=content.partial(found),
        cards=content.cards(found),
        strips=strips,
        pictures=pictures,
        explained=reasons,
        months=month.months(found),
        payback=payback,
        harms=harm.tables(found),
        ranking=harm.ranking(found),
        lines=content.lines(found),
        assumptions=content.assumptions(found),
        grades=words.GRADES,
        command=content.command(found),
        facts=content.reproduce(found),
    )


def _foresight(folder: Path) -> list[Chart]:
    """Charts of what was asked beside the comparison, where it was: the rehearsal of the live test, the robustness."""
    asked = ((rehearsal.chart, rehearsal.read(folder)), (robustness.chart, robustness.read(folder)))
    return [chart(facts) for chart, facts in asked if facts is not None]


def _picture(chart: Chart, target: Path) -> Picture:
    wide = chart.draw(canvas.WIDE)
    drawn = canvas.svg(wide)
    replace(target / f"{chart.name}.svg", drawn)
    replace(target / f"{chart.name}.png", canvas.png(wide))
    narrow = chart.draw(canvas.NARROW)
    return Picture(
        chart.name,
        chart.finding.splitlines(),
        formats.clean(chart.alternative),
        chart.note,
        canvas.cropped(drawn, wide),
        canvas.cropped(canvas.svg(narrow), narrow),
    )


def policy(css: str) -> str:
    """What a page may load: nothing but its own images and these styles."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@functools.cache
def styles() -> str:
    """The styles of every page."""
    return resources.files("sim.report").joinpath("page.css").read_text(encoding="utf-8")


@functools.cache
def house() -> jinja2.Environment:
    """Templates that escape whatever is put into them."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("sim.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template() -> jinja2.Template:
    return house().get_template("page.html.j2")


def replace(path: Path, written: bytes) -> None:
    """Write a file so that a reader never sees half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(written)
    os.replace(part, path)
