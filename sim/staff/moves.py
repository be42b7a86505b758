"""What a floor manager did and why: one record a move, for whoever asks why a schedule was changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """`what`: "break" or "end of shift"; `was` and `becomes`: when it was due and when it is now, seconds since the
    start; `reason`: what the manager saw at the look before."""

    at: float
    agent: str
    what: str
    was: float
    becomes: float
    reason: str
