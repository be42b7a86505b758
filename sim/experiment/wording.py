"""Numbers in words for terminals and cards: three figures, a unit, percent for shares, a sign for differences."""

from __future__ import annotations

import math

UNDEFINED = "not defined"
_BARE = ("", "count")


def number(value: float, unit: str, currency: str = "money") -> str:
    """A value with its unit: `number(0.0866, "share")` is "8.66 %"."""
    scaled, unit = _scaled(value, unit, currency)
    return f"{_figures(scaled, _digits(scaled))}{unit}" if math.isfinite(value) else UNDEFINED


def change(value: float, unit: str, currency: str = "money") -> str:
    """A difference with its sign and unit; shares in percentage points."""
    if not math.isfinite(value):
        return UNDEFINED
    scaled, word = _scaled(abs(value), unit, currency)
    word = " points" if unit == "share" else word
    return f"{'−' if value < 0.0 else '+'}{_figures(scaled, _digits(scaled))}{word}"


def size(value: float, unit: str, currency: str = "money") -> str:
    """How large a difference is, without its sign: margins, and what matters."""
    return change(abs(value), unit, currency).lstrip("+")


def with_half_width(value: float, width: float, unit: str, currency: str = "money") -> str:
    """`8.7 ± 0.9 %`: both with the decimals that the half-width's second figure needs."""
    if not (math.isfinite(width) and math.isfinite(value)):
        return number(value, unit, currency)
    scaled, word = _scaled(value, unit, currency)
    scaled_width = _scaled(width, unit, currency)[0]
    digits = _digits(scaled_width, 2) if scaled_width > 0.0 else _digits(scaled)
    return f"{_figures(scaled, digits)} ± {_figures(scaled_width, digits)}{word}"


def _scaled(value: float, unit: str, currency: str) -> tuple[float, str]:
    if unit == "share":
        return 100.0 * value, " %"
    unit = currency if unit == "money" else unit
    return value, "" if unit in _BARE else f" {unit}"


def _figures(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def _digits(value: float, figures: int = 3) -> int:
    """Decimals that leave so many significant figures, between none and four."""
    if value == 0.0:
        return figures - 1
    return int(min(4, max(0, figures - 1 - math.floor(math.log10(abs(value))))))
