"""What a month of an arm would bring, as the card stores it: sentences with the assumption each rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.report import formats
from sim.report.figures import Findings


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect in a leader's units, and what it rests on beside the month itself."""

    said: str
    basis: str
    tone: str


@dataclass(frozen=True, slots=True)
class Month:
    """The effects of one arm, and how a run was stretched to a month."""

    label: str
    assumption: str
    effects: list[Effect]


def months(found: Findings) -> list[Month]:
    """One entry for each arm whose card holds effects."""
    labels = {formats.clean(arm.name): arm.label for arm in found.stored.others}
    return [
        Month(labels.get(formats.clean(card.get("arm") or ""), ""), formats.clean(card.get("month") or ""), effects)
        for card in found.stored.cards
        if (effects := [_effect(entry) for entry in card.get("effects") or [] if isinstance(entry, dict)])
    ]


def _effect(entry: dict[str, Any]) -> Effect:
    tone = "plain"
    if entry.get("clear") and isinstance(entry.get("difference"), int | float):
        tone = "good" if (entry["difference"] > 0) == (entry.get("better") == "higher") else "bad"
    return Effect(formats.clean(entry.get("text") or ""), formats.clean(entry.get("basis") or ""), tone)
