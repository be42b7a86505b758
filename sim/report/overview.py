"""One page over several result folders: a row an arm, with its verdict, its effect, its guardrails and its report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from sim.report import content, figures, formats, glance, page, stored

NAME = "overview.html"


@dataclass(frozen=True, slots=True)
class Line:
    """One arm; `guardrails` says how many hold."""

    label: str
    verdict: str
    tone: str
    moved: str
    guardrails: str
    money: str


@dataclass(frozen=True, slots=True)
class Experiment:
    """One folder: what was asked, by which KPI it is judged, its arms, and where its report is from the overview."""

    name: str
    question: str
    kpi: str
    baseline: str
    replications: int
    link: str
    lines: list[Line]


def write(folders: Sequence[Path], target: Path) -> Path:
    """Write the page; raises UsageError for a folder that holds no result."""
    experiments = sorted(
        (experiment(folder, target.parent) for folder in folders), key=lambda one: (one.name, one.link)
    )
    css = page.styles()
    text = (
        page.house()
        .get_template("overview.html.j2")
        .render(css=Markup(css), policy=page.policy(css), experiments=experiments)
    )
    page.replace(target, text.encode())
    return target


def experiment(folder: Path, start: Path) -> Experiment:
    """What the overview says of one result folder; the link runs from `start`."""
    found = figures.gather(stored.read(folder))
    cards = content.cards(found)
    effects = [card.get("effects") or [] for card in found.stored.cards]
    effects += [[]] * (len(cards) - len(effects))
    manifest = found.stored.manifest
    return Experiment(
        name=formats.clean(manifest.get("name") or folder.parent.name),
        question=formats.clean(manifest.get("question") or manifest.get("title") or ""),
        kpi=found.primary.title if found.primary else "Change",
        baseline=found.stored.baseline.label,
        replications=found.stored.replications,
        link=Path(os.path.relpath((folder / "report.html").resolve(), start.resolve())).as_posix(),
        lines=[_line(card, told) for card, told in zip(cards, effects, strict=False)],
    )


def _line(card: content.Card, effects: Sequence[dict[str, object]]) -> Line:
    holds = sum(one.said == "holds" for one in card.guardrails)
    broken = [one.title for one in card.guardrails if one.said == "breaks"]
    rails = f"{holds} of {len(card.guardrails)} hold" if card.guardrails else "none"
    return Line(
        card.label,
        card.verdict,
        card.tone,
        f"{card.moved.text} {card.moved.note}".strip() if card.moved else "",
        f"{rails}; breaks: {formats.listed(broken)}" if broken else rails,
        glance.money(effects),
    )
