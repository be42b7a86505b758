"""Real numbers by row and column, as lists; twin of `ext/reals`, which keeps them in one block of memory."""

from __future__ import annotations


class Reals:
    """A table of numbers; all of them can be replaced at once."""

    __slots__ = ("_rows", "columns", "rows")

    def __init__(self, rows: list[list[float]]) -> None:
        """Rows of equal length; ValueError where they are not."""
        self.rows = len(rows)
        self.columns = len(rows[0]) if rows else 0
        self.become(rows)

    def become(self, rows: list[list[float]]) -> None:
        """Replace all numbers; the new table has the shape of the old one, else ValueError."""
        if len(rows) != self.rows:
            raise ValueError(f"{len(rows)} rows, not {self.rows}")
        for number, row in enumerate(rows):
            if len(row) != self.columns:
                raise ValueError(f"row {number} has {len(row)} numbers, not {self.columns}")
        self._rows = rows

    def at(self, row: int, column: int) -> float:
        """One number; IndexError outside the table."""
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            raise IndexError(f"({row}, {column}) in {self.rows} rows of {self.columns} numbers")
        return self._rows[row][column]
