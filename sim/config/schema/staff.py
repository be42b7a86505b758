"""Who works when: groups, shifts, plans and the floor manager."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.config.schema.base import Clock, CsvFile, Duration, Factor, Label, Name, NonNegative, Section, Share


class Break(Section):
    at: Clock
    length: Annotated[Duration, Field(gt=0)]


class Shift(Section):
    """Clock times; an end past midnight is written "06:00+1". `days` counts Monday as mon."""

    start: Clock
    end: Clock
    breaks: list[Break] = Field(default_factory=list)
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = None


class Plan(Section):
    """Heads from a staffing rule, not a fixed count. Without `shift_length`, tours follow them exactly."""

    rule: str
    params: dict[str, Any] = Field(default_factory=dict)
    shift_length: Annotated[Duration, Field(gt=0)] | None = None
    breaks: list[Break] = Field(default_factory=list)


class Tenure(Section):
    """How long agents have been in the job at the start: `new_hires` of them less than `new_for`, evenly spread.

    The others: exponential with this mean, on top of `new_for` where there are new hires. `exactly`: everybody so long.
    """

    mean: Annotated[Duration, Field(ge=0)] = 104 * 7 * 86400.0
    new_hires: Share = 0.0
    new_for: Annotated[Duration, Field(gt=0)] = 13 * 7 * 86400.0
    exactly: Annotated[Duration, Field(ge=0)] | None = None


class Group(Section):
    """Agents alike in tier, skills and shift. Exactly one of `count` and `plan` is given.

    Skills map to a proficiency: handle time is divided by it.
    """

    label: Label = ""
    tier: Annotated[int, Field(ge=1, le=3)]
    skills: Annotated[dict[Name, Factor], Field(min_length=1)]
    count: Annotated[int, Field(ge=0)] | None = None
    shift: Name | None = None
    plan: Plan | None = None
    slots: Annotated[int, Field(ge=1, le=20)] = 1
    hourly_cost: NonNegative = 28.0
    tenure: Tenure | None = None


class BusyTeam(Section):
    """A team is busy when `waiting` contacts wait for it, or one has waited for `longest_wait`."""

    waiting: Annotated[int, Field(ge=1)] = 5
    longest_wait: Annotated[Duration, Field(gt=0)] = 60.0


class QuietTeam(Section):
    """A team is quiet when nothing waits for it and the occupied share of those on duty is at most `occupancy`."""

    occupancy: Annotated[float, Field(gt=0.0, le=1.0)] = 0.7


class BreakMoves(Section):
    """How far a break may be moved from where the roster has it."""

    later: Annotated[Duration, Field(ge=0)] = 1800.0
    earlier: Annotated[Duration, Field(ge=0)] = 1800.0


class ShiftEndMoves(Section):
    """How far the end of a shift may be moved: `later` is overtime, `earlier` voluntary time off."""

    later: Annotated[Duration, Field(ge=0)] = 0.0
    earlier: Annotated[Duration, Field(ge=0)] = 0.0


class CoachingStops(Section):
    """From how many `waiting` contacts, or how long a wait, a team's sessions of coaching that are due are called off.

    `call_back`: those in a session are called back, too.
    """

    waiting: Annotated[int, Field(ge=1)] = 3
    longest_wait: Annotated[Duration, Field(gt=0)] = 60.0
    call_back: bool = False


class FloorManager(Section):
    """Looks at each team every so often and acts `delay` later.

    A team is all agents alike in tier and skills. Busy, its breaks and ends of shifts are put off; quiet, they are
    brought forward. With `coaching`, sessions are called off.
    """

    every: Annotated[Duration, Field(gt=0)] = 300.0
    delay: Annotated[Duration, Field(ge=0)] = 0.0
    busy: BusyTeam = BusyTeam()
    quiet: QuietTeam = QuietTeam()
    breaks: BreakMoves = BreakMoves()
    shift_end: ShiftEndMoves = ShiftEndMoves()
    coaching: CoachingStops | None = None


class Absence(Section):
    """Unplanned absence: an agent misses all duties of a day with probability `share`, which varies from day to day.

    `day_correlation`: between agents on the same day · `per_5_points`: factor on the probability for each 5 points of
    load above `limit`, where strain is modelled. Nobody stands in, and nobody is paid for the day.
    """

    share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.05
    day_correlation: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.05
    per_5_points: Annotated[float, Field(ge=1.0, le=10.0)] = 1.1
    limit: Share = 0.85


class Attrition(Section):
    """Agents leave for good; after `refill` a new one takes the seat, with traits drawn anew and no time in the job.

    Rates a month: `early` in the first `early_for` of the job, `later` after it · `strain`: added a year by unit of
    load above `limit`, where strain is modelled.
    """

    early: NonNegative = 0.05
    early_for: Annotated[Duration, Field(ge=0)] = 13 * 7 * 86400.0
    later: NonNegative = 0.02
    strain: NonNegative = 0.5
    limit: Share = 0.85
    refill: Annotated[Duration, Field(ge=86400.0)] = 4 * 7 * 86400.0


class Staff(Section):
    """Who works when: groups, a roster CSV of named agents, or both. A group without shift is always on."""

    groups: dict[Name, Group] = Field(default_factory=dict)
    roster: CsvFile | None = None
    shifts: dict[Name, Shift] = Field(default_factory=dict)
    shrinkage: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    floor_manager: FloorManager | None = None
    absence: Absence | None = None
    attrition: Attrition | None = None
