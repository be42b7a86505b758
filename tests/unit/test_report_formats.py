"""Numbers for people: digits follow the uncertainty, nothing undefined looks like a number, no mark escapes."""

from __future__ import annotations

import math

import pytest

from sim.report import formats

SHARE = formats.scale("share", 0.8)
SECONDS = formats.scale("s", 30.0)
HANDLE = formats.scale("s", 372.0)
HOURS = formats.scale("s", 34_000.0)
MONEY = formats.scale("money", 5.0, "USD")
N = formats.NARROW


def test_what_is_not_defined_is_said_and_never_a_zero() -> None:
    for write in (formats.value, formats.difference, formats.bare):
        assert write(math.nan, SHARE) == "not defined"


@pytest.mark.parametrize(
    ("x", "how", "half", "shown"),
    [
        (0.8243, SHARE, 0.0121, f"82.4{N}%"),
        (0.8243, SHARE, 0.06, f"82{N}%"),
        (37.94, SECONDS, 0.4, f"37.9{N}s"),
        (372.4, HANDLE, 4.0, f"6:12{N}min"),
        (36_000.0, HOURS, 400.0, f"10.00{N}h"),
        (5.117, MONEY, 0.08, f"USD{N}5.12"),
        (8210.4, formats.scale("count", 8000), 40.0, "8,210"),
        (3.9, formats.scale("marks", 3.9), 0.05, f"3.90{N}marks"),
    ],
)
def test_a_level_has_its_unit_and_the_digits_its_interval_allows(
    x: float, how: formats.Scale, half: float, shown: str
) -> None:
    assert formats.value(x, how, half) == shown


@pytest.mark.parametrize(
    ("x", "how", "half", "shown"),
    [
        (0.0135, SHARE, 0.0037, f"+1.4{N}pp"),
        (-0.0135, SHARE, 0.0017, f"−1.35{N}pp"),
        (-72.0, HANDLE, 4.0, f"−72{N}s"),
        (0.236, MONEY, 0.03, f"+USD{N}0.24"),
        (0.0, SHARE, 0.001, f"0.00{N}pp"),
        (0.00001, SHARE, 0.001, f"0.00{N}pp"),
    ],
)
def test_a_difference_has_a_sign_unless_what_is_shown_is_zero(
    x: float, how: formats.Scale, half: float, shown: str
) -> None:
    assert formats.difference(x, how, half) == shown


def test_an_interval_uses_the_digits_of_its_own_half_width() -> None:
    assert formats.interval(-0.0012, 0.0005, SHARE) == "−0.12 to +0.05"
    assert formats.interval(math.nan, math.nan, SHARE) == ""


def test_a_typed_margin_keeps_its_digits_and_no_more() -> None:
    assert formats.amount(0.02, SHARE) == f"2{N}pp"
    assert formats.amount(0.005, SHARE) == f"0.5{N}pp"


def test_a_clock_past_midnight_comes_round_again() -> None:
    assert [formats.clock_time(h) for h in (9.5, 24.0, 25.25)] == ["09:30", "00:00", "01:15"]


def test_control_characters_and_lone_surrogates_cannot_reach_a_page() -> None:
    assert formats.clean("a\x00b\ud800c\n d") == "a b c d"


def test_direction_marks_are_shut_in_by_an_isolate() -> None:
    assert formats.isolated("abc") == "abc"
    assert formats.isolated("a\u202ebc") == "\u2068a\u202ebc\u2069"
    assert formats.unmarked("a\u202ebc") == "abc"


def test_lists_read_as_english() -> None:
    assert [formats.listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [formats.several(k, "intent") for k in (0, 1, 2)] == ["no intents", "1 intent", "2 intents"]
