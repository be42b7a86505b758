"""Who gains and who pays, customer by customer, and which of many arms is the best: as stored, placed on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.report import formats
from sim.report.figures import Findings

TITLES = {
    "resolved": "Need met",
    "resolved_first": "Need met at first contact",
    "abandoned": "Gave up waiting",
    "waited": "Time waited",
    "satisfaction": "Satisfaction (latent, 1 to 5)",
}
_FAMILIES = {"intent": "intents", "segment": "segments", "channel": "channels"}
MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One subgroup that clearly gains or loses by one outcome."""

    group: str
    outcome: str
    moved: str
    better: str
    worse: str
    said: str
    tone: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Harms:
    """The clear lines of one arm, harms first, and how many there are in all."""

    label: str
    lines: list[Line]
    clear: int
    tested: int


def tables(found: Findings) -> list[Harms]:
    """One entry for each arm whose cases were followed."""
    who = found.stored.who
    return [
        _harms(found, arm.label, rows) for arm in found.stored.others if len(rows := who[who["arm"] == arm.name]) > 0
    ]


def ranking(found: Findings) -> dict[str, Any]:
    """What the page says of the race between the arms; empty where none was run."""
    stored = found.stored.selection
    if not stored:
        return {}
    labels = {arm.name: arm.label for arm in found.stored.arms}
    named = [labels.get(name, name) for name in stored.get("in_the_race", [])]
    beaten = stored.get("pareto", {}).get("dominated", {})
    return {
        "best": labels.get(str(stored["best"]), "") if stored.get("best") else "",
        "racing": ", ".join(map(str, named)),
        "kpi": formats.clean(stored.get("kpi")),
        "replications": stored.get("replications"),
        "guarantee": formats.clean(stored.get("guarantee")),
        "beaten": [(labels.get(loser, loser), labels.get(winner, winner)) for loser, winner in beaten.items()],
    }


def _harms(found: Findings, label: str, rows: Any) -> Harms:
    tested = int(rows["p_adjusted"].notna().sum())
    clear = rows[rows["verdict"].isin(["loses", "gains"]) & (rows["kind"] != "all")]
    lines = [*_lines(found, clear[clear["verdict"] == "loses"]), *_lines(found, clear[clear["verdict"] == "gains"])]
    return Harms(label, lines, len(clear), tested)


def _lines(found: Findings, rows: Any) -> Iterator[Line]:
    """The clearest lines of one side, subgroups known at birth first."""
    half = (rows["ci_high"] - rows["ci_low"]).clip(lower=1e-12)
    strength = (rows["difference"].abs() / half).where(rows["basis"] == "known at birth", -1.0)
    for row in rows.loc[strength.sort_values(ascending=False, kind="stable").index].head(MOST_LINES // 2).itertuples():
        scale = formats.scale(row.unit, abs(row.difference), "")
        moved = formats.difference(row.difference, scale, (row.ci_high - row.ci_low) / 2)
        name = found.stored.label(_FAMILIES[row.kind], row.name) if row.kind in _FAMILIES else formats.clean(row.name)
        yield Line(
            f"{row.kind.capitalize()} “{formats.isolated(name)}”",
            TITLES.get(row.kpi, formats.clean(row.kpi)),
            moved,
            f"{100 * row.share_better:.1f} %",
            f"{100 * row.share_worse:.1f} %",
            row.verdict,
            "good" if row.verdict == "gains" else "bad",
            row.basis != "known at birth",
        )
