"""What every baseline of the single queue counts."""

from __future__ import annotations

from typing import NamedTuple


class Tally(NamedTuple):
    """Customers who came, who gave up, and the seconds that all of them waited."""

    customers: int
    abandoned: int
    waited: float
