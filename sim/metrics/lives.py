"""What became of each case of a replication, in little room: the same customer can then be looked up in another arm.

A dozen numbers a case, taken piece by piece; nothing is compared here. Cases are those born between warm-up and
horizon, with their whole life: a wait after the horizon counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import CaseEnd, ContactEnd, Journal, Lexicon

Array = NDArray[Any]
NOBODY = -1

CASES: dict[str, tuple[str, Any]] = {  # dtype and what stands before anything is known
    "intent": ("i2", NOBODY),
    "segment": ("i2", NOBODY),
    "channel": ("i2", NOBODY),  # of the first contact
    "group": ("i2", NOBODY),  # of the first agent who answered the first contact
    "tier": ("i1", NOBODY),  # highest that answered
    "born": ("f8", np.nan),
    "resolved": ("?", False),
    "resolved_first": ("?", False),
    "abandoned": ("?", False),  # at least once
    "waited": ("f4", 0.0),  # seconds in human queues, all contacts together
    "satisfaction": ("f4", np.nan),  # latent, 1 to 5, after the last contact that left any
}


@dataclass(frozen=True, slots=True)
class Lives:
    """The cases of one replication, in order of birth; `first` is each intent's number of births before them."""

    columns: dict[str, Array]
    first: tuple[int, ...]
    intents: tuple[str, ...]
    groups: tuple[str, ...]

    def read(self) -> Lives:
        """These cases; a store hands out ones that are read when they are wanted."""
        return self

    def __len__(self) -> int:
        return len(self.columns["intent"])

    @property
    def k(self) -> Array:
        """Of each case, how many of its intent were born before it."""
        intent = self.columns["intent"]
        order = np.argsort(intent, kind="stable")
        rank = np.empty(intent.size, dtype=np.int64)
        rank[order] = np.arange(intent.size) - np.searchsorted(intent[order], intent[order], side="left")
        return rank + np.array(self.first, dtype=np.int64)[intent]


class Chronicle:
    """Takes the pieces of one replication. `groups` names each agent's group, in the lexicon's order of agents."""

    def __init__(self, lexicon: Lexicon, groups: Sequence[str]) -> None:
        self.lexicon = lexicon
        self.groups = tuple(dict.fromkeys(groups))
        place = {name: number for number, name in enumerate(self.groups)}
        self._group_of = np.array([place[name] for name in groups], dtype=np.int16)
        self._size = 0
        self._known: dict[str, Array] = {name: np.zeros(0, dtype=kind) for name, (kind, _) in CASES.items()}

    def take(self, piece: Journal) -> None:
        """Take in what closed since the last piece; it is not kept."""
        highest = max(
            (int(part["case"].max()) for part in (piece.legs, piece.contacts, piece.cases) if len(part)), default=-1
        )
        self._make_room(highest + 1)
        self._take_legs(piece.legs)
        self._take_contacts(piece.contacts)
        cases, known = piece.cases, self._known
        number = cases["case"]
        for name in ("intent", "segment", "born"):
            known[name][number] = cases[name]
        known["resolved"][number] = cases["end"] == CaseEnd.RESOLVED
        known["resolved_first"][number] = cases["first_resolved"] == 1

    def lives(self) -> Lives:
        """All cases that count: case numbers rise with birth, so those before the warm-up ended come first."""
        known = {name: column[: self._size] for name, column in self._known.items()}
        early = known["born"] < self.lexicon.warmup
        counts = ~early & (known["born"] < self.lexicon.horizon)
        first = np.bincount(known["intent"][early], minlength=len(self.lexicon.intents))
        columns = {name: column if counts.all() else column[counts] for name, column in known.items() if name != "born"}
        return Lives(columns, tuple(first.tolist()), self.lexicon.intents, self.groups)

    def _make_room(self, size: int) -> None:
        self._size = max(self._size, size)
        have = self._known["born"].size
        if size <= have:
            return
        for name, (kind, nothing) in CASES.items():
            longer = np.full(max(size, 2 * have), nothing, dtype=kind)
            longer[:have] = self._known[name]
            self._known[name] = longer

    def _take_legs(self, legs: Array) -> None:
        """Columns are copied out first: rows of records are wide."""
        tiers, groups = self._known["tier"], self._known["group"]
        answered = np.flatnonzero(legs["agent"] >= 0)
        case, tier = legs["case"][answered], legs["tier"][answered]
        for level in range(1, int(tier.max(initial=0)) + 1):
            here = case[tier == level]
            tiers[here] = np.maximum(tiers[here], level)
        opening = np.flatnonzero(legs["attempt"][answered] == 0)[::-1]  # of two legs the earlier is written last
        opening = opening[groups[case[opening]] == NOBODY]
        groups[case[opening]] = self._group_of[legs["agent"][answered[opening]]]

    def _take_contacts(self, contacts: Array) -> None:
        known, number = self._known, contacts["case"]
        np.add.at(known["waited"], number, contacts["waited"].astype(np.float32))
        known["abandoned"][number[contacts["end"] == ContactEnd.ABANDONED]] = True
        first = contacts["attempt"] == 0
        known["channel"][number[first]] = contacts["channel"][first]
        felt = np.isfinite(contacts["satisfaction"])
        known["satisfaction"][number[felt]] = contacts["satisfaction"][felt]
