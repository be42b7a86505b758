"""The page's section of explained decisions; it reads the stored file alone and is empty where there is none."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from sim.errors import Problem, ScenarioError
from sim.report import formats

NAME = "explained.json"
_MOST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One decision or one move: when, the sentence, and who else could have been chosen."""

    time: str
    sentence: str
    others: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One arm's section; `of`: how many decisions and moves it is a sample of."""

    label: str
    rule: str
    of: str
    decisions: list[Line]
    moves: list[Line]


def section(folder: Path) -> Markup:
    """The section as HTML, all text escaped; raises ScenarioError where the file is damaged."""
    path = folder / NAME
    if not path.is_file():
        return Markup("")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        arms = [_told(arm) for arm in stored["arms"]]
        replication = int(stored["replication"])
    except (ValueError, KeyError, TypeError, AttributeError) as broken:
        problem = Problem(NAME, None, f"unreadable: {broken}", "run the experiment again with explain=10")
        raise ScenarioError(str(path), (problem,)) from None
    return Markup(_template().render(arms=arms, replication=replication))


def _told(arm: Mapping[str, Any]) -> Told:
    counted = arm["counted"]
    decisions = sum(int(count) for kind, count in counted.items() if kind not in ("moves", "coaching"))
    moves = int(counted.get("moves", 0))
    of = f"{len(arm['decisions'])} of {formats.several(decisions, 'decision')} with a choice"
    schedule = sorted([*arm["moves"], *arm.get("coaching", ())], key=lambda one: str(one["time"]))
    sessions = int(counted.get("coaching", 0))
    of += f", {len(arm['moves'])} of {formats.several(moves, 'move')} of the floor manager" if moves else ""
    of += f", {len(arm['coaching'])} of {formats.several(sessions, 'entry', 'entries')} on coaching" if sessions else ""
    return Told(
        formats.clean(arm["label"]),
        formats.clean(arm["rule"]),
        of,
        [Line(formats.clean(one["time"]), formats.clean(one["sentence"]), _others(one)) for one in arm["decisions"]],
        [Line(formats.clean(one["time"]), formats.clean(one["sentence"])) for one in schedule],
    )


def _others(one: Mapping[str, Any]) -> str:
    """Who else could have been chosen, foremost first, with their scores where the rule has any."""
    rest = [who for who in one["candidates"] if who["name"] != one["chosen"]]
    shown = [formats.clean(who["name"]) + _score(who) for who in rest[:_MOST_OTHERS]]
    more = int(one["could"]) - len(shown) - (one["chosen"] is not None)
    if not shown:
        return ""
    own = next((_score(who) for who in one["candidates"] if who["name"] == one["chosen"]), "")
    also = "Also free" if one["question"] == "agent selection" else "Also waiting"
    return f"{f'Score{own}. ' if own else ''}{also}: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}."


def _score(who: Mapping[str, Any]) -> str:
    score = who.get("score")
    return f" ({float(score):.4g})" if isinstance(score, int | float) else ""


@functools.cache
def _template() -> jinja2.Template:
    source = resources.files("sim.report").joinpath("explained.html.j2").read_text(encoding="utf-8")
    house = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return house.from_string(source)
