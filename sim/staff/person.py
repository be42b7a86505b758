"""One named agent and the stretches of time it is on duty. Data only; `people.hire` makes them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.config.schema import Tenure
from sim.sampling.streams import entity_key


@dataclass(frozen=True, slots=True)
class Duty:
    """One stretch on duty, in seconds since the scenario's start; `breaks` (start, end) inside, in order.

    `always`: no shift but all the time there is, however long the run; such people miss no day and leave no job.
    """

    start: float
    end: float
    breaks: tuple[tuple[float, float], ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One named agent. `skills` maps a skill to its proficiency; `hourly_cost` is per hour on duty.

    `key`: the name as the entity of the agent's draws. `tenure`: seconds in the job at the start, or their law.
    `personal`: the name is that of a human being; `shown`: what outputs call the agent.
    """

    name: str
    group: str
    tier: int
    skills: dict[str, float]
    slots: int
    hourly_cost: float
    duties: tuple[Duty, ...]
    tenure: float | Tenure | None = None
    personal: bool = False
    shown: str = ""
    key: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", entity_key(self.name))
        object.__setattr__(self, "shown", self.shown or self.name)
