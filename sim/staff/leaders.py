"""What team leaders know when they decide whom to coach: signals, findings of evaluations, and whom they coached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.coaching.port import CoachingRule, Known
from sim.config.schema.coaching import WEEK
from sim.model.centre import UNSEEN

if TYPE_CHECKING:
    from sim.config.schema import Coaching
    from sim.model.centre import Centre
    from sim.quality.signals import Measured
    from sim.staff.person import Person

HOUR = 3600.0


class Leaders:
    """The memory of those who coach."""

    def __init__(
        self, centre: Centre, staff: Sequence[Person], signals: Measured, rule: CoachingRule, spec: Coaching
    ) -> None:
        """`rule`: who will be told; of signals and findings only what it asks for."""
        self._centre = centre
        self._signals = signals if rule.uses_signals else UNSEEN
        self._findings = signals.findings if rule.uses_findings else None
        self._names = tuple(person.name for person in staff)
        self._tiers = tuple(person.tier for person in staff)
        self._intents = tuple(intent.name for intent in centre.blueprint.intents)
        self._serves = _serves(centre)
        self._hours = np.zeros(self._serves.shape)
        self._had = np.zeros(len(self._names))
        self._last = np.full(len(self._names), -np.inf)
        self.room = room(spec)
        self._hourly = [person.hourly_cost + spec.leader_hourly_cost for person in staff]

    def note(self, agent: int, intent: int | None, seconds: float, ended: float) -> None:
        """A session took place."""
        self._hours[agent, slice(None) if intent is None else intent] += seconds / HOUR
        self._had[agent] += seconds / HOUR
        self._last[agent] = ended

    def forget(self, agent: int) -> None:
        """Someone new is on the seat."""
        self._hours[agent] = self._had[agent] = 0.0
        self._last[agent] = -np.inf

    def price(self, agent: int, seconds: float) -> float:
        """Money for the time that the agent and a leader spend."""
        return self._hourly[agent] * seconds / HOUR

    def known(self, until: float) -> Known:
        """All they know now; they will be asked again at `until`."""
        shape = self._serves.shape
        return Known(
            now=self._centre.calendar.now,
            until=until,
            agents=self._names,
            tiers=self._tiers,
            intents=self._intents,
            serves=_shown(self._serves),
            signals=self._signals,
            evaluated=_shown(np.zeros(shape) if self._findings is None else self._findings.evaluated),
            defects=_shown(np.zeros((*shape, 4)) if self._findings is None else self._findings.found),
            hours=_shown(self._hours),
            had=_shown(self._had),
            last=_shown(self._last),
            room=self.room,
        )


def room(spec: Coaching) -> int:
    """Sessions for which the leaders have time from one plan to the next."""
    seconds = spec.leaders * spec.hours_per_leader_week * spec.every / WEEK
    return int(seconds / spec.session + 1e-9) if spec.session > 0.0 else 0


def _serves(centre: Centre) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """1 where an agent can serve a step of an intent's path."""
    able = np.zeros((len(centre.agents), len(centre.blueprint.intents)))
    for agent in centre.agents:
        for intent in centre.blueprint.intents:
            able[agent.index, intent.index] = any(agent.proficiency[step.queue] > 0.0 for step in intent.steps)
    return able


def _shown(
    array: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A copy that nobody can write to."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy
