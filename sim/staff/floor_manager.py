"""The floor manager: looks at the floor every few minutes and moves breaks and the ends of shifts.

An ordinary SimPy process. It goes through the agents team by team (a team: agents alike in tier and skills), and does
what intraday managers do:

* a team is **busy** when as many contacts wait for it as stated, or one has waited as long as stated. Whoever is due
  for a break, or home, before the manager acts again stays on until then;
* with `coaching` thresholds, a team that meets them is too busy for it: its sessions that are due before the manager
  acts again are called off, and those who are away are called back if so stated (`sim.staff.coaching`);
* a team is **quiet** when nothing waits for it and its occupancy at this moment is at or below the stated one. Idle
  agents then take their next break at once, or go home early, whoever is due first before others, as long as those who
  stay are not above that occupancy.

Nothing moves further than the limits say, past the next thing on the agent's roster, or in the middle of a contact, and
somebody of a team always stays. A moved break keeps its length. Who goes home early is not paid for the rest of the
shift; who stays on is paid. At the moment of a look, the manager comes before whoever is due then.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import ceil
from typing import Any

import simpy
from simpy.events import URGENT

from sim.config.schema import BreakMoves, ShiftEndMoves
from sim.config.schema import FloorManager as Spec
from sim.model.queue import Lane
from sim.model.simpy_calendar import At
from sim.staff.coaching import Coaching
from sim.staff.moves import Move
from sim.staff.shifts import Stay

Steps = Generator[simpy.Event, Any, None]
BUSY, QUIET, CALM = "busy", "quiet", "calm"


class FloorManager:
    """Watches the teams whose agents work in shifts."""

    def __init__(self, spec: Spec, lanes: list[Lane], stays: list[Stay], coaching: Coaching | None = None) -> None:
        self._spec = spec
        self.log: Callable[[Move], object] | None = None  # told of each move; it must change nothing
        self._coaching = coaching
        self._furthest = max(spec.breaks.earlier, spec.shift_end.earlier)
        self._teams = [_Team(lane, [stay for stay in stays if stay.agent.lane is lane]) for lane in lanes]

    def run(self, env: simpy.Environment) -> Steps:
        """The process: look, and act after the delay, for as long as the run goes on."""
        every, delay = self._spec.every, self._spec.delay
        look = every
        while True:
            yield from _before_others(env, look)
            seen = [self._state(team, env.now) for team in self._teams]
            why = [self._told(team, env.now) for team in self._teams]
            stops = [self._too_busy(team, env.now) for team in self._teams]
            yield from _before_others(env, look + delay)
            look += every
            for team, state, reason, stop in zip(self._teams, seen, why, stops, strict=True):
                self._act(team, state, env.now, look + delay, reason)
                self._call_off(team, stop, look + delay)

    def _state(self, team: _Team, now: float) -> str:
        busy = self._spec.busy
        if team.lane.waiting:
            too_many = team.lane.waiting >= busy.waiting
            return BUSY if too_many or team.longest_wait(now) >= busy.longest_wait else CALM
        return QUIET

    def _too_busy(self, team: _Team, now: float) -> str:
        """Why the team has no time for coaching; empty where it has."""
        stops, waiting = self._spec.coaching, team.lane.waiting
        if self._coaching is None or stops is None or not waiting:
            return ""
        longest = team.longest_wait(now)
        busy = waiting >= stops.waiting or longest >= stops.longest_wait
        return f"the team is busy: {waiting} waiting, the first for {longest:.0f} s" if busy else ""

    def _call_off(self, team: _Team, why: str, again: float) -> None:
        if why and self._coaching is not None and self._spec.coaching is not None:
            self._coaching.call_off(team.lane, again, self._spec.coaching.call_back, why)

    def _told(self, team: _Team, now: float) -> str:
        """What is seen of a team, for the log; empty where nobody reads it."""
        if self.log is None:
            return ""
        on_duty = [agent for agent in team.lane.agents if agent.on_duty()]
        occupied = sum(agent.used > 0 for agent in on_duty)
        who = f"team {'+'.join(sorted(team.lane.skills))} of tier {team.lane.tier}"
        if team.lane.waiting:
            return f"{who} busy: {team.lane.waiting} waiting, longest {team.longest_wait(now):.0f} s"
        return f"{who} quiet: nobody waiting, {occupied} of {len(on_duty)} on duty occupied"

    def _note(self, stay: Stay, now: float, was: float, reason: str) -> None:
        if self.log is not None:
            what = "end of shift" if stay.home else "break"
            self.log(Move(now, stay.agent.name, what, was, stay.due, reason))

    def _act(self, team: _Team, state: str, now: float, again: float, reason: str) -> None:
        """`again`: when the manager acts the next time."""
        if state == BUSY:
            for stay in team.stays:
                if now <= stay.due < again and stay.agent.on_duty():
                    self._put_off(stay, now, again, reason)
        elif state == QUIET:
            soon = now + self._furthest  # most stays end later than that: one look is enough
            ready = [stay for stay in team.stays if stay.planned <= soon and self._may_begin(stay, now)]
            if ready:
                for stay in sorted(ready, key=_whose_turn)[: team.spare(self._spec.quiet.occupancy)]:
                    was = stay.due
                    stay.bring_forward(now)
                    self._note(stay, now, was, reason)

    def _put_off(self, stay: Stay, now: float, again: float, reason: str) -> None:
        due = min(again, stay.planned + self._limits(stay).later, stay.latest)
        if due > stay.due:
            was = stay.due
            stay.put_off(due)
            self._note(stay, now, was, reason)

    def _may_begin(self, stay: Stay, now: float) -> bool:
        """Whether what the agent is due for may begin now: an idle agent, and not too early."""
        return (
            stay.planned - self._limits(stay).earlier <= now < stay.due
            and stay.agent.used == 0
            and stay.agent.on_duty()
        )

    def _limits(self, stay: Stay) -> BreakMoves | ShiftEndMoves:
        return self._spec.shift_end if stay.home else self._spec.breaks


class _Team:
    """A lane, and the stays of its agents who work in shifts."""

    def __init__(self, lane: Lane, stays: list[Stay]) -> None:
        self.lane = lane
        self.stays = stays

    def longest_wait(self, now: float) -> float:
        """Seconds that the contact waits who has waited longest of those the team may take; there is one."""
        lines = (line for queue in self.lane.queues for line in queue.lines)
        return now - min(line.head.since for line in lines if line.head is not None)

    def spare(self, occupancy: float) -> int:
        """How many of the team may leave so that those who stay, at least one, are occupied no more than this."""
        on_duty = [agent for agent in self.lane.agents if agent.on_duty()]
        occupied = sum(agent.used > 0 for agent in on_duty)
        return max(0, len(on_duty) - max(1, ceil(occupied / occupancy - 1e-9)))


def _whose_turn(stay: Stay) -> tuple[float, int]:
    return stay.planned, stay.agent.index


def _before_others(env: simpy.Environment, time: float) -> Steps:
    """Wait until an absolute time, and come before all who act at that time by a timeout of their own."""
    if time > env.now:
        moment = simpy.Event(env)
        moment._ok, moment._value = True, None
        env.schedule(moment, URGENT, At(time))
        yield moment
