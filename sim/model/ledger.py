"""What agents did so far in a run, as the real-time screen of a contact centre shows it; `sim.model.policy.Ledger`.

It reads the records of the flow, each once, when it is asked; a run whose router asks for nothing has none.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import AgentState

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.centre import Centre
    from sim.model.contact import Contact

NOBODY = -1
BUSY = np.isin(np.arange(len(AgentState)), (AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER))  # by state
FREE = np.arange(len(AgentState)) == AgentState.AVAILABLE


class Ledger:
    """Sums over closed records, and what is still open as the agent shows it."""

    __slots__ = ("_busy", "_centre", "_free", "_last", "_legs_read", "_states_read", "_taken", "_until")

    def __init__(self, centre: Centre) -> None:
        agents = len(centre.agents)
        self._centre = centre
        self._legs_read = self._states_read = 0
        self._taken = [0] * agents  # legs that ended
        self._last = array("i")  # by case: index of the agent who handled it last
        self._busy = [0.0] * agents
        self._free = [0.0] * agents
        self._until = [0.0] * agents  # where the agent's records end so far, and the open state begins

    def taken(self, agent: Agent) -> int:
        """See `sim.model.policy.Ledger`."""
        self._read_legs()
        return self._taken[agent.index] + agent.in_hand

    def busy_time(self, agent: Agent) -> float:
        """See `sim.model.policy.Ledger`."""
        self._read_states()
        return self._busy[agent.index] + (self._open(agent) if _is_busy(agent) else 0.0)

    def duty_time(self, agent: Agent) -> float:
        """See `sim.model.policy.Ledger`."""
        self._read_states()
        open_time = self._open(agent) if _is_busy(agent) or agent.on_duty() else 0.0
        return self._busy[agent.index] + self._free[agent.index] + open_time

    def last_agent(self, contact: Contact) -> Agent | None:
        """See `sim.model.policy.Ledger`."""
        self._read_legs()
        case = contact.case.number
        index = self._last[case] if case < len(self._last) else NOBODY
        return None if index == NOBODY else self._centre.agents[index]

    def read(self) -> None:
        """Take in what the recorder holds and this has not read yet."""
        self._read_legs()
        self._read_states()

    def forget(self) -> None:
        """The recorder is being emptied."""
        self._legs_read = self._states_read = 0

    def _open(self, agent: Agent) -> float:
        return self._centre.calendar.now - self._until[agent.index]

    def _read_legs(self) -> None:
        legs = self._centre.recorder.legs(self._legs_read)
        if legs.size == 0:
            return
        self._legs_read += legs.size
        handled = legs[legs["agent"] >= 0]
        if handled.size:
            self._make_room(int(handled["case"].max()))
        for case, agent in zip(handled["case"].tolist(), handled["agent"].tolist(), strict=True):
            self._taken[agent] += 1
            self._last[case] = agent

    def _make_room(self, case: int) -> None:
        if case >= len(self._last):
            self._last.extend([NOBODY] * (2 * case + 1 - len(self._last)))

    def _read_states(self) -> None:
        states = self._centre.recorder.states(self._states_read)
        if states.size == 0:
            return
        self._states_read += states.size
        agents, ends = states["agent"].tolist(), states["end"].tolist()
        for sums, which in ((self._busy, BUSY), (self._free, FREE)):
            for agent, seconds in zip(agents, _seconds(states, which), strict=True):
                sums[agent] += seconds
        for agent, end in zip(agents, ends, strict=True):
            self._until[agent] = end


def _seconds(states: NDArray[np.void], which: NDArray[np.bool_]) -> list[float]:
    seconds: list[float] = np.where(which[states["state"]], states["end"] - states["start"], 0.0).tolist()
    return seconds


def _is_busy(agent: Agent) -> bool:
    return agent.in_hand > 0 or agent.handing_over > 0 or agent.wrapping > 0
