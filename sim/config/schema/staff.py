"""Who works when: groups, shifts, plans and the floor manager."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.config.schema.base import Clock, CsvFile, Duration, Factor, Label, Name, NonNegative, Section


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


class FloorManager(Section):
    """Looks at each team every so often and acts `delay` later.

    A team is all agents alike in tier and skills. Busy, its breaks and ends of shifts are put off; quiet, they are
    brought forward.
    """

    every: Annotated[Duration, Field(gt=0)] = 300.0
    delay: Annotated[Duration, Field(ge=0)] = 0.0
    busy: BusyTeam = BusyTeam()
    quiet: QuietTeam = QuietTeam()
    breaks: BreakMoves = BreakMoves()
    shift_end: ShiftEndMoves = ShiftEndMoves()


class Staff(Section):
    """Who works when: groups, a roster CSV of named agents, or both. A group without shift is always on."""

    groups: dict[Name, Group] = Field(default_factory=dict)
    roster: CsvFile | None = None
    shifts: dict[Name, Shift] = Field(default_factory=dict)
    shrinkage: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    floor_manager: FloorManager | None = None
