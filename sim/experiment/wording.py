"""Numbers in words for terminals and cards: levels, differences with a sign, intervals. Shares differ by pp.

A level has three significant figures. A difference has two, or more where its half-width is known and finer: the same
digits as on the report page (`sim.report.formats`), so that a card and its page never read differently.
"""

from __future__ import annotations

import math

UNDEFINED = "not defined"
MOST_DIGITS = {"share": 2, "s": 2, "hours": 2, "count": 2}
"""Decimals of a difference at most, by unit; four for any other unit."""
_BARE = ("", "count")


def number(value: float, unit: str, currency: str = "money") -> str:
    """A value with its unit: `number(0.0866, "share")` is "8.66 %"."""
    scaled, unit = _scaled(value, unit, currency)
    return f"{_figures(scaled, _digits(scaled))}{unit}" if math.isfinite(value) else UNDEFINED


def change(value: float, unit: str, currency: str = "money", half_width: float = math.nan) -> str:
    """A difference with its sign and unit: `change(0.00459, "share")` is "+0.46 pp"; an exact zero has no sign."""
    if not math.isfinite(value):
        return UNDEFINED
    return f"{_signed(value, unit, half_width)}{_after(unit, currency)}"


def size(value: float, unit: str, currency: str = "money", half_width: float = math.nan) -> str:
    """How large a difference is, without its sign: margins, and what matters."""
    return change(abs(value), unit, currency, half_width).lstrip("+")


def between(low: float, high: float, unit: str, currency: str = "money") -> str:
    """An interval of a difference, its unit once: `+0.18 to +0.74 pp`."""
    half = (high - low) / 2.0
    return f"{_signed(low, unit, half)} to {_signed(high, unit, half)}{_after(unit, currency)}"


def with_half_width(value: float, width: float, unit: str, currency: str = "money") -> str:
    """`8.7 ± 0.9 %`: both with the decimals that the half-width's second figure needs."""
    if not (math.isfinite(width) and math.isfinite(value)):
        return number(value, unit, currency)
    scaled, word = _scaled(value, unit, currency)
    scaled_width = _scaled(width, unit, currency)[0]
    digits = _digits(scaled_width, 2) if scaled_width > 0.0 else _digits(scaled)
    return f"{_figures(scaled, digits)} ± {_figures(scaled_width, digits)}{word}"


def digits_of_difference(value: float, half_width: float, most: int) -> int:
    """Decimals of a difference: two figures of itself, or those its half-width allows if these are more."""
    return min(most, max(_digits(value, 2), digits_of_half_width(half_width)))


def digits_of_half_width(half_width: float) -> int:
    """Decimals that show one significant digit of a half-width, two where it begins with 1 or 2; 0 if there is none."""
    if not math.isfinite(half_width) or half_width <= 1e-9:
        return 0
    power = math.floor(math.log10(half_width))
    return max(0, -power if half_width >= 2.95 * 10**power else 1 - power)


def _signed(value: float, unit: str, half_width: float) -> str:
    factor = 100.0 if unit == "share" else 1.0
    shown = factor * abs(value)
    text = _figures(shown, digits_of_difference(shown, factor * half_width, MOST_DIGITS.get(unit, 4)))
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{'−' if value < 0.0 else '+'}{text}"


def _after(unit: str, currency: str) -> str:
    return " pp" if unit == "share" else _scaled(0.0, unit, currency)[1]


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
