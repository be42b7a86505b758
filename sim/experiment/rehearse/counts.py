"""Numerators and denominators of one KPI by side, day, slice or agent, from the journal of one replication.

Records get the number of their group in place of their segment, and the KPI is folded as ever: every KPI is read by
its own definition, whatever the groups are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.config.units import DAY
from sim.metrics.columns.cells import Cells
from sim.metrics.facts import Facts
from sim.model.journal import Journal, LegEnd
from sim.routing.sides import Days, Design, Floats, Ints, Sides

if TYPE_CHECKING:
    from sim.metrics.base import Kpi

CONTROL, TREATED = 0, 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What a pilot's team has on its desk after one replication.

    `sums`: numerators and denominators, shape (2, groups, days). Groups are slices of the day, agents, first queues of
    intents, or the two sides; `sides` is the side of each of them, shape (groups, days).
    `returned`: contacts that came back; `crossed`: those of them on the other side than the case's first contact.
    """

    sums: Floats
    sides: Ints
    crossed: int = 0
    returned: int = 0


def width(design: Design, agents: int, queues: int) -> int:
    """How many groups a day has."""
    if design.by == "time":
        return round(DAY / design.slice)
    return {"agent": agents, "queue": queues}.get(design.by, 2)


def by_day(journal: Journal, kpi: Kpi, days: Days) -> Counts:
    """The whole centre, day by day."""
    groups = [np.zeros(len(records), dtype=np.int64) for records in (journal.legs, journal.contacts, journal.cases)]
    return Counts(_sums(journal, kpi, days, groups, 1), np.zeros((1, days.per_replication), dtype=np.int64))


def by_group(journal: Journal, kpi: Kpi, sides: Sides, first_queues: Ints) -> Counts:
    """The groups of a design; `first_queues`: the first human queue of each intent."""
    design, days = sides.design, sides.days
    legs, contacts, cases = journal.legs, journal.contacts, journal.cases
    first = _by_case(contacts[contacts["attempt"] == 0], "agent", -1)
    if design.by == "agent":
        groups = [legs["agent"], contacts["agent"], first[cases["case"]]]
        side = sides.of_agents(contacts["agent"])
    elif design.by == "time":
        groups = [_slices(sides, begun(legs)), _slices(sides, contacts["started"]), _slices(sides, cases["born"])]
        side = sides.slices_of(contacts["started"])[1]
    else:
        asked = [_sides(sides, journal, records, first_queues) for records in (legs, contacts, cases)]
        side = asked[1]
        by_queue = [first_queues[records["intent"]] for records in (legs, contacts, cases)]
        groups = by_queue if design.by == "queue" else asked
    count = width(design, len(journal.lexicon.agents), len(journal.lexicon.queues))
    sums = _sums(journal, kpi, days, [np.asarray(group, dtype=np.int64) for group in groups], count)
    return Counts(sums, sides.of_groups(count), *_crossings(contacts, side))


def _sides(sides: Sides, journal: Journal, records: NDArray[np.void], first_queues: Ints) -> Ints:
    """The side of the contact that each record belongs to; a case's is that of its first contact."""
    fields = records.dtype.names or ()
    attempts = records["attempt"] if "attempt" in fields else np.zeros(len(records), dtype=np.int64)
    born = _by_case(journal.cases, "born", 0.0)[records["case"]]
    return sides.of_contacts(records["case"], attempts, born, first_queues[records["intent"]])


def begun(legs: NDArray[np.void]) -> Floats:
    """When the stay began that each leg is part of: an overflow prolongs it, so the moment of its first leg holds."""
    moments: Floats = legs["entered"].copy()
    order = np.lexsort((legs["leg"], legs["attempt"], legs["case"]))
    moved = legs["end"][order[:-1]] == LegEnd.OVERFLOWED
    for leg, following in zip(order[:-1][moved].tolist(), order[1:][moved].tolist(), strict=True):
        moments[following] = moments[leg]
    return moments


def _slices(sides: Sides, moments: Floats) -> Ints:
    """The slice of the day of each moment; -1 where it is not read."""
    slices, _, read = sides.slices_of(moments)
    return np.where(read, slices % round(DAY / sides.design.slice), -1)


def _crossings(contacts: NDArray[np.void], side: Ints) -> tuple[int, int]:
    begun = contacts["attempt"] == 0
    home = np.zeros(int(contacts["case"].max(initial=-1)) + 1, dtype=np.int64)
    home[contacts["case"][begun]] = side[begun]
    back = ~begun
    return int((side[back] != home[contacts["case"][back]]).sum()), int(back.sum())


def _by_case(records: NDArray[np.void], field: str, empty: float) -> Any:
    """One field of records by case number."""
    found = np.full(int(records["case"].max(initial=-1)) + 1, empty, dtype=records[field].dtype)
    found[records["case"]] = records[field]
    return found


def _sums(journal: Journal, kpi: Kpi, days: Days, groups: list[Ints], count: int) -> Floats:
    """Fold the KPI over groups × days; records outside both are left out."""
    labels = count * days.per_replication
    words = replace(
        journal.lexicon,
        intents=("any",),
        segments=tuple(map(str, range(labels + 1))),
        interval=journal.lexicon.horizon,
    )
    streams = ("legs", "contacts", "cases")
    moments = (begun(journal.legs), journal.contacts["started"], journal.cases["born"])
    changed = {}
    for stream, moment, group in zip(streams, moments, groups, strict=True):
        records = getattr(journal, stream).copy()
        day = days.of_moments(moment)
        counts = (group >= 0) & (group < count) & (day >= 0) & (day < days.per_replication)
        records["segment"] = np.where(counts, group * days.per_replication + day, labels)
        records["intent"] = 0
        changed[stream] = records
    evaluations = journal.evaluations.copy()
    evaluations["intent"] = 0
    told = replace(journal, lexicon=words, states=journal.states[:0], evaluations=evaluations, **changed)
    facts = Facts.of(told, Cells(words), kpi.own)
    fold, block = kpi.fold(facts), facts.cells.blocks["segment"]
    both = [part[block.first : block.stop][:labels] for part in (fold.numerator, fold.denominator)]
    return np.array(both).reshape(2, count, days.per_replication)
