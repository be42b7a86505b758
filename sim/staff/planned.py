"""Planned groups: the queues each answers for, the heads its rule asks for, and the tours they become.

Each queue belongs to one planned group: of those whose tier and skills allow it, the one that can serve the
fewest queues (the specialists), and of equals the first by name. The order of declaration does not matter.
The group then plans for the whole load of its queues, pooled; people of counted groups and rosters who
could help are not taken off. A group with recorded heads plans for no queue: its heads are a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sim import registry
from sim.config.schema import Group, Plan, Scenario
from sim.errors import CcsimError, Problem, ScenarioError
from sim.staff import duties, tours
from sim.staff.person import Duty
from sim.staffing import demand

if TYPE_CHECKING:
    from sim.config.load import Loaded

RECORDED = "recorded_heads"


def schedules(loaded: Loaded, problems: list[Problem]) -> dict[str, list[tuple[Duty, ...]]]:
    """For each planned group, the duties of each of its people; what is wrong is added to `problems`."""
    scenario = loaded.scenario
    mine = queues_of_groups(scenario)
    made: dict[str, list[tuple[Duty, ...]]] = {}
    for name, group in scenario.staff.groups.items():
        if group.plan is None:
            continue
        found = list(_faults(f"staff.groups.{name}", group.plan, mine[name]))
        problems.extend(found)
        if not found:
            made[name] = _schedule(loaded, name, group, group.plan, mine[name], problems)
    return made


def queues_of_groups(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The queues that each planned group answers for."""
    able = {
        name: [queue for queue in scenario.queues if can_serve(scenario, group, queue)]
        for name, group in scenario.staff.groups.items()
        if group.plan is not None
    }
    mine: dict[str, list[str]] = {name: [] for name in able}
    choosing = sorted((name for name in able if _rule(scenario, name) != RECORDED), key=lambda n: (len(able[n]), n))
    for queue in scenario.queues:
        owner = next((name for name in choosing if queue in able[name]), None)
        if owner is not None:
            mine[owner].append(queue)
    return {name: tuple(queues) for name, queues in mine.items()}


def can_serve(scenario: Scenario, group: Group, queue: str) -> bool:
    """Whether the group's people stand on the queue's tier and have every skill it asks for."""
    wanted = scenario.queues[queue]
    return wanted.tier == group.tier and set(wanted.skills) <= set(group.skills)


def heads(loaded: Loaded, group: Group, plan: Plan, queues: tuple[str, ...]) -> NDArray[np.int64]:
    """What the plan's rule asks for: people on duty in each interval of the calendar."""
    rule = registry.build("staffing", plan.rule, plan.params)
    return np.asarray(rule.heads(demand.forecast(loaded, group, queues)), dtype=np.int64)


def _schedule(
    loaded: Loaded, name: str, group: Group, plan: Plan, queues: tuple[str, ...], problems: list[Problem]
) -> list[tuple[Duty, ...]]:
    edges = demand.edges(loaded.scenario.calendar)
    try:
        wanted = heads(loaded, group, plan, queues)
    except ScenarioError as error:
        problems.extend(error.problems)
        return []
    except (CcsimError, ValidationError) as error:
        problems.append(Problem(f"staff.groups.{name}.plan", plan.rule, str(error)))
        return []
    if plan.shift_length is not None:
        return tours.people(tours.covered(wanted, edges, plan.shift_length, plan.breaks))
    return tours.people(tours.exact(wanted, edges, duties.last_second(loaded.scenario.calendar)))


def _faults(path: str, plan: Plan, queues: tuple[str, ...]) -> Iterator[Problem]:
    if not queues and plan.rule != RECORDED:
        rule = "every queue these people could serve is planned for by another group, or there is none"
        yield Problem(f"{path}.plan", plan.rule, rule, "give the group a count, or recorded heads")
    if plan.breaks and plan.shift_length is None:
        yield Problem(f"{path}.plan.breaks", None, "breaks need a shift_length", 'add shift_length: "8 h"')
    end = 0.0
    for pause in sorted(plan.breaks, key=lambda pause: pause.at):
        if (
            pause.at == 0.0
            or pause.at < end
            or (plan.shift_length is not None and pause.at + pause.length > plan.shift_length)
        ):
            rule = "hours after the tour's start: outside the tour, at its start or into another break"
            yield Problem(f"{path}.plan.breaks", pause.at / 3600, rule)
        end = pause.at + pause.length


def _rule(scenario: Scenario, name: str) -> str:
    plan = scenario.staff.groups[name].plan
    return plan.rule if plan is not None else ""
