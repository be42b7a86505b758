"""Everybody who works: what the staff section of a scenario comes to, before the first second is simulated.

Heads are people on duty. Nobody is taken off the floor for shrinkage here: the share of paid time away from
contacts raises the cost of each hour on duty instead (`hourly_cost / (1 - shrinkage)`), whether the group is
counted, planned or a roster. Breaks that a shift shows are not part of shrinkage; leave them out of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.config.schema import Group
from sim.errors import Problem, ScenarioError
from sim.staff import duties, ids, planned, roster
from sim.staff.person import Duty, Person

if TYPE_CHECKING:
    from sim.config.load import Loaded

__all__ = ["Duty", "Person", "hire"]


def hire(loaded: Loaded) -> tuple[Person, ...]:
    """Everybody who works in this scenario, sorted by name; a group's agents are `group-001`, `group-002` …

    A name never depends on how many colleagues there are: one more leaves the draws of the others alone.
    Raises ScenarioError when a roster, a shift or a plan cannot be read, with every problem at once.
    """
    staff = loaded.scenario.staff
    problems = [p for name, shift in staff.shifts.items() for p in duties.faults(f"staff.shifts.{name}", shift)]
    people: list[Person] = []
    if not problems:
        people.extend(_grouped(loaded, problems))
    if staff.roster is not None:
        people.extend(roster.listed(loaded, staff.roster, problems))
    problems.extend(_named_twice(people))
    if problems:
        raise ScenarioError(loaded.source, tuple(problems))
    paid = 1.0 / (1.0 - staff.shrinkage)
    dearer = (replace(p, hourly_cost=p.hourly_cost * paid) for p in ids.called(people))
    return tuple(sorted(dearer, key=lambda p: p.name))


def _grouped(loaded: Loaded, problems: list[Problem]) -> Iterator[Person]:
    schedules = planned.schedules(loaded, problems)
    for name, group in loaded.scenario.staff.groups.items():
        if group.plan is not None:
            yield from _members(name, group, schedules.get(name, []))
        else:
            yield from _members(name, group, [_counted(loaded, name, group, problems)] * (group.count or 0))


def _counted(loaded: Loaded, name: str, group: Group, problems: list[Problem]) -> tuple[Duty, ...]:
    calendar, shifts = loaded.scenario.calendar, loaded.scenario.staff.shifts
    if group.shift is None:
        return duties.always(calendar)
    if group.shift not in shifts:
        problems.append(
            Problem(f"staff.groups.{name}.shift", group.shift, "no such shift in staff.shifts", "name one of them")
        )
        return ()
    return duties.repeated(shifts[group.shift], calendar)


def _members(name: str, group: Group, schedules: list[tuple[Duty, ...]]) -> Iterator[Person]:
    for number, schedule in enumerate(schedules, start=1):
        yield Person(
            name=f"{name}-{number:03d}",
            group=name,
            tier=group.tier,
            skills=dict(group.skills),
            slots=group.slots,
            hourly_cost=group.hourly_cost,
            duties=schedule,
            tenure=group.tenure,
        )


def _named_twice(people: list[Person]) -> Iterator[Problem]:
    for name, times in Counter(person.name for person in people).items():
        if times > 1:
            yield Problem("staff", name, f"{times} agents have this name", "rename them in the roster")
