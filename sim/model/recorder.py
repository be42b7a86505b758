"""Where the flow writes what happened, in plain Python; compiled, `ext/journal` takes its place, with equal fields.

Field order is that of the dtypes in `journal.py`. What surveys, evaluations and defects add to a contact is unknown
while it runs: `csat`, `nps`, `ces`, `defects` and `satisfaction` are written as "none" and filled in afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import CASE, CONTACT, EVALUATION, LEG, STATE

Row = tuple[Any, ...]
NEVER = float("nan")


class Recorder:
    """Append-only records of the four streams of the flow."""

    __slots__ = ("_cases", "_contacts", "_legs", "_states")

    def __init__(self) -> None:
        self._legs: list[Row] = []
        self._contacts: list[Row] = []
        self._cases: list[Row] = []
        self._states: list[Row] = []

    def leg(
        self, case: int, attempt: int, leg: int, intent: int, segment: int, channel: int, tier: int, queue: int,
        agent: int, first_human: bool, end: int, initiator: int, warm: bool, entered: float, answered: float,
        ended: float, hold: float, wrap_up: float,
    ) -> None:  # fmt: skip
        """A leg closed."""
        self._legs.append(
            (case, attempt, leg, intent, segment, channel, tier, queue, agent, first_human, end, initiator, warm,
             entered, answered, ended, hold, wrap_up)
        )  # fmt: skip

    def contact(
        self, case: int, attempt: int, intent: int, segment: int, channel: int, origin: int, end: int, resolved: bool,
        legs: int, transfers: int, bot: bool, agent: int, tier: int, started: float, ended: float, waited: float,
        next_due: float,
    ) -> None:  # fmt: skip
        """A contact closed."""
        self._contacts.append(
            (case, attempt, intent, segment, channel, origin, end, resolved, legs, transfers, bot, agent, tier,
             0, -1, 0, 0, started, ended, waited, NEVER, next_due)
        )  # fmt: skip

    def case(
        self, case: int, intent: int, segment: int, contacts: int, end: int, first_handled: bool, first_resolved: bool,
        born: float, first_ended: float, next_contact: float, resolved_at: float, due: float, difficulty: float,
    ) -> None:  # fmt: skip
        """A case closed."""
        self._cases.append(
            (case, intent, segment, contacts, end, first_handled, first_resolved, born, first_ended, next_contact,
             resolved_at, due, difficulty)
        )  # fmt: skip

    def state(self, agent: int, tier: int, state: int, load: int, start: float, end: float, scheduled: bool) -> None:
        """An agent's state ended."""
        self._states.append((agent, tier, state, load, start, end, scheduled))

    def held(self) -> tuple[int, int]:
        """How many legs and states are held: the number of the next record of each."""
        return len(self._legs), len(self._states)

    def legs(self, first: int = 0) -> NDArray[np.void]:
        """Records of dtype LEG, from record number `first` on."""
        return np.array(self._legs[first:], LEG)

    def contacts(self, first: int = 0) -> NDArray[np.void]:
        """Records of dtype CONTACT, from record number `first` on."""
        return np.array(self._contacts[first:], CONTACT)

    def take(self) -> tuple[NDArray[np.void], ...]:
        """Legs, contacts, cases and states closed since the last call, which are forgotten here."""
        taken = self.legs(), self.contacts(), self.cases(), self.states()
        for rows in (self._legs, self._contacts, self._cases, self._states):
            rows.clear()
        return taken

    def cases(self) -> NDArray[np.void]:
        """Records of dtype CASE."""
        return np.array(self._cases, CASE)

    def states(self, first: int = 0) -> NDArray[np.void]:
        """Records of dtype STATE, from record number `first` on."""
        return np.array(self._states[first:], STATE)


class Evaluations:
    """Append-only records of QA evaluations."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def add(
        self, agent: int, case: int, attempt: int, intent: int, auto_fail: bool, found: int, at: float,
        released: float, score: float, true_score: float,
    ) -> None:  # fmt: skip
        """A contact was evaluated."""
        self._rows.append((agent, case, attempt, intent, auto_fail, found, at, released, score, true_score))

    def take(self) -> NDArray[np.void]:
        """Records of dtype EVALUATION since the last call, which are forgotten here."""
        taken = np.array(self._rows, EVALUATION)
        self._rows.clear()
        return taken


class Records:
    """Records to read and to fill in one at a time, by the names of their fields; `case` is called `number`."""

    __slots__ = ("cases", "contacts", "evaluations", "legs", "states")

    def __init__(self, **streams: NDArray[np.void]) -> None:
        """By the names of their streams in a journal: contiguous, of the stream's dtype."""
        self.legs = _objects(streams.get("legs"))
        self.contacts = _objects(streams.get("contacts"))
        self.cases = _objects(streams.get("cases"))
        self.states = _objects(streams.get("states"))
        self.evaluations = _objects(streams.get("evaluations"))

    def fill_in(self, contacts: NDArray[np.void], names: Iterable[str]) -> None:
        """Write these fields back to the contacts that were given."""
        for name in names:
            contacts[name] = [getattr(row, name) for row in self.contacts]


def _objects(records: NDArray[np.void] | None) -> list[Any]:
    if records is None:
        return []
    names = ["number" if name == "case" else name for name in records.dtype.names or ()]
    return [SimpleNamespace(**dict(zip(names, record, strict=True))) for record in records.tolist()]
