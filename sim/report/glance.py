"""All arms on one small table, for a reader who stops there: verdict, what changes, money a month, who pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.report import formats
from sim.report.content import Card, Number

_MONEY = ("spent", "unit_cost")
NOBODY = "nobody clearly"


@dataclass(frozen=True, slots=True)
class Row:
    """One arm; `money` is empty where the card holds no effect in money."""

    place: int
    label: str
    verdict: str
    tone: str
    moved: Number | None
    money: str
    pays: str


def rows(cards: Sequence[Card], stored: Sequence[dict[str, Any]]) -> list[Row]:
    """One row a card where there are several, else none; `stored`: the cards of card.json."""
    if len(cards) < 2:
        return []
    effects = [card.get("effects") or [] for card in stored]
    return [
        Row(card.place, card.label, card.verdict, card.tone, card.moved, money(told), pays(card))
        for card, told in zip(cards, [*effects, *[[]] * (len(cards) - len(effects))], strict=False)
    ]


def money(effects: Sequence[dict[str, Any]]) -> str:
    """What an arm costs or saves a month, as its card says it."""
    named = {entry.get("name"): entry for entry in effects if isinstance(entry, dict)}
    said = next((named[name].get("text") for name in _MONEY if name in named), "")
    return formats.clean(said or "")


def pays(card: Card) -> str:
    """The first who pays, and how many more."""
    if not card.pays:
        return NOBODY
    more = len(card.pays) - 1
    return card.pays[0].name + (f" and {more} more" if more else "")
