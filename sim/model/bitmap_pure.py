"""A set of numbers that gives its lowest member at once, as one long int, and a ladder on it; twin of `ext/bitmap`."""

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


class Ladder:
    """Members from 0 up, each with a rung of its own to stand on; nobody stands there at first."""

    __slots__ = ("_rungs", "_standing", "_taken", "size")

    def __init__(self, rungs: list[int]) -> None:
        self.size = len(rungs)
        self._rungs = rungs
        self._taken = Bitmap(max(rungs, default=-1) + 1)
        self._standing: list[dict[int, None]] = [{} for _ in range(self._taken.size)]  # a dict keeps the order of entry
        for rung in rungs:
            self._taken.has(rung)

    def _check(self, member: int) -> None:
        if not 0 <= member < self.size:
            raise IndexError(f"{member} on a ladder of {self.size}")

    def add(self, member: int) -> None:
        """Stand last on one's rung."""
        self._check(member)
        self._standing[self._rungs[member]].setdefault(member)
        self._taken.add(self._rungs[member])

    def discard(self, member: int) -> None:
        """Leave the ladder, from anywhere."""
        self._check(member)
        standing = self._standing[self._rungs[member]]
        standing.pop(member, None)
        if not standing:
            self._taken.discard(self._rungs[member])

    def first(self) -> int:
        """Who has stood longest on the lowest rung that is not empty; -1 where nobody stands on any."""
        lowest = self._taken.first()
        return -1 if lowest < 0 else next(iter(self._standing[lowest]))
