"""What agents did so far in a run, as the real-time screen of a contact centre shows it; `sim.model.policy.Ledger`.

It reads the records of the flow, each once, when it is asked; a run whose router asks for nothing has none.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from sim.model.journal import AgentState

if TYPE_CHECKING:
    from sim.model.agent import Agent
    from sim.model.centre import Centre
    from sim.model.contact import Contact

NOBODY = -1
BUSY = (int(AgentState.BUSY), int(AgentState.WRAP_UP), int(AgentState.HANDOVER))
FREE = int(AgentState.AVAILABLE)


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
        return self._duty(agent)

    def totals(self, agents: list[Agent]) -> tuple[int, float]:
        """See `sim.model.policy.Ledger`."""
        self.read()
        return sum(self._taken[who.index] + who.in_hand for who in agents), sum(self._duty(who) for who in agents)

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

    def _duty(self, agent: Agent) -> float:
        """As far as it has been read."""
        open_time = self._open(agent) if _is_busy(agent) or agent.on_duty() else 0.0
        return self._busy[agent.index] + self._free[agent.index] + open_time

    def _open(self, agent: Agent) -> float:
        return self._centre.calendar.now - self._until[agent.index]

    def _read_legs(self) -> None:
        if self._centre.recorder.held()[0] == self._legs_read:
            return
        legs = self._centre.recorder.legs(self._legs_read)
        self._legs_read += legs.size
        for case, agent in zip(legs["case"].tolist(), legs["agent"].tolist(), strict=True):
            if agent >= 0:
                self._make_room(case)
                self._taken[agent] += 1
                self._last[case] = agent

    def _make_room(self, case: int) -> None:
        if case >= len(self._last):
            self._last.extend([NOBODY] * (2 * case + 1 - len(self._last)))

    def _read_states(self) -> None:
        if self._centre.recorder.held()[1] == self._states_read:
            return
        states = self._centre.recorder.states(self._states_read)
        self._states_read += states.size
        columns = (states[name].tolist() for name in ("agent", "state", "start", "end"))
        for agent, state, start, end in zip(*columns, strict=True):
            if state in BUSY:
                self._busy[agent] += end - start
            elif state == FREE:
                self._free[agent] += end - start
            self._until[agent] = end


def _is_busy(agent: Agent) -> bool:
    return agent.in_hand > 0 or agent.handing_over > 0 or agent.wrapping > 0
