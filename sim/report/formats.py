"""How a number is written for people: its unit, its digits, its sign. Nothing here knows what the number means.

Digits follow the uncertainty: one significant digit of the half-width (two where it begins with 1 or 2), so that no
figure claims more than it knows; a difference keeps at least two figures of its own, as on the cards.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from sim.experiment import wording

NARROW = "\u202f"
MINUS = "\u2212"
NOT_DEFINED = "not defined"
_HOURS_FROM = 7200.0
_CLOCK_FROM = 120.0
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Scale:
    """How one KPI is shown: `factor` from stored to shown, affixes for values and differences, the axis' words."""

    factor: float
    before: str
    value_after: str
    difference_after: str
    axis: str
    plain_digits: int
    most_digits: int
    clock: bool = False


def scale(unit: str, magnitude: float, currency: str = "") -> Scale:
    """The scale of a KPI by its unit and the size of its values (seconds from two hours on are shown as hours)."""
    if unit == "share":
        return Scale(100.0, "", f"{NARROW}%", f"{NARROW}pp", "percentage points", 1, 2)
    if unit == "s" and abs(magnitude) >= _HOURS_FROM:
        return Scale(1 / 3600, "", f"{NARROW}h", f"{NARROW}h", "hours", 1, 2)
    if unit == "s":
        return Scale(1.0, "", f"{NARROW}s", f"{NARROW}s", "seconds", 1, 2, clock=abs(magnitude) >= _CLOCK_FROM)
    if unit == "money":
        money = clean(currency) or "money"
        return Scale(1.0, f"{money}{NARROW}", "", "", money, 2, 4)
    if unit == "hours":
        return Scale(1.0, "", f"{NARROW}h", f"{NARROW}h", "hours", 1, 2)
    if unit == "count":
        return Scale(1.0, "", "", "", "count", 0, 2)
    shown = clean(unit)
    after = f"{NARROW}{shown}" if shown else ""
    return Scale(1.0, "", after, after, shown or "number", 2, 4)


def value(x: float, how: Scale, half_width: float = math.nan) -> str:
    """A level: `82.4 %`, `6:12`, `USD 4.21`; `not defined` for NaN, never 0."""
    if not math.isfinite(x):
        return NOT_DEFINED
    if how.clock and abs(x) >= _CLOCK_FROM:
        return _clock(x)
    return f"{how.before}{_number(x, how, half_width)}{how.value_after}"


def margin(half_width: float, how: Scale) -> str:
    """The uncertainty of a level: `± 0.6`; empty where there is none to show."""
    if not math.isfinite(half_width):
        return ""
    after = how.difference_after if how.clock or how.factor == 100.0 else ""
    return f"±{NARROW}{_number(half_width, how, half_width)}{after}"


def difference(x: float, how: Scale, half_width: float = math.nan) -> str:
    """A change with its sign: `+1.2 pp`, `−14 s`; an exact zero has no sign."""
    if not math.isfinite(x):
        return NOT_DEFINED
    number = _moved(abs(x), how, half_width)
    return f"{_sign(x, number)}{how.before}{number}{how.difference_after}"


def bare(x: float, how: Scale, half_width: float = math.nan) -> str:
    """A change without its unit, where the axis or the column already says it."""
    if not math.isfinite(x):
        return NOT_DEFINED
    number = _moved(abs(x), how, half_width)
    return f"{_sign(x, number)}{number}"


def interval(low: float, high: float, how: Scale) -> str:
    """`+1.0 to +1.4`; empty where there is no interval."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    half = (high - low) / 2
    return f"{bare(low, how, half)} to {bare(high, how, half)}"


def amount(x: float, how: Scale) -> str:
    """A margin or threshold as it was typed, with its unit and no needless zeros: `2 pp`."""
    shown = f"{x * how.factor:,.4f}".rstrip("0").rstrip(".")
    return f"{how.before}{shown}{how.difference_after}"


def clock_time(hours: float) -> str:
    """Hours since midnight as `09:30`; a time past midnight comes round again."""
    minutes = round(hours * 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def several(count: int, one: str, many: str = "") -> str:
    """`1 intent`, `3 intents`, `no intents`."""
    word = one if count == 1 else (many or f"{one}s")
    return f"{count if count else 'no'} {word}"


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def clean(text: object) -> str:
    """Text that any HTML or SVG may hold: control characters and lone surrogates become spaces, marks stay."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Cs", "Cn") else c for c in str(text))
    return " ".join("".join(kept).split())


def isolated(label: str) -> str:
    """A label that may stand inside a sentence: its direction marks cannot turn the words around it."""
    shown = clean(label)
    return f"\u2068{shown}\u2069" if any(c in _BIDI for c in shown) else shown


def unmarked(text: str) -> str:
    """Text without direction marks, for drawing (fonts show them as boxes)."""
    return "".join(c for c in clean(text) if c not in _BIDI)


def _sign(x: float, number: str) -> str:
    """No sign before a number whose shown digits are all zero."""
    if not any(digit in number for digit in "123456789"):
        return ""
    return "+" if x > 0 else MINUS if x < 0 else ""


def _number(x: float, how: Scale, half_width: float) -> str:
    shown = x * how.factor
    return f"{shown:,.{_digits(half_width * how.factor, how)}f}".replace("-", MINUS)


def _moved(x: float, how: Scale, half_width: float) -> str:
    """The size of a difference with the digits that cards give it."""
    shown = x * how.factor
    return f"{shown:,.{wording.digits_of_difference(shown, half_width * how.factor, how.most_digits)}f}"


def _digits(half_width: float, how: Scale) -> int:
    if not math.isfinite(half_width) or half_width <= 1e-9:
        return how.plain_digits
    return min(how.most_digits, wording.digits_of_half_width(half_width))


def _clock(x: float) -> str:
    seconds = round(abs(x))
    sign = MINUS if x < 0 else ""
    if seconds < 3600:
        return f"{sign}{seconds // 60}:{seconds % 60:02d}{NARROW}min"
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{NARROW}h"
