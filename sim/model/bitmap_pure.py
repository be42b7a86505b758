"""A set of numbers below a fixed size that gives its lowest member at once, as one long int; twin of `ext/bitmap`."""

from __future__ import annotations


class Bitmap:
    """Numbers from 0 to size - 1, none in at first."""

    __slots__ = ("_bits", "size")

    def __init__(self, size: int) -> None:
        if size < 0:
            raise ValueError(f"a bitmap of {size} numbers")
        self.size = size
        self._bits = 0

    def _check(self, number: int) -> None:
        if not 0 <= number < self.size:
            raise IndexError(f"{number} in a bitmap of {self.size}")

    def add(self, number: int) -> None:
        """Take a number in."""
        self._check(number)
        self._bits |= 1 << number

    def discard(self, number: int) -> None:
        """Leave a number out."""
        self._check(number)
        self._bits &= ~(1 << number)

    def has(self, number: int) -> bool:
        """Whether a number is in."""
        self._check(number)
        return bool(self._bits >> number & 1)

    def first(self) -> int:
        """The lowest number that is in; -1 where none is."""
        return (self._bits & -self._bits).bit_length() - 1
