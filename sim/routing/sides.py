"""Who is treated in a pilot: the designs of a live test, and the side of every moment, customer, agent and queue.

Side 1 is treated (the new rules), side 0 is the control (today's). A side is a pure function of an address, so whoever
reads the journal finds the same sides that the running centre used. No rule is asked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.config.units import DAY
from sim.sampling.streams import Streams

By = Literal["time", "customer", "contact", "agent", "queue"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FROM = 2**42  # the replication number of draws that belong to the pilot as a whole
EARLY = 2**20  # days before the first measured one are numbered from here, so that no address is negative
_BY_CASE, _BY_CONTACT = 0, 1  # index of the draw; a contact's is one more than its attempt


@dataclass(frozen=True, slots=True)
class Design:
    """One way to run two sets of rules side by side in one centre.

    `time`: the whole centre switches at each `slice` (seconds); what comes in the first `washout` seconds after a
    switch is not read. Slices are `drawn` (each slice of the day is treated on one day of a pair and control on the
    other, by a coin) or `alternating`. `customer`, `contact`: this share of cases, or of single contacts, is treated.
    `agent`, `queue`: this share of the agents of each desk, or of the first queues of intents. `then`: the share in the
    second half of the pilot, for a ramp.
    """

    name: str
    label: str
    by: By
    share: float = 0.5
    then: float | None = None
    slice: float = 3600.0
    washout: float = 0.0
    order: Literal["drawn", "alternating"] = "drawn"


DESIGNS = (
    Design("switchback_hour", "Switch every hour", "time", slice=3600.0, washout=600.0),
    Design("switchback_half_day", "Switch every half day", "time", slice=DAY / 2, washout=600.0),
    Design("switchback_day", "Switch every day", "time", slice=DAY, washout=600.0),
    Design("customer", "Split by customer", "customer"),
    Design("customer_ramp", "Split by customer, 50:50, 80:20", "customer", then=0.8),
    Design("contact", "Split by contact", "contact"),
    Design("agent", "Split by agent", "agent"),
    Design("queue", "Split by queue, before and after", "queue"),
)


@dataclass(frozen=True, slots=True)
class Days:
    """The measured days of a replication, and how many of them make a pilot.

    Days are counted over replications: day `d` of replication `r` is `r * per_replication + d` of the rehearsal.
    """

    midnight: float  # second of the day at which the scenario starts
    first: int  # the first measured day, counted from that midnight
    per_replication: int
    pilot: int

    @classmethod
    def of(cls, midnight: float, warmup: float, horizon: float, pilot: int) -> Days:
        """From a scenario's calendar, in seconds."""
        first = int((midnight + warmup) // DAY)
        return cls(midnight, first, ceil((midnight + horizon) / DAY) - first, pilot)

    def of_moments(self, moments: Floats) -> Ints:
        """The measured day of each moment, from 0; below 0 in the warm-up."""
        return np.floor_divide(moments + self.midnight, DAY).astype(np.int64) - self.first


@dataclass(frozen=True, slots=True)
class Member:
    """What an agent's side depends on: agents of one `group` are split among themselves."""

    key: int
    group: tuple[int, frozenset[str]]


class Sides:
    """The sides of one replication of a pilot."""

    def __init__(
        self, design: Design, days: Days, seed: int, replication: int, members: Sequence[Member], queues: Sequence[int]
    ) -> None:
        """`queues`: the first human queues of the scenario's intents."""
        self.design = design
        self.days = days
        self._begins = replication * days.per_replication  # its first day, counted over replications
        self._own = Streams(seed, replication).purpose("pilot")
        self._common = Streams(seed, FROM).purpose("pilot")
        pilot = self._begins // days.pilot
        self._agents = _agents(members, design, self._common, pilot) if design.by == "agent" else []
        self._queues = _queues(queues, design, self._common, pilot) if design.by == "queue" else frozenset()
        self._coins: dict[tuple[int, int], int] = {}

    # --- one at a time, as the centre asks ---------------------------------------------------------------------------

    def of_agent(self, index: int) -> int:
        """The side of the person in this place of the staff."""
        return self._agents[index] if self._agents else 0

    def of_contact(self, case: int, attempt: int, born: float, queue: int) -> int:
        """The side of a contact; 0 where the design splits something else."""
        by = self.design.by
        if by == "queue":
            return int(queue in self._queues)
        if by not in ("customer", "contact"):
            return 0
        index = _BY_CASE if by == "customer" else _BY_CONTACT + attempt
        return int(self._own.block(0, case, index)[0] < self._share(self._day(born)))

    def at(self, now: float) -> int:
        """The side of the whole centre at a moment."""
        day, part = self._day(now), int(((now + self.days.midnight) % DAY) // self.design.slice)
        side = self._coins.get((day, part))
        if side is None:
            side = self._coins[day, part] = self._coin(day, part)
        return side

    def next_switch(self, now: float) -> float:
        """The next moment at which the centre may change sides; infinity where it never does."""
        if self.design.by != "time":
            return inf
        midnight, length = self.days.midnight, self.design.slice
        return float(((now + midnight) // length + 1.0) * length - midnight)

    def _day(self, now: float) -> int:
        return self._begins + int((now + self.days.midnight) // DAY) - self.days.first

    def _coin(self, day: int, part: int) -> int:
        if self.design.order == "alternating":
            return (day + part) % 2
        coin = self._common.block(2, EARLY + day // 2, part)[0] < 0.5
        return (int(coin) + day) % 2

    def _share(self, day: int) -> float:
        design = self.design
        if design.then is None or day % self.days.pilot < -(-self.days.pilot // 2):
            return design.share
        return design.then

    # --- many at a time, as the records are read ---------------------------------------------------------------------

    def of_contacts(self, cases: Ints, attempts: Ints, born: Floats, queues: Ints) -> Ints:
        """`of_contact` for many contacts."""
        by = self.design.by
        if by == "queue":
            return np.isin(queues, sorted(self._queues)).astype(np.int64)
        if by not in ("customer", "contact"):
            return np.zeros(len(cases), dtype=np.int64)
        uniforms = np.empty(len(cases))
        indices = np.full(len(cases), _BY_CASE) if by == "customer" else _BY_CONTACT + attempts
        for index in np.unique(indices):
            rows = indices == index
            uniforms[rows] = self._own.blocks(0, cases[rows], int(index))[:, 0]
        days = self._begins + self.days.of_moments(born)
        shares = np.array([self._share(day) for day in range(days.min(), days.max() + 1)]) if len(days) else days
        return np.asarray(uniforms < shares[days - days.min()] if len(days) else [], dtype=np.int64)

    def of_agents(self, indices: Ints) -> Ints:
        """`of_agent` for many; -1 (nobody) is side 0."""
        sides = np.array([*(self._agents or [0]), 0], dtype=np.int64)
        return sides[np.where(indices < 0, len(sides) - 1, np.minimum(indices, len(sides) - 1))]

    def slices_of(self, moments: Floats) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """The slice of each moment, counted from the first measured midnight, its side, and whether it is read."""
        design = self.design
        clock = moments + self.days.midnight - self.days.first * DAY
        slices = np.floor_divide(clock, design.slice).astype(np.int64)
        a_day = round(DAY / design.slice)
        lowest = int(slices.min(initial=0)) - 1
        sides = [self._side_of_slice(k, a_day) for k in range(lowest, int(slices.max(initial=0)) + 1)]
        side, before = np.array(sides)[slices - lowest], np.array(sides)[slices - lowest - 1]
        opening = (self.days.midnight - self.days.first * DAY) // design.slice  # before it there was nothing
        fresh = (side != before) & (slices > opening) & (clock - slices * design.slice < design.washout)
        return slices, side, ~fresh

    def of_groups(self, groups: int) -> Ints:
        """The side of each group (slice of the day, agent or queue) on each measured day, shape (groups, days)."""
        days, by = range(self._begins, self._begins + self.days.per_replication), self.design.by
        if by == "time":
            return np.array([[self._coin(day, part) for day in days] for part in range(groups)], dtype=np.int64)
        if by == "agent":
            sides = self._agents
        else:
            sides = [int(queue in self._queues) for queue in range(groups)] if by == "queue" else list(range(groups))
        return np.repeat(np.array(sides, dtype=np.int64)[:, None], len(days), axis=1)

    def _side_of_slice(self, number: int, a_day: int) -> int:
        day, part = divmod(number, a_day)
        return self._coin(self._begins + day, part)


def _agents(members: Sequence[Member], design: Design, draws: Any, pilot: int) -> list[int]:
    """Of the agents of each desk the share with the lowest draws; where the share leaves half an agent, an even number
    of the desk is treated, so a desk of one is not."""
    order = sorted(range(len(members)), key=lambda i: (draws.block(members[i].key, pilot, 0)[0], i))
    sizes: dict[Any, int] = {}
    for member in members:
        sizes[member.group] = sizes.get(member.group, 0) + 1
    taken: dict[Any, int] = dict.fromkeys(sizes, 0)
    sides = [0] * len(members)
    for i in order:
        group = members[i].group
        taken[group] += 1
        sides[i] = int(taken[group] <= round(sizes[group] * design.share))
    return sides


def _queues(queues: Sequence[int], design: Design, draws: Any, pilot: int) -> frozenset[int]:
    """The share of the queues with the lowest draws, but one at least and not all."""
    order = sorted(set(queues), key=lambda queue: (draws.block(1, queue, pilot)[0], queue))
    return frozenset(order[: min(max(1, round(len(order) * design.share)), len(order) - 1)])
