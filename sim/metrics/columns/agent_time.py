"""Agents' time: state records clipped to a window and cut at the borders of intervals, in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from sim.metrics import layout
from sim.metrics.columns.cells import Cells, Floats
from sim.metrics.columns.spread import Spread
from sim.model.journal import AgentState

if TYPE_CHECKING:
    from sim.metrics.sums import Sums

HANDLING = (AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER)
ON_DUTY = (*HANDLING, AgentState.AVAILABLE, AgentState.COACHING)


class AgentTime:
    """Seconds of agents between warm-up and horizon, each in the interval in which it passed."""

    def __init__(self, sums: Sums, cells: Cells) -> None:
        width = layout.TIME_WIDTH
        self._spread = spread = Spread(cells, width)
        for tier, rows in enumerate(sums.part(sums.time, sums.tiers + 1, sums.rows, width)):
            spread.timed("all", 0, rows)
            spread.timed("tier", cells.tier_member(tier), rows)
        cells.with_totals(spread.values)
        spread.total("agent", sums.part(sums.time_by_agent, len(cells.lexicon.agents), width))

    def spent(self, states: Iterable[AgentState]) -> Floats:
        """Seconds in any of these states."""
        return self._spread.columns([column for state in states for column in (state, layout.STATES + state)])

    @cached_property
    def handling(self) -> Floats:
        """Seconds with a contact in hand, in wrap-up, or on the line of a warm escalation."""
        return self.spent(HANDLING)

    @cached_property
    def available(self) -> Floats:
        """Seconds idle and ready."""
        return self.spent([AgentState.AVAILABLE])

    @cached_property
    def paid(self) -> Floats:
        """Seconds in any state but off."""
        return self.spent(state for state in AgentState if state != AgentState.OFF)

    @cached_property
    def coaching(self) -> Floats:
        """Seconds in coaching."""
        return self.spent([AgentState.COACHING])

    @cached_property
    def scheduled(self) -> Floats:
        """Seconds for which the plan had the agent on duty."""
        return self._spread.columns(range(layout.STATES, 2 * layout.STATES))

    @cached_property
    def kept_schedule(self) -> Floats:
        """Seconds planned on duty in which the agent was: available, handling or in coaching."""
        return self._spread.columns([layout.STATES + state for state in ON_DUTY])

    @cached_property
    def absent(self) -> Floats:
        """Seconds planned on duty in which the agent was off: not there at all."""
        return self._spread.column(layout.STATES + AgentState.OFF)

    @cached_property
    def in_hand(self) -> Floats:
        """Seconds with at least one contact in hand."""
        return self._spread.column(layout.TIME_IN_HAND)

    @cached_property
    def contact_seconds(self) -> Floats:
        """Seconds weighted with the number of contacts in hand."""
        return self._spread.column(layout.TIME_CONTACTS)


class PaidTime:
    """Paid seconds from the warm-up to the end of the run, and what they cost; no intervals."""

    def __init__(self, sums: Sums, cells: Cells) -> None:
        spread = Spread(cells, layout.TOTAL_WIDTH)
        rows = sums.part(sums.totals, sums.tiers + 1, layout.TOTAL_WIDTH)
        spread.total("all", rows.sum(axis=0)[None, :])
        spread.total("tier", rows[cells.tiers])
        spread.total("agent", sums.part(sums.totals_by_agent, len(cells.lexicon.agents), layout.TOTAL_WIDTH))
        self.seconds = spread.column(layout.PAID_SECONDS)
        self.wages = spread.column(layout.PAID_MONEY)  # money paid for them
