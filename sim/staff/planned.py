"""Planned groups: the queues each answers for, the heads its rule asks for, and the tours they become.

Each queue belongs to one planned group: of those whose tier and skills allow it, the one that can serve the
fewest queues (the specialists), and of equals the first by name. The order of declaration does not matter.
The group then plans for the whole load of its queues, pooled; people of counted groups and rosters who
could help are not taken off. A group with recorded heads plans for no queue: its heads are a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from pydantic import ValidationError

from sim import registry
from sim.config.schema import Group, Plan, Scenario
from sim.config.suggest import nearest
from sim.errors import CcsimError, Problem, ScenarioError
from sim.staff import duties, rests, tours
from sim.staff.person import Duty
from sim.staffing import demand
from sim.staffing.forecast import Forecast, Heads
from sim.staffing.levers.recovery import Rests

if TYPE_CHECKING:
    from sim.config.load import Loaded

RECORDED = "recorded_heads"
MOST_AT_ONCE = 10_000
SENIORS = "senior_mix"


@runtime_checkable
class GivesRests(Protocol):
    """A staffing rule whose people take recovery breaks."""

    def rests(self, forecast: Forecast) -> Rests | None:
        """How many rest at one time; None where nobody does."""


def schedules(loaded: Loaded, problems: list[Problem]) -> dict[str, list[tuple[Duty, ...]]]:
    """For each planned group, the duties of each of its people; what is wrong is added to `problems`."""
    plans = Plans(loaded)
    made: dict[str, list[tuple[Duty, ...]]] = {}
    for name in plans.seniors_first():
        found = list(plans.faults(name))
        problems.extend(found)
        if not found:
            made[name] = tours.people(plans.laid(name, problems))
    return made


def queues_of_groups(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The queues that each planned group answers for."""
    able = {
        name: [queue for queue in scenario.queues if can_serve(scenario, group, queue)]
        for name, group in scenario.staff.groups.items()
        if group.plan is not None
    }
    mine: dict[str, list[str]] = {name: [] for name in able}
    planning = (name for name in able if _rule(scenario, name) not in (RECORDED, SENIORS))
    choosing = sorted(planning, key=lambda n: (len(able[n]), n))
    for queue in scenario.queues:
        owner = next((name for name in choosing if queue in able[name]), None)
        if owner is not None:
            mine[owner].append(queue)
    return {name: tuple(queues) for name, queues in mine.items()}


def can_serve(scenario: Scenario, group: Group, queue: str) -> bool:
    """Whether the group's people stand on the queue's tier and have every skill it asks for."""
    wanted = scenario.queues[queue]
    return wanted.tier == group.tier and set(wanted.skills) <= set(group.skills)


class Plans:
    """The plans of a scenario's groups: what each asks for, and the duties laid so far."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.groups = loaded.scenario.staff.groups
        self.queues = queues_of_groups(loaded.scenario)
        self.edges = demand.edges(loaded.scenario.calendar)
        self._taken: dict[str, Heads] = {}  # by group: heads at work that its seniors cover

    def seniors_first(self) -> list[str]:
        """Planned groups; who takes heads of another group comes before it, because the rest depends on their tours."""
        return sorted(self.queues, key=lambda name: _rule(self.loaded.scenario, name) != SENIORS)

    def heads(self, name: str) -> Heads:
        """What a group's rule asks for: people on duty in each interval, its seniors included."""
        return np.asarray(self._built(name).heads(self.forecast(name)), dtype=np.int64)

    def forecast(self, name: str) -> Forecast:
        """What a group plans for; a senior mix: what the group expects whose heads it splits."""
        other = _followed(self._plan(name))
        if other is None:
            return demand.forecast(self.loaded, self.groups[name], self.queues[name])
        return replace(self.forecast(other), to_split=self.heads(other))

    def rests(self, name: str) -> Rests | None:
        """The recovery breaks that a group's people take."""
        rule = self._built(name)
        return rule.rests(self.forecast(name)) if isinstance(rule, GivesRests) else None

    def laid(self, name: str, problems: list[Problem]) -> list[Duty]:
        """The duties of a group; none where its plan cannot be made, with the reason in `problems`."""
        try:
            made = self._tours(name)
        except ScenarioError as error:
            problems.extend(error.problems)
        except (CcsimError, ValidationError) as error:
            problems.append(Problem(f"staff.groups.{name}.plan", self._plan(name).rule, str(error), "change the plan"))
        else:
            return made
        return []

    def faults(self, name: str) -> Iterator[Problem]:
        """What is wrong with a plan before anything is reckoned."""
        plan, path = self._plan(name), f"staff.groups.{name}.plan"
        if plan.rule == SENIORS:
            yield from self._no_seniors(name, f"{path}.params.group")
        elif not self.queues[name] and plan.rule != RECORDED:
            rule = "every queue these people could serve is planned for by another group, or there is none"
            yield Problem(path, plan.rule, rule, "give the group a count, or recorded heads")
        yield from _breaks(f"{path}.breaks", plan)

    def _tours(self, name: str) -> list[Duty]:
        plan = self._plan(name)
        wanted = np.maximum(self.heads(name) - self._taken.get(name, 0), 0)
        if wanted.size and wanted.max() > MOST_AT_ONCE:
            raise CcsimError(f"{wanted.max()} people at once; a group plans for at most {MOST_AT_ONCE}")
        rested = self.rests(name)
        if plan.shift_length is not None:
            made = tours.covered(wanted, self.edges, plan.shift_length, plan.breaks)
        else:
            made = tours.exact(wanted, self.edges, duties.last_second(self.loaded.scenario.calendar))
        other = _followed(plan)
        if other is not None:
            self._taken[other] = self._taken.get(other, np.zeros_like(wanted)) + tours.at_work(made, self.edges)
        return made if rested is None else rests.rested(made, self.edges, rested)

    def _no_seniors(self, name: str, path: str) -> Iterator[Problem]:
        """Why these people cannot be the seniors of the group they follow."""
        scenario, other = self.loaded.scenario, str(_followed(self._plan(name)))
        if _rule(scenario, other) in ("", SENIORS):
            planned = [group for group in self.queues if _rule(scenario, group) != SENIORS]
            yield Problem(path, other, "no group of this name has a plan to take heads of", nearest(other, planned))
            return
        beyond = [queue for queue in self.queues[other] if not can_serve(scenario, self.groups[name], queue)]
        if beyond:
            rule = f"these people lack the tier or the skills for {', '.join(beyond)}, which {other} plans for"
            yield Problem(path, other, rule, f"give {name} the tier and the skills of {other}")

    def _built(self, name: str) -> Any:
        plan = self._plan(name)
        return registry.build("staffing", plan.rule, plan.params)

    def _plan(self, name: str) -> Plan:
        plan = self.groups[name].plan
        assert plan is not None  # self.queues holds planned groups only
        return plan


def _breaks(path: str, plan: Plan) -> Iterator[Problem]:
    if plan.breaks and plan.shift_length is None:
        yield Problem(path, None, "breaks need a shift_length", 'add shift_length: "8 h"')
    end = 0.0
    for pause in sorted(plan.breaks, key=lambda pause: pause.at):
        if (
            pause.at == 0.0
            or pause.at < end
            or (plan.shift_length is not None and pause.at + pause.length > plan.shift_length)
        ):
            rule = "hours after the tour's start: outside the tour, at its start or into another break"
            yield Problem(path, pause.at / 3600, rule, "move or shorten it")
        end = pause.at + pause.length


def _followed(plan: Plan) -> str | None:
    """The group whose heads the plan takes over in part; None where it is no senior mix."""
    return str(plan.params["group"]) if plan.rule == SENIORS else None


def _rule(scenario: Scenario, name: str) -> str:
    """The rule of a group's plan; empty where the group has none, or there is no such group."""
    group = scenario.staff.groups.get(name)
    return group.plan.rule if group is not None and group.plan is not None else ""
