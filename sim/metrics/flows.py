"""Where contacts went: how many moved from which node to which, as a Sankey chart draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.metrics.columns.cells import Floats
from sim.metrics.facts import Facts
from sim.metrics.layout import NODE_BOT, NODE_COUNT, NODE_RESOLVED, NODE_UNRESOLVED, NODES
from sim.model.journal import Journal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Moves:
    """How many contacts moved from node to node, by the nodes' numbers."""

    source: NDArray[np.intp]
    target: NDArray[np.intp]
    count: NDArray[np.int64]

    def frame(self) -> pd.DataFrame:
        """Columns `source, target, count`, in order of source."""
        import pandas as pd

        names = [*NODES, *(f"tier {tier}" for tier in range(NODE_COUNT - len(NODES)))]
        return pd.DataFrame(
            {
                "source": pd.Series([names[code] for code in self.source], dtype="str"),
                "target": pd.Series([names[code] for code in self.target], dtype="str"),
                "count": self.count,
            }
        )


def table(source: Facts | Journal) -> pd.DataFrame:
    """Moves of the contacts that started in the measured time: columns `source, target, count`, in order of
    source.

    Nodes: arrival, bot, tier n, supervisor, then one outcome a contact: resolved, unresolved, abandoned, left
    (hung up or blocked), unfinished. A move within one tier is no flow, so what enters a node leaves it
    again.
    """
    return results(source).frame()


def results(source: Facts | Journal) -> Moves:
    """What `table` shows, in little room."""
    moves = _moves(Facts.of(source) if isinstance(source, Journal) else source)
    sources, targets = np.nonzero(moves)
    return Moves(sources, targets, moves[sources, targets].astype(np.int64))


def _moves(facts: Facts) -> Floats:
    """Moves as a matrix. A leg does not know whether the contained contact was truly resolved; the contact does."""
    moves = facts.sums.part(facts.sums.moves, NODE_COUNT, NODE_COUNT).copy()
    resolved = facts.contacts.truly_contained[facts.cells.blocks["all"].first]
    moves[NODE_BOT, NODE_UNRESOLVED] -= resolved
    moves[NODE_BOT, NODE_RESOLVED] += resolved
    return moves
