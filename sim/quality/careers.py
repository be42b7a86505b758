"""What time does to agents, wired together: who holds which seat, learning, strain, absence and attrition.

One object a replication, and only where the scenario has one of these sections; it says which effects change agents,
who comes to which duty, and who has to be told when somebody leaves or joins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.journal import CONDITION, Moment
from sim.quality.expectation import logits_per_share
from sim.quality.learning import Learning
from sim.quality.newcomers import Newcomers
from sim.quality.strain import Strain
from sim.staff import shifts, tenure
from sim.staff.absence import Absence, Presence
from sim.staff.attrition import Attrition
from sim.staff.seats import INFINITY, Seats

if TYPE_CHECKING:
    from sim.config.schema import Scenario
    from sim.model.centre import Centre
    from sim.quality.condition import Change, Effect
    from sim.sampling.streams import Streams
    from sim.staff.person import Person

WEEK = 7 * 86400.0


class Careers:
    """The course of all agents of one replication."""

    def __init__(self, centre: Centre, staff: Sequence[Person], streams: Streams) -> None:
        self._centre = centre
        scenario = centre.blueprint.scenario
        logits = logits_per_share(centre.blueprint, centre.agents)
        learning, strain = scenario.quality.learning, scenario.quality.strain
        self.seats = Seats(_tenures(scenario, staff, streams))
        self.learning = Learning(learning, self.seats, logits) if learning is not None else None
        self.strain = Strain(centre, strain, logits) if strain is not None else None
        self._records: list[tuple[int, int, float, float, float]] = []
        self.presence = Presence(self.seats, self._absence(scenario, staff, streams))
        self._newcomers = Newcomers(centre, self.seats, streams) if scenario.staff.attrition is not None else None
        self._attrition = self._leaving(scenario, staff, streams)

    @property
    def effects(self) -> list[Effect]:
        """What changes agents, in the order in which it is added up."""
        effects = (self._newcomers, self.learning, self.strain)
        return [effect for effect in effects if effect is not None]

    def before(self, seconds: float) -> Change | None:
        """How agents differed in the mean over so many seconds before the start; None: not at all."""
        return None if self.learning is None else self.learning.past(seconds)

    def worked(self, weeks: float) -> list[float]:
        """Of so many weeks before the start, how many each agent was there."""
        return [min(weeks, -hired / WEEK) for hired in self.seats.hired]

    def start(self, env: simpy.Environment) -> None:
        """Let agents leave while the run goes on, where the scenario has it."""
        if self._attrition is not None:
            env.process(self._attrition.run(env))

    def read(self) -> None:
        """The recorder is about to be emptied."""
        if self.strain is not None:
            self.strain.read()
            self.strain.forget()

    def take(self) -> NDArray[np.void]:
        """Records of dtype CONDITION since the last call, in order of time."""
        own = np.array(self._records, CONDITION)
        self._records.clear()
        looks = self.strain.take() if self.strain is not None else own[:0]
        both = np.concatenate([looks, own])
        return both[np.argsort(both["at"], kind="stable")]

    def _absence(self, scenario: Scenario, staff: Sequence[Person], streams: Streams) -> Absence | None:
        spec = scenario.staff.absence
        if spec is None:
            return None
        keys = [person.key for person in staff]
        return Absence(spec, keys, scenario.calendar.second_of_day, streams, self._load)

    def _leaving(self, scenario: Scenario, staff: Sequence[Person], streams: Streams) -> Attrition | None:
        spec = scenario.staff.attrition
        if spec is None or self._newcomers is None:
            return None
        self.seats.on_leave.append(lambda agent: self._note(agent, Moment.LEFT))
        self.seats.on_join.append(lambda agent: self._note(agent, Moment.JOINED))
        self.seats.on_join.append(self._newcomers.joined)
        if self.strain is not None:
            self.seats.on_join.append(self.strain.joined)
        keys = {i: p.key for i, p in enumerate(staff) if p.duties and not shifts.always(p.duties)}
        return Attrition(spec, self.seats, keys, streams, self._load)

    def _load(self, agent: int) -> float:
        return self.strain.load(agent) if self.strain is not None else 0.0

    def _note(self, agent: int, moment: Moment) -> None:
        self._records.append((agent, moment, self._centre.calendar.now, 0.0, 0.0))


def begin(centre: Centre, staff: Sequence[Person], streams: Streams) -> Careers | None:
    """The careers of a replication; None where the scenario has nothing that takes time."""
    scenario = centre.blueprint.scenario
    quality, people = scenario.quality, scenario.staff
    sections = (quality.learning, quality.strain, people.absence, people.attrition)
    told = any(person.tenure is not None for person in staff)
    return Careers(centre, staff, streams) if told or any(part is not None for part in sections) else None


def _tenures(scenario: Scenario, staff: Sequence[Person], streams: Streams) -> list[float]:
    """Drawn where anything asks for them; else everybody has been there for ever."""
    counted = scenario.quality.learning is not None or scenario.staff.attrition is not None
    if counted or any(person.tenure is not None for person in staff):
        return tenure.drawn(staff, streams)
    return [INFINITY] * len(staff)
