"""The report: one self-contained HTML page that a leader reads in two minutes, and its charts as files.

The page loads nothing: styles stand in it under a hash, charts are data URIs, and there is no script. Everything that
came from a file is escaped by the template. The same folder gives the same bytes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from sim.report import (
    agents,
    canvas,
    content,
    explained,
    figures,
    formats,
    glance,
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

LEADING = ("differences", "through-the-day", "frontier", "who-gains-who-pays")
MOST_LEADING = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as the page holds it: the finding's lines, the text for those who cannot see, wide and narrow images."""

    name: str
    finding: list[str]
    alternative: str
    note: str
    wide: str
    narrow: str


@dataclass(frozen=True)
class Shown:
    """What stands on the page beside the words that `content` makes: charts, and what has files of its own."""

    leading: list[Picture] = field(default_factory=list)
    more: list[Picture] = field(default_factory=list)
    foresight: list[tuple[str, Picture]] = field(default_factory=list)
    strips: dict[int, Picture] = field(default_factory=dict)
    explained: Markup = field(default_factory=Markup)
    payback: tuple[payback_section.Section, Picture] | None = None
    agents: list[agents.Spread] = field(default_factory=list)


def write(folder: Path) -> Path:
    """Write `report.html`, `charts/`, `tables.xlsx` and `stress_des.md` into a result folder; returns the page's path.

    Raises UsageError when the folder holds no result, ScenarioError when a file in it cannot be read.
    """
    found = figures.gather(stored.read(folder))
    target = folder / "charts"
    target.mkdir(exist_ok=True)
    pictures = [picture(chart, target) for chart in figures.charts(found)]
    leads = _leads(pictures)
    strips = {
        place: picture(chart, target)
        for place, arm in enumerate(found.stored.others, 1)
        if (chart := figures.strip(found, arm, place)) is not None
    }
    returns = payback_section.section(found)
    shown = Shown(
        leading=[one for one in pictures if one.name in leads],
        more=[one for one in pictures if one.name not in leads],
        foresight=[(name, picture(chart, target)) for name, chart in _foresight(folder)],
        strips=strips,
        explained=explained.section(folder),
        payback=None if returns is None else (returns, picture(returns.chart, target)),
        agents=agents.spreads(folder, found),
    )
    page = folder / "report.html"
    replace(page, _render(found, shown).encode())
    replace(folder / stress.NAME, stress.text(found.stored).encode())
    replace(folder / workbook.NAME, workbook.content(found.stored))
    return page


def _leads(pictures: list[Picture]) -> list[str]:
    """Names of the charts that carry the decision: a forest, the day, and the frontier where there is one."""
    names = [one.name for one in pictures]
    wanted = [name for name in LEADING if name in names]
    return [*wanted, *(name for name in names if name not in wanted)][:MOST_LEADING]


def _render(found: figures.Findings, shown: Shown) -> str:
    manifest, css = found.stored.manifest, styles()
    title = formats.clean(manifest.get("title") or manifest.get("name") or "Contact centre")
    cards = content.cards(found)
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
        cards=cards,
        glance=glance.rows(cards, found.stored.cards),
        leading=shown.leading,
        more=shown.more,
        foresight=shown.foresight,
        strips=shown.strips,
        explained=shown.explained,
        months=month.months(found),
        payback=shown.payback,
        agents=shown.agents,
        agent_points=list(agents.POINTS),
        harms=harm.tables(found),
        ranking=harm.ranking(found),
        lines=content.lines(found),
        assumptions=content.assumptions(found),
        grades=words.GRADES,
        command=content.command(found),
        facts=content.reproduce(found),
    )


def _foresight(folder: Path) -> list[tuple[str, Chart]]:
    """Charts of what was asked beside the comparison, where it was: the rehearsal of the live test, the robustness."""
    asked = (
        ("What the live test would show", rehearsal.chart, rehearsal.read(folder)),
        ("Whether it holds when the inputs are wrong", robustness.chart, robustness.read(folder)),
    )
    return [(name, chart(facts)) for name, chart, facts in asked if facts is not None]


def picture(chart: Chart, target: Path) -> Picture:
    """Draw a chart wide and narrow, write it as files into `target`, and return what the page holds of it."""
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
