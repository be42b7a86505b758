"""Where contacts went: how many moved from which node to which, as a Sankey chart draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Bools, Floats, Ints
from sim.metrics.columns.threads import Threads
from sim.model.journal import Journal, LegEnd

if TYPE_CHECKING:
    import pandas as pd

FIXED = ("arrival", "bot", "supervisor", "resolved", "unresolved", "abandoned", "left", "unfinished")
_NODE = {name: code for code, name in enumerate(FIXED)}
_TIERS = len(FIXED)  # node of tier n: _TIERS + n

OUTCOMES = {
    LegEnd.CONTAINED: "unresolved",  # unless the contact was resolved in truth
    LegEnd.HUNG_UP: "left",
    LegEnd.RESOLVED: "resolved",
    LegEnd.UNRESOLVED: "unresolved",
    LegEnd.ABANDONED: "abandoned",
    LegEnd.BLOCKED: "left",
}


def table(journal: Journal) -> pd.DataFrame:
    """Moves of the contacts that started in the measured time: columns `source, target, count`, in order of
    source.

    Nodes: arrival, bot, tier n, supervisor, then one outcome a contact: resolved, unresolved, abandoned, left
    (hung up or blocked), unfinished. A move within one tier is no flow, so what enters a node leaves it
    again.
    """
    import pandas as pd

    source, target, count = _moves(journal)
    names = [*FIXED, *(f"tier {tier}" for tier in range(128))]
    return pd.DataFrame(
        {
            "source": pd.Series([names[code] for code in source], dtype="str"),
            "target": pd.Series([names[code] for code in target], dtype="str"),
            "count": count,
        }
    )


def _moves(journal: Journal) -> tuple[Ints, Ints, Ints]:
    threads = Threads(journal.contacts, journal.cases)
    legs = _ordered(_counted(journal, threads))
    first, last = _borders(legs)
    node = _nodes(legs, first)
    inner = np.flatnonzero(~first & (node != np.roll(node, 1)))
    source = np.concatenate([np.full(int(first.sum()), _NODE["arrival"]), node[inner - 1], node[last]])
    target = np.concatenate([node[first], node[inner], _outcomes(legs[last], threads)])
    width = _TIERS + 128
    count = np.bincount(source * width + target, minlength=1)
    pairs = np.flatnonzero(count)
    return pairs // width, pairs % width, count[pairs]


def _counted(journal: Journal, threads: Threads) -> NDArray[np.void]:
    """Legs of the contacts that started between warm-up and horizon."""
    legs, lexicon = journal.legs, journal.lexicon
    started: Floats = threads.field("started", threads.row(legs["case"], legs["attempt"]), np.nan)
    return legs[(started >= lexicon.warmup) & (started < lexicon.horizon)]


def _ordered(legs: NDArray[np.void]) -> NDArray[np.void]:
    key = (legs["case"].astype(np.int64) << 32) | (legs["attempt"].astype(np.int64) << 16) | legs["leg"]
    return legs[np.argsort(key)]


def _borders(legs: NDArray[np.void]) -> tuple[Bools, Bools]:
    """Which ordered legs are the first, and which the last, of their contact."""
    change = (np.diff(legs["case"]) != 0) | (np.diff(legs["attempt"]) != 0)
    edge = np.ones(min(1, len(legs)), dtype=np.bool_)
    return np.concatenate([edge, change]), np.concatenate([change, edge])


def _nodes(legs: NDArray[np.void], first: Bools) -> Ints:
    """Node of each ordered leg; the leg after a hand-over to a supervisor is the supervisor's."""
    bot = (legs["queue"] < 0) & (legs["tier"] == 0)
    node = np.where(bot, _NODE["bot"], _TIERS + legs["tier"].astype(np.int64))
    called = ~first & (np.roll(legs["end"], 1) == LegEnd.TO_SUPERVISOR)
    return np.where(called, _NODE["supervisor"], node)


def _outcomes(legs: NDArray[np.void], threads: Threads) -> Ints:
    """Node in which each contact ended, from its last leg."""
    ends = np.full(len(LegEnd), _NODE["unfinished"], dtype=np.int64)
    for end, name in OUTCOMES.items():
        ends[end] = _NODE[name]
    resolved = threads.resolved(legs) & (legs["end"] == LegEnd.CONTAINED)
    return np.where(resolved, _NODE["resolved"], ends[legs["end"]])
