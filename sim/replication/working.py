"""Who works in a replication, and what leaders do with them: shifts and absence, coaching, the floor manager."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.centre import UNSEEN
from sim.model.journal import SESSION
from sim.staff import shifts
from sim.staff.coaching import Coaching
from sim.staff.floor_manager import FloorManager
from sim.staff.leaders import Leaders
from sim.staff.windows import Windows

if TYPE_CHECKING:
    from sim.coaching.port import CoachingRule
    from sim.explain.observer import Observer
    from sim.model.centre import Centre
    from sim.replication.changing import Changing
    from sim.replication.measuring import Measuring
    from sim.staff.person import Person
    from sim.staffing.slack import Slack


class Working:
    """Everybody who works in one replication."""

    def __init__(self, centre: Centre, staff: Sequence[Person], changing: Changing, measuring: Measuring) -> None:
        self._centre, self._staff = centre, staff
        self._changing, self._measuring = changing, measuring
        self._coaching: Coaching | None = None

    def start(
        self, env: simpy.Environment, rule: CoachingRule | None, slack: Slack | None, observer: Observer | None
    ) -> None:
        """Let people come and go, be coached where there is a rule, and be managed.

        `slack`: where there is room for coaching; `observer` hears what the floor manager and leaders do.
        """
        self._coaching = self._coached(env, rule, slack)
        careers, blueprint, presence = self._changing.careers, self._centre.blueprint, None
        if careers is not None:
            presence = careers.presence
            careers.seats.on_join.append(self._joined)
            careers.start(env)
        stays = shifts.start(env, self._centre.agents, self._staff, presence)
        if self._coaching is not None:
            self._coaching.told = None if observer is None else observer.coached
            env.process(self._coaching.run(blueprint.horizon))
        spec = blueprint.scenario.staff.floor_manager
        if spec is not None:
            manager = FloorManager(spec, self._centre.lanes, stays, self._coaching)
            manager.log = None if observer is None else observer.moved
            env.process(manager.run(env))

    def close(self) -> None:
        """The run is over."""
        if self._coaching is not None:
            self._coaching.close()

    def take(self) -> NDArray[np.void]:
        """Records of dtype SESSION since the last call."""
        return self._coaching.take() if self._coaching is not None else np.zeros(0, SESSION)

    def _coached(self, env: simpy.Environment, rule: CoachingRule | None, slack: Slack | None) -> Coaching | None:
        spec, centre, staff = self._centre.blueprint.scenario.coaching, self._centre, self._staff
        if rule is None or spec is None or slack is None:
            return None
        signals = UNSEEN if self._measuring.signals is None else self._measuring.signals
        leaders = Leaders(centre, staff, signals, rule, spec)
        return Coaching(env, spec, centre, rule, leaders, Windows(spec, slack, staff), self._changing.coached)

    def _joined(self, agent: int) -> None:
        """Someone new on a seat works, and is known, as a stranger from now on."""
        if self._coaching is not None:
            self._coaching.forget(agent)
        if self._changing.condition is not None:
            self._changing.condition.refresh()
        self._measuring.restart(agent)
